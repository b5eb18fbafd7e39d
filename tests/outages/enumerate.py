"""Attempt to enumerate: a partner, and others who are not the person, try for an hour to list people by every route.

`python -m tests.outages.enumerate [minutes]` (or `make enumerate`) prints the verdict; tests/outages/test_enumerate.py
runs some minutes of it. Time is simulated: what the rate allows in a minute is called at once; then the quota's counter
of that minute, which is never read again, is removed. No other clock is moved: a day's ceilings stand.
"""

import asyncio
import random
import re
import secrets
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import httpx

from demo import says
from gateway.exchange.routes import JSON
from gateway.federation.signatures import Message
from tests.outages import crowd
from tests.outages.crowd import CANARY, RATE, TERMS, Crowd, Outsider
from tests.support import attempts, guessing, room
from tests.support.attempts import Attempt, Guesses, Operation
from tests.support.callers import Caller
from tests.support.launched import Installation

HOUR = 60
AT_ONCE = 4
ONE_TOKEN = 5  # simulated minutes with one token
PASSED = "DELETE FROM quota WHERE span = 'minute'"
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
IN_BETWEEN = re.compile(
    rf'"(?:decision|instance|trace_id|next)":\s*"[^"]*"|\d{{4}}-\d\d-\d\dT[0-9:.]+(?:Z|\+\d\d:\d\d)|{IDS.pattern}'
)
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
ALIKE = 0.005  # seconds between the medians of answers about what is another's and about what is nobody's
CHANCE = 1e-6
STRAIGHT = 5  # pairs a minute on the route by which the own is read
Seconds = tuple[float, float]  # for what is another's, and for what is nobody's


@dataclass
class Tally:
    """What came of one caller's hour; `pairs` are seconds for what is another's, and for what is nobody's.

    `said`: words that the caller wrote down themselves and was let, so that reading them again shows nothing.
    """

    calls: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    tried: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    unlike: list[str] = field(default_factory=list)
    pairs: dict[str, list[Seconds]] = field(default_factory=lambda: defaultdict(list))

    @property
    def time_tells(self) -> list[str]:
        """Operations whose time tells what is another's from what is nobody's, by more than a network would hide."""
        bound = CHANCE / (len(self.pairs) or 1)
        return [at for at, pairs in self.pairs.items() if by_chance(pairs) < bound and abs(apart(pairs)) > ALIKE]


def apart(pairs: list[Seconds]) -> float:
    """Seconds between what is another's and what is nobody's, in the median."""
    return statistics.median(hers - nobodys for hers, nobodys in pairs)


def by_chance(pairs: list[Seconds]) -> float:
    """How probable so uneven a count of slower answers is, if time tells nothing (sign test, both sides)."""
    slower = sum(hers > nobodys for hers, nobodys in pairs)
    return min(1.0, 2 * guessing.by_chance(max(slower, len(pairs) - slower), len(pairs)))


