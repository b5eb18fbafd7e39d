"""System clients: registered by two people, proved by keys that overlap, revoked by one."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands.acts import Act
from services.identity.queries import clients, organizations
from services.identity.queries import staff as people
from services.identity.rules import clients as rules
from services.identity.rules.clients import CLIENT, KEY
from services.identity.rules.organizations import Place, check_second, check_takes
from services.identity.rules.staff import may_act
from services.identity.schemas.clients import ClientIn, ClientOut, Jwk
from services.identity.tables import Client, ClientKey
from shared import outbox, problems
from shared.contracts.events import ClientRegistered, ClientRevoked


@dataclass(frozen=True)
class Held:
    """A client that the caller has to do with, locked, and where its organisation stands."""

    row: Client
    place: Place


async def propose(act: Act, body: ClientIn) -> ClientOut:
    """Register a client for the own organisation or, for a service centre, one below; it waits for a second person."""
    place = await _place(act, body.organization)
    check_takes(place)
    rules.check_grants(body.grants, body.redirect_uris, body.signs_in)
    jwk = rules.public(body.jwk.model_dump())
    if await clients.exists(act.session, body.id):
        raise problems.CONFLICT("There is a client of this id.")
    told = body.model_dump(include={"id", "organization", "grants", "redirect_uris", "signs_in"})
    row = Client(**told, state=CLIENT.initial, proposed_by=act.by, proposed_from=act.organisation)
    await act.register(row)
    await add(act.session, row, jwk, proposed_by=act.by)
    return await shown(act.session, row)


async def approve(act: Act, client_id: str) -> ClientOut:
    """The second person lets the client act, by the key that was proposed with it; one of the two is of the centre."""
    held = await _held(act, client_id)
    row, state = held.row, CLIENT.after(held.row.state, "approve")
    centres = held.place.at_centres
    rules.check_approval(row.proposed_by, act.by, bool({row.proposed_from, act.organisation} & centres))
    check_takes(held.place)
    row.state, row.approved_by = state, act.by
    for key in await clients.keys(act.session, [row.id]):
        if key.state == KEY.initial:
            _approve(act, key)
    await tell(act.session, row)
    return await shown(act.session, row)


async def revoke(act: Act, client_id: str) -> ClientOut:
    """End a client for good, or drop a proposal; its own organisation does that, or the service centre above."""
    row = (await _held(act, client_id)).row
    if row.state != "revoked":
        known = row.state != CLIENT.initial
        row.state = CLIENT.after(row.state, "revoke")
        if known:
            await outbox.emit(act.session, row.id, ClientRevoked(client=row.id, organization=row.organization))
    return await shown(act.session, row)


async def add_key(act: Act, client_id: str, jwk: Jwk) -> ClientOut:
    """Propose the next key; once another person approved it, both are good until the older one is retired."""
    row = await _keeper(act, client_id)
    kept = await clients.keys(act.session, [row.id])
    rules.check_room([each.id for each in kept if KEY.allowed(each.state)])
    public = rules.public(jwk.model_dump())
    if rules.thumbprint(public) in {each.id for each in kept}:
        raise problems.CONFLICT("The client has or had this key.")
    await add(act.session, row, public, proposed_by=act.by)
    return await shown(act.session, row)


async def approve_key(act: Act, client_id: str, key_id: str) -> ClientOut:
    """The second person, of the organisation or of a service centre above it, lets a key prove the client."""
    row = (await _held(act, client_id)).row
    rules.check_active(row.state)
    key = await _key(act.session, row, key_id)
    check_second(key.proposed_by, act.by)
    _approve(act, key)
    return await shown(act.session, row)


async def retire_key(act: Act, client_id: str, key_id: str) -> ClientOut:
    """End one of two keys, or drop a proposed one; what it signs proves nothing from now on."""
    row = await _keeper(act, client_id)
    key = await _key(act.session, row, key_id)
    state = KEY.after(key.state, "retire")
    active = [each.id for each in await clients.keys(act.session, [row.id]) if each.state == rules.PROVES]
    rules.check_rest(key.id, active)
    key.state = state
    return await shown(act.session, row)


async def add(session: AsyncSession, row: Client, jwk: dict[str, str], **told: str) -> None:
    """Give a client a key; `told` says who proposed it, or the state of one that nobody has to approve."""
    key_id, now = rules.thumbprint(jwk), datetime.now(UTC)
    session.add(ClientKey(client=row.id, id=key_id, jwk=jwk, since=now, **{"state": KEY.initial, **told}))
    await session.flush()


async def tell(session: AsyncSession, row: Client) -> None:
    """Say that a client may act."""
    await outbox.emit(session, row.id, ClientRegistered(client=row.id, organization=row.organization))


async def shown(session: AsyncSession, row: Client) -> ClientOut:
    """A client with its keys."""
    return ClientOut.of(row, await clients.keys(session, [row.id]))


async def _place(act: Act, organization_id: str) -> Place:
    """Where an organisation stands that the caller registers clients for; 404 for any other."""
    organization = await organizations.locked(act.session, organization_id)
    place = await organizations.place(act.session, organization) if organization else None
    if place is None or act.organisation not in place.centres | {place.id}:
        raise problems.NOT_FOUND()
    return place


async def _held(act: Act, client_id: str) -> Held:
    row = await clients.locked(act.session, client_id)
    if row is None:
        raise problems.NOT_FOUND()
    return Held(row, await _place(act, row.organization))


def _approve(act: Act, key: ClientKey) -> None:
    key.state, key.approved_by = KEY.after(key.state, "approve"), act.by


async def _key(session: AsyncSession, row: Client, key_id: str) -> ClientKey:
    key = next((each for each in await clients.keys(session, [row.id]) if each.id == key_id), None)
    if key is None:
        raise problems.NOT_FOUND()
    return key


async def _keeper(act: Act, client_id: str) -> Client:
    """A client that may act, whose keys the caller keeps: whoever answers for the organisation's staff."""
    held = await _held(act, client_id)
    if not may_act(act.organisation, held.place, await people.administrators(act.session, held.place.id)):
        raise problems.NOT_FOUND()
    rules.check_active(held.row.state)
    return held.row
