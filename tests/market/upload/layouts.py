"""Made-up daily prices written as people's files are: language, signs, dates, encoding, and what stands around."""

import csv
import io
from configparser import ConfigParser
from dataclasses import dataclass

import numpy as np

from tests.support.fakes import weekdays
from tests.support.paths import ROOT

WORDS = ConfigParser(interpolation=None, delimiters=("=",))
WORDS.read_string((ROOT / "app" / "market" / "upload" / "words.ini").read_text(encoding="utf-8"))
LANGUAGES = WORDS.sections()
CODE_PAGES = {
    **dict.fromkeys(("de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "id"), "cp1252"),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl"), "cp1250"),
    **{"ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "el": "cp1253", "tr": "cp1254", "he": "cp1255", "ar": "cp1256"},
    **{"et": "cp1257", "lt": "cp1257", "lv": "cp1257", "th": "cp874", "ja": "cp932", "zh": "gb18030", "ko": "cp949"},
}
DELIMITERS = [",", ";", "\t", "|"]
DATE_FORMS = [
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"),
    *(
        "%m/%d/%y",
        "%y-%m-%d",
        "%d %b %Y",
        "%b %d, %Y",
        "%d-%b-%y",
        "%Y-%m-%dT00:00:00Z",
        "%Y年%m月%d日",
        "%d.%m.%y",
        "%d. %m. %Y",
    ),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d 00:00:00-05:00", "%A, %d %B %Y", "seconds", "milliseconds", "serial", "name"),
]
ABOVE = ["https://www.example.com/data", "Historical prices of XYZ", "Currency: USD", "Exported at 10:15", ""]
BELOW = ["Source: somebody", "Total", "", "12", "Downloaded from example.com as of 10-08-2025 08:01pm CDT"]
EXTRA = ["Change %", "Turnover", "Note", "Trades", "ISIN"]
_SHORT_MONTHS = {
    language: [words.strip().split(" ")[0] for words in WORDS[language].get("months", "").split(",")]
    for language in LANGUAGES
}


@dataclass(frozen=True)
class Layout:
    """How a file is written."""

    language: str
    words: tuple[int, ...]
    delimiter: str
    decimal: str
    thousands: str
    places: int
    dates: str
    encoding: str
    roles: tuple[str, ...]
    extra: tuple[str, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]
    newest_first: bool
    header: bool
    line_end: str
    quoted: bool
    price_named: bool
    suffix: str


def prices(seed, rows, start, scale):
    """Dates and a mapping of columns, as numbers that have at most four decimals."""
    rng = np.random.default_rng(seed)
    close = scale * np.exp(np.cumsum(rng.normal(0, 0.02, rows)))
    opened = np.r_[scale, close[:-1]] * np.exp(rng.normal(0, 0.004, rows))
    reach = np.exp(abs(rng.normal(0, 0.01, (2, rows))))
    high, low = np.maximum(opened, close) * reach[0], np.minimum(opened, close) / reach[1]
    volume = rng.integers(1, 9_000_000, rows)
    return weekdays(rows, start), {"open": opened, "high": high, "low": low, "close": close, "volume": volume}


def number(value, layout, places=None):
    """The number as the layout writes it."""
    places = layout.places if places is None else places
    text = f"{value:,.{places}f}"
    return text.replace(",", "\0").replace(".", layout.decimal).replace("\0", layout.thousands)


def day_text(day, form, language):
    """The day as the layout writes it."""
    written = day.item()
    seconds = int(day.astype("datetime64[s]").astype(int))
    if form == "seconds":
        return str(seconds)
    if form == "milliseconds":
        return str(1000 * seconds)
    if form == "serial":
        return str((written - np.datetime64("1899-12-30").item()).days)
    if form == "name":
        return f"{written.day} {_SHORT_MONTHS[language][written.month - 1].strip()} {written.year}"
    return written.strftime(form)


def names_of(layout):
    """The header: a word of the language for each role."""
    chosen = []
    for role, pick in zip(layout.roles, layout.words, strict=False):
        role = "price" if role == "close" and layout.price_named else role
        words = [word.strip() for word in WORDS[layout.language].get(role, "").split(",") if word.strip()]
        chosen.append(words[pick % len(words)])
    return [*chosen, *layout.extra]


def file_of(layout, days, columns):
    """The bytes of a file in this layout, and the rounded numbers in it by role."""
    order = slice(None, None, -1) if layout.newest_first else slice(None)
    stated = {role: np.round(columns[role], layout.places) for role in layout.roles if role not in ("date", "volume")}
    if "volume" in layout.roles:
        stated["volume"] = columns["volume"].astype(float)
    rows = []
    for row in range(len(days)):
        cells = [
            day_text(days[row], layout.dates, layout.language)
            if role == "date"
            else number(columns[role][row], layout, 0)
            if role == "volume"
            else number(stated[role][row], layout) + layout.suffix
            for role in layout.roles
        ]
        rows.append([*cells, *(extra_cell(name, row) for name in layout.extra)])
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if layout.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator=layout.line_end, quoting=quoting)
    lines = [*([names_of(layout)] if layout.header else []), *rows[order]]
    for above in layout.above:
        out.write(above + layout.line_end)
    writer.writerows(lines)
    for below in layout.below:
        out.write(below + layout.line_end)
    return out.getvalue().encode(layout.encoding), {name: values[order] for name, values in stated.items()}, days[order]


def extra_cell(name, row):
    """Something beside the prices."""
    return {
        "Change %": f"{row % 7 - 3}%",
        "Turnover": str(10_000 + 37 * row),
        "Note": "ok",
        "Trades": str(row + 1),
        "ISIN": "US0",
    }[name]
