"""Rows of offers: what is good is read as it was meant, what is bad is named by field, nothing of a person fits in."""

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import offers
from tests.service.registry.offers import SCHOOL, row

KNOWN = offers.Known(
    services=frozenset({"EDU-01", "EDU-02"}),
    offers={"org-610118-education": frozenset({"EDU-01"})},
    districts=frozenset({"610118"}),
    today=date(2026, 11, 24),
)


def fields(**changed: str) -> set[str]:
    """The fields of a row that are wrong."""
    found = offers.Found("offers.csv", 7, row(**changed))
    wrong = offers.faults(found, KNOWN)
    assert {(each.file, each.line) for each in wrong} <= {("offers.csv", 7)}
    return {each.field for each in wrong}


def test_a_good_row_is_read() -> None:
    assert fields() == set()
    read = offers.offer(SCHOOL)
    assert (read.languages, read.hours) == (("zh", "ug"), ("MO-FR 09:00-12:00", "MO-FR 14:00-17:30"))
    assert (read.available, read.maximum, read.next_place_on) == (12, 40, date(2027, 2, 15))


def test_only_what_must_be_said_must_be_said() -> None:
    optional = ("postal_code", "languages", "hours", "available", "maximum", "waiting", "next_place_on", "capacity_on")
    assert fields(**dict.fromkeys(optional, "")) == set()
    for name in set(offers.COLUMNS) - set(optional):
        assert name in fields(**{name: ""}), name


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"key": "一"}, "key"),
        ({"service": "EDU-02"}, "service"),
        ({"service": "POL-01"}, "service"),
        ({"organization": "org-610118-police"}, "organization"),
        ({"place": "李老师 13900001234"}, "place"),
        ({"place": "x" * 101}, "place"),
        ({"address": "li@example.com"}, "address"),
        ({"address": "a\u0000b"}, "address"),
        ({"district": "61"}, "district"),
        ({"postal_code": "7103"}, "postal_code"),
        ({"languages": "Chinese"}, "languages"),
        ({"hours": "MO-FR 25:00-26:00"}, "hours"),
        ({"hours": "daily"}, "hours"),
        ({"standing": "open"}, "standing"),
        ({"assured_on": "2026-02-30"}, "assured_on"),
        ({"assured_on": "2026-11-25"}, "assured_on"),
        ({"available": "41"}, "available"),
        ({"available": "-1"}, "available"),
        ({"available": "١"}, "available"),
        ({"available": "", "maximum": "3"}, "available"),
        ({"capacity_on": ""}, "capacity_on"),
        ({"waiting": "12 people"}, "waiting"),
        ({"waiting": "closed"}, "next_place_on"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, str], field: str) -> None:
    assert field in fields(**changed)


@pytest.mark.parametrize(
    ("hours", "days"),
    [("MO-FR 09:00-12:00", "MO,TU,WE,TH,FR"), ("SA-MO 00:00-24:00", "SA,SU,MO"),
     ("MO,WE-FR,WE 09:00-10:00", "MO,WE,TH,FR")],
)  # fmt: skip
def test_opening_days_are_written_out(hours: str, days: str) -> None:
    assert offers.opening(hours)[0] == days


@given(st.fixed_dictionaries({name: st.text(max_size=30) for name in offers.COLUMNS}))
def test_any_row_is_judged_and_a_good_one_can_be_read(cells: dict[str, str]) -> None:
    if not offers.faults(offers.Found("offers.csv", 2, cells), KNOWN):
        offers.offer(cells)


@given(st.sampled_from(offers.COLUMNS[:11]), st.text(min_size=1, max_size=9))
def test_the_digest_tells_whether_a_row_says_something_else(name: str, value: str) -> None:
    """But not the capacity, which has a day of its own to tell the newer one."""
    if name == "assured_on" or not value.strip() or value.strip() == SCHOOL[name]:
        return
    same = offers.offer(row(available="3", capacity_on="2026-11-20"))
    assert same.digest == offers.offer(SCHOOL).digest
    assert offers.offer(row(**{name: value})).digest != same.digest
    assert dataclasses.replace(same, digest="") != dataclasses.replace(offers.offer(SCHOOL), digest="")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(sorted(offers.ASSURED_FOR)))
def test_an_entry_is_current_for_its_interval_and_not_a_day_longer(day: date, kind: str) -> None:
    assert offers.stale_after(kind, day) - day == timedelta(days=offers.ASSURED_FOR[kind])
