"""Organisations: registered by one administrator of the service centre, confirmed by another; suspended, closed."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands.acts import Act
from services.identity.queries import organizations
from services.identity.rules import organizations as rules
from services.identity.rules.organizations import ORGANIZATION, Place
from services.identity.schemas.organizations import ChangeIn, ContractIn, OrganizationIn
from services.identity.tables import Contract, Organization
from shared import ids, outbox, problems, requests
from shared.contracts import clock, events, vocabulary
from shared.contracts.events import OrganizationFact
from shared.runtime import Runtime


async def register(act: Act, body: OrganizationIn) -> Organization:
    """Propose an organisation below the own service centre; nobody else learns of it before it is confirmed."""
    parent = await organizations.locked(act.session, body.parent)
    place = await organizations.place(act.session, parent) if parent else None
    if place is None or act.organisation not in place.at_centres:
        raise problems.NOT_FOUND()
    check(act.runtime, body.kind, body)
    rules.check_place(body.id, body.kind, place)
    rules.check_district(body.district, act.runtime.settings.region)
    rules.check_takes(place)
    if await organizations.exists(act.session, body.id):
        raise problems.CONFLICT("There is an organisation of this id.")
    row = Organization(**body.model_dump(), state=ORGANIZATION.initial, proposed_by=act.by)
    await act.register(row)
    return row


def check(runtime: Runtime, kind: str, body: ChangeIn) -> None:
    """Hold name, kind and services against the signed release."""
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    rules.check_organization(body.name, kind, closed)
    rules.check_services(body.services, closed)


async def confirm(act: Act, organization_id: str, if_match: str | None) -> Organization:
    """The second person lets in what they read: an organisation, or the change of one that waits.

    A social organisation needs a contract that is in force.
    """
    row = await _at_or_below(act, organization_id)
    if row.next_name is None:
        return await _let_in(act, row, if_match)
    rules.check_changes(row.state)
    _check_read(act, row, if_match)
    row.name, row.services, row.confirmed_by = row.next_name, row.next_services or [], act.by
    row.next_name = row.next_services = None
    return await _changed(act.session, row, events.OrganizationRegistered)


async def _let_in(act: Act, row: Organization, if_match: str | None) -> Organization:
    state = ORGANIZATION.after(row.state, "confirm")
    _check_read(act, row, if_match)
    await _check_contract(act.session, row)
    row.state, row.confirmed_by = state, act.by
    return await _changed(act.session, row, events.OrganizationRegistered)


def _check_read(act: Act, row: Organization, if_match: str | None) -> None:
    requests.if_match(if_match, row.version)
    rules.check_second(row.proposed_by, act.by)


async def suspend(act: Act, organization_id: str) -> Organization:
    """Within 5 s no gateway takes calls of its staff and systems any more, until it is resumed."""
    row = await _below(act, organization_id)
    row.state, row.suspended_by = ORGANIZATION.after(row.state, "suspend"), act.by
    return await _changed(act.session, row, events.OrganizationSuspended)


async def resume(act: Act, organization_id: str) -> Organization:
    """Its staff and systems may act again, if somebody says so who did not suspend it.

    What nobody suspended, since its contract ended, is resumed by another than who registered the next one.
    """
    row = await _below(act, organization_id)
    state = ORGANIZATION.after(row.state, "resume")
    in_force = await _check_contract(act.session, row)
    registered_by = in_force.proposed_by if in_force else None
    rules.check_second(row.suspended_by or registered_by, act.by)
    row.state, row.suspended_by = state, None
    return await _changed(act.session, row, events.OrganizationResumed)


async def close(act: Act, organization_id: str) -> Organization:
    """End it for good, once nothing depends on it; a proposal that nobody learned of is dropped in silence."""
    row = await _below(act, organization_id)
    known = row.state != ORGANIZATION.initial
    row.state = ORGANIZATION.after(row.state, "close")
    rules.check_alone(await organizations.held(act.session, row.id))
    return await _changed(act.session, row, events.OrganizationClosed if known else None)


async def change(act: Act, organization_id: str, body: ChangeIn, if_match: str | None) -> Organization:
    """Change name, services, and where the office is reached: the service centre does, for itself and below.

    What is in force already gets a new name or other services once a second person confirmed them.
    """
    row = await _at_or_below(act, organization_id)
    requests.if_match(if_match, row.version)
    rules.check_changes(row.state)
    check(act.runtime, row.kind, body)
    row.office_phone, row.office_address = body.office_phone, body.office_address
    if row.state == ORGANIZATION.initial:
        row.name, row.services, row.proposed_by = body.name, body.services, act.by
    elif (body.name, body.services) == (row.name, row.services):
        row.next_name = row.next_services = None
    else:
        row.next_name, row.next_services, row.proposed_by = body.name, body.services, act.by
    return await _changed(act.session, row, None)


async def contract(act: Act, organization_id: str, body: ContractIn) -> Organization:
    """Register a contract; it covers its days and does not confirm or resume by itself."""
    row = await _below(act, organization_id)
    rules.check_changes(row.state)
    rules.check_by_contract(row.kind)
    others = [(each.starts_on, each.ends_on) for each in await organizations.contracts(act.session, [row.id])]
    rules.check_free(body.starts_on, body.ends_on, others)
    told = body.model_dump(include={"starts_on", "ends_on"}) | body.indicators.model_dump()
    act.session.add(Contract(id=ids.new(), organization=row.id, proposed_by=act.by, **told))
    if row.state == ORGANIZATION.initial:
        row.proposed_by = act.by
    return await _changed(act.session, row, None)


async def suspend_out_of_contract(session: AsyncSession) -> int:
    """Suspend the social organisations whose contract is over; how many."""
    rows = await organizations.out_of_contract(session, clock.day_of(datetime.now(UTC)))
    for row in rows:
        row.state = ORGANIZATION.after(row.state, "suspend")
        await _changed(session, row, events.OrganizationSuspended)
    return len(rows)


async def tell(session: AsyncSession, row: Organization, fact: type[OrganizationFact]) -> None:
    """Say what an organisation is now."""
    told = row.model_dump(include={"name", "kind", "parent", "district", "services", "state"})
    await outbox.emit(session, row.id, fact(organization=row.id, **told))


async def _found(act: Act, organization_id: str) -> tuple[Organization, Place]:
    row = await organizations.locked(act.session, organization_id)
    if row is None:
        raise problems.NOT_FOUND()
    return row, await organizations.place(act.session, row)


async def _at_or_below(act: Act, organization_id: str) -> Organization:
    """The own service centre or an organisation below it; 404 for any other."""
    row, place = await _found(act, organization_id)
    if act.organisation not in place.at_centres:
        raise problems.NOT_FOUND()
    return row


async def _below(act: Act, organization_id: str) -> Organization:
    """An organisation below the own service centre; 404 for any other, the centre itself too."""
    row, place = await _found(act, organization_id)
    if act.organisation not in place.centres:
        raise problems.NOT_FOUND()
    return row


async def _check_contract(session: AsyncSession, row: Organization) -> Contract | None:
    found = await organizations.contract(session, row.id, clock.day_of(datetime.now(UTC)))
    rules.check_contract(row.kind, found is not None)
    return found


async def _changed(session: AsyncSession, row: Organization, fact: type[OrganizationFact] | None) -> Organization:
    row.version += 1
    await session.flush()
    if fact:
        await tell(session, row, fact)
    return row
