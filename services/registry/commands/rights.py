"""The rights desk: a person asks, an officer of her region answers by a day, another one looks again if she appeals."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.commands import records
from services.registry.queries import people as people_queries
from services.registry.queries import reach
from services.registry.queries import rights as queries
from services.registry.rules import rights as rules
from services.registry.schemas.records import MessageSealed
from services.registry.schemas.rights import Answered, AnswerIn, RightIn, RightSealed
from services.registry.tables import RightsRequest, now
from shared import ids, outbox, requests
from shared.contracts import clock
from shared.contracts.events import RightsRequestMade
from shared.grants import Grant
from shared.runtime import Runtime


@dataclass(frozen=True)
class Desk:
    """One call of an officer about one request, over the version that was read."""

    session: AsyncSession
    runtime: Runtime
    grant: Grant
    request: uuid.UUID
    if_match: str | None


async def ask(session: AsyncSession, runtime: Runtime, grant: Grant, body: RightIn) -> RightsRequest:
    """Ask the desk; the clock begins today. Raises `rights-too-many-open`, `rights-desk-missing`."""
    await reach.lock(session, grant.subject)
    moment = now()
    waiting, lately = await queries.counted(session, grant.subject, moment - rules.MONTH)
    if waiting >= rules.MOST_OPEN or lately >= rules.MOST_IN_A_MONTH:
        raise rules.TOO_MANY()
    row = RightsRequest(
        id=ids.new(),
        subject=grant.subject,
        kind=body.kind,
        state=rules.REQUEST.initial,
        due_on=rules.due_on(clock.day_of(moment)),
        asked_at=moment,
        desk=await queries.desk(session),
    )
    await _seal(runtime, row, RightSealed(about=body.about, thing=body.thing, words=body.words))
    session.add(row)
    await outbox.emit(session, row.id, RightsRequestMade(request=str(row.id), desk=row.desk, seal=grant.seal))
    return row


async def move(session: AsyncSession, subject: str, request: uuid.UUID, verb: str) -> RightsRequest:
    """The person appeals against a refusal, which begins the clock again, or takes her request back."""
    row = await queries.own(session, subject, request)
    row.state = rules.REQUEST.after(row.state, verb)
    row.version += 1
    if verb == "appeal":
        row.due_on, row.closed_at = rules.due_on(clock.day_of(now())), None
    else:
        row.closed_at = now()
    return row


async def answer(desk: Desk, verb: rules.Answer, body: AnswerIn) -> RightsRequest:
    """The desk grants, refuses by law, takes more time once, or decides an appeal. The person is told that it did."""
    row = await queries.at_desk(desk.session, desk.grant, desk.request)
    requests.if_match(desk.if_match, row.version)
    rules.check_answer(verb, body.reason)
    rules.check_officer(verb, row.answered_by, desk.grant.actor.id)
    row.state = rules.REQUEST.after(row.state, verb)
    row.version += 1
    if verb == "extend":
        row.due_on = rules.due_on(row.due_on)
    else:
        row.answered_by, row.closed_at = desk.grant.actor.id, now()
    said = await queries.opened(desk.runtime.vault, row)
    answered = Answered(verb=verb, words=body.words, reason=body.reason, at=now())
    await _seal(desk.runtime, row, said.model_copy(update={"answers": (*said.answers, answered)}))
    await _tell(desk, row)
    return row


async def _seal(runtime: Runtime, row: RightsRequest, said: RightSealed) -> None:
    place, size = f"rights_request.sealed/{row.id}", sealing.Size.RIGHT
    row.sealed = await sealing.seal(runtime.vault, str(row.subject), place, said, size)


async def _tell(desk: Desk, row: RightsRequest) -> None:
    """A message to the contact on her record, where she has one."""
    subject = await people_queries.standing(desk.session, str(row.subject))
    person = await people_queries.seen(desk.session, subject)
    if person is not None:
        contact = (await people_queries.opened(desk.runtime.vault, person)).phone
        words = MessageSealed(to=contact, text=rules.message(desk.runtime.settings.region_name))
        await records.notify(desk.session, desk.runtime, subject, words)
