"""What organisations do with their webhook, and what is written about each message."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from gateway.webhooks import queries, rules
from gateway.webhooks.schemas import DeadLetterOut, DeadLettersOut, ReplayedOut, WebhookKeptOut, WebhookOut
from gateway.webhooks.tables import Endpoint, Message
from shared.contracts.events import ReferralFact
from shared.grants import Actor
from shared.seals import Sealer
from shared.settings import Settings, in_turn

LEASE = timedelta(seconds=60)  # while one process tries, no other does

_TELL = text("""
INSERT INTO webhook_message (id, organization, referral, referral_state, told_at, state, attempts, reason, next_at)
SELECT :id, organization, :referral, :referral_state, :at, :state, 0, '', :at
FROM webhook_endpoint AS endpoint JOIN party ON party.id = endpoint.organization AND party.state <> 'closed'
WHERE organization = :recipient AND endpoint.state = 'active'
""")
# One message of each organisation that may act, so that none waits behind another's.
_TAKE = text("""
UPDATE webhook_message SET next_at = :until, attempts = attempts + 1
WHERE id IN (
    SELECT due.id FROM webhook_endpoint AS endpoint
    JOIN party ON party.id = endpoint.organization AND party.state = 'active'
    CROSS JOIN LATERAL (
        SELECT id, attempts, next_at FROM webhook_message AS message
        WHERE message.organization = endpoint.organization AND message.state = 'waiting' AND message.next_at <= :now
        ORDER BY attempts, next_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE endpoint.state = 'active' AND NOT endpoint.organization = ANY(:busy)
    ORDER BY due.attempts, due.next_at LIMIT :most
)
RETURNING *
""")


def sealer(settings: Settings) -> Sealer:
    """Seals the secrets of webhooks at rest."""
    newest, *older = in_turn(settings.seal_key)
    return Sealer(newest, "jieli-webhook-v1", *older)


def opened(settings: Settings, kept: Endpoint) -> list[bytes]:
    """The secrets that sign now, the newest first."""
    is_older_good = kept.older_until is not None and kept.older_until > datetime.now(UTC)
    sealed = [kept.secret, *([kept.older] if kept.older and is_older_good else [])]
    return [each for each in map(sealer(settings).opened, sealed) if each]


def is_local(settings: Settings) -> bool:
    """Whether a receiver on this machine may be told: never in production."""
    return settings.environment != "production"


async def keep(session: AsyncSession, settings: Settings, actor: Actor, url: str) -> WebhookKeptOut:
    """Register an organisation's address, or change it; the secret is given when it is new."""
    rules.address(url, is_local(settings))
    fresh, client = secrets.token_bytes(rules.SECRET), actor.id if actor.type == "client" else ""
    row: dict[str, object] = {"organization": actor.organisation, "url": url, "client": client}
    row |= {"state": rules.ENDPOINT.initial, "secret": sealer(settings).shut(fresh)}
    made = insert(Endpoint).values(row).on_conflict_do_nothing().returning(col(Endpoint.organization))
    secret = rules.shown(fresh) if (await session.execute(made)).first() else None
    kept = await queries.locked(session, actor.organisation)
    kept.url, kept.client, kept.state = url, client, rules.ENDPOINT.after(kept.state, "register")
    return WebhookKeptOut(url=kept.url, state=kept.state, secret=secret)


async def rotate(session: AsyncSession, settings: Settings, organization: str) -> WebhookKeptOut:
    """A new secret; the one that receivers know signs along for a day, also when this is asked again meanwhile."""
    fresh, now = secrets.token_bytes(rules.SECRET), datetime.now(UTC)
    kept = await queries.locked(session, organization)
    if kept.older_until is None or kept.older_until < now:
        kept.older, kept.older_until = kept.secret, now + rules.OVERLAP
    kept.secret = sealer(settings).shut(fresh)
    return WebhookKeptOut(url=kept.url, state=kept.state, secret=rules.shown(fresh))


async def remove(session: AsyncSession, organization: str) -> None:
    """End it; what was still to be told is forgotten."""
    await session.delete(await queries.locked(session, organization))


async def read(session: AsyncSession, organization: str) -> WebhookOut:
    """An organisation's webhook."""
    kept = await queries.endpoint(session, organization)
    counts = await queries.counted(session, organization)
    return WebhookOut(url=kept.url, state=kept.state, waiting=counts.get("waiting", 0), dead=counts.get("dead", 0))


async def read_dead(session: AsyncSession, organization: str) -> DeadLettersOut:
    """What was given up."""
    letters = [
        DeadLetterOut(
            id=each.id,
            referral=each.referral,
            state=each.referral_state,
            at=each.told_at,
            attempts=each.attempts,
            reason=each.reason,
        )
        for each in await queries.dead(session, organization)
    ]
    return DeadLettersOut(dead_letters=letters)


async def replay(session: AsyncSession, organization: str) -> ReplayedOut:
    """Send what was given up once more, from the first try on, each under the webhook-id that it had."""
    now = datetime.now(UTC)
    letters = await queries.dead(session, organization)
    for each in letters:
        each.state = rules.MESSAGE.after(each.state, "replay")
        each.attempts, each.reason, each.next_at = 0, "", now
    return ReplayedOut(replayed=len(letters))


async def tell(session: AsyncSession, event: ReferralFact) -> None:
    """Put it on the recipient's list, if it has one."""
    row = {
        "id": uuid.uuid4(),  # one that tells the time would undo the chance in when it is told
        "recipient": event.recipient,
        "referral": event.referral,
        "referral_state": event.state,
        "state": rules.MESSAGE.initial,
        "at": rules.first_try(datetime.now(UTC)),
    }
    await session.execute(_TELL, row)


async def take(engine: AsyncEngine, busy: list[str], most: int) -> list[Message]:
    """Messages that are due, one of each organisation that is not busy, leased to this process for a minute."""
    now = datetime.now(UTC)
    given = {"now": now, "until": now + LEASE, "busy": busy, "most": most}
    async with engine.begin() as connection:
        return [Message(**row) for row in (await connection.execute(_TAKE, given)).mappings()]


async def arrived(session: AsyncSession, message: uuid.UUID) -> None:
    """The partner has it: nothing of it is kept."""
    await session.execute(delete(Message).where(col(Message.id) == message))


async def failed(session: AsyncSession, message: uuid.UUID, reason: str) -> None:
    """Try again later, or give it up."""
    row = await queries.taken(session, message)
    if row is None:
        return
    row.reason = reason
    following = rules.next_try(row.attempts, datetime.now(UTC))
    if following is None:
        row.state = rules.MESSAGE.after(row.state, "give_up")
    else:
        row.next_at = following


async def gone(session: AsyncSession, message: Message, url: str) -> None:
    """The partner's system wants nothing any more (410) at this address: the webhook is disabled while it is that one;
    what waits stays for a while."""
    kept = await queries.locked(session, message.organization)
    if kept.url == url:
        kept.state = rules.ENDPOINT.after(kept.state, "disable")
    await failed(session, message.id, "answered-410")


async def disable(session: AsyncSession, client: str) -> None:
    """What this client registered is told no more: it may act no longer."""
    for kept in await queries.registered_by(session, client):
        kept.state = rules.ENDPOINT.after(kept.state, "disable")


async def close(session: AsyncSession, organization: str) -> None:
    """The organisation is no more: nor is its webhook."""
    await session.execute(delete(Endpoint).where(col(Endpoint.organization) == organization))


async def forget(session: AsyncSession) -> None:
    """Delete what nobody took for too long, and secrets that sign no more."""
    over = update(Endpoint).where(col(Endpoint.older_until) < datetime.now(UTC))
    await session.execute(over.values(older=None, older_until=None))
    await session.execute(delete(Message).where(col(Message.created_at) < datetime.now(UTC) - rules.KEPT))
