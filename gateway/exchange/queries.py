"""Every SELECT of the decision; the primary only, since a replica may show a consent that was withdrawn."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col, select

from gateway.exchange.rules import ConsentFact, Found, Link
from gateway.exchange.tables import Party, Revocation, Withdrawal
from gateway.kept import Connection
from shared.contracts.clock import CHINA

SILENCE = timedelta(seconds=5)  # a consent stream silent for longer means deny
OF_LINK = 10  # columns before those of the consent

_FOUND = """
SELECT link.id AS object_id, link.type, link.provider, link.consumer, link.service,
       CASE WHEN link.state = 'requested' AND link.accepted THEN 'accepted' ELSE link.state END AS link_state,
       link.consent AS consent_id, link.seals,
       (SELECT max(at) FROM heartbeat WHERE source = 'registry') AS beat,
       EXISTS (SELECT 1 FROM dead_letter WHERE subject LIKE 'registry.consent.%') AS buried,
       consent.id, consent.state, consent.referral, consent.recipient, consent.purpose, consent.agreement,
       consent.consent_hash, consent.frozen, consent.seal, consent.fields, consent.separate,
       consent.opens_at, consent.expires_at,
       (SELECT true FROM withdrawal WHERE withdrawal.consent = consent.id) AS withdrawn_here
FROM link LEFT JOIN consent ON consent.referral = link.id AND consent.state <> 'refused'
     AND (link.consent IS NULL OR consent.id = link.consent)
