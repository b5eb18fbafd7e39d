"""`python -m benchmarks.withdrawal`: from withdrawing a consent to the first refused read, while others read.

Each time somebody withdraws a consent through the gateway while the office that it was given to reads that referral
over and over. Two other offices read referrals of theirs the whole time. Two withdrawals are under way at once. Times
are those that the clients see: they share one process, and its cores with gateways, services, PostgreSQL and NATS, so
all of it makes the figures larger, never smaller. A negative time is before the moment that it is counted from: a read
is refused as soon as the withdrawal is marked, which is before it is answered. What was permitted and logged before the
mark may still be on its way to its reader when the withdrawal is answered; what is asked afterwards is refused.
"""

import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from benchmarks.figures import percentile
from benchmarks.stage import Stage, installation, silently
from benchmarks.writes import NEED
from demo import family
from demo.client import Region, Terms
from demo.scene import EDUCATION, HOUSING, MEDICAL
from demo.tokens import Token

PEOPLE, EACH, AT_ONCE = 20, 10, 2  # who withdraws how many consents one after the other, and how many of them at once
READERS, AFTER = 2, 3  # of one referral; and how often each still asks after the withdrawal was answered
OTHERS = 4  # connections of each other office
PATIENCE = 60.0  # seconds
MOST = 1.0  # second from the withdrawal to the first refused read, 99 of 100 times
ASKED = ("agreement", "agreement_version", "consent_hash", "purpose", "recipient", "fields", "sensitive")
RESULT = Path(__file__).parent / "results" / "withdrawal.md"
OK, REFUSED = 200, frozenset({403, 404})


@dataclass(frozen=True)
class Office:
    """Who reads what, under which agreement."""

    token: Token
    terms: Terms
    path: str


@dataclass(frozen=True)
class Given:
    """A live consent, whose it is, and the referral that it opens."""

    person: Token
    consent: str
    referral: str


@dataclass(frozen=True)
class Read:
    """One read as its reader saw it."""

    sent: float
    answered: float
    status: int


@dataclass
class Course:
    """One withdrawal, and the reads around it."""

    reads: list[Read] = field(default_factory=list)
    sent: float = float("inf")
    answered: float = float("inf")

    @property
    def first_refused(self) -> float:
        """When a reader first heard that it may not any more."""
        return min((read.answered for read in self.reads if read.status in REFUSED), default=float("inf"))

    @property
    def allowed(self) -> list[Read]:
        """The reads that were answered with what was asked for."""
        return [read for read in self.reads if read.status == OK]

    @property
    def last_allowed(self) -> float:
        """When a reader last got something."""
        return max(read.answered for read in self.allowed)


@dataclass
class Ground:
    """Which gateway process is read through and which one withdraws; and what the other offices got meanwhile."""

    http: aiohttp.ClientSession
    reading: str
    withdrawing: str
    office: Token
    others: list[Read] = field(default_factory=list)

    async def read(self, office: Office) -> Read:
        """One governed read."""
        headers = office.token.headers("GET", office.path)
        headers |= {"jieli-agreement": office.terms.agreement, "jieli-purpose": office.terms.purpose}
        sent = time.perf_counter()
        async with self.http.get(URL(self.reading + office.path, encoded=True), headers=headers) as answer:
            await answer.read()
            return Read(sent, time.perf_counter(), answer.status)

    async def post(self, token: Token, path: str, body: object = None) -> dict[str, Any]:
        """Something that a person does; an error for anything but a success."""
        headers = token.headers("POST", path) | {"idempotency-key": str(uuid.uuid4())}
        async with self.http.post(URL(self.withdrawing + path, encoded=True), headers=headers, json=body) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def follow(self, referral: str, course: Course, ready: asyncio.Barrier) -> None:
        """Read one referral over and over: until it is open, and then until some time after the withdrawal's answer."""
        office = Office(self.office, HOUSING, f"/v1/referrals/{referral}?fields={quote('争议')}")
        while (read := await self.read(office)).status in REFUSED:
            pass
        course.reads.append(read)
        await ready.wait()
        after = 0
        while after < AFTER:
            course.reads.append(await self.read(office))
            after += course.reads[-1].sent > course.answered

    async def keep_reading(self, office: Office) -> None:
        """Another office's load."""
        while True:
            self.others.append(await self.read(office))

    async def withdraw(self, given: Given) -> Course:
        """One withdrawal among its readers, once all of them are reading."""
        course, ready = Course(), asyncio.Barrier(READERS + 1)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            for _ in range(READERS):
                group.create_task(self.follow(given.referral, course, ready))
            await ready.wait()
            course.sent = time.perf_counter()
            await self.post(given.person, f"/v1/me/consents/{given.consent}:withdraw")
            course.answered = time.perf_counter()
        return course

    async def give(self, person: Token) -> Given:
        """Somebody says a need and consents to its hand-over."""
        made = await self.post(person, "/v1/me/intakes", {"needs": [NEED], "told": True})
        (referral,) = made["referrals"]
        asked = referral["consent_request"]
        body = {name: asked[name] for name in ASKED} | {
            "referral": referral["id"],
            "notice": {"id": asked["purpose"], "version": 1, "language": "zh-Hans", "channel": "web"},
            "decision": "given",
            "expires_on": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
        }
        kept = await self.post(person, "/v1/me/consents", body)
        return Given(person, kept["id"], referral["id"])

    @contextlib.asynccontextmanager
    async def loaded(self, offices: Sequence[Office]) -> AsyncIterator[None]:
        """The other offices read until the block ends."""
        reading = [asyncio.create_task(self.keep_reading(office)) for office in offices for _ in range(OTHERS)]
        try:
            yield
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)


