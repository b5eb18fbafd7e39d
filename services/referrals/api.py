"""The routes of referrals: parse, call one command or query, return."""

import uuid
from typing import Annotated

from fastapi import Depends, Header, Response

from services.referrals import queries, schemas
from services.referrals.commands import intake, verbs
from services.referrals.commands.verbs import Order, Target
from services.referrals.rules import states
from services.referrals.tables import Referral
from shared import pages, problems, requests
from shared.requests import Exchange, Internal, RuntimeDep, Self, SessionDep

router = requests.router()


async def referral_id(referral: str) -> uuid.UUID:
    """The id in the path; what is no id is not found."""
    try:
        return uuid.UUID(referral)
    except ValueError:
        raise problems.NOT_FOUND() from None


ReferralId = Annotated[uuid.UUID, Depends(referral_id)]


async def target(referral: ReferralId, if_match: Annotated[str | None, Header()] = None) -> Target:
    """The referral that a verb is for, with the version that its caller read."""
    return Target(referral, if_match)


TargetDep = Annotated[Target, Depends(target)]


@router.post("/v1/me/intakes", status_code=201)
async def make_intake(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.IntakeIn
) -> schemas.IntakeOut:
    """Say once what is needed; each need becomes a referral that waits for consent."""
    return await intake.take_in(session, runtime, grant, body)


@router.get("/v1/me/referrals")
async def my_referrals(
    session: SessionDep, grant: Self, limit: pages.Limit = 50, cursor: pages.Cursor = None
) -> schemas.MineOut:
    """The person's own referrals."""
    rows = await queries.mine(session, grant, pages.after(cursor), limit)
    following = pages.following([referral.id for referral, *_ in rows], limit)
    return schemas.MineOut(referrals=[schemas.MineItemOut.of(*row) for row in rows], next=following)


@router.get("/v1/me/referrals/{referral}")
async def my_referral(
    session: SessionDep, runtime: RuntimeDep, grant: Self, referral: ReferralId, response: Response
) -> schemas.MyReferralOut:
    """One of the person's referrals: what was asked, what she answered, what happened."""
    mine = await queries.my_referral(session, grant, referral)
    found = mine.referral
    answers = await queries.answers(session, runtime.vault, found, [*found.preview_fields, *found.fields])
    response.headers["etag"] = requests.etag(found.version)
    return schemas.MyReferralOut.full(mine, answers, await queries.history(session, found))


@router.post("/v1/me/referrals/{referral}:cancel")
async def cancel_referral(
    session: SessionDep, grant: Self, referral: ReferralId, response: Response, body: schemas.CancelIn | None = None
) -> schemas.MovedOut:
    """Stop it; needs no reason and no version."""
    reason = (body or schemas.CancelIn()).reason
    return _moved(await verbs.cancel(session, grant, referral, reason), response)


@router.post("/v1/me/referrals/{referral}:confirm")
async def confirm_referral(
    session: SessionDep, grant: Self, referral: ReferralId, response: Response
) -> schemas.MovedOut:
    """Say that the outcome is true."""
    return _moved(await verbs.say(session, grant, referral, "confirmed"), response)


@router.post("/v1/me/referrals/{referral}:dispute")
async def dispute_referral(
    session: SessionDep, grant: Self, referral: ReferralId, response: Response
) -> schemas.MovedOut:
    """Say that the outcome is not true."""
    return _moved(await verbs.say(session, grant, referral, "disputed"), response)


@router.get("/v1/referrals")
async def inbox(
    session: SessionDep,
    grant: Internal,
    state: states.State | None = None,
    limit: pages.Limit = 50,
    cursor: pages.Cursor = None,
) -> schemas.InboxOut:
    """The own organisation's inbox: ids, services, states and clocks, never people."""
    rows = await queries.inbox(session, grant, state, pages.after(cursor), limit)
    following = pages.following([row.id for row in rows], limit)
    return schemas.InboxOut(referrals=[schemas.InboxItemOut.of(row) for row in rows], next=following)


@router.get("/v1/referrals/{referral}")
async def read_referral(
    session: SessionDep, runtime: RuntimeDep, grant: Exchange, referral: ReferralId, response: Response
) -> schemas.ReferralOut:
    """A referral for its recipient: the preview until it accepts, then the fields of the grant."""
    found = await queries.referral(session, grant, referral)
    open_now = states.released(found.state, found.preview_fields, found.fields)
    names = [name for name in open_now if name in grant.fields]
    response.headers["etag"] = requests.etag(found.version)
    return schemas.ReferralOut.of(found, await queries.answers(session, runtime.vault, found, names))


@router.post("/v1/referrals/{referral}:accept")
async def accept_referral(session: SessionDep, grant: Exchange, at: TargetDep, response: Response) -> schemas.MovedOut:
    """Take it on; from now on the recipient is responsible and sees every agreed field."""
    return _moved(await verbs.answer(session, grant, at, Order("accept")), response)


@router.post("/v1/referrals/{referral}:reject")
async def reject_referral(
    session: SessionDep, grant: Exchange, at: TargetDep, body: schemas.RejectIn, response: Response
) -> schemas.MovedOut:
    """Refuse it with a reason from the list."""
    order = Order("reject", reason=body.reason)
    return _moved(await verbs.answer(session, grant, at, order), response)


@router.post("/v1/referrals/{referral}:start")
async def start_referral(session: SessionDep, grant: Exchange, at: TargetDep, response: Response) -> schemas.MovedOut:
    """The first contact was made."""
    return _moved(await verbs.answer(session, grant, at, Order("start")), response)


@router.post("/v1/referrals/{referral}:hold")
async def hold_referral(
    session: SessionDep, grant: Exchange, at: TargetDep, body: schemas.HoldIn, response: Response
) -> schemas.MovedOut:
    """Let it wait, with a reason and the day on which it is looked at again."""
    order = Order("hold", reason=body.reason, review_on=body.review_on)
    return _moved(await verbs.answer(session, grant, at, order), response)


@router.post("/v1/referrals/{referral}:resume")
async def resume_referral(session: SessionDep, grant: Exchange, at: TargetDep, response: Response) -> schemas.MovedOut:
    """Go on with it."""
    return _moved(await verbs.answer(session, grant, at, Order("resume")), response)


@router.post("/v1/referrals/{referral}:complete")
async def complete_referral(
    session: SessionDep, grant: Exchange, at: TargetDep, body: schemas.CompleteIn, response: Response
) -> schemas.MovedOut:
    """Close it with an outcome; the person is asked for her own answer."""
    order = Order("complete", outcome=body.outcome)
    return _moved(await verbs.answer(session, grant, at, order), response)


@router.post("/v1/referrals/{referral}:fail")
async def fail_referral(
    session: SessionDep, grant: Exchange, at: TargetDep, body: schemas.FailIn, response: Response
) -> schemas.MovedOut:
    """Close it because it could not be done, with a reason from the list."""
    order = Order("fail", reason=body.reason)
    return _moved(await verbs.answer(session, grant, at, order), response)


def _moved(referral: Referral, response: Response) -> schemas.MovedOut:
    response.headers["etag"] = requests.etag(referral.version)
    return schemas.MovedOut.of(referral)
