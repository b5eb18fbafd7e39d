"""What the gateway writes about a call: the last look under lock, what is counted, and withdrawals, first here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from gateway.agreements.rules import Terms
from gateway.audit.commands import Refusal
from gateway.exchange import limits, queries, refusals, rules
from gateway.exchange.forward import Answer
from gateway.exchange.rules import Refuse, Request, Usage
from gateway.exchange.seals import Seals
from gateway.exchange.tables import Withdrawal
from gateway.kept import Connection
from shared import problems

NEVER = frozenset({404, 409, 422})  # no such consent, or nothing in it to withdraw

_COUNT = """
WITH called AS (
    INSERT INTO quota (agreement, span, starts_at, calls)
    SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[])
    ON CONFLICT (agreement, span, starts_at) DO UPDATE SET calls = quota.calls + excluded.calls
)
INSERT INTO quota_referral (agreement, day, referral)
SELECT agreement, $7::date, referral FROM unnest($5::text[], $6::text[]) AS reached (agreement, referral)
ON CONFLICT DO NOTHING
"""

_ACCEPTED = """
UPDATE link SET accepted = true WHERE id = $1 AND state = 'requested' AND NOT EXISTS (
    SELECT 1 FROM dead_letter WHERE subject LIKE 'referrals.referral.%'
)
"""


@dataclass
class Asked:
    """One exchange that is about to happen, as the last look needs it; `limits` is what it finds left of the quota."""

    request: Request
    terms: Terms
    limits: Mapping[str, str] = field(default_factory=dict)


class LiveConsent:
    """Steps 4 and 10 to 12 once more, in the transaction that writes the intent: no suspension or withdrawal fits in.

    The log's head is locked by then, so that counting is exact over several gateway processes.
    """

    async def check(self, connection: Connection, questions: Sequence[Asked]) -> Sequence[Refusal | None]:
        """A refusal for each exchange that may not happen any more."""
        now = datetime.now(UTC)
        rows = await queries.held(connection, [asked.request.object_id for asked in questions])
        in_force = await queries.in_force(connection, [asked.terms.agreement_id for asked in questions])
        counted = await _Counted.load(connection, questions, now)
        verdicts = []
        for asked, row in zip(questions, rows, strict=True):
            seen = queries.seen(row, now) if row else rules.Found(None, None, False)
            verdict = _still(asked.terms, in_force) or rules.after_lookup(asked.request, asked.terms, seen, now)
            refused = verdict if isinstance(verdict, Refuse) else counted.take(asked, now)
            verdicts.append(Refusal(refused.reason, {"refuse": refused}) if refused else None)
        await counted.store(connection, now)
        return verdicts


def _still(terms: Terms, in_force: Mapping[str, int]) -> Refuse | None:
    """Step 4 once more: another process may have suspended the version since, or put the next one in its place."""
    version = in_force.get(terms.agreement_id)
    if version == terms.version:
        return None
    return Refuse(4, refusals.AGREEMENT_NOT_ACTIVE if version is None else refusals.PROJECTION_STALE)


class _Counted:
    """The quotas of the agreements in one batch, before and after it."""

    def __init__(self, before: dict[tuple[str, str], int], reached: set[tuple[str, str]]) -> None:
        self._before = before
        self._reached = reached
        self._calls: Counter[str] = Counter()
        self._gained: Counter[str] = Counter()
        self._people: set[tuple[str, str]] = set()

    @classmethod
    async def load(cls, connection: Connection, questions: Sequence[Asked], now: datetime) -> "_Counted":
        agreements = sorted({asked.terms.agreement_id for asked in questions})
        referrals = [asked.request.object_id for asked in questions]
        return cls(*await queries.counted(connection, agreements, referrals, now))

    def take(self, asked: Asked, now: datetime) -> Refuse | None:
        """Count one call, or refuse it (step 12)."""
        agreement = asked.terms.agreement_id
        person = (agreement, asked.request.object_id)
        fresh = person not in self._reached and person not in self._people
        gained = self._gained[agreement]
        used = self._calls[agreement]
        usage = Usage(
            minute=self._before.get((agreement, "minute"), 0) + used,
            day=self._before.get((agreement, "day"), 0) + used,
            people=self._before.get((agreement, "people"), 0) + gained,
            new_person=fresh,
        )
        refused = rules.within_quota(asked.terms.rate, usage, now)
        if refused is None:
            self._calls[agreement] += 1
            if fresh:
                self._gained[agreement] += 1
                self._people.add(person)
            usage = msgspec.structs.replace(usage, minute=usage.minute + 1, day=usage.day + 1)
        asked.limits = limits.headers(asked.terms.rate, usage, now)
        return refused

    async def store(self, connection: Connection, now: datetime) -> None:
        """Write what was counted."""
        if not self._calls:
            return
        spans = (("minute", queries.minute(now)), ("day", queries.day(now)))
        calls = [(agreement, *span, count) for agreement, count in self._calls.items() for span in spans]
        of, referrals = [agreement for agreement, _ in self._people], [referral for _, referral in self._people]
        await connection.execute(_COUNT, *map(list, zip(*calls, strict=True)), of, referrals, queries.day(now).date())


async def withdraw(engine: AsyncEngine, seals: Seals, person: str, consent: str) -> bool:
    """Mark a withdrawal before anything else happens; from here on nothing leaves under it. False if it was marked.

    404 for a consent that is known and of somebody else. One that is not known here yet is marked too: the fact that it
    was given may still be on its way.
    """
    async with engine.begin() as connection:
        owner = await queries.owner(connection, consent)
        if owner is not None and seals.open(owner) != person:
            raise problems.NOT_FOUND()
        await queries.block(connection, consent)
        row = {"consent": consent, "seal": seals.seal(person), "forwarded": False, "at": datetime.now(UTC)}
        marked = insert(Withdrawal).values(row).on_conflict_do_nothing().returning(col(Withdrawal.consent))
        return (await connection.execute(marked)).first() is not None


async def settle(engine: AsyncEngine, consent: str, answer: Answer) -> None:
    """Note what the registry said of a withdrawal: taken, or one that it will never take and that marks nothing."""
    in_flight = answer.status == 409 and problems.KEY_IN_FLIGHT.code.encode() in answer.body
    if answer.status == 200:
        done = text("UPDATE withdrawal SET forwarded = true WHERE consent = :consent")
    elif answer.status in NEVER and not in_flight:
        done = text("DELETE FROM withdrawal WHERE consent = :consent AND NOT forwarded")
    else:
        return
    async with engine.begin() as connection:
        await connection.execute(done, {"consent": consent})


async def accepted(connection: Connection, referrals: Sequence[str]) -> list[None]:
    """What an office accepted is open to it by the time that it is answered; the event of it may come a moment later.

    It opens only what waits for an answer: whatever event comes after counts, and while one is stuck nothing is opened,
    because the answer may be an old one that was kept under its key. Each by itself, so that no lock outlives it.
    """
    for referral in referrals:
        await connection.execute(_ACCEPTED, referral)
    return [None] * len(referrals)
