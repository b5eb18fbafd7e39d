"""A labelled set: made-up people, and second records of some of them as counters and phones would make them."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.registry.rules.duplicates import Facts
from services.registry.rules.numbers import DocumentType, check_character

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文建国志红梅玉"
SYLLABLES = tuple("阿布都 热合曼 买买提 帕尔哈提 吾买尔 古丽 努尔 麦麦提 扎西 次仁 卓玛 央金 巴特尔 其其格".split())
SOUNDS = str.maketrans("布买提丽伟芳静强军文", "不麦堤莉玮方敬蔷君纹")
SWAPPED, MONTHS = "day and month swapped", 12
LONG_AGO, RECENT = date(1950, 1, 1), date(2008, 1, 1)


@dataclass(frozen=True)
class Pair:
    """A second record and the person whose it is; nobody's where somebody comes for the first time."""

    kind: str
    second: Facts
    of: int | None


@dataclass(frozen=True)
class Labelled:
    """Everybody who was here before, and those who come now."""

    known: list[Facts]
    coming: list[Pair]


def seeded(seed: int) -> random.Random:
    """The same chance in every run."""
    return random.Random(seed)  # noqa: S311 - made-up people, no secret


def made(people: int, each: int, chance: random.Random) -> Labelled:
    """`people` who were here before, and `each` second records of every kind, and as many who never were here."""
    known = [person(chance) for _ in range(people)]
    coming = [Pair("nobody before", person(chance), None) for _ in range(each * len(KINDS))]
    for kind, change in KINDS.items():
        for _ in range(each):
            at = chance.randrange(people)
            while kind == SWAPPED and known[at].born.day > MONTHS:
                at = chance.randrange(people)
            # Whoever gets a second record has another phone now: the same phone signs in to the same record.
            moved = replace(known[at], phones=(phone(chance),))
            coming.append(Pair(kind, change(moved, known[at], chance), at))
    return Labelled(known, coming)


def person(chance: random.Random) -> Facts:
    """Somebody; a third have names in parts, half gave a document number."""
    parts = chance.choice(((2, True), (2, False), (2, False), (3, True)))
    name = _in_parts(chance, parts[0]) if parts[1] else _in_two_or_three(chance)
    born = LONG_AGO + timedelta(days=chance.randrange((RECENT - LONG_AGO).days))
    document = _document(chance, born) if chance.random() < 0.5 else None
    return Facts((name,), born, (phone(chance),), document)


def _in_parts(chance: random.Random, count: int) -> str:
    return "·".join("".join(chance.sample(SYLLABLES, 2)) for _ in range(count))


def _in_two_or_three(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def _document(chance: random.Random, born: date) -> tuple[DocumentType, str]:
    if chance.random() < 0.2:
        return DocumentType.PASSPORT, f"E{chance.randrange(10**8):08d}"
    first = f"{chance.choice((610118, 610125, 653101, 621124))}{born:%Y%m%d}{chance.randrange(1000):03d}"
    return DocumentType.RESIDENT_ID, first + check_character(first)


def phone(chance: random.Random) -> str:
    """A number of a range that nobody has."""
    return f"+86199{chance.randrange(10**8):08d}"


def _renamed(facts: Facts, name: str) -> Facts:
    return replace(facts, writings=(name,))


def _typing_error(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    name = facts.writings[0]
    at = chance.choice([place for place, character in enumerate(name) if character != "·"])
    return _renamed(facts, name[:at] + chance.choice(GIVEN) + name[at + 1 :])


def _homophone(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    return _renamed(facts, facts.writings[0].translate(SOUNDS))


def _another_order(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    return _renamed(facts, "·".join(reversed(facts.writings[0].split("·"))))


def _truncated(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    name = facts.writings[0]
    return _renamed(facts, name[: max(2, len(name) - 3)].rstrip("·"))


def _swapped(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    return replace(facts, born=facts.born.replace(month=facts.born.day, day=facts.born.month))


def _wrong_year(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    return replace(facts, born=facts.born + timedelta(days=365))


def _old_phone_said(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    return replace(_wrong_year(facts, before, chance), phones=(*facts.phones, *before.phones))


def _with_document(facts: Facts, before: Facts, chance: random.Random) -> Facts:
    shown = _typing_error(facts, before, chance)
    return replace(shown, writings=(*shown.writings, before.writings[0]))


KINDS: Mapping[str, Callable[[Facts, Facts, random.Random], Facts]] = {
    "only the phone is new": lambda facts, before, chance: facts,
    "no separator": lambda facts, before, chance: _renamed(facts, facts.writings[0].replace("·", "")),
    "parts in another order": _another_order,
    "cut short by a form": _truncated,
    "another character of the same sound": _homophone,
    "typing error in the name": _typing_error,
    "the same, and a document shows the old writing": _with_document,
    SWAPPED: _swapped,
    "wrong year of birth": _wrong_year,
    "the same, and she says her old number": _old_phone_said,
    "no document number this time": lambda facts, before, chance: replace(facts, document=None),
    "a new passport": lambda facts, before, chance: replace(
        facts, document=(DocumentType.PASSPORT, f"E{chance.randrange(10**8):08d}")
    ),
}
