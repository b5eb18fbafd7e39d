"""The life of agreements, for coordinators and data protection officers of their parties."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path

from gateway.agreements import rules as agreed
from gateway.lifecycle import commands, queries, views
from gateway.lifecycle.commands import Act, Room
from gateway.lifecycle.schemas import (
    ApprovalIn,
    DisposalIn,
    DraftIn,
    LifeOut,
    OverdueOut,
    ReasonIn,
    RemindersOut,
    ReturnIn,
)
from shared import requests
from shared.requests import Internal, RuntimeDep, SessionDep

router = requests.router()
AgreementId = Annotated[str, Path(pattern=agreed.ID)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
VERSION = "/v1/agreements/{agreement}/versions/{version}"


async def officer(session: SessionDep, grant: Internal, runtime: RuntimeDep) -> Act:
    """The officer of a party who does something now."""
    return Act(session, runtime.settings.region, grant.actor.id, grant.actor.organisation, datetime.now(UTC))


async def room(runtime: RuntimeDep) -> Room:
    """What the room works with."""
    held = runtime.extras["lifecycle"]
    assert isinstance(held, Room)  # noqa: S101 - put there at the start, before any request
    return held


ActDep = Annotated[Act, Depends(officer, scope="function")]
RoomDep = Annotated[Room, Depends(room)]


@router.get("/v1/agreements/overdue")
async def overdue(act: ActDep) -> OverdueOut:
    """What is late and what will be within three working days, with the article: agreements, never people."""
    return await views.overdue(act.session, act.now)


@router.get("/v1/agreements/reminders")
async def reminders(act: ActDep) -> RemindersOut:
    """Clocks of your own organisation's agreements that soon run out, as it was told of them; newest first."""
    return await views.reminders(act)


@router.post("/v1/agreements", status_code=201)
async def draft(act: ActDep, room: RoomDep, body: DraftIn) -> LifeOut:
    """Draft a version as one of its parties; a refusal lists everything that stands against it."""
    return await views.life(act, await commands.draft(act, room, body.terms))


@router.get(VERSION)
async def life(act: ActDep, agreement: AgreementId, version: Number) -> LifeOut:
    """One version with its steps, signatures and running clocks."""
    row = await queries.version(act.session, agreement, version)
    if row is None:
        raise agreed.AGREEMENT_GONE()
    return await views.life(act, row)


@router.post(VERSION + ":offer")
async def offer(act: ActDep, room: RoomDep, agreement: AgreementId, version: Number) -> LifeOut:
    """Offer a draft to the other side; the impact of its purposes is assessed before."""
    return await views.life(act, await commands.offer(act, room, agreement, version))


@router.post(VERSION + ":take-back")
async def take_back(act: ActDep, agreement: AgreementId, version: Number) -> LifeOut:
    """Take an own offer back; what was approved is void."""
    return await views.life(act, await commands.take_back(act, agreement, version))


@router.post(VERSION + ":return")
async def return_(act: ActDep, agreement: AgreementId, version: Number, body: ReturnIn) -> LifeOut:
    """Return an incomplete offer, once, with everything that is missing."""
    return await views.life(act, await commands.return_(act, agreement, version, body.missing))


@router.post(VERSION + ":approve")
async def approve(act: ActDep, room: RoomDep, agreement: AgreementId, version: Number, body: ApprovalIn) -> LifeOut:
    """Approve an offer; two people of each side do, and both sides sign `to_sign`."""
    return await views.life(act, await commands.approve(act, room, agreement, version, body.signature))


@router.post(VERSION + ":activate")
async def activate(act: ActDep, room: RoomDep, agreement: AgreementId, version: Number) -> LifeOut:
    """Put what was agreed in force; for the provider."""
    return await views.life(act, await commands.activate(act, room, agreement, version))


@router.post(VERSION + ":resume")
async def resume(act: ActDep, room: RoomDep, agreement: AgreementId, version: Number) -> LifeOut:
    """Propose to resume, or as the second officer of the side that suspended do so, where it could come in force."""
    return await views.life(act, await commands.resume(act, room, agreement, version))


@router.post(VERSION + ":dispose")
async def dispose(act: ActDep, agreement: AgreementId, version: Number, body: DisposalIn) -> LifeOut:
    """Give the receipt that the data is gone; for the consumer."""
    return await views.life(act, await commands.dispose(act, agreement, version, f"{body.reference}: {body.method}"))


@router.post(VERSION + ":refuse")
async def refuse(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Refuse an offer, with the reasons."""
    return await views.life(act, await commands.refuse(act, agreement, version, body.reason))


@router.post(VERSION + ":extend")
async def extend(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Ask for ten more working days to reply, or as the second officer approve that."""
    return await views.life(act, await commands.extend(act, agreement, version, body.reason))


@router.post(VERSION + ":suspend")
async def suspend(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Suspend at once, by one officer of either side."""
    return await views.life(act, await commands.suspend(act, agreement, version, body.reason))


@router.post(VERSION + ":terminate")
async def terminate(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """End it, with the reason."""
    return await views.life(act, await commands.terminate(act, agreement, version, body.reason))


@router.post(VERSION + ":ask-correction")
async def ask_correction(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Say what is wrong with what is shared; nobody is named."""
    return await views.life(act, await commands.ask_correction(act, agreement, version, body.reason))


@router.post(VERSION + ":correct")
async def correct(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Answer what was said to be wrong."""
    return await views.life(act, await commands.correct(act, agreement, version, body.reason))


@router.post(VERSION + ":dispute")
async def dispute(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Open a dispute; the parties negotiate first."""
    return await views.life(act, await commands.dispute(act, agreement, version, body.reason))


@router.post(VERSION + ":escalate")
async def escalate(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Bring the dispute before the next authority."""
    return await views.life(act, await commands.escalate(act, agreement, version, body.reason))


@router.post(VERSION + ":settle")
async def settle(act: ActDep, agreement: AgreementId, version: Number, body: ReasonIn) -> LifeOut:
    """Write down how the dispute ended: who opened it, or either side once it is before the government."""
    return await views.life(act, await commands.settle(act, agreement, version, body.reason))