WHERE link.id = ANY($1)
"""
_HOLD = "SELECT id FROM link WHERE id = ANY($1) ORDER BY id FOR SHARE"
# In order, so that two processes that meet the same proofs do not wait for each other.
_USE = """
INSERT INTO used_proof (name, expires_at)
SELECT * FROM unnest($1::bytea[], $2::timestamptz[]) AS used (name, expires_at) ORDER BY name
ON CONFLICT DO NOTHING RETURNING name
"""
_OWNER = text("SELECT seal FROM consent WHERE id = :consent")
_BLOCK = text("SELECT id FROM link WHERE consent = :consent FOR UPDATE")
_COUNTED = """
SELECT agreement, span, calls, CAST(NULL AS text) AS referral FROM quota
WHERE agreement = ANY($1) AND ((span = 'minute' AND starts_at = $3) OR (span = 'day' AND starts_at = $4))
UNION ALL
SELECT agreement, 'people', count(*), NULL FROM quota_referral
WHERE agreement = ANY($1) AND day = $5 GROUP BY agreement
UNION ALL
SELECT agreement, 'reached', 1, referral FROM quota_referral
WHERE agreement = ANY($1) AND day = $5 AND referral = ANY($2)
"""
# Shared locks: who suspends waits for a release that was checked, and no release is checked before and sent after.
_IN_FORCE = "SELECT id, version FROM agreement WHERE id = ANY($1) AND state = 'active' ORDER BY id FOR SHARE"


class Given(NamedTuple):
    """A consent, in the order of the statement."""

    id: str
    state: str
    referral: str
    recipient: str
    purpose: str
    agreement: str
    consent_hash: str
    frozen: bool
    seal: str
    fields: list[str]
    separate: list[str]
    opens_at: datetime | None
    expires_at: datetime
    withdrawn_here: bool | None


class Look(NamedTuple):
    """A link, what the registry was last heard to say, and the consent on which the link stands, where there is one."""

    object_id: str
    type: str
    provider: str
    consumer: str
    service: str
    link_state: str
    consent_id: str | None
    seals: list[str]
    beat: datetime | None
    buried: bool
    consent: Given | None


def seen(row: Look, now: datetime) -> Found:
    """What one row says, for the pure rules."""
    fresh = row.beat is not None and now - row.beat <= SILENCE and not row.buried
    given = row.consent
    consent = given and ConsentFact(
        id=given.id,
        state="withdrawn" if given.withdrawn_here else given.state,
        referral=given.referral,
        recipient=given.recipient,
        purpose=given.purpose,
        agreement=given.agreement,
        consent_hash=given.consent_hash,
        fields=frozenset(given.fields),
        expires_at=given.expires_at,
        separate=frozenset(given.separate),
        opens_at=given.opens_at,
        frozen=given.frozen,
    )
    link = Link(row.object_id, row.provider, row.consumer, row.service, row.link_state, row.consent_id)
    return Found(link, consent, fresh)


async def looked_up(connection: Connection, objects: Sequence[str]) -> list[Look | None]:
    """Links with their consents, in the order asked for."""
    rows = {row["object_id"]: _look(*row) for row in await connection.fetch(_FOUND, objects)}
    return [rows.get(each) for each in objects]


def _look(*columns: Any) -> Look:
    link, consent = columns[:OF_LINK], columns[OF_LINK:]
    return Look._make((*link, Given._make(consent) if consent[0] is not None else None))


async def held(connection: Connection, objects: Sequence[str]) -> list[Look | None]:
    """The same, and until this transaction ends no withdrawal can slip in between.

    A statement of its own takes the lock, so that the look after it sees what was committed while it waited.
    """
    await connection.fetch(_HOLD, objects)
    return await looked_up(connection, objects)


async def in_force(connection: Connection, agreements: Sequence[str]) -> dict[str, int]:
    """Which version of each agreement is in force."""
    return {row["id"]: row["version"] for row in await connection.fetch(_IN_FORCE, agreements)}


async def counted(
    connection: Connection, agreements: Sequence[str], referrals: Sequence[str], now: datetime
) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """What each agreement used up and which of these referrals it reached.

    The first are calls of this minute and day and people reached today, by (agreement, span); the second (agreement,
    referral) of those among `referrals` that were reached today. Each referral counts as somebody else: were people
    counted, the limit would tell which referrals are of one person (product line 12).
    """
    today = day(now)
    used, reached = {}, set()
    for row in await connection.fetch(_COUNTED, agreements, referrals, minute(now), today, today.date()):
        agreement, span, calls, referral = row
        if referral is None:
            used[agreement, span] = calls
        else:
            reached.add((agreement, referral))
    return used, reached


def minute(now: datetime) -> datetime:
    """When this minute began."""
    return now.replace(second=0, microsecond=0)


def day(now: datetime) -> datetime:
    """When this day began in China, which has one time."""
    return now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


async def parties(session: AsyncSession) -> dict[str, Party]:
    """Every organisation, by id."""
    return {party.id: party for party in (await session.scalars(select(Party))).all()}


async def revoked(session: AsyncSession) -> frozenset[tuple[str, str]]:
    """What was revoked and could still be tried, as (kind, id)."""
    open_ = (col(Revocation.until).is_(None)) | (col(Revocation.until) > datetime.now(UTC))
    found = await session.execute(select(Revocation.kind, Revocation.id).where(open_))
    return frozenset((row.kind, row.id) for row in found)


async def first_uses(connection: Connection, shown: Sequence[tuple[bytes, datetime]]) -> list[bool]:
    """Of each proof, by name and expiry, whether it is used for the first time; from now on it was."""
    rows = await connection.fetch(_USE, [name for name, _ in shown], [expires for _, expires in shown])
    fresh = {row["name"] for row in rows}
    answers = []
    for name, _ in shown:
        answers.append(name in fresh)
        fresh.discard(name)
    return answers


async def open_withdrawals(session: AsyncSession, after: Withdrawal | None) -> list[Withdrawal]:
    """The next withdrawals that the registry does not have yet and that are older than 2 s, oldest first."""
    before = datetime.now(UTC) - timedelta(seconds=2)
    statement = select(Withdrawal).where(~col(Withdrawal.forwarded), col(Withdrawal.at) < before)
    place = tuple_(col(Withdrawal.at), col(Withdrawal.consent))
    if after is not None:
        statement = statement.where(place > (after.at, after.consent))
    statement = statement.order_by(place).limit(50)
    return list((await session.scalars(statement)).all())


async def owner(connection: AsyncConnection, consent: str) -> str | None:
    """The seal of whoever gave a consent, or None while it is not known here."""
    found: str | None = await connection.scalar(_OWNER, {"consent": consent})
    return found


async def block(connection: AsyncConnection, consent: str) -> None:
    """Lock what a consent opens, against the exchanges that hold it."""
    await connection.execute(_BLOCK, {"consent": consent})
