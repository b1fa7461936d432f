"""Which trading days go with an exchange as Yahoo names it, and what Yahoo's odd currencies mean."""

from app.market.calendar import CURRENCIES, EVERY_DAY, SUNDAYS, WEEKDAYS

# Yahoo's exchangeName by the calendar that it keeps to; exchanges without one are left out. Yahoo's daily bars of
# American futures are those of the stock exchange: of 5 855 of gold its calendar misses 19, that of the CME 164.
_EXCHANGES = {
    "XNYS": (
        *("NYQ", "ASE", "PCX", "BTS", "PNK", "OQB", "OQX", "OEM", "OID", "SNP", "DJI", "CXI", "CGI", "WCB"),
        *("CME", "CBT", "CMX", "NYM"),
    ),
    "XNAS": ("NMS", "NGM", "NCM", "NIM", "NAS"),
    "XTSE": ("TOR", "VAN", "CNQ", "NEO"),
    "XMEX": ("MEX",),
    "BVMF": ("SAO",),
    "XBUE": ("BUE",),
    "XBOG": ("BVC",),
    "XSGO": ("SGO",),
    "XLON": ("LSE", "IOB", "AQS", "FGI"),
    "XETR": ("GER",),
    "XFRA": ("FRA", "STU", "MUN", "DUS", "HAM", "HAN", "BER"),
    "XPAR": ("PAR",),
    "XAMS": ("AMS",),
    "XBRU": ("BRU",),
    "XLIS": ("LIS",),
    "XDUB": ("ISE",),
    "XMIL": ("MIL", "TLO"),
    "XOSL": ("OSL",),
    "XCSE": ("CPH",),
    "XSTO": ("STO",),
    "XHEL": ("HEL",),
    "XICE": ("ICE",),
    "XTAL": ("TAL",),
    "XRIS": ("RIS",),
    "XLIT": ("LIT",),
    "XWBO": ("VIE",),
    "XPRA": ("PRA",),
    "XBUD": ("BUD",),
    "XATH": ("ATH",),
    "XMAD": ("MCE",),
    "XSWX": ("EBS", "ZRH"),
    "XWAR": ("WSE",),
    "XIST": ("IST",),
    "XNSE": ("NSI",),
    "XBOM": ("BSE",),
    "XKAR": ("KAR",),
    "XSAU": ("SAU",),
    "XTAE": ("TLV",),
    SUNDAYS: ("CAI", "DOH", "KUW"),
    "XTKS": ("JPX", "OSA", "FKA", "SAP"),
    "XHKG": ("HKG", "HKS"),
    "XSHG": ("SHH",),
    "XSHE": ("SHZ",),
    "XTAI": ("TAI", "TWO"),
    "XKRX": ("KSC", "KOE"),
    "XSES": ("SES",),
    "XIDX": ("JKT",),
    "XKLS": ("KLS",),
    "XBKK": ("SET",),
    "XPHS": ("PHS",),
    "XASX": ("ASX",),
    "XNZE": ("NZE",),
    "XJSE": ("JNB",),
}
CALENDARS = {exchange: calendar for calendar, exchanges in _EXCHANGES.items() for exchange in exchanges}
_ALL_WEEK = "CRYPTOCURRENCY"
_NO_EXCHANGE = ("CURRENCY", _ALL_WEEK)
_UNITS = {
    "GBp": "pence, a hundredth of a British pound",
    "ZAc": "cents, a hundredth of a South African rand",
    "ILA": "agorot, a hundredth of an Israeli shekel",
    "KWF": "fils, a thousandth of a Kuwaiti dinar",
}


def calendar_of(exchange: str, instrument: str) -> str:
    """The calendar for Yahoo's ``exchangeName`` and ``instrumentType``; weekdays where no better one is known."""
    if instrument == _ALL_WEEK:
        return EVERY_DAY
    return CURRENCIES if instrument in _NO_EXCHANGE else CALENDARS.get(exchange, WEEKDAYS)


def adjustment_of(instrument: str, currency: str) -> str:
    """What was done to the prices, and in which unit they are where the currency's code hides it."""
    unit = f"prices are in {_UNITS[currency]}; " if currency in _UNITS else ""
    if instrument in _NO_EXCHANGE or instrument in ("INDEX", "FUTURE"):
        return unit + "none: it has no splits and pays no dividends"
    return unit + "open to close are adjusted for splits, the adjusted close for dividends too"
