"""Both parties sign the notice of their rights; then they sit together, and a joint record may be kept."""

from services.cases.commands import cases as door
from services.cases.commands.cases import Call, Written
from services.cases.queries import cases, content
from services.cases.rules import notices, states
from services.cases.schemas import NotifyIn, SessionIn
from services.cases.tables import Signature, Sitting
from shared import ids


async def notify(call: Call, body: NotifyIn) -> Written:
    """The mediator holds the notice of rights and duties signed by both (rules on mediation work, 30)."""
    case = await door.held(call)
    written = await door.move(call.session, case, "notify", call.grant.actor.id)
    states.check_notice(body.signed_by)
    text = notices.rights_hash()
    call.session.add_all(Signature(case_id=case.id, hash=text, role=role) for role in states.ROLES)
    return written


async def open_session(call: Call, body: SessionIn) -> Written:
    """A session begins; the mediator has declared no interest, and the joint record is sealed under the case's key."""
    case = await door.held(call)
    written = await door.move(call.session, case, "open-session", call.grant.actor.id)
    sitting = ids.new()
    person, place = content.case_key(case.id), f"session.record/{sitting}"
    record = await door.sealed(call.runtime.vault, person, place, body.record) if body.record else None
    number = await cases.sittings_held(call.session, case.id) + 1
    mediator = call.grant.actor.id
    call.session.add(Sitting(id=sitting, case_id=case.id, number=number, mediator=mediator, record=record))
    return written
