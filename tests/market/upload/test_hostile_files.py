"""Files of any kind made to cost as much as they can: none is read for long, or swells, whatever it is full of."""

import datetime
import gzip
import time

import pytest

from app.errors import AppError
from app.market.upload.kinds.archives import MOST_TEXT
from app.market.upload.reader import first_symbol, read_quotes
from app.market.upload.source import MAXIMUM_BYTES

MOST_SECONDS = 2.0
ROWS = [f"{datetime.date(2000, 1, 3) + datetime.timedelta(day)},{100 + day % 7}" for day in range(300)]
TABLE = "\n".join(["Date,Close", *ROWS]) + "\n"
UNITS = [
    *("\n", "\r", "\r\n", ",", ",\n", ";\n", "|", "|\n", '""\n', '"\n"\n', " ", "  ", "\t", "1,", "1\n", "1e9,", "a\n"),
    *("Close,", "Date,Close\n", "2015-01-05,", "2015-01-05,1\n", "1,234.5,", "[]\n", "{}\n", "[1]\n", '{"a":1}\n'),
    *("[[1,2]],", "[", "<", "<title>", "sep=;\n", "é\n", "\u0661,", "日付,終値\n", "\u2028", "jan 1 2015,1\n"),
    *("<table>", "<tr>", "<td>", "<td>1</td>", "<Row>", "<Cell>", "f([", ")", "f(", "/*", '"a" '),
]
JSON = {
    "numbers": ("[", "1,", "1]"),
    "lists": ("[", "[1],", "[1]]"),
    "objects": ("[", '{"a":1},', '{"a":1}]'),
    "days": ("[", '{"date":"2015-01-05","close":1},', '{"date":"2015-01-05","close":1}]'),
    "columns": ('{"columns":["date","close"],"data":[', '["2015-01-05",1],', '["2015-01-05",1]]}'),
}
CELLS = ["1", "a", "1a", " ", "(", "1-", "1,", "1.", "123,", ".", "€", "5 jan ", "jan", "1:", "-", "日", "0", "a "]


def filled(before, unit, after="", most=MAXIMUM_BYTES):
    """As much of ``unit`` as goes into a file of so many bytes."""
    encoded = unit.encode()
    return before.encode() + encoded * ((most - len(before) - len(after)) // len(encoded)) + after.encode()


def spent(content):
    """Seconds of this thread's own until the file is read or refused, and what was said."""
    begun, sentence = time.thread_time(), ""
    try:
        read_quotes(content, "ACME", "acme.csv")
    except AppError as error:
        sentence = error.sentence
    first_symbol(content)
    return time.thread_time() - begun, sentence


@pytest.mark.parametrize("before", ["", "Date,Close\n", TABLE], ids=["alone", "below a header", "below a table"])
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_no_filling_makes_a_file_dear(before, unit):
    seconds, sentence = spent(filled(before, unit))
    assert seconds < MOST_SECONDS
    assert len(sentence) < 300


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_no_packed_filling_does_either(unit):
    # Noise between, so that it is not refused for growing too much.
    noise = "".join(f"{number * 7919 % 99991}{unit * 40}" for number in range(500))
    seconds, _ = spent(gzip.compress(filled("Date,Close\n", noise, most=MOST_TEXT)))
    assert seconds < MOST_SECONDS


@pytest.mark.parametrize("kind", JSON)
@pytest.mark.parametrize("most", [MAXIMUM_BYTES, MOST_TEXT])
def test_no_json_does_either(kind, most):
    before, unit, after = JSON[kind]
    seconds, _ = spent(filled(before, unit, after, most))
    assert seconds < MOST_SECONDS


@pytest.mark.parametrize("unit", CELLS, ids=ascii)
def test_no_long_cell_is_looked_into_for_long(unit):
    cell = '"' + "1" + unit * (20_000 // len(unit)) + '!"'
    places = [
        "\n".join(["Date,Close", *ROWS[:9], f"{cell},1", *ROWS[9:]]),
        "\n".join(["Date,Close", *ROWS[:9], f"2000-01-12,{cell}", *ROWS[10:]]),
        "\n".join([f"Date,{cell},Close", *(row.replace(",", ",1,") for row in ROWS)]),
        "\n".join(["Date,Close,Note", *(f"{row},{cell}" for row in ROWS[:40])]),
        f"<html><title>{cell}",
        f"<html><title>{unit * 20_000}",
        '[{"date":"2015-01-05","close":' + cell + "}]",
        f"f([1]){unit * 20_000}x",
        f"<table><tr><td>{unit * 20_000}",
    ]
    assert max(spent(place.encode())[0] for place in places) < MOST_SECONDS


@pytest.mark.parametrize("value", ["1," + "123," * 45 + "9x", "1" + "." * 58 + "x$", "5" + "a0" * 28 + "k", "1 " * 90])
def test_no_column_of_such_cells_is_looked_into_for_long(value):
    days = (datetime.date(1950, 1, 2) + datetime.timedelta(day) for day in range(19_000))
    content = "\n".join(["Date;Close;Volume", *(f"{day};{value};{value}" for day in days)])
    assert spent(content.encode()[:MOST_TEXT])[0] < MOST_SECONDS


@pytest.mark.parametrize("sign", ["\n", "\r\n", ",\n"])
def test_more_blank_lines_than_are_looked_at_are_told_as_these_and_not_as_rows(sign):
    _, sentence = spent(f"Date,Close\n{sign * 70_000}{TABLE}".encode())
    assert "more than 40,000 blank lines" in sentence