@dataclass
class Attack:
    """One outsider at work, over one connection."""

    http: httpx.Client
    outsider: Outsider
    guesses: Guesses
    caller: Caller
    tally: Tally = field(default_factory=Tally)

    def begin(self) -> None:
        """Read what is theirs, so that nothing is missed for want of trying."""
        for path in self.outsider.reads:
            operation = Operation("GET", path, (), "", {}, {})
            answer, _ = self.call(Attempt(operation, path, dict(TERMS), b"", frozenset(), True))
            assert answer.status_code == 200, f"{self.outsider.name}: {path}: {answer.text}"

    def minute(self, operations: Iterator[Operation]) -> None:
        """As many calls as the rate allows in a minute."""
        until = self.tally.calls + RATE["per_minute"]
        for _ in range(STRAIGHT):
            self.straight()
        while self.tally.calls < until:
            tried = self.guesses.attempt(next(operations))
            self.tally.tried.add(f"{tried.operation.method} {tried.operation.path}")
            if tried.hers and not tried.own:
                self.both(tried)
            else:
                self.call(tried)

    def straight(self) -> None:
        """What is read of the own, asked about another's: the call that would succeed if it were the own."""
        own = IDS.findall(self.outsider.reads[0])[0] if self.outsider.reads else ""
        others = self.guesses.by_kind[self.outsider.kind] if own else []
        if others:
            path = self.outsider.reads[0].replace(own, self.guesses.chance.choice(others))
            operation = Operation(
                "GET", self.outsider.reads[0].partition("?")[0].replace(own, "{of another}"), (), "", {}, {}
            )
            self.both(Attempt(operation, path, dict(TERMS), b"", frozenset(IDS.findall(path)), False))

    def both(self, tried: Attempt) -> None:
        """About what is another's and, the same, about what is nobody's: neither answer nor time tells which."""
        pair = [tried, twin := tried.instead(self.guesses.hers)]
        if backwards := secrets.randbelow(2):
            pair.reverse()
        came = [self.call(each) for each in pair]
        if backwards:
            came.reverse()
        (hers, slow), (nobodys, as_slow) = came
        told = [plain(answer, self.guesses.hers) for answer in (hers, nobodys)]
        if told[0] != told[1] and told == [self.again(each) for each in (tried, twin)]:
            self.tally.unlike.append(f"{tried.operation.method} {tried.path} {tried.body[:300]!r}: {told}")
        self.tally.pairs[f"{tried.operation.method} {tried.operation.path}"].append((slow, as_slow))

    def again(self, tried: Attempt) -> str:
        """The same call once more: a list that grows, a ceiling, or an end of the caller's own tells of nobody else."""
        answer, _ = self.call(tried.instead({}))
        return plain(answer, self.guesses.hers)

    def call(self, tried: Attempt) -> tuple[httpx.Response, float]:
        """One call; what it shows of people beyond what it named itself is noted."""
        headers = tried.headers | ({"content-type": JSON} if self.caller.key else {})  # a signature covers it
        url = str(self.http.base_url).rstrip("/") + tried.path
        message = Message(tried.operation.method, url, headers)
        sent = headers | self.caller.shows(message, tried.path, tried.body)
        self.http.cookies.clear()
        began = time.monotonic()
        answer = self.http.request(tried.operation.method, url, content=tried.body, headers=sent)
        took = time.monotonic() - began
        self.note(tried, answer)
        return answer, took

    def note(self, tried: Attempt, answer: httpx.Response) -> None:
        """Count an answer, look for people in it, and learn from it."""
        problem = "problem" in answer.headers.get("content-type", "")
        code = str(answer.json().get("code", "")) if problem else ""
        self.tally.calls += 1
        self.tally.answers[f"{answer.status_code} {code}".strip()] += 1
        named = set(CANARY.findall(unquote(tried.path) + unquote(tried.body.decode())))
        if answer.is_success and tried.body:
            self.tally.said |= named
        self.tally.seen |= set(CANARY.findall(readable(answer))) - named - self.tally.said
        if "sessions" not in tried.path:  # whoever ended their own would be out
            self.guesses.learn(answer.text)


def readable(answer: httpx.Response) -> str:
    """The text of an answer and its headers, without JSON's escapes."""
    text = answer.text + "\n".join(answer.headers.values())
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def plain(answer: httpx.Response, hers: dict[str, str]) -> str:
    """An answer without what differs in every answer, and without the values that were sent."""
    text = IN_BETWEEN.sub("", answer.text)
    for value in (*hers, *hers.values()):
        text = text.replace(value, "")
    return f"{answer.status_code} {answer.headers.get('content-type', '')} {text}"


def order(chance: random.Random) -> Iterator[Operation]:
    """Every operation in turn, and between them those by which something could be read once more."""
    every = attempts.operations()
    reading = [each for each in every if each.method == "GET" and "{" in each.path + str(each.members)]
    while True:
        for each in chance.sample(every, len(every)):
            yield each
            yield chance.choice(reading)


