"""A fresh, fictitious family for every run: names in two writings, valid ID numbers, phones of a range nobody has."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# fictitious names in two parts, as hundreds of thousands write them with a separator
GIVEN = ("阿依", "玛依拉", "卓玛", "娜仁", "古丽", "央金", "阿娜", "其美", "帕丽", "索娜")
FAMILY = ("马木提", "吾买尔", "多吉", "巴特尔", "艾山", "次旺")


@dataclass(frozen=True)
class Person:
    """One member: `typed` is the name as somebody wrote it, `name` as it is kept."""

    typed: str
    name: str
    birth_date: date
    document_number: str
    phone: str


@dataclass(frozen=True)
class Family:
    """A parent and a child who moved, and the landlord of their old room."""

    parent: Person
    child: Person
    landlord: Person


def fresh(chance: random.Random) -> Family:
    """A family that nobody had before."""
    surname = chance.choice(FAMILY)
    return Family(
        parent=_person(chance, chance.choice(GIVEN), surname, 25, 45),
        child=_person(chance, chance.choice(GIVEN), surname, 6, 7),
        landlord=_person(chance, chance.choice(GIVEN), chance.choice(FAMILY), 40, 70),
    )


def _person(chance: random.Random, given: str, surname: str, youngest: int, oldest: int) -> Person:
    born = date(2026, 9, 1) - timedelta(days=chance.randint(youngest * 366, oldest * 365))
    return Person(
        typed=f"{given}•{surname}",
        name=f"{given}·{surname}",
        birth_date=born,
        document_number=_number(chance, born),
        phone=phone(chance),
    )


def phone(chance: random.Random) -> str:
    """A number of a range that nobody has."""
    return f"199{chance.randrange(10**8):08d}"


def _number(chance: random.Random, born: date) -> str:
    """An ID number that passes ISO 7064 MOD 11-2 (GB 11643-1999); 990000 is nobody's address code."""
    body = f"990000{born:%Y%m%d}{chance.randint(0, 999):03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]
