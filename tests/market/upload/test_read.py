import codecs
import csv
import io
from datetime import date

import numpy as np
import pytest

from app.errors import BadFileError
from app.market.calendar import EVERY_DAY, WEEKDAYS
from app.market.history import history_until
from app.market.sample import SampleSource
from app.market.upload.reader import read_quotes
from app.market.upload.source import ticker_from, upload_of
from tests.support.fakes import market, weekdays
from tests.support.thread_cost import thread_cost

HEADER = "Date,Open,High,Low,Close,Adj Close,Volume"
ROWS = ("2020-01-02,10,12,9,11,5.5,1000", "2020-01-03,11,13,10,12,6,0", "2020-01-06,12,14,11,13,6.5,")


def read(text):
    return read_quotes(text if isinstance(text, bytes) else text.encode(), "SYN", "syn.csv")


def lines(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def refused(text):
    with pytest.raises(BadFileError) as error:
        read(text)
    return error.value


def closes(dates, header="Date,Close"):
    """A file of these days (texts), a price a day."""
    return lines(*(f"{day},{50 + 0.1 * number:.1f}" for number, day in enumerate(dates)), header=header)


def test_every_column_is_read_in_the_files_own_order():
    told = read(lines(*reversed(ROWS)))
    assert told.dates.tolist() == [date(2020, 1, 6), date(2020, 1, 3), date(2020, 1, 2)]
    assert (told.open.tolist(), told.high.tolist()) == ([12, 11, 10], [14, 13, 12])
    assert (told.low.tolist(), told.close.tolist()) == ([11, 10, 9], [13, 12, 11])
    assert told.adj_close.tolist() == [6.5, 6, 5.5]
    assert np.isnan(told.volume[0])
    assert told.volume[1:].tolist() == [0, 1000]


def test_what_a_source_tells_survives_the_way_through_a_file():
    told = market(300)
    out = io.StringIO()
    names = ("dates", "open", "high", "low", "close", "adj_close", "volume")
    csv.writer(out).writerows([HEADER.split(","), *zip(*(getattr(told, name).tolist() for name in names), strict=True)])
    read_again = read(out.getvalue())
    assert all(np.array_equal(getattr(read_again, name), getattr(told, name)) for name in names)


@pytest.mark.parametrize(
    "header",
    [
        "date,open,high,low,close,adj_close,volume",
        " DATETIME , OPEN, High ,low,CLOSE,AdjClose,Vol",
        "Timestamp,Opening Price,High Price,Low Price,Closing Price,Adjusted Close,Vol.",
        "Trade Date,1. open,2. high,3. low,4. close,5. adjusted close,6. volume",
        "Trade_Date,Open (EUR),High [EUR],Low,Close/Last,Adj. Close*,Volume (shares)",
        "\ufeffDate,Open,High,Low,Price,Close Adj,Volume",
        ",Open,High,Low,Last,Adj Close,Volume",
    ],
)
def test_columns_go_by_many_names(header):
    told = read(lines(*ROWS, header=header))
    assert told.close.tolist() == [11, 12, 13]
    assert told.adj_close.tolist() == [5.5, 6, 6.5]


def test_a_close_that_is_called_so_wins_over_a_price():
    assert read("Price,Date,Close\n1,2020-01-02,2\n").close.tolist() == [2]


def test_a_lone_adjusted_close_is_the_close_too_and_the_passport_says_so():
    told = read("Date,Adj Close\n2020-01-02,2\n")
    assert (told.close.tolist(), told.adj_close.tolist()) == ([2], [2])
    assert "adjusted closes only" in told.listing.adjustment


def test_a_file_as_yfinance_writes_it_is_read():
    text = "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n2020-01-02,2,3,1,2,9\n"
    assert read(text).high.tolist() == [3]


@pytest.mark.parametrize(
    "text",
    [
        "Date;Close;Volume\n2020-01-02;1234,5;1000\n2020-01-03;0,75;1000\n",
        "Date;Close;Volume\n2020-01-02;1.234,5;1.000\n2020-01-03;,75;1.000\n",
        "Date;Close;Volume\n2020-01-02;€ 1 234,50;1 000\n2020-01-03;0,75;1K\n",
        "Date\tClose\tVolume\n2020-01-02\t1,234.5\t1,000\n2020-01-03\t.75\t1000\n",
        'Date,Close,Volume\n2020-01-02,"$1,234.5","1,000"\n2020-01-03,7.5e-1,1e3\n',
        'Date,Close,Volume\n2020-01-02,"1234,5",1000\n2020-01-03,"0,75",1000\n',
        "Date,Close,Volume\r2020-01-02,1'234.5,1000\r2020-01-03,0.75,1.0K\r",
        "sep=;\r\nDate;Close;Volume\r\n2020-01-02;1234.5;1000\r\n2020-01-03;0.75;1000\r\n",
    ],
)
def test_numbers_are_read_as_people_write_them(text):
    told = read(text)
    assert told.close.tolist() == [1234.5, 0.75]
    assert told.volume.tolist() == [1000, 1000]


def test_thousands_in_the_indian_way_are_read():
    assert read('Date,Close\n2020-01-02,"12,34,567.5"\n').close.tolist() == [1234567.5]


@pytest.mark.parametrize(
    "text", ["Date;Close\n2020-01-02;1,234\n", 'Date,Close\n2020-01-02,"1,234"\n2020-01-03,1.234\n']
)
def test_a_comma_that_may_mean_two_things_is_refused(text):
    error = refused(text)
    assert (error.line, error.column, error.found) == (2, "Close", "“1,234”")


@pytest.mark.parametrize(
    "written",
    [
        ("2020-01-02", "2020-03-04"),
        ("2020/1/2", "2020/3/4"),
        ("2020.01.02", "2020.03.04"),
        ("20200102", "20200304"),
        ("2020-01-02 00:00:00-05:00", "2020-03-04 00:00:00-04:00"),
        ("2020-01-02T23:59:59.999Z", "2020-03-04T16:00"),
        ("02-Jan-2020", "4-MAR-2020"),
        ("Jan 02, 2020", "March 4, 2020"),
        ("2 January 2020", "04 Mar 2020"),
        ("02.01.2020", "04.03.2020"),
        ("2.1.2020 17:30", "4.3.2020 17:30"),
    ],
)
def test_a_date_is_the_day_that_is_written(written):
    between = [str(day) for day in weekdays(60, "2020-01-03") if day != np.datetime64("2020-03-04")]
    told = read("Date\tClose\n" + "".join(f"{day}\t{1 + row}\n" for row, day in enumerate([*written, *between])))
    assert told.dates[:2].tolist() == [date(2020, 1, 2), date(2020, 3, 4)]


@pytest.mark.parametrize(
    "form",
    [
        *("%Y%m%dT000000", "%Y%m%d 000000", "%a %b %d 00:00:00 %Y", "%a %b %d 00:00:00 UTC %Y", "'%Y-%m-%d"),
        "%a %b %d %Y 00:00:00 GMT+0000 (Coordinated Universal Time)",
    ],
)
def test_a_date_is_read_as_programs_write_it(form):
    days = weekdays(40)
    assert np.array_equal(read(closes([day.item().strftime(form) for day in days])).dates, days)


def seconds(days):
    return days.astype("datetime64[s]").astype(int)


def test_time_stamps_before_they_had_nine_digits_are_told_by_the_later_ones():
    days = weekdays(3000, "1966-01-03")
    assert np.array_equal(read(closes(seconds(days))).dates, days)


@pytest.mark.parametrize("wrong", ["0", "-5", "16920", "169220160"])
def test_a_time_stamp_that_lost_digits_is_refused(wrong):
    stamps = [*map(str, seconds(weekdays(40, "2023-06-05")))]
    assert refused(closes([*stamps[:20], wrong, *stamps[21:]])).found == f"“{wrong}”"


def serial(days):
    return (days - np.datetime64("1899-12-30")).astype(int)


@pytest.mark.parametrize("backwards", [False, True])
def test_day_numbers_need_no_header_where_they_are_weekdays_in_order(backwards):
    days = weekdays(60, "2023-06-05")[:: -1 if backwards else 1]
    told = read("\n".join(f"{day},{50 + row}.5" for row, day in enumerate(serial(days))))
    assert np.array_equal(told.dates, days)


@pytest.mark.parametrize(
    "numbers",
    [
        45_001 + np.arange(60),
        np.random.default_rng(1).permutation(serial(weekdays(60))),
        serial(weekdays(60)) - 1462,
        serial(weekdays(60)) * 2,
    ],
    ids=["counted", "in no order", "counted from 1904", "far apart"],
)
def test_numbers_that_may_be_other_than_days_are_none_without_a_header(numbers):
    error = refused("\n".join(f"{number},{50 + row}.5" for row, number in enumerate(numbers)))
    assert "a column Date" in error.needed


@pytest.mark.parametrize(
    "numbers",
    [serial(weekdays(60)) - 1462, [f"{day.item():%y%j}" for day in weekdays(60)]],
    ids=["counted from 1904", "days of a year"],
)
def test_day_numbers_that_fall_on_weekends_are_refused_under_a_header_too(numbers):
    assert "not sure to be day numbers" in refused(closes(numbers)).needed


def test_a_table_that_was_quoted_line_by_line_is_read():
    assert read('"Date,Close"\n"2020-01-02,""1,234.5"""\n"2020-01-03,0.75"\n').close.tolist() == [1234.5, 0.75]


@pytest.mark.parametrize(("forced", "month"), [("31/03/2020", 4), ("03/31/2020", 3)])
def test_the_column_tells_which_number_is_the_day(forced, month):
    told = read(f"Date,Close\n{forced},1\n{'03/04/2020' if month == 4 else '04/03/2020'},2\n")
    assert told.dates[1].tolist() == date(2020, 4, 3)


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        (["03/04/2020", "04/04/2020"], 2),
        (["03-04-2020"], 2),
        (["13/04/2020", "04/13/2020"], 3),
        (["2020-01-02", "2020-02-30"], 3),
        (["2020-01-02", ""], 3),
        (["2/1/20"], 2),
        (["yesterday"], 2),
        (["9999-12-31"], 2),
        (["2020-13-01"], 2),
        (["15779232001"], 2),
        (["1403/05/22"], 2),
    ],
)
def test_what_is_no_sure_date_is_refused_with_an_iso_date_to_follow(dates, line):
    error = refused(closes(dates))
    assert (error.line, error.column) == (line, "Date")
    assert "2018-06-29" in error.needed


