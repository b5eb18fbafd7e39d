"""The other party is asked, once, by a code; one clear refusal ends it (People's Mediation Law 17)."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.commands import cases as door
from services.cases.commands.cases import Call, Written
from services.cases.queries import cases, content
from services.cases.rules import agreements, notices, states
from services.cases.schemas import AnswerIn
from services.cases.tables import Invitation, MediationCase, Party, now
from shared import ids, problems, sender
from shared.grants import Grant
from shared.runtime import Runtime


async def invite(call: Call) -> Written:
    """Send the code to the contact that the applicant gave; a second one only after the first has run out."""
    case = await door.held(call)
    states.CASE.after(case.state, "invite")
    last = await cases.last_invitation(call.session, case.id)
    states.check_invitation_over(last.expires_at if last else None, now())
    applicant = (await cases.parties(call.session, case.id))[0]
    respondent = await content.respondent(call.runtime.vault, case, applicant)
    if respondent is None:
        raise problems.NOT_FOUND("The contact was erased; the case cannot go on.")
    code = agreements.new_code()
    tag = agreements.code_tag(code, call.runtime.index_keys[0])
    call.session.add(Invitation(case_id=case.id, tag=tag, expires_at=now() + states.CODE_LIFE))
    written = await door.move(call.session, case, "invite", call.grant.actor.id)
    text = notices.invitation(code, call.runtime.settings.public_url)
    # Before the commit: a code whose commit fails opens nothing, and no committed one stays unsent.
    await sender.of(call.runtime.settings).send(respondent["contact"], text)
    return written


async def answer(session: AsyncSession, runtime: Runtime, grant: Grant, body: AnswerIn) -> Written:
    """The other party accepts and joins, or refuses and leaves no trace; codes that do not serve all look the same."""
    found = await cases.invited(session, [agreements.code_tag(body.code, key) for key in runtime.index_keys])
    if found is None:
        raise states.INVITATION_INVALID()
    invitation, case = found
    applicant = (await cases.parties(session, case.id))[0]
    fresh = states.is_open(invitation.expires_at, invitation.used_at, now())
    if not fresh or case.state != "inviting" or str(applicant.person) == grant.subject:
        raise states.INVITATION_INVALID()
    invitation.used_at = now()
    session.add(invitation)
    if body.answer == "accepted":
        session.add(await _respondent(runtime, grant, body, case.id))
        _start_clock(case)
        await session.flush()
    return await door.move(session, case, f"answer {body.answer}", "respondent")


async def _respondent(runtime: Runtime, grant: Grant, body: AnswerIn, case_id: uuid.UUID) -> Party:
    party = ids.new()
    place = f"party.statement/{party}"
    statement = await door.sealed(runtime.vault, grant.subject, place, body.statement) if body.statement else None
    person = uuid.UUID(grant.subject)
    return Party(id=party, case_id=case_id, role="respondent", person=person, seal=grant.seal, statement=statement)


def _start_clock(case: MediationCase) -> None:
    case.due = states.due(case.dispute_type, case.applied_at, now())
