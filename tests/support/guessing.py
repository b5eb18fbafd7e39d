"""A classifier that guesses of which of two populations somebody is: naive Bayes over whatever was found."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Found = Iterable[Any]
Sample = frozenset[str]

MOST_TELLING = 24  # tokens that a classifier keeps of a place
SEEN = 3  # in so many samples at least, or it tells nothing about others
LONGEST = 40  # characters of a word
TICK = 25  # milliseconds
_WORD = re.compile(r"\w+")


def tokens(values: Found, began: datetime) -> Sample:
    """What can be said of the values of one place: how many, how long, which, of what bytes, and when."""
    found: set[str] = set()
    sizes = []
    for value in values:
        found |= _tokens(value, began)
        sizes.append(len(value) if isinstance(value, (bytes, str)) else 0)
    total = sum(sizes)
    return frozenset(found | {f"values {len(sizes)}", f"size {total}", f"about {total // 16}"})


def _tokens(value: Any, began: datetime) -> set[str]:
    if isinstance(value, (bytes, memoryview)):
        return _of_bytes(bytes(value))
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, (list, tuple)):
        return {f"members {len(value)}"}.union(*(_tokens(each, began) for each in value))
    if isinstance(value, datetime):
        after = int((value.astimezone(began.tzinfo) - began).total_seconds() * 1000) // TICK
        return {f"after {after.bit_length()}", f"before {after < 0}"}
    if isinstance(value, int) and not isinstance(value, bool):
        return {f"= {value}", f"bits {value.bit_length()}", f"near {value // 64}"}
    return {f"= {value}" if not isinstance(value, date) else f"on {value}"}


def _of_text(text: str) -> set[str]:
    words = (word[:LONGEST] for word in _WORD.findall(text))
    return {f"long {len(text)}", f"bytes {len(text.encode())}", *words, *(f"has {each}" for each in set(text))}


def _of_bytes(value: bytes) -> set[str]:
    counts = Counter(value)
    found = {f"long {len(value)}", f"most {max(counts.values(), default=0)}", f"kinds {len(counts) // 8}"}
    found |= {f"has {each}" for each in counts} | {f"at {at} {each}" for at, each in enumerate(value[:16])}
    try:
        return found | _of_text(value.decode())
    except UnicodeDecodeError:
        return found


@dataclass(frozen=True)
class Classifier:
    """Evidence for the second population, by token: when it is there, and when it is not."""

    evidence: dict[str, tuple[float, float]]

    @classmethod
    def trained(cls, samples: Sequence[Sample], labels: Sequence[bool]) -> "Classifier":
        """Count in how many of each population a token is; keep the most telling (Bernoulli, smoothed by one)."""
        second, first = Counter[str](), Counter[str]()
        for sample, label in zip(samples, labels, strict=True):
            (second if label else first).update(sample)
        of_second, of_first = sum(labels), len(labels) - sum(labels)
        evidence = {}
        for token in {token for token, count in (first + second).items() if count >= SEEN}:
            in_second, in_first = (second[token] + 1) / (of_second + 2), (first[token] + 1) / (of_first + 2)
            evidence[token] = (math.log(in_second / in_first), math.log((1 - in_second) / (1 - in_first)))
        kept = sorted(evidence, key=lambda token: (-max(map(abs, evidence[token])), token))[:MOST_TELLING]
        return cls({token: evidence[token] for token in kept})

    def guess(self, sample: Sample) -> bool:
        """Whether somebody is rather of the second population."""
        return sum(there if token in sample else missing for token, (there, missing) in self.evidence.items()) > 0

    @property
    def telling(self) -> list[str]:
        """The tokens that tell most."""
        return list(self.evidence)[:3]


def by_chance(right: int, of: int) -> float:
    """How probable it is to guess so many or more right by tossing a coin."""
    return float(sum(math.comb(of, each) for each in range(right, of + 1)) / 2**of)