def hour(installation: Installation, people: Crowd, outsider: Outsider, minutes: int) -> Tally:
    """So many simulated minutes of one outsider."""
    chance = random.Random(outsider.name)  # noqa: S311 - guesses, no secret
    operations = order(chance)
    with httpx.Client(base_url=people.region.gateway_url, timeout=30, trust_env=False) as http:
        attack = Attack(http, outsider, people.guesses(outsider, chance), outsider.make())
        attack.begin()
        for minute in range(minutes):
            if minute % ONE_TOKEN == 0:
                attack.caller = outsider.make()
            attack.minute(operations)
            if outsider.counted:
                asyncio.run(installation.rows(people.region.code, "gateway", PASSED))
    return attack.tally


def story(directory: Path, minutes: int, planted: int) -> dict[str, tuple[Outsider, Tally]]:
    """Plant people, then every outsider in turn; prints as it goes."""
    installation = crowd.installation(directory)
    installation.launch()
    try:
        installation.wait_ready()
        people = crowd.gathered(installation, planted)
        print(f"{planted} people planted; the referrals of {len(people.named)} of them name the partner")
        return attacked(installation, people, minutes)
    finally:
        installation.remove()


def attacked(installation: Installation, people: Crowd, minutes: int) -> dict[str, tuple[Outsider, Tally]]:
    """Those whose calls one agreement counts one after the other, the rest side by side."""
    everybody = crowd.outsiders(installation, people)
    found: dict[str, tuple[Outsider, Tally]] = {}

    def tried(outsider: Outsider) -> None:
        found[outsider.name] = (outsider, hour(installation, people, outsider, minutes))
        print(shown(*found[outsider.name]), flush=True)

    for outsider in everybody:
        if outsider.counted:
            tried(outsider)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(tried, [each for each in everybody if not each.counted]))
    return found


def wrong(outsider: Outsider, tally: Tally) -> list[str]:
    """What must not be: more people or fields than are theirs, or an answer that tells that somebody is there."""
    found = [f"saw {each}, which is not theirs" for each in sorted(tally.seen - outsider.may)]
    found += [f"did not see {each}, which is theirs" for each in sorted(outsider.may - tally.seen)]
    found += [f"told apart by {each}" for each in tally.unlike]
    return found + [f"{each}: time tells, {apart(tally.pairs[each]) * 1000:.2f} ms" for each in tally.time_tells]


def shown(outsider: Outsider, tally: Tally) -> str:
    """One caller's part of the verdict."""
    answers = ", ".join(f"{count} x {code}" for code, count in tally.answers.most_common())
    pairs = [pair for each in tally.pairs.values() for pair in each]
    theirs = f"{len(tally.seen & outsider.may)} of {len(outsider.may)}"
    lines = [
        f"{outsider.name}: {tally.calls} calls to {len(tally.tried)} operations",
        f"   answers: {answers}",
        f"   words of people seen: {len(tally.seen)}; theirs: {theirs}; own writing set aside: {len(tally.said)}",
        f"   another's against nobody's: {len(pairs)} pairs, {len(tally.unlike)} unlike; {timed(pairs)}",
        *(f"      {at}: {timed(of)}" for at, of in tally.pairs.items() if "{of another}" in at),
    ]
    return "\n".join([*lines, *(f"   WRONG: {each}" for each in wrong(outsider, tally))])


def timed(pairs: list[Seconds]) -> str:
    """What time tells, in words."""
    return f"{apart(pairs) * 1000:+.3f} ms in the median of {len(pairs)}, by chance with p = {by_chance(pairs):.2g}"


def main() -> int:
    """Print the verdict; exit 0 only if nobody beyond those named was obtained."""
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else HOUR
    with room.folder("enumerate") as folder:
        found = story(folder, minutes, crowd.PEOPLE)
    failed = [name for name, (outsider, tally) in found.items() if wrong(outsider, tally)]
    calls = sum(tally.calls for _, tally in found.values())
    print(f"{calls} calls of {len(found)} callers in {minutes} simulated minutes each")
    return says.fail(f"not as it should be for: {', '.join(failed)}") if failed else 0


if __name__ == "__main__":
    sys.exit(main())
