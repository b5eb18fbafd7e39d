"""A dispute comes in, is looked at, or a party ends it; and which committees there are."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.commands import cases as door
from services.cases.commands.cases import Call, Written
from services.cases.queries import cases
from services.cases.schemas import ApplyIn, ScreenIn
from services.cases.tables import Committee, History, MediationCase, Party
from shared import ids, problems
from shared.contracts import vocabulary
from shared.contracts.events import OrganizationFact
from shared.grants import Grant
from shared.runtime import Runtime

MEDIATION_COMMITTEE = "mediation_committee"
DISPUTE_UNKNOWN = problems.kind(
    422, "dispute-type-unknown", "No such type of dispute", "Use a code of the signed vocabulary (docs/vocabulary.md)."
)
COMMITTEE_UNKNOWN = problems.kind(
    422, "committee-unknown", "No such mediation committee", "Leave `committee` out, or name one that is registered."
)


async def check_vocabulary(runtime: Runtime) -> None:
    """An unsigned or altered vocabulary stops the start."""
    vocabulary.load(runtime.settings.vocabulary_key)


async def keep_committee(session: AsyncSession, event: OrganizationFact) -> None:
    """Know the committees that may act, and no other organisation; open cases stay where they are."""
    known = await cases.known_committee(session, event.organization)
    if event.kind == MEDIATION_COMMITTEE and event.state == "active":
        await session.merge(Committee(id=event.organization, name=event.name, district=event.district))
    elif known:
        await session.delete(known)


async def apply(session: AsyncSession, runtime: Runtime, grant: Grant, body: ApplyIn) -> Written:
    """A party applies (People's Mediation Law 17); everything she says is sealed under her own key."""
    closed = vocabulary.load(runtime.settings.vocabulary_key).release.dispute_types
    if body.dispute_type not in {kind.code for kind in closed}:
        raise DISPUTE_UNKNOWN()
    committee = await cases.committee(session, body.committee, runtime.settings.region)
    if committee is None:
        raise COMMITTEE_UNKNOWN()
    case = await _case(runtime, grant, body, committee.id)
    session.add(case)
    await session.flush()
    session.add(await _applicant(runtime, grant, body, case.id))
    session.add(History(case_id=case.id, version=1, verb="apply", before="", after=case.state, by="applicant"))
    await session.flush()
    await door.tell(session, case)
    return door.written(case, "apply")


async def _case(runtime: Runtime, grant: Grant, body: ApplyIn, committee: str) -> MediationCase:
    case_id = ids.new()
    place = "mediation_case.{}/" + str(case_id)
    vault, person = runtime.vault, grant.subject
    return MediationCase(
        id=case_id,
        committee=committee,
        dispute_type=body.dispute_type,
        referral=body.referral,
        request=await door.sealed(vault, person, place.format("request"), body.request),
        respondent=await door.sealed(vault, person, place.format("respondent"), body.respondent.model_dump_json()),
    )


async def _applicant(runtime: Runtime, grant: Grant, body: ApplyIn, case_id: uuid.UUID) -> Party:
    party = ids.new()
    vault, person = runtime.vault, grant.subject
    contact = body.applicant and body.applicant.model_dump_json()
    return Party(
        id=party,
        case_id=case_id,
        role="applicant",
        person=uuid.UUID(person),
        seal=grant.seal,
        statement=await door.sealed(vault, person, f"party.statement/{party}", body.statement),
        contact=await door.sealed(vault, person, f"party.contact/{party}", contact) if contact else None,
    )


async def screen(call: Call, body: ScreenIn) -> Written:
    """The committee takes the dispute on, or says why it cannot, and where else to go."""
    case = await door.held(call)
    case.reason = body.reason
    verb = "screen in_scope" if body.in_scope else "screen out_of_scope"
    return await door.move(call.session, case, verb, call.grant.actor.id)


async def stop(call: Call) -> Written:
    """A party ends mediation: at any time, without a reason, whatever version she read (People's Mediation Law 23)."""
    case = await door.reached(call)
    party = await cases.party(call.session, call.grant, case.id)
    return await door.move(call.session, case, "stop", party.role)
