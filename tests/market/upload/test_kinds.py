"""Kinds of files beyond CSV: archives, workbooks, JSON, code pages; what each gives, and how each is refused."""

import gzip
import io
import json
import zipfile

import numpy as np
import pytest

from app.errors import BadFileError, QueryError
from app.market.upload.columns import Chosen
from app.market.upload.faults import ChoiceNeededError, UnreadableFileError
from app.market.upload.reader import first_symbol, read_quotes
from tests.market.upload.layouts import prices
from tests.support.thread_cost import thread_cost

DAYS, COLUMNS = prices(7, 80, "2023-06-01", 150.0)
CLOSES = COLUMNS["close"].round(2)
PLAIN = "Date,Close\n" + "".join(f"{day},{close}\n" for day, close in zip(DAYS, CLOSES, strict=True))
ROWS = list(zip(DAYS.tolist(), *(COLUMNS[name].round(2).tolist() for name in COLUMNS), strict=True))
BAD_DAY = 5


def read(content, **chosen):
    content = content.encode() if isinstance(content, str) else content
    return read_quotes(content, "SYN", "syn", Chosen(**chosen))


def refused(content, **chosen):
    with pytest.raises(BadFileError) as error:
        read(content, **chosen)
    return error.value


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows, **others):
    """An Excel workbook of one sheet with these cells, texts and numbers."""
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    sheets = '<sheets><sheet name="Prices" sheetId="1" r:id="a"/></sheets>'
    book = f'<workbook {SPREADSHEET} xmlns:r="{OFFICE}">{sheets}</workbook>'
    sheet = f"<worksheet {SPREADSHEET}><sheetData>{rows}</sheetData></worksheet>"
    relation = '<Relationship Id="a" Type="{}" Target="{}"/>'
    return zipped(
        **{
            "[Content_Types].xml": types,
            "_rels/.rels": relations.format(relation.format(f"{OFFICE}/officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": relations.format(relation.format(f"{OFFICE}/worksheet", "worksheets/a.xml")),
            "xl/worksheets/a.xml": sheet,
        },
        **others,
    )


def row_of(number, *cells):
    def cell(letter, value):
        if isinstance(value, str):
            return f'<c r="{letter}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{letter}{number}"><v>{value}</v></c>'

    return (
        f'<row r="{number}">{"".join(cell(letter, value) for letter, value in zip("ABCD", cells, strict=False))}</row>'
    )


SHEET = row_of(1, "Date", "Close") + "".join(
    row_of(number, str(day), float(close)) for number, (day, close) in enumerate(zip(DAYS, CLOSES, strict=True), 2)
)

OBJECTS = [
    {"date": f"{day}T00:00:00.000Z", "open": a, "high": b, "low": c, "close": d, "volume": v}
    for day, a, b, c, d, v in ROWS
]
SECONDS = [int(day.astype("datetime64[s]").astype(int)) for day in DAYS]
JSON = {
    "objects": OBJECTS,
    "days": {"Meta Data": {"1. Information": "Daily"}, "Series": {str(r[0]): {"4. close": str(r[4])} for r in ROWS}},
    "pairs": {"prices": [[1000 * s, c] for s, c in zip(SECONDS, CLOSES.tolist(), strict=True)]},
    "lists": {"t": SECONDS, "c": CLOSES.tolist(), "s": "ok"},
    "rows": [[1000 * s, *map(str, r[1:])] for s, r in zip(SECONDS, ROWS, strict=True)],
    "split": {"columns": ["Close"], "index": [str(day) for day in DAYS], "data": [[c] for c in CLOSES.tolist()]},
    "columns": {"Close": {str(1000 * s): c for s, c in zip(SECONDS, CLOSES.tolist(), strict=True)}},
    "nested": {"results": [{"t": 1000 * s, "c": c, "vw": 1} for s, c in zip(SECONDS, CLOSES.tolist(), strict=True)]},
    "a value a day": {str(day): close for day, close in zip(DAYS, CLOSES.tolist(), strict=True)},
    "named pairs": [{"name": "SYN", "data": [[1000 * s, c] for s, c in zip(SECONDS, CLOSES.tolist(), strict=True)]}],
    "names apart": {"fields": ["Date", "Close"], "items": [[str(row[0]), row[4]] for row in ROWS]},
    "rows of text": {"data": {"code": "600519", "klines": [",".join(map(str, row)) for row in ROWS]}},
    "wrapped values": [{"date": {"$date": str(row[0])}, "close": {"raw": row[4], "fmt": "x"}} for row in ROWS],
}
OTHER = [{**row, "close": row["close"] + 5} for row in OBJECTS]
LATER = (CLOSES + 5).tolist()
SEVERAL = {
    "lists of objects": {"AAA": OBJECTS, "BBB": OTHER},
    "with their symbol": [{"symbol": "AAA", "historical": OBJECTS}, {"symbol": "BBB", "historical": OTHER}],
    "deep": {"AAA": {"meta": {}, "values": OBJECTS}, "BBB": {"meta": {}, "values": OTHER}},
    "lists": {"AAA": {"t": SECONDS, "c": CLOSES.tolist()}, "BBB": {"t": SECONDS, "c": LATER}},
    "results": {
        "result": [
            {"meta": {"symbol": name}, "timestamp": SECONDS, "indicators": {"quote": [{"close": closes}]}}
            for name, closes in (("AAA", CLOSES.tolist()), ("BBB", LATER))
        ]
    },
    "pairs": [
        {"name": name, "data": [[1000 * s, c] for s, c in zip(SECONDS, closes, strict=True)]}
        for name, closes in (("AAA", CLOSES.tolist()), ("BBB", LATER))
    ],
}


@pytest.mark.parametrize("kind", JSON)
def test_json_is_read_in_whatever_way_a_program_writes_a_table(kind):
    np.testing.assert_array_equal(read(json.dumps(JSON[kind])).close, CLOSES)


@pytest.mark.parametrize("kind", SEVERAL)
def test_several_tickers_in_json_are_asked_about_and_the_ticker_chooses(kind):
    error = refused(json.dumps(SEVERAL[kind]))
    assert isinstance(error, ChoiceNeededError)
    assert (error.field, error.choices) == ("ticker", ("AAA", "BBB"))
    np.testing.assert_array_equal(read(json.dumps(SEVERAL[kind]), symbol="AAA").close, CLOSES)
    np.testing.assert_array_equal(read(json.dumps(SEVERAL[kind]), symbol="bbb").close, LATER)


def test_lists_of_pairs_of_different_lengths_are_never_taken_for_one_table():
    pairs = [[1000 * s, c] for s, c in zip(SECONDS, CLOSES.tolist(), strict=True)]
    assert (
        "several tables of prices (“AAA” and “BBB”)" in refused(json.dumps({"AAA": pairs, "BBB": pairs[:-1]})).sentence
    )


def test_a_number_beside_numbers_written_as_text_is_never_taken_for_one_of_these():
    rows = [{"date": str(row[0]), "close": 1.234, "volume": "1.234.567,5"} for row in ROWS]
    assert refused(json.dumps(rows)).column == "volume"


def page_of(name, cell):
    rows = "".join(f"<{name}>{cell(day)}{cell(close)}</{name}>" for day, close in zip(DAYS, CLOSES, strict=True))
    return f"<{name}>{cell('Date')}{cell('Close')}</{name}>{rows}"


PAGE = "<html><title>Prices</title><table>" + page_of("tr", "<td><b>{}</b>&nbsp;</td>".format) + "</table></html>"
XML = '<?xml version="1.0"?><Table>' + page_of("Row", "<Cell><Data>{}</Data></Cell>".format) + "</Table>"


def test_a_page_or_xml_that_was_saved_as_a_workbook_is_read_by_its_tables():
    np.testing.assert_array_equal(read(PAGE).close, CLOSES)
    np.testing.assert_array_equal(read(XML).close, CLOSES)
    apart = XML.replace("</Cell><Cell>", '</Cell><Cell ss:Index="3">')
    assert read(apart).reading.columns == {"date": "Date", "close": "Close"}
    assert "a page with several tables of prices (“table 1” and “table 2”)" in refused(PAGE + PAGE).sentence


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (gzip.compress(PLAIN.encode()), "a .gz"),
        (zipped(**{"data/syn.csv": PLAIN, "README.txt": "x", "__MACOSX/._syn.csv": "x"}), "syn.csv in a .zip"),
        (workbook(SHEET), "sheet “Prices”"),
        (zipped(**{"syn.xlsx": workbook(SHEET)}), "syn.xlsx in a .zip, sheet “Prices”"),
    ],
)
def test_a_table_inside_another_file_is_read_and_told_of(content, part):
    told = read(content)
    np.testing.assert_array_equal(told.close, CLOSES)
    assert told.reading.part == part


