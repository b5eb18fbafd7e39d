"""A person's own consents: decide, read, take back."""

from uuid import UUID

from services.registry.api.reach import Own
from services.registry.commands import consents as commands
from services.registry.commands import freezing
from services.registry.queries import consents as queries
from services.registry.schemas import consents as schemas
from services.registry.schemas.common import Kept
from services.registry.tables import now
from shared import pages, requests
from shared.contracts import clock

router = requests.router()


@router.post("/v1/me/consents", status_code=201)
async def decide(call: Own, body: schemas.ConsentIn) -> Kept:
    """Give or refuse one consent; the answer does not repeat which, because answers are kept in clear."""
    return Kept(id=str(await commands.decide(call.session, call.runtime, call.grant, body)))


@router.get("/v1/me/consents")
async def consents(call: Own, limit: pages.Limit = 50, cursor: pages.Cursor = None) -> schemas.ConsentsOut:
    """The own consents, newest first, with their receipts."""
    rows = await queries.consents(call.session, call.grant.subject, pages.after(cursor), limit)
    today = clock.day_of(now())
    shown = [await queries.shown(call.runtime.vault, row, today) for row in rows]
    return schemas.ConsentsOut(consents=shown, next=pages.following([row.id for row in rows], limit))


@router.get("/v1/me/consents/{consent}")
async def consent(call: Own, consent: UUID) -> schemas.ConsentOut:
    """One consent with its receipt, once the chain of its events was found unbroken."""
    row = await queries.consent(call.session, call.grant.subject, consent)
    await queries.chain(call.session, call.runtime.vault, row)
    return await queries.shown(call.runtime.vault, row, clock.day_of(now()))


@router.post("/v1/me/consents/{consent}:withdraw")
async def withdraw(call: Own, consent: UUID) -> Kept:
    """Take a consent back; it ends at once, and doing it again changes nothing."""
    await commands.withdraw(call.session, call.runtime, call.grant, consent)
    return Kept(id=str(consent))


@router.get("/v1/me/freeze")
async def freeze(call: Own) -> schemas.FreezeOut:
    """Whether the own consents are frozen."""
    row = await queries.freeze(call.session, call.grant.subject)
    return schemas.FreezeOut(frozen=row is not None, since=row.since if row else None)


@router.post("/v1/me/freeze")
async def freeze_consents(call: Own) -> schemas.FreezeOut:
    """Let nobody read or be handed anything, within 5 seconds; no consent is lost by it (PIPL 44)."""
    row = await freezing.freeze(call.session, call.runtime, call.grant)
    return schemas.FreezeOut(frozen=True, since=row.since)


@router.post("/v1/me/freeze:end")
async def thaw_consents(call: Own) -> schemas.FreezeOut:
    """Let the consents that are still live open again what they cover."""
    await freezing.thaw(call.session, call.runtime, call.grant)
    return schemas.FreezeOut(frozen=False, since=None)
