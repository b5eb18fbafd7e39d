"""Two records of one person: where to look for another, what speaks for it, and what forbids it. A person decides.

There are no phonetic keys and no scores. Records meet in a keyed index over two things together, or over a whole
number; what an index cannot find (a typing error in the name and another phone and no number) stays unfound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import permutations, product
from typing import Final

from services.registry.rules import names, numbers, variants
from services.registry.rules.numbers import DocumentType
from services.registry.rules.variants import Difference
from shared import problems, states

TOO_OFTEN = problems.kind(
    409, "comparisons-too-many", "Compared too often today", "Try again tomorrow; two records do no harm until then."
)
NOT_PROVED = problems.kind(
    409,
    "record-not-proved",
    "The other record was not proved to be yours",
    "Say the code that went to its contact first. Where nobody can read it, the two records stay two.",
)
MERGED_AWAY = problems.kind(
    409,
    "record-merged",
    "This record is joined with another of yours",
    "Use the sign-in that you joined it from, or undo it at /v1/me/record-merges.",
)
MERGE_IMPOSSIBLE = problems.kind(
    409, "merge-impossible", "These two cannot be joined now", "Compare again; a record that was joined waits 30 days."
)

MAX_COMPARISONS: Final = 3  # a day for one person: each presence asks for one person, and misses count like hits
MAX_CANDIDATES: Final = 5  # with more, the values say too little and nobody is asked
MAX_CODES: Final = 5  # alive for one contact
MAX_TRIES: Final = 5
CODE_LIVES: Final = timedelta(hours=24)
UNDO: Final = timedelta(days=30)

COMPARISON: Final = states.Machine(
    "comparison", "asked", states.moves({"look": ("asked", "looked"), "prove": ("looked|proved", "proved")})
)
MERGE: Final = states.Machine(
    "merge", "merged", states.moves({"undo": ("merged", "undone"), "settle": ("merged", "settled")})
)

_MIXED: Final = 3  # parts
_PARTS: Final = re.compile(r"[\s·]+")
_LIFELONG: Final = frozenset(
    {
        DocumentType.RESIDENT_ID,
        DocumentType.HK_MACAO_TAIWAN_PERMIT,
        DocumentType.FOREIGN_PERMANENT_RESIDENT,
        DocumentType.HK_MACAO_TRAVEL_PERMIT,
    }
)


@dataclass(frozen=True)
class Facts:
    """What a record says of its person: her name in every writing (the canonical first), and the rest of her."""

    writings: tuple[str, ...]
    born: date
    phones: tuple[str, ...]
    document: tuple[DocumentType, str] | None = None


class Reason(StrEnum):
    """What speaks for or against two records being of one person, beside how the names differ."""

    SAME_NUMBER = "same_number"
    OTHER_NUMBER = "other_number"
    SAME_BIRTH_DATE = "same_birth_date"
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    OTHER_BIRTH_DATE = "other_birth_date"
    SAME_CONTACT = "same_contact"
    SAME_NAME = "same_name"
    NAME_WRITTEN_OTHERWISE = "name_written_otherwise"
    OTHER_NAME = "other_name"


WORDS: Final = {
    Reason.SAME_NUMBER: "证件号码相同 / the same document number",
    Reason.OTHER_NUMBER: "证件号码不同 / another document number",
    Reason.SAME_BIRTH_DATE: "出生日期相同 / the same birth date",
    Reason.DAY_AND_MONTH_SWAPPED: "出生日期的月和日互换 / day and month of birth are swapped",
    Reason.OTHER_BIRTH_DATE: "出生日期不同 / another birth date",
    Reason.SAME_CONTACT: "联系电话相同 / the same contact",
    Reason.SAME_NAME: "姓名相同 / the same name",
    Reason.NAME_WRITTEN_OTHERWISE: "姓名写法不同 / the name is written otherwise",
    Reason.OTHER_NAME: "姓名不同 / another name",
}


def names_and_births(facts: Facts) -> set[tuple[str, date]]:
    """Names with birth dates to look for: each writing in other orders too, day and month as they are and swapped."""
    return set(product(_orders(facts.writings), _births(facts.born)))


def names_and_contacts(facts: Facts) -> set[tuple[str, str]]:
    """Names with contacts to look for."""
    return set(product(_orders(facts.writings), facts.phones))


def _orders(writings: tuple[str, ...]) -> set[str]:
    """The folded writings with their parts in every order, or in each rotation where there are more than three."""
    found = set()
    for writing in writings:
        parts = [part for part in _PARTS.split(writing) if part]
        orders = permutations(parts) if len(parts) <= _MIXED else (parts[at:] + parts[:at] for at in range(len(parts)))
        found |= {names.folded("".join(order)) for order in orders}
    return found


def _births(born: date) -> set[date]:
    swapped = _swapped(born)
    return {born} if swapped is None else {born, swapped}


def _swapped(born: date) -> date | None:
    try:
        return born.replace(month=born.day, day=born.month)
    except ValueError:
        return None


def excluded(own: Facts, other: Facts) -> bool:
    """Whether two numbers that people keep for life tell two people apart. Passports are issued anew and do not."""
    if own.document is None or other.document is None:
        return False
    (kind, number), (other_kind, other_number) = own.document, other.document
    comparable = kind is other_kind and kind in _LIFELONG and len(number) == len(other_number)
    return comparable and numbers.lasting(kind, number) != numbers.lasting(other_kind, other_number)


def reasons(own: Facts, other: Facts) -> tuple[Reason, ...]:
    """What a person reads before she decides; only how the two compare, nothing that stands in the other record."""
    return (*_of_numbers(own, other), *_of_contacts(own, other), _of_births(own, other), _of_names(own, other))


def _of_numbers(own: Facts, other: Facts) -> Iterator[Reason]:
    if own.document and other.document:
        same = (
            own.document[0] is other.document[0]
            and len({numbers.lasting(*own.document), numbers.lasting(*other.document)}) == 1
        )
        yield Reason.SAME_NUMBER if same else Reason.OTHER_NUMBER


def _of_contacts(own: Facts, other: Facts) -> Iterator[Reason]:
    if set(own.phones) & set(other.phones):
        yield Reason.SAME_CONTACT


def _of_births(own: Facts, other: Facts) -> Reason:
    if own.born == other.born:
        return Reason.SAME_BIRTH_DATE
    return Reason.DAY_AND_MONTH_SWAPPED if _swapped(own.born) == other.born else Reason.OTHER_BIRTH_DATE


def _of_names(own: Facts, other: Facts) -> Reason:
    found = {variants.difference(names.canonical(one), two) for one, two in product(own.writings, other.writings)}
    if Difference.SAME in found:
        return Reason.SAME_NAME
    return Reason.NAME_WRITTEN_OTHERWISE if found & variants.HINTS else Reason.OTHER_NAME


def code_message(region: str, code: str) -> str:
    """What goes to the contact of a record that may be the person's own: the same words for everybody."""
    return (
        f"【接力】{region} 的窗口正在为一位到场的人登记，登记内容与本号码名下的一份记录相近。"
        f"若是您本人，请在窗口说出确认码 {code}，由您决定是否合并；若不是，请不要告诉任何人，什么也不会改变。 / "
        f"Somebody registers at a counter of {region}, much like a record under this number. "
        f"If it is you, say the code {code} there and decide whether to join the two; "
        f"if not, tell nobody: nothing changes."
    )


def merged_message(region: str) -> str:
    """What goes to the contact of a record that was joined: the same words for everybody."""
    return (
        f"【接力】{region}：本号码名下的记录已与您的另一份记录合并。30 天内可登录撤销。 / "
        f"{region}: the record under this number was joined with another of yours. You can undo it within 30 days."
    )