def test_a_wrong_cell_of_a_workbook_is_named_as_the_workbook_names_it():
    broken = SHEET.replace(f"<v>{CLOSES[BAD_DAY]}</v>", "<v>abc</v>").replace(
        f'<c r="B{BAD_DAY + 2}"', f'<c r="B{BAD_DAY + 2}" t="str"'
    )
    assert "Cell B7 (column “Close”) of sheet “Prices”" in refused(workbook(broken)).sentence


FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(bytes(100 * 2**20)), "an archive"),
        (zipped(**{"a.csv": bytes(100 * 2**20)}), "an archive that unpacks to more than"),
        (
            zipped(**{"[Content_Types].xml": "x", "xl/a.xml": bytes(100 * 2**20)}),
            "an archive that unpacks to more than",
        ),
        (gzip.compress(b"Date,Close\n") * 5000, "more than 200 files"),
        (zipped(**{f"{number}.csv": "" for number in range(300)}), "more than 200 files"),
        (workbook(SHEET + FAR), "larger than 20,000 rows"),
        (zipped(**{"a.csv": PLAIN, "b.csv": PLAIN}), "an archive of 2 tables (“a.csv” and “b.csv”)"),
        (zipped(**{"a.zip": zipped(**{"a.csv": PLAIN})}), "an archive inside an archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"PAR1" + bytes(50), "a Parquet file"),
        (b"\x93NUMPY\x01\0" + bytes(50), "a NumPy array"),
        (b"PK\x05\x06" + bytes(18), "an archive with no table in it"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "a picture, a sound or a film"),
        (b"BM" + bytes(500), "a binary file of a program"),
        (json.dumps(OBJECTS)[:2000].encode(), "JSON that is damaged or breaks off"),
        (b"BEGIN:VCALENDAR\nDTSTART:20240812\n", "a text that begins “BEGIN:VCALENDAR”"),
        (b"[" * 100_000, "JSON nested too deep"),
        (b'{"Note": "Thank you for using us. Call less often."}', "an answer that says “Thank you"),
        (b"<html><title>Log in</title>", "a web page (“Log in”)"),
        (b"Error 1015: You are being rate limited\n", "a text that begins “Error 1015"),
    ],
)
def test_what_is_no_table_is_refused_for_what_it_is(content, words):
    error = refused(content)
    assert isinstance(error, UnreadableFileError)
    assert words in error.sentence
    assert error.hint


