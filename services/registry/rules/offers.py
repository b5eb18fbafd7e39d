"""How an offer is read: an organisation offers a catalogue service at one place. No cell of it can hold a person."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.registry.rules import search
from shared.states import Machine, moves

COLUMNS: Final = (
    "key", "service", "organization", "place", "address", "district", "postal_code", "languages", "hours", "standing",
    "assured_on", "available", "maximum", "waiting", "next_place_on", "capacity_on",
)  # fmt: skip
STANDINGS: Final = frozenset({"active", "inactive", "defunct", "temporarily closed"})  # HSDS 3.1, service.status
WAITING: Final = frozenset({"", "none", "open", "closed"})
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # RFC 5545, 3.3.10
MAX_UNITS: Final = 100_000
# Days after which an entry is stale, by kind of service; what the law says changes less often than who offers it.
ASSURED_FOR: Final[Mapping[str, int]] = {"referral": 180, "filing": 180, "mediation": 180, "info": 365, "rights": 365}
CAPACITY_FOR: Final = 14  # days after which a capacity is stale

IMPORT: Final = Machine(
    noun="directory import",
    initial="receiving",
    moves=moves(
        {
            "send": ("receiving", "checking"),
            "accept": ("checking", "applying"),
            "refuse": ("checking", "refused"),
            "finish": ("applying", "applied"),
            "cancel": ("receiving|checking", "cancelled"),
        }
    ),
)

_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_POSTAL: Final = re.compile(r"(?:[0-9]{6})?")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")  # BCP 47, without variants
_HOURS: Final = re.compile(
    r"(?P<days>(?:MO|TU|WE|TH|FR|SA|SU)(?:[-,](?:MO|TU|WE|TH|FR|SA|SU))*)"
    r" (?P<opens>(?:[01][0-9]|2[0-3]):[0-5][0-9])-(?P<closes>(?:[01][0-9]|2[0-4]):[0-5][0-9])"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_A_PERSON: Final = re.compile(r"[0-9]{11}|@")  # a mobile's or an identity number, an address of mail


@dataclass(frozen=True)
class Offer:
    """An offer that can be taken in; `digest` covers what it says, without the capacity, which has a day of its own."""

    service: str
    organization: str
    key: str
    place: str
    address: str
    district: str
    postal_code: str
    languages: tuple[str, ...]
    hours: tuple[str, ...]
    standing: str
    assured_on: date
    available: int | None
    maximum: int | None
    waiting: str
    next_place_on: date | None
    capacity_on: date | None
    grams: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Fault:
    """A row that cannot be taken: file, line in it (the header is line 1), field, and why."""

    file: str
    line: int
    field: str
    reason: str


@dataclass(frozen=True)
class Known:
    """What rows are held against: services of the signed release, what each organisation offers, districts, today."""

    services: frozenset[str]
    offers: Mapping[str, frozenset[str]]
    districts: frozenset[str]
    today: date


Row = Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """A row of a file as it stands, or what kept it from being one."""

    file: str
    line: int
    cells: Row
    faults: tuple[Fault, ...] = ()


def faults(found: Found, known: Known) -> list[Fault]:
    """Everything that is wrong with a row; its own content is not repeated."""
    if found.faults:
        return list(found.faults)
    wrong = [*_cells(found.cells), *_references(found.cells, known), *_days(found.cells, known.today)]
    wrong += _capacity(found.cells)
    return [Fault(found.file, found.line, field, reason) for field, reason in wrong]


def offer(cells: Row) -> Offer:
    """The offer of a row without faults."""
    texts = {name: cells[name].strip() for name in ("service", "organization", "key", "district", "postal_code")}
    names = {name: cells[name].strip() for name in ("place", "address")}
    told = "|".join(cells[name].strip() for name in COLUMNS[:11])
    return Offer(
        **texts,
        **names,
        languages=parts(cells["languages"], "|"),
        hours=parts(cells["hours"], ";"),
        standing=cells["standing"],
        assured_on=date.fromisoformat(cells["assured_on"]),
        available=_number(cells["available"]),
        maximum=_number(cells["maximum"]),
        waiting=cells["waiting"],
        next_place_on=_date(cells["next_place_on"]),
        capacity_on=_date(cells["capacity_on"]),
        grams=tuple(sorted(search.grams(names["place"]))),
        digest=hashlib.sha256(told.encode()).hexdigest(),
    )


def stale_after(kind: str, assured_on: date) -> date:
    """The last day on which an entry counts as current."""
    return assured_on + timedelta(days=ASSURED_FOR[kind])


def capacity_stale_after(told_on: date) -> date:
    """The last day on which a capacity counts as current."""
    return told_on + timedelta(days=CAPACITY_FOR)


def opening(hours: str) -> tuple[str, str, str]:
    """Days (RFC 5545 BYDAY), opening and closing time of one line of opening hours."""
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError("not opening hours")
    days = [day for span in found["days"].split(",") for day in _span(span)]
    return ",".join(dict.fromkeys(days)), found["opens"], found["closes"]


def parts(cell: str, separator: str) -> tuple[str, ...]:
    """The parts of a cell that holds many."""
    return tuple(dict.fromkeys(part.strip() for part in cell.split(separator) if part.strip()))


def _span(span: str) -> tuple[str, ...]:
    first, _, last = span.partition("-")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return DAYS[begin : end + 1] if begin <= end else DAYS[begin:] + DAYS[: end + 1]


def _cells(cells: Row) -> Iterator[tuple[str, str]]:
    for field, (accepts, reason) in _CHECKS.items():
        if not accepts(cells[field]):
            yield field, reason


def _references(cells: Row, known: Known) -> Iterator[tuple[str, str]]:
    if cells["service"] not in known.services:
        yield "service", "the service is not in the signed release"
    elif cells["organization"] not in known.offers:
        yield "organization", "no active organisation has this id"
    elif cells["service"] not in known.offers[cells["organization"]]:
        yield "service", "this organisation is not registered for the service"
    if cells["district"] not in known.districts:
        yield "district", "no district has this code of six digits"


def _days(cells: Row, today: date) -> Iterator[tuple[str, str]]:
    for field in ("assured_on", "capacity_on", "next_place_on"):
        if cells[field] and not is_day(cells[field]):
            yield field, "write the day as YYYY-MM-DD"
        elif cells[field] and field != "next_place_on" and date.fromisoformat(cells[field]) > today:
            yield field, "the day has not come yet"
    if not cells["assured_on"]:
        yield "assured_on", "say on which day the entry was last found right"


def _capacity(cells: Row) -> Iterator[tuple[str, str]]:
    numbers = [cells["available"], cells["maximum"]]
    if cells["maximum"] and not cells["available"]:
        yield "available", "say how many are available"
    if all(each.isdecimal() for each in numbers) and int(numbers[0]) > int(numbers[1]):
        yield "available", "no more can be available than there are"
    if any([*numbers, cells["waiting"]]) and not cells["capacity_on"]:
        yield "capacity_on", "say of which day the capacity is"
    if cells["next_place_on"] and cells["waiting"] != "open":
        yield "next_place_on", "a next place has a waiting list that is open"


def is_day(cell: str) -> bool:
    """Whether a cell holds a day of the calendar, written YYYY-MM-DD."""
    try:
        return _DAY.fullmatch(cell) is not None and date.fromisoformat(cell).year >= 1970
    except ValueError:
        return False


def _is_count(cell: str) -> bool:
    return not cell or (cell.isascii() and cell.isdigit() and len(cell) < 7 and int(cell) <= MAX_UNITS)


def _is_name(longest: int) -> Callable[[str], bool]:
    return lambda cell: 0 < len(cell.strip()) <= longest and cell.isprintable() and not _OF_A_PERSON.search(cell)


def _all(pattern: re.Pattern[str], separator: str, most: int) -> Callable[[str], bool]:
    return lambda cell: (
        len(parts(cell, separator)) <= most and all(pattern.fullmatch(part) for part in parts(cell, separator))
    )


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


_COUNT: Final = (_is_count, f"must be a whole number up to {MAX_UNITS}, or empty")
_CHECKS: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "key": (lambda cell: _KEY.fullmatch(cell) is not None, "up to 64 letters, digits, dots, dashes and underscores"),
    "place": (_is_name(100), "a name of up to 100 characters, without long numbers or addresses of mail"),
    "address": (_is_name(200), "an address of up to 200 characters, without long numbers or addresses of mail"),
    "postal_code": (lambda cell: _POSTAL.fullmatch(cell) is not None, "must be six digits or empty"),
    "languages": (_all(_LANGUAGE, "|", 20), "language tags such as zh|ug|kk (BCP 47), at most 20"),
    "hours": (_all(_HOURS, ";", 21), "such as MO-FR 09:00-12:00; SA 10:00-12:00, at most 21"),
    "standing": (STANDINGS.__contains__, "must be one of " + ", ".join(sorted(STANDINGS))),
    "available": _COUNT,
    "maximum": _COUNT,
    "waiting": (WAITING.__contains__, "must be none, open, closed, or empty"),
}
