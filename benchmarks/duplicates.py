"""`python -m benchmarks.duplicates`: how many second records are found, how many finds are right, and why not more.

The keyed indexes and the comparison are the registry's own, over a labelled set (tests/support/labelled.py). Beside
them stands what the product does not do: looking by birth date or contact alone and comparing names by likeness.
"""

import secrets
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from services.registry.commands import comparing
from services.registry.rules import duplicates, indexes, names, variants
from services.registry.rules.duplicates import Facts
from tests.support.labelled import Labelled, made, seeded

RESULTS = Path(__file__).parent / "results" / "duplicates.md"
PEOPLE, EACH, SEED = 50_000, 500, 20261124
INTRODUCTION = """# Duplicates

Written by `python -m benchmarks.duplicates`: {people} made-up people who were here before, {each} second records of
each kind, each with another phone than before, and {nobody} people who come for the first time. Half gave a document
number. *Found* is the share of second records whose right first record gets a code; *right* is the share of codes that
went to the right record. A code to another person changes nothing: without it said back, nothing is joined. Real names
repeat more than these made-up ones, so in a town fewer codes will be right.

*Keyed* is what the registry does: exact, compound, keyed indexes. *By likeness* is what product lines 3 and 4 rule out:
everybody of one birth date or contact looked through for a name that is spelt or sounds much alike. The difference is
what the rule costs. It costs a second record where the two stay two; nobody is refused anything for it. What no figure
here shows: whoever cannot read the old contact any more keeps two records as well.

"""


@dataclass
class Tally:
    """What came of the second records of one kind."""

    of: int = 0
    found: int = 0
    asked: int = 0

    def add(self, right: int | None, asked: set[int]) -> None:
        """Count one second record."""
        self.of += right is not None
        self.found += right in asked
        self.asked += len(asked)


@dataclass
class Keyed:
    """The registry's way, over indexes in memory."""

    known: list[Facts]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    at: dict[bytes, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        """Index everybody as their rows are."""
        for place, facts in enumerate(self.known):
            for index in self._own(facts):
                self.at[index].add(place)

    def _own(self, facts: Facts) -> Iterable[bytes]:
        for name in facts.writings:
            yield indexes.name_and_birth(self.key, name, facts.born.isoformat())
            yield indexes.name_and_contact(self.key, name, facts.phones[0])
        if facts.document:
            yield indexes.number(self.key, *facts.document)

    def asked(self, second: Facts) -> set[int]:
        """Whose contacts get a code."""
        keys = comparing.keys([self.key], second)
        found = set().union(*(self.at.get(each, set()) for each in (*keys.names, *keys.contacts, *keys.numbers)))
        if len(found) > duplicates.MAX_CANDIDATES:
            return set()
        return {place for place in found if not duplicates.excluded(second, self.known[place])}


@dataclass
class ByLikeness:
    """What is not done: a birth date or a contact alone leads to people, and likeness of names picks among them."""

    known: list[Facts]
    at: dict[object, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        """Put everybody of one birth date, contact or number into one bucket."""
        for place, facts in enumerate(self.known):
            for handle in (facts.born, *facts.phones, facts.document):
                self.at[handle].add(place)

    def asked(self, second: Facts) -> set[int]:
        """Whose contacts would get a code."""
        handles = (second.born, *second.phones, second.document or "no document")
        near = set().union(*(self.at.get(each, set()) for each in handles))
        return {
            place
            for place in near
            if not duplicates.excluded(second, self.known[place]) and _alike(second, self.known[place])
        }


def _alike(one: Facts, other: Facts) -> bool:
    return one.document == other.document is not None or any(
        variants.difference(names.canonical(first), second) is not variants.Difference.OTHER
        or _differing(names.folded(first), names.folded(second)) <= 1
        for first in one.writings
        for second in other.writings
    )


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def counted(labelled: Labelled, asked: Callable[[Facts], set[int]]) -> dict[str, Tally]:
    """What a way of looking finds, by kind of second record."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for pair in labelled.coming:
        for kind in (pair.kind, "all together"):
            tallies[kind].add(pair.of, asked(pair.second))
    return tallies


def table(keyed: dict[str, Tally], alike: dict[str, Tally]) -> str:
    """Both ways side by side."""
    lines = ["| second record | keyed: found | right | by likeness: found | right |", "|---|---|---|---|---|"]
    for kind in [*(kind for kind in keyed if kind != "all together"), "all together"]:
        ways = (keyed[kind], alike[kind])
        lines.append(f"| {kind} | " + " | ".join(f"{_share(way.found, way.of)} | {_right(way)}" for way in ways) + " |")
    return "\n".join(lines)


def _right(tally: Tally) -> str:
    return _share(tally.found, tally.asked) if tally.of else f"{tally.asked} codes to strangers"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def main() -> int:
    """Count, print, write."""
    labelled = made(PEOPLE, EACH, seeded(SEED))
    nobody = sum(pair.of is None for pair in labelled.coming)
    both = [counted(labelled, way(labelled.known).asked) for way in (Keyed, ByLikeness)]
    page = INTRODUCTION.format(people=f"{PEOPLE:,}", each=EACH, nobody=f"{nobody:,}") + table(*both) + "\n"
    RESULTS.write_text(page, "utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