@pytest.mark.parametrize("whole", [workbook(SHEET), zipped(**{"syn.csv": PLAIN}), gzip.compress(PLAIN.encode())])
def test_a_damaged_archive_is_refused_or_read_and_never_a_fault_of_ours(whole):
    for place in range(0, len(whole), 7):
        for damaged in (whole[:place] + whole[place + 3 :], whole[:place] + b"\xff" + whole[place + 1 :]):
            try:
                read(damaged)
            except BadFileError as refusal:
                last = refusal
    assert last.sentence


@pytest.mark.parametrize("content", [gzip.compress(bytes(300 * 2**20)), zipped(**{"a.csv": bytes(300 * 2**20)})])
def test_a_bomb_costs_next_to_nothing(content):
    assert thread_cost(lambda: refused(content)) < 0.2


@pytest.mark.parametrize("line", ["\n", "\r", ",\n"])
def test_a_file_of_blank_lines_costs_next_to_nothing_and_is_named_as_such(line):
    content = line * (2_000_000 // len(line))
    assert thread_cost(lambda: refused(content)) < 0.2
    assert "found nothing" in refused(content).sentence or "40,000 blank lines" in refused(content).sentence


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("日付,終値", "cp932"),
        ("日期,收盘价", "gb18030"),
        ("일자,종가", "cp949"),
        ("Дата,Цена закрытия", "cp1251"),
        ("Дата,Цена закрытия", "koi8-r"),
        ("Дата,Цена закрытия", "iso8859-5"),
        ("Дата,Цена закрытия", "utf-16-le"),
        ("日付,終値", "utf-32-be"),
        ("Tarih,Kapanış", "cp857"),
        ("Date,Clôture", "cp1252"),
        ("Date,Clôture", "mac-roman"),
        ("Dátum,Záró", "cp1250"),
        ("Ημερομηνία,Κλείσιμο", "cp1253"),
        ("วันที่,ราคาปิด", "cp874"),
        ("התאריך,תאריך,שער נעילה", "utf-16"),
    ],
)
def test_a_code_page_is_told_by_the_words_it_makes(header, encoding):
    extra = header.count(",") - 1
    text = PLAIN.replace("Date,Close", header).replace("\n", "\n" + "x," * extra).removesuffix("x," * extra)
    text = text.replace("x," + header, header) if extra else text
    np.testing.assert_array_equal(read(text.encode(encoding)).close, CLOSES)