async def withdrawn(ground: Ground, region: Region) -> list[Course]:
    """Every withdrawal; each person signs in just before, since giving a consent wants a proof of these minutes."""
    courses: list[Course] = []
    phones = [family.phone(random.SystemRandom()) for _ in range(PEOPLE)]

    async def in_turn() -> None:
        while phones:
            person = (await asyncio.to_thread(region.resident, "a person", phones.pop())).token
            for _ in range(EACH):
                courses.append(await ground.withdraw(await ground.give(person)))

    await asyncio.gather(*(in_turn() for _ in range(AT_ONCE)))
    return courses


async def compare(stage: Stage) -> dict[str, tuple[list[Course], list[Read]]]:
    """By how many gateway processes: every withdrawal, and what the other offices got."""
    region = stage.installation.regions()["receiving"]
    addresses = json.loads(stage.environ["JIELI_GATEWAY_SERVICE_URLS"]) | {"referrals": stage.app("referrals")}
    one, other = (stage.app("gateway", JIELI_GATEWAY_SERVICE_URLS=json.dumps(addresses)) for _ in range(2))
    found = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        for name, reading in (("one gateway process", one), ("withdrawn through one, read through another", other)):
            office = region.system("housing office", "org-610118-housing", HOUSING).token
            ground = Ground(http, reading, one, office)
            async with ground.loaded(others(stage, region)):
                found[name] = await withdrawn(ground, region), ground.others
    return found


def others(stage: Stage, region: Region) -> tuple[Office, Office]:
    """The two offices that read referrals of theirs meanwhile."""
    medical = region.system("medical office", "org-610118-medical", MEDICAL).token
    preview = quote(",".join(stage.medical["consent_request"]["preview_fields"]))
    return (
        Office(stage.token(), EDUCATION, f"/v1/referrals/{stage.referral}?fields={quote(stage.fields)}"),
        Office(medical, MEDICAL, f"/v1/referrals/{stage.medical['id']}?fields={preview}"),
    )


def line(name: str, courses: Sequence[Course], what: str) -> str:
    """A line of the table: a moment, counted from both others."""
    cells = []
    for since in ("sent", "answered"):
        took = [(getattr(course, what) - getattr(course, since)) * 1000 for course in courses]
        cells += [f"{percentile(took, 50):.0f}", f"{percentile(took, 99):.0f}", f"{max(took):.0f}"]
    return f"| {name} | " + " | ".join(cells) + " |"


def told(courses: Sequence[Course], meanwhile: Sequence[Read]) -> str:
    """What a setting showed, in a table and in words."""
    took = [(course.answered - course.sent) * 1000 for course in courses]
    flying = sum(read.answered > course.answered for course in courses for read in course.allowed)
    rate = len(meanwhile) / (meanwhile[-1].answered - meanwhile[0].sent)
    return "\n".join(
        [
            f"| {len(courses)} withdrawals | since it was sent: p50 ms | p99 ms | longest"
            " | since it was answered: p50 ms | p99 ms | longest |",
            "|---" * 7 + "|",
            line("first read refused", courses, "first_refused"),
            line("last read allowed", courses, "last_allowed"),
            "",
            f"A withdrawal was answered after {percentile(took, 50):.0f} ms (p99 {percentile(took, 99):.0f} ms). Reads"
            f" asked after that and allowed: **{late(courses)}**; asked before it, allowed, and received after it:"
            f" {flying}. The other offices read {rate:.0f} times a second.\n",
        ]
    )


def late(courses: Sequence[Course]) -> int:
    """Reads that were asked after a withdrawal had been answered, and allowed all the same: there must be none."""
    return sum(read.sent > course.answered for course in courses for read in course.allowed)


def wrong(courses: Sequence[Course], meanwhile: Sequence[Read]) -> list[str]:
    """What was not as it must be."""
    p99 = percentile([course.first_refused - course.sent for course in courses], 99)
    odd = Counter(read.status for course in courses for read in course.reads if read.status not in {OK, *REFUSED})
    odd += Counter(read.status for read in meanwhile if read.status != OK)
    said = [f"{count} answers {status}" for status, count in odd.items()]
    if late(courses):
        said.append(f"{late(courses)} reads allowed after the withdrawal was answered")
    return [*said, f"p99 {p99:.2f} s"] if p99 >= MOST else said


def main() -> int:
    """Measure, print, write; exit 1 when anything was allowed that may not be, or took too long."""
    with tempfile.TemporaryDirectory(prefix="jieli-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
        made = installation(Path(folder))
        stage = Stage.of(made)
        try:
            with silently():
                asyncio.run(stage.settle_referral())
                found = asyncio.run(compare(stage))
        finally:
            stage.close()
            made.remove()
    page = [f"# From a withdrawal to the first refused read\n\n{(__doc__ or '').partition(chr(10) * 2)[2]}"]
    page += [f"## {name}\n\n{told(*measured)}" for name, measured in found.items()]
    RESULT.write_text("\n".join(page))
    print("\n".join(page))
    faults = [f"{name}: {fault}" for name, measured in found.items() for fault in wrong(*measured)]
    print("\n".join(faults) or "everything as it must be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