@pytest.mark.parametrize(
    "worthless", ["abc", "inf", "-inf", "1e400", "1_0", "1 2", "12€3", "5%", "(3)", "1e20", "5 USDX"]
)
@pytest.mark.parametrize("column", ["Open", "Close", "Adj Close"])
def test_what_is_no_price_is_refused_with_its_line_and_column(worthless, column):
    cells = {"Open": "10", "High": "12", "Low": "9", "Close": "11", "Adj Close": "11", "Volume": "5"} | {
        column: worthless
    }
    error = refused(lines(*ROWS, "", "2020-01-07," + ",".join(cells.values())))
    assert (error.line, error.column, error.found) == (6, column, f"“{worthless}”")
    assert "Line 6" in error.sentence
    assert column in error.sentence


@pytest.mark.parametrize("worthless", ["abc", "-1", "1e19", "K", "5 apples"])
def test_what_is_no_volume_is_refused(worthless):
    assert refused(lines(f"2020-01-02,1,1,1,1,1,{worthless}")).column == "Volume"


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"", 1, "1"),
        (b" \n\n,,\n", 1, "1"),
        (b"PK\x03\x04\x14\x00", 1, "1"),
        (codecs.BOM_UTF16_LE + "Date,Close\n".encode("utf-16-le"), 2, "Date"),
        (codecs.BOM_UTF16_LE + "Date,Close\n".encode("utf-16-le")[:-1], 1, "2"),
        (b"Date,Close\n2020-01-02,1\n2020-01-03,1\0\n", 3, "2"),
        (b"Date,Close\n", 2, "Date"),
        (b"Date,Open\n2020-01-02,1\n", 1, "1"),
        (b"Close,Open\n1,1\n", 1, "1"),
        (b"2020-01-02,11,12\n2020-01-03,12,11\n", 1, "3"),
        (b"Date,Close,close\n2020-01-02,1,2\n", 1, "3"),
        (b"Date,Close\n2020-01-02\n", 2, "2"),
        (b"Date,Close\n2020-01-02,12,5\n", 2, "3"),
        (b'Date,Close\n2020-01-02,1\n"2020-01-03,1\n', 3, "1"),
        (b'Date,Close\n2020-01-02,"1"5\n', 2, "2"),
        (b"Date,Close\n2020-01-02," + b"1" * 200_000, 2, "2"),
        (b"," * 100_000, 1, "1"),
        (b"Date,Close," + b"x," * 300 + b"\n2020-01-02,1\n", 1, "201"),
        (b"Date,Close\n" + b"2020-01-02,1\n" * 20_001, 20_002, "1"),
    ],
)
def test_what_is_no_price_table_is_refused_with_line_and_column(content, line, column):
    error = refused(content)
    assert (error.line, error.column) == (line, column)
    assert len(error.sentence) < 250


