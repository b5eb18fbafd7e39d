"""A fresh, fictitious family for every run: names in two writings, valid ID numbers, phones of a range nobody has."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Names in two parts with a separator between them, as hundreds of thousands write theirs; made up, so that no two runs
# meet the same child: two of one name and birthday cannot be told apart, and neither is matched.
SYLLABLES = "阿依古丽卓玛娜仁央金其美帕索马木提吾买尔多吉巴特艾山次旺"
PART = 3  # syllables


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
    surname = _part(chance)
    return Family(
        parent=_person(chance, surname, 25, 45),
        child=_person(chance, surname, 6, 7),
        landlord=_person(chance, _part(chance), 40, 70),
    )


def _part(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=PART))


def _person(chance: random.Random, surname: str, youngest: int, oldest: int) -> Person:
    given = _part(chance)
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
