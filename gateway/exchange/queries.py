"""Every SELECT of the decision; the primary only, since a replica may show a consent that was withdrawn."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlmodel import col, select

from gateway.exchange.rules import ConsentFact, Found, Link
from gateway.exchange.tables import Party, Revocation, Withdrawal
from shared.contracts.clock import CHINA

SILENCE = timedelta(seconds=5)  # a consent stream silent for longer means deny

_LOOK = """
SELECT link.id AS object_id, link.type, link.provider, link.consumer, link.service, link.state AS link_state,
       link.consent AS consent_id, link.seals,
       consent.id, consent.state, consent.referral, consent.recipient, consent.purpose, consent.agreement,
       consent.consent_hash, consent.frozen, consent.seal AS consent_seal, consent.fields, consent.separate,
       consent.opens_at, consent.expires_at,
       (SELECT true FROM withdrawal WHERE withdrawal.consent = consent.id) AS withdrawn_here,
       (SELECT max(at) FROM heartbeat WHERE source = 'registry') AS beat,
       EXISTS (SELECT 1 FROM dead_letter WHERE subject LIKE 'registry.consent.%') AS buried
FROM link LEFT JOIN consent ON consent.referral = link.id AND consent.state <> 'refused'
     AND (link.consent IS NULL OR consent.id = link.consent)
WHERE link.id = ANY(:objects)
"""
_FOUND = text(_LOOK)
_HOLD = text("SELECT id FROM link WHERE id = ANY(:objects) ORDER BY id FOR SHARE")
_USE = text("""
INSERT INTO used_proof (name, expires_at) VALUES (:name, :expires) ON CONFLICT DO NOTHING RETURNING name
""")
_OWNER = text("SELECT seal FROM consent WHERE id = :consent")
_BLOCK = text("SELECT id FROM link WHERE consent = :consent FOR UPDATE")
_COUNTED = text("""
SELECT agreement, span, calls, CAST(NULL AS text) AS referral FROM quota
WHERE agreement = ANY(:agreements)
  AND ((span = 'minute' AND starts_at = :minute) OR (span = 'day' AND starts_at = :day))
UNION ALL
SELECT agreement, 'people', count(*), NULL FROM quota_referral
WHERE agreement = ANY(:agreements) AND day = :date GROUP BY agreement
UNION ALL
SELECT agreement, 'reached', 1, referral FROM quota_referral
WHERE agreement = ANY(:agreements) AND day = :date AND referral = ANY(:referrals)
""")
# Shared locks: who suspends waits for a release that was checked, and no release is checked before and sent after.
_IN_FORCE = text("""
SELECT id, version FROM agreement WHERE id = ANY(:agreements) AND state = 'active' ORDER BY id FOR SHARE
""")


def single(engine: AsyncEngine) -> AsyncConnection:
    """A connection for one statement, which is a transaction by itself: two ways to the database and back are saved."""
    return engine.execution_options(isolation_level="AUTOCOMMIT").connect()


def seen(row: Row[Any], now: datetime) -> Found:
    """What one row says, for the pure rules."""
    fresh = row.beat is not None and now - row.beat <= SILENCE and not row.buried
    consent = None
    if row.id is not None:
        consent = ConsentFact(
            id=row.id,
            state="withdrawn" if row.withdrawn_here else row.state,
            referral=row.referral,
            recipient=row.recipient,
            purpose=row.purpose,
            agreement=row.agreement,
            consent_hash=row.consent_hash,
            fields=frozenset(row.fields),
            expires_at=row.expires_at,
            separate=frozenset(row.separate),
            opens_at=row.opens_at,
            frozen=row.frozen,
        )
    link = Link(row.object_id, row.provider, row.consumer, row.service, row.link_state, row.consent_id)
    return Found(link, consent, fresh)


async def found(connection: AsyncConnection, objects: Sequence[str]) -> dict[str, Row[Any]]:
    """Links with their consents, by object id."""
    rows = await connection.execute(_FOUND, {"objects": list(objects)})
    return {row.object_id: row for row in rows}


async def held(connection: AsyncConnection, objects: Sequence[str]) -> dict[str, Row[Any]]:
    """The same, and until this transaction ends no withdrawal can slip in between.

    A statement of its own takes the lock, so that the look after it sees what was committed while it waited.
    """
    await connection.execute(_HOLD, {"objects": list(objects)})
    return await found(connection, objects)


async def in_force(connection: AsyncConnection, agreements: Sequence[str]) -> dict[str, int]:
    """Which version of each agreement is in force."""
    rows = await connection.execute(_IN_FORCE, {"agreements": list(agreements)})
    return {row.id: row.version for row in rows}


async def counted(
    connection: AsyncConnection, agreements: Sequence[str], referrals: Sequence[str], now: datetime
) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """What each agreement used up and which of these referrals it reached.

    The first are calls of this minute and day and people reached today, by (agreement, span); the second (agreement,
    referral) of those among `referrals` that were reached today. Each referral counts as somebody else: were people
    counted, the limit would tell which referrals are of one person (product line 12).
    """
    spans = {"minute": minute(now), "day": day(now), "date": day(now).date()}
    rows = await connection.execute(_COUNTED, {"agreements": list(agreements), "referrals": list(referrals), **spans})
    used, reached = {}, set()
    for row in rows:
        if row.referral is None:
            used[row.agreement, row.span] = row.calls
        else:
            reached.add((row.agreement, row.referral))
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


async def first_use(connection: AsyncConnection, name: bytes, expires: datetime) -> bool:
    """Whether a proof is used for the first time; from now on it was used."""
    used = await connection.execute(_USE, {"name": name, "expires": expires})
    return used.first() is not None


async def open_withdrawals(session: AsyncSession) -> list[Withdrawal]:
    """Withdrawals that the registry does not have yet and that are older than 2 s."""
    before = datetime.now(UTC) - timedelta(seconds=2)
    statement = select(Withdrawal).where(~col(Withdrawal.forwarded), col(Withdrawal.at) < before)
    statement = statement.order_by(col(Withdrawal.at)).limit(50)
    return list((await session.scalars(statement)).all())


async def owner(connection: AsyncConnection, consent: str) -> str | None:
    """The seal of whoever gave a consent, or None while it is not known here."""
    found: str | None = await connection.scalar(_OWNER, {"consent": consent})
    return found


async def block(connection: AsyncConnection, consent: str) -> None:
    """Lock what a consent opens, against the exchanges that hold it."""
    await connection.execute(_BLOCK, {"consent": consent})