def test_one_date_with_two_prices_is_refused_with_both_lines():
    error = refused(lines(*ROWS, "2020-01-02,10,12,9,11.5,5.5,1000"))
    assert (error.line, error.column) == (5, "Close")
    assert ("“11.5”" in error.found, "“11”" in error.found, "line 2" in error.found) == (True, True, True)


def test_the_same_row_twice_and_a_row_without_a_close_are_left_to_repair():
    told = read(lines(*ROWS, ROWS[1], "2020-01-03,,,,,,"))
    assert sorted(remark.what for remark in history_until(told, None).passport.dropped) == [
        "no closing price",
        "the same row stood twice",
    ]


@pytest.mark.parametrize("ratio", ["1e18", "1e-300", "2"])
def test_splits_that_no_share_ever_had_are_not_believed(ratio):
    rows = (f"{day},{50 + row},{ratio}" for row, day in enumerate(weekdays(80)))
    assert read(lines(*rows, header="Date,Close,Stock Splits")).splits == ()


@pytest.mark.parametrize("days", [7, 30])
def test_bars_that_are_not_daily_are_refused(days):
    apart = np.datetime64("2015-01-02") + days * np.arange(40)
    assert f"{days} days apart" in refused(closes(apart)).found


def test_blank_lines_are_listed_by_the_row_that_follows_and_not_at_the_end():
    told = read(lines(ROWS[0], "", ROWS[1], ",,,,,,", "  ", ROWS[2], "", ""))
    assert [(remark.day, remark.what) for remark in told.left_out] == [
        (date(2020, 1, 3), "a blank line before its row"),
        (date(2020, 1, 6), "2 blank lines before its row"),
    ]
    assert [remark.what for remark in history_until(told, None).passport.dropped] == ["3 blank lines"]
    (before,) = history_until(told, date(2020, 1, 3)).passport.dropped
    assert before.what == "a blank line before its row"


