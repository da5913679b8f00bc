"""Dates as papers write them, and everything that only looks like one."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents import values
from groundstone.documents.values import dates
from groundstone.documents.values.dates import date_order, fits, for_purpose, full_year

BIRTH = date(1980, 12, 11)
BOUGHT = date(2018, 3, 25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-12-11", BIRTH), ("11.12.1980", BIRTH), ("11/12/1980", BIRTH), ("11.12.80", BIRTH), ("1980/12/11", BIRTH),
        ("1980.12.11", BIRTH), ("11-Dec-1980", BIRTH), ("Dec 11, 1980", BIRTH), ("December 11th, 1980", BIRTH),
        ("11 December 1980", BIRTH), ("11th of December, 1980", BIRTH), ("11 DEC 80", BIRTH), ("11DEC1980", BIRTH),
        ("1980 Dec 11", BIRTH), ("11. Dezember 1980", BIRTH), ("11 décembre 1980", BIRTH), ("11 DEC/DÉC 1980", BIRTH),
        ("11 de diciembre de 1980", BIRTH), ("11 dicembre 1980", BIRTH), ("11 de dezembro de 1980", BIRTH),
        ("11 december 1980", BIRTH), ("11 grudnia 1980", BIRTH), ("11. joulukuuta 1980", BIRTH), ("11.12.1980.", BIRTH),
        ("11. prosince 1980", BIRTH), ("11. desember 1980", BIRTH), ("1980. december 11.", BIRTH),
        ("11 Aralık 1980", BIRTH),
        ("11 - 12 - 1980", BIRTH), ("11 12 1980", BIRTH), ("11 décernbre 1980", None),
        ("1er mars 2018", date(2018, 3, 1)),
        ("25MAR2018", BOUGHT), ("25MAR18", BOUGHT), ("20180325", BOUGHT), ("2018/03/25", BOUGHT), ("3/25/2018", BOUGHT),
        ("25/03 /2018", BOUGHT), ("25-O3-2018", BOUGHT), ("2O18-03-25", BOUGHT), ("25/03/2O18", BOUGHT),
        ("25/032018", BOUGHT),
        ("2503/2018", BOUGHT), ("25-Mar-18", BOUGHT), ("25 Mar '18", BOUGHT), ("Mar. 25, 2018", BOUGHT),
        ("2 5 0 3 2 0 1 8", BOUGHT), ("l5/03/2018", date(2018, 3, 15)), ("5-1-1999", date(1999, 1, 5)),
        ("0CT 5, 2020", date(2020, 10, 5)), ("29/02/2020", date(2020, 2, 29)), ("29/02/2019", None),
        ("31.04.2020", None),
    ],
)  # fmt: skip
def test_a_date_is_read_in_any_usual_writing(text: str, expected: date | None) -> None:
    assert values.parse("date", text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Date: 25/12/2018 8:13:39 PM", "25/12/2018"), ("DATE:25/03/2018TIME:10:22", "25/03/2018"),
        ("2021-07-01T10:00:00Z", "2021-07-01"), ("9/3/2018(FRI)", "9/3/2018"),
        ("Mon, 25 Mar 2018 14:02", "25 Mar 2018"),
        ("geb. am 11.12.1980 in Köln", "11.12.1980"), ("né le 11 décembre 1980 à Lyon", "11 décembre 1980"),
        ("Dose 1 2021-07-01 Lot 111X083", "2021-07-01"),
    ],
)  # fmt: skip
def test_a_date_is_found_among_other_words(text: str, said: str) -> None:
    best = values.spot("date", text)[0]
    assert text[best.start : best.end] == said


@pytest.mark.parametrize(
    "text",
    [
        "012-345-6789", "+49 30 1234567", "(555) 123-4567", "192.168.1.10", "1.2.3", "v2.10.4", "1,234.56",
        "RM 1,007.50",
        "12/12/12/12", "4012 8888 8888 1881", "X1259666", "INV-2018/0034", "ABC-12-34-5678-9", "50%", "8:13:39",
        "99/99/9999",
        "0/0/2020", "Total 12.50", "", "date", "March", "12-34-56 78", "1234567890", "GST 6.00 %",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert [spot for spot in values.spot("date", text) if spot.plausibility >= 0.5] == []


def test_an_ambiguous_date_keeps_both_readings_and_follows_the_order_of_the_page() -> None:
    (plain,) = values.spot("date", "11/12/1980")
    assert (plain.value, plain.others) == (BIRTH, (date(1980, 11, 12),))
    (american,) = values.spot("date", "11/12/1980", "month-first")
    assert (american.value, american.others) == (date(1980, 11, 12), (BIRTH,))
    assert values.spot("date", "12-01-19", "year-first")[0].value == date(2012, 1, 19)
    assert values.spot("date", "25/12/2018", "month-first")[0].value == date(2018, 12, 25)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["Issued 04/05/2018", "Expires 25/05/2023"], "day-first"), (["04/05/2018", "05/25/2023"], "month-first"),
        (["2018-05-04", "08/05/2023 2019/01/02"], "year-first"), (["Date of Birth (DD/MM/YYYY)"], "day-first"),
        (["MM/DD/YYYY", "12/25/2020"], "month-first"), (["TT.MM.JJJJ"], "day-first"), (["jj/mm/aaaa"], "day-first"),
        (["Springfield, IL 62704", "01/02/2021"], "month-first"), (["01/02/2021"], None), ([], None),
        (["25/12/2018", "12/25/2018"], None),
    ],
)  # fmt: skip
def test_the_order_of_a_page_is_inferred(texts: list[str], order: str | None) -> None:
    assert date_order(texts) == order


def test_a_month_with_its_year_is_the_first_of_the_month_with_little_plausibility() -> None:
    for text in ("MAR 2026", "03/2026", "März 2026"):
        (spot,) = values.spot("date", text)
        assert (spot.value, spot.precision) == (date(2026, 3, 1), "month")
        assert spot.plausibility <= 0.5


def test_two_digit_years_lie_within_a_century_and_births_in_the_past() -> None:
    today = date.today()
    assert today.year - 85 < full_year("80") <= today.year + 15
    assert full_year("1980") == 1980
    (spot,) = values.spot("date", f"01/02/{(today.year + 5) % 100:02d}")
    assert for_purpose(spot, "birth", today).year < today.year
    assert for_purpose(spot, "expiry", today).year > today.year
    assert fits(date(2030, 1, 1), "birth", date(2026, 1, 1)) == 0
    assert fits(date(2030, 1, 1), "expiry", date(2026, 1, 1)) > fits(date(1960, 1, 1), "expiry", date(2026, 1, 1))


def test_dates_are_the_same_across_writings() -> None:
    assert values.same("date", "1980-12-11", "11 Dec 1980")
    assert values.same("date", "11/12/1980", "December 11, 1980")
    assert values.same("date", "11/12/1980", "11/12/1980")
    assert not values.same("date", "1980-12-11", "1980-12-12")
    assert not values.same("date", "MAR 2026", "01 MAR 2026")
    assert not values.same("date", "1980-12-11", "no date")


DAYS = st.dates(date(1930, 1, 1), date(2035, 12, 31))
MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split(),
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split(),
    "sv": "januari februari mars april maj juni juli augusti september oktober november december".split(),
}


@given(
    DAYS,
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d %b %Y", "%d%b%Y", "%b %d, %Y", "%Y/%m/%d"]),
)
def test_a_formatted_date_is_spotted_again(day: date, pattern: str) -> None:
    text = f"Date: {day.strftime(pattern)} 10:20"
    assert values.spot("date", text)[0].value == day


@given(DAYS, st.sampled_from(sorted(MONTHS)))
def test_a_date_in_words_is_spotted_in_every_language(day: date, language: str) -> None:
    name = MONTHS[language][day.month - 1]
    for text in (
        f"{day.day} {name} {day.year}",
        f"{day.day}. {name.upper()} {day.year}",
        f"{day.day} de {name} de {day.year}",
    ):
        assert values.parse("date", text) == day


@given(DAYS, st.sampled_from(["day-first", "month-first"]))
def test_with_the_order_of_the_page_a_date_of_figures_is_certain(day: date, order: dates.Order) -> None:
    text = day.strftime("%d/%m/%Y" if order == "day-first" else "%m/%d/%Y")
    assert values.parse("date", text, order) == day


@given(st.text(alphabet="0123456789OlIS/-., decmar'", max_size=60))
def test_dates_of_any_noise_lie_in_the_text_and_in_the_calendar(text: str) -> None:
    for spot in dates.spot(text):
        assert 0 <= spot.start < spot.end <= len(text)
        assert isinstance(spot.value, date)
        assert 0 < spot.plausibility <= 1


@pytest.mark.parametrize("piece", ["1 ", "1-", "1/2/", "12 mar ", "1 1 1 2 ", "0O1l", "-", " ", "25/03/2018 "])
def test_long_texts_take_little_time(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    started = time.perf_counter()
    values.spot("date", text)
    assert time.perf_counter() - started < 3
