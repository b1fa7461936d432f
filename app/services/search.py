"""What a visitor may mean by a few letters: from the source, or from a list of ours where it cannot be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from app.errors import SourceUnavailableError, TooOftenError
from app.market.source import Instrument, MarketSource, SearchableSource, matching, well_known
from app.services.shared_state import RateLimits
from app.store.cache import Cache
from app.store.single_flight import Flights

_RETRY_SECONDS = 60.0
_NOT_ASKED = "{title} cannot be asked just now. {rest}"
_LISTED = "These are from a built-in list."
_NOT_LISTED = "No match in the built-in list. You can still type a symbol."
_NOTHING = "{title} finds nothing like it."


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, and a ``note`` for whoever looks at it, empty where there is nothing to say."""

    found: tuple[Instrument, ...]
    note: str
    from_source: bool


_FINDINGS = TypeAdapter(Findings)


def _bounds() -> RateLimits:
    # Typing a name takes a few; a source that is asked without end would refuse prices too.
    return RateLimits("30/minute", crowd=4, what="searches")


@dataclass(frozen=True, slots=True)
class Finder:
    """Asks a source once for the same text while the answer is kept, for ``seconds``, and never more than ``bounds``.

    Where it cannot be asked it is left alone for a minute; nobody gets an error for having typed something.
    """

    sources: Mapping[str, MarketSource]
    cache: Cache
    flights: Flights
    seconds: float
    bounds: RateLimits = field(default_factory=_bounds)

    async def find(self, name: str, text: str, client: str) -> Findings:
        """What ``text`` can mean at the source of that name; ``client`` is who types."""
        source, sought = self.sources[name], _plain(text)
        if not sought:
            return Findings((), "", True)
        if source.tickers:
            return await _in_stock(source, sought)
        key = f"found:{name}:{sought}"

        async def ask() -> bytes:
            return await self._asked(name, sought, client, key)

        return _FINDINGS.validate_json(await self.cache.get(key) or await self.flights.run(key, ask))

    async def _asked(self, name: str, sought: str, client: str, key: str) -> bytes:
        source, silent = self.sources[name], f"unfound:{name}"
        if not isinstance(source, SearchableSource) or await self.cache.get(silent):
            return _without(source, sought)
        try:
            await self.bounds.admit(client)
            await self.bounds.admit_work()
            instruments = await source.search(sought)
        except TooOftenError:
            return _without(source, sought)
        except SourceUnavailableError:
            await self.cache.set(silent, b"1", _RETRY_SECONDS)
            return _without(source, sought)
        answer = _FINDINGS.dump_json(
            Findings(instruments, "" if instruments else _NOTHING.format(title=source.title), True)
        )
        await self.cache.set(key, answer, self.seconds)
        return answer


async def _in_stock(source: MarketSource, sought: str) -> Findings:
    if isinstance(source, SearchableSource):
        instruments = await source.search(sought)
    else:
        instruments = matching((Instrument(ticker, ticker, "") for ticker in source.tickers), sought)
    return Findings(
        instruments, "" if instruments else f"{source.title} has {' and '.join(source.tickers)} only.", True
    )


def _without(source: MarketSource, sought: str) -> bytes:
    instruments = matching(well_known(), sought)
    note = _NOT_ASKED.format(title=source.title, rest=_LISTED if instruments else _NOT_LISTED)
    return _FINDINGS.dump_json(Findings(instruments, note, False))


def _plain(text: str) -> str:
    """The same text for the same question, however it was typed."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()).casefold()