def test_what_comes_later_in_a_file_changes_nothing_of_a_past_history():
    rows = closes(weekdays(400)).splitlines()
    seen = history_until(read("\n".join(rows)), weekdays(300)[-1].item())
    changed = [
        *rows[:301],
        *(f"{row.split(',')[0]},{9 * number + 1}" for number, row in enumerate(rows[301:]) if number % 3),
    ]
    assert history_until(read("\n".join(changed)), weekdays(300)[-1].item()).passport == seen.passport


def test_a_passport_of_a_lone_close_tells_what_the_file_lacks():
    passport = history_until(read(closes(weekdays(80))), None).passport
    assert (passport.source, passport.name, passport.has_volume) == ("upload", "syn.csv", False)
    assert "no adjusted close" in passport.adjustment
    assert passport.dropped == ()
    assert [remark.what.partition(":")[0] for remark in passport.repaired] == [
        "no adjusted close on any day",
        "no volume on any day",
    ]


@pytest.mark.anyio
async def test_the_calendar_is_told_from_the_dates():
    sample = (await SampleSource().load("^GSPC")).dates[-1000:]
    every_day = np.arange("2015-01-01", "2016-06-01", dtype="datetime64[D]")
    expected = {"XNYS": sample, WEEKDAYS: weekdays(600), EVERY_DAY: every_day}
    for calendar, dates in expected.items():
        assert history_until(read(closes(dates)), None).passport.calendar == calendar


def test_a_hostile_cell_is_shown_short_and_printable():
    error = refused(f"Date,Close\n2020-01-02,\x1b[31m=cmd()\u202e{'x' * 1000}\n")
    assert error.found.isprintable()
    assert len(error.found) == 42


@pytest.mark.parametrize(
    ("name", "ticker"),
    [
        ("AAPL.csv", "AAPL"),
        ("my prices (1).csv", "MY-PRICES-1"),
        ("^gspc daily 2020 from me.txt", "^GSPC-DAILY-202"),
        ("цены.csv", "UPLOAD"),
        ("", "UPLOAD"),
    ],
)
def test_a_file_names_itself_where_nobody_does(name, ticker):
    assert ticker_from(name) == ticker


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\fakepath\\passwd", "pass\x00w\u202ed"])
def test_a_file_name_is_shown_without_path_and_tricks(name):
    assert upload_of(name, b"").name == "passwd"


def test_equal_files_have_equal_digests():
    one, same, other = (upload_of(*file).digest for file in (("a", b"x"), ("a", b"x"), ("a", b"y")))
    assert one == same != other


def test_twenty_thousand_rows_are_read_within_half_a_second():
    rows = [
        f"{day},{p:.4f},{p:.4f},{p:.4f},{p:.4f},{p:.4f},12345"
        for p, day in enumerate(weekdays(20_000, "1950-01-02"), 1)
    ]
    content = lines(*rows)
    assert thread_cost(lambda: read(content)) < 0.5


@pytest.mark.parametrize("name", ["Currency", "Währung", "通貨"])
def test_prices_in_two_currencies_are_refused_and_a_column_that_says_one_is_none_of_ours(name):
    rows = ["Date,Close," + name, *(f"{day},{100 + place},GBP" for place, day in enumerate(weekdays(30)))]
    assert len(read("\n".join(rows)).close) == 30
    rows[20] = rows[20].replace("GBP", "GBp")
    with pytest.raises(BadFileError, match="“GBP”, as above it"):
        read("\n".join(rows))
