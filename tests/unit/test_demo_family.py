"""The demonstration's families: nobody twice, and all that is said of them passes the registry's own rules."""

import datetime
import random

from demo import family
from services.registry.rules import names, numbers, people

RUNS = 20_000


def test_no_two_runs_meet_the_same_child() -> None:
    chance = random.Random(610118)  # noqa: S311 - fictitious people, the same in every run of the test
    children = {(child.name, child.birth_date) for child in (family.fresh(chance).child for _ in range(RUNS))}
    assert len(children) == RUNS


def test_a_family_is_what_it_says() -> None:
    today = datetime.date(2026, 9, 1)
    chance = random.Random(621124)  # noqa: S311 - as above
    for _ in range(50):
        drawn = family.fresh(chance)
        for person in (drawn.parent, drawn.child, drawn.landlord):
            assert names.canonical(person.typed) == person.name != person.typed
            numbers.canonical(numbers.DocumentType.RESIDENT_ID, person.document_number, today)
            assert people.phone(person.phone) == f"+86{person.phone}"
        people.check_dependant(drawn.child.birth_date, "birth_certificate", today)
        assert drawn.child.name.partition("·")[2] == drawn.parent.name.partition("·")[2]