def test_two_prices_are_asked_about_and_the_choice_is_taken():
    text = PLAIN.replace("Close", "Bid,Ask").replace("\n2", ",1\n2").replace("Ask,1", "Ask").rstrip("\n") + ",1\n"
    error = refused(text)
    assert isinstance(error, ChoiceNeededError)
    assert (error.field, error.choices) == ("column.close", ("Bid", "Ask"))
    np.testing.assert_array_equal(read(text, close="Bid").close, CLOSES)
    np.testing.assert_array_equal(read(text, close="2").close, CLOSES)
    with pytest.raises(QueryError, match=r"column\.close"):
        read(text, close="Mid")


def test_two_tickers_are_asked_about_and_the_ticker_chooses():
    rows = PLAIN.splitlines()[1:]
    text = "ticker,Date,Close\n" + "".join(f"{name},{row}\n" for name in ("BTC/USD", "BBB") for row in rows)
    error = refused(text)
    assert (error.field, error.choices) == ("ticker", ("BTC-USD", "BBB"))
    told = read(text, symbol="btc-usd")
    assert (told.listing.ticker, len(told.dates)) == ("BTC-USD", 80)
    assert first_symbol(text.encode()) == "BTC-USD"


@pytest.mark.parametrize(("bad", "whole"), [(1, True), (2, False)])
@pytest.mark.parametrize("cell", ["null", "", "0", "-37.63", "N/A"])
def test_one_day_in_a_hundred_may_be_without_a_price(cell, bad, whole):
    lines = PLAIN.splitlines()
    for row in range(BAD_DAY, BAD_DAY + bad):
        lines[row] = f"{DAYS[row - 1]},{cell}"
    if whole:
        assert (~(read("\n".join(lines)).close > 0)).sum() == 1
    else:
        error = refused("\n".join(lines))
        assert (error.line, error.column) == (BAD_DAY + 1, "Close")


def test_what_is_read_is_told_in_our_names():
    told = read(
        "Datum;Schluss;Notiz\n" + PLAIN.partition("\n")[2].replace(",", ";").replace(".", ",").replace("\n", ";x\n")
    )
    assert told.reading.columns == {"date": "Datum", "close": "Schluss"}
    assert (told.reading.ignored, told.reading.delimiter, told.reading.encoding) == (("Notiz",), "semicolon", "UTF-8")
    assert told.reading.date_order == "year, month, day"
