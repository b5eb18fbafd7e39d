"""What officers do with an agreement: drafted, offered, approved by two of each side, run, suspended, ended."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.agreements import commands as agreements
from gateway.agreements import parties
from gateway.agreements import queries as versions
from gateway.agreements import rules as agreed
from gateway.agreements.rules import Agreement, Assessment, Outline
from gateway.agreements.steps import ENDED, IN_FORCE, LIVE, Side, Step
from gateway.agreements.tables import AgreementVersion
from gateway.lifecycle import queries
from gateway.lifecycle.rules import clocks, drafts, signatures, steps
from gateway.lifecycle.rules.clocks import Clock
from gateway.lifecycle.tables import AgreementReminder, AgreementSignature
from shared import problems
from shared.contracts.clock import day_of
from shared.contracts.vocabulary import Vocabulary


@dataclass(frozen=True)
class Room:
    """What the room works with: the closed lists, what other apps publish, the region's own key.

    `keys_of` gives the keys of an organisation's systems; `assessed` the assessment of each purpose that is in force.
    """

    vocabulary: Vocabulary
    keys_of: Callable[[str], Awaitable[Sequence[dict[str, Any]]]]
    assessed: Callable[[], Awaitable[Mapping[str, Assessment]]]
    own_key: ECKey


@dataclass(frozen=True)
class Act:
    """An officer of a party of this region who does something now."""

    session: AsyncSession
    region: str
    officer: str
    organisation: str
    now: datetime


@dataclass(frozen=True)
class Held:
    """A version that the officer's organisation is a party of, locked, with what was done so far."""

    row: AgreementVersion
    side: Side
    steps: Sequence[Step]

    @property
    def agreement(self) -> Agreement:
        """What was agreed; 409 `agreement-unreadable` where no verb is left but those that end it."""
        return versions.agreement(self.row)

    def step(self, act: Act, kind: str, reason: str = "") -> Step:
        """The next step, by this officer."""
        return Step(kind, act.now, self.side, act.officer, reason)


async def draft(act: Act, room: Room, terms: dict[str, Any]) -> AgreementVersion:
    """Write a version down; 422 `agreement-refused` with everything that stands against it and the line it crosses."""
    agreement = drafts.read(terms, room.vocabulary)
    by = Step("drafted", act.now, steps.side(agreement, act.region, act.organisation), act.officer)
    await agreements.alone(act.session)
    await _check_id(act, agreement.agreement_id)
    row = await versions.locked(act.session, agreement.agreement_id, agreement.version)
    try:
        if row is None:
            drafts.check_open(await queries.open_drafts(act.session, act.region, act.organisation))
            await agreements.add(act.session, agreement, act.region, by)
        else:
            agreements.check_same(row, agreement)
    except agreements.PartiesError as error:
        raise drafts.refused(error.findings) from None
    except agreements.AppliedError as error:
        raise problems.CONFLICT(str(error)) from None
    return await agreements.held(act.session, agreement.agreement_id, agreement.version)


async def offer(act: Act, room: Room, agreement: str, version: int) -> AgreementVersion:
    """Offer a draft to the other side; from now on it has to answer (政务数据共享条例 20, 21)."""
    assessed = await room.assessed()  # before anything is locked: a slow service delays no suspension
    held = await _held(act, agreement, version)
    steps.check_drafted(held.steps, held.side)
    _check_time(act, held)
    await _check_parties(act, held)
    drafts.check_assessed(held.agreement.purposes, assessed, day_of(act.now))
    drafts.check_named(held.agreement, assessed)
    return await _moved(act, held, "offer", held.step(act, "offered"))


async def take_back(act: Act, agreement: str, version: int) -> AgreementVersion:
    """Take an own offer back; what was approved is void."""
    held = await _held(act, agreement, version)
    offered = steps.last(held.steps, "offered")
    if offered and offered.side != held.side:
        raise steps.OTHER_SIDE()
    return await _moved(act, held, "take_back", held.step(act, "taken_back"))


async def return_(act: Act, agreement: str, version: int, missing: list[str]) -> AgreementVersion:
    """Return an incomplete offer, once and with everything that is missing (政务数据共享条例 21)."""
    held = await _held(act, agreement, version)
    steps.check_answers(held.steps, held.side)
    steps.check_returns(await queries.steps(act.session, agreement))
    return await _moved(act, held, "take_back", held.step(act, "returned", "\n".join(missing)))


async def refuse(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Refuse an offer, with the reasons (政务数据共享条例 21)."""
    held = await _held(act, agreement, version)
    steps.check_answers(held.steps, held.side)
    if held.row.state != "offered":
        raise steps.NOTHING_OPEN()
    return await _moved(act, held, "terminate", held.step(act, "refused", reason))


async def extend(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Ask for ten more working days to reply, or as the second officer approve that (政务数据共享条例 21)."""
    held = await _held(act, agreement, version)
    steps.check_answers(held.steps, held.side)
    clocks.check_extends(held.agreement, held.steps, act.now)
    by = held.step(act, "extension_asked", reason)
    second = steps.is_second(held.steps, "extension_asked", "offered", by)
    return await agreements.add_step(act.session, held.row, replace(by, kind="extended") if second else by)


async def approve(act: Act, room: Room, agreement: str, version: int, signature: str | None) -> AgreementVersion:
    """Approve an offer; it is agreed when two people of each side did and both sides signed it."""
    keys = await room.keys_of(act.organisation)
    held = await _held(act, agreement, version)
    if held.row.state != "offered":
        raise steps.NOTHING_OPEN("Nothing is offered in this version.")
    steps.check_approves(held.steps, held.side, act.officer)
    _check_time(act, held)
    await _check_parties(act, held)
    await agreements.add_step(act.session, held.row, held.step(act, "approved"))
    await _sign(act, room, held, keys, signature)
    complete = await queries.steps(act.session, agreement, version)
    if any(len(steps.approvals(complete, each)) < steps.PEOPLE for each in steps.SIDES):
        return held.row
    if len(await queries.signatures(act.session, agreement, version, steps.offer(complete))) < len(steps.SIDES):
        raise signatures.SIGNATURE_MISSING(
            "A side signed an earlier offer only: take this one back and offer it again."
        )
    return await _moved(act, held, "agree", Step("agreed", act.now, None, ""))


async def activate(act: Act, room: Room, agreement: str, version: int) -> AgreementVersion:
    """The provider puts what was agreed in force; the version before it ends (政务数据共享条例 22)."""
    assessed = await room.assessed()
    held = await _held(act, agreement, version)
    if held.side != "provider":
        raise steps.OTHER_SIDE()
    if held.row.state == "suspended":
        raise problems.STATE_CONFLICT("What is suspended is resumed.", state="suspended", allowed=["resume"])
    return await _in_force(act, held, assessed, held.step(act, "activated"))


async def suspend(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Suspend at once, by one officer of either side; the next call is refused (政务数据共享条例 27).

    What the other side suspended is suspended by this side too: it resumes when both lifted theirs.
    """
    held = await _held(act, agreement, version)
    step = held.step(act, "suspended", reason)
    if held.row.state == "suspended" and held.side not in steps.suspenders(held.steps):
        return await agreements.add_step(act.session, held.row, step)
    return await _moved(act, held, "suspend", step)


async def resume(act: Act, room: Room, agreement: str, version: int) -> AgreementVersion:
    """Propose to resume, or as the second officer of a side that suspended lift that; with the last one it resumes."""
    assessed = await room.assessed()
    held = await _held(act, agreement, version)
    if held.row.state != "suspended":
        raise problems.STATE_CONFLICT(
            "It is not suspended.", state=held.row.state, allowed=agreed.MACHINE.allowed(held.row.state)
        )
    steps.check_resumes(held.steps, held.side)
    by = held.step(act, "resume_asked")
    own = [step for step in held.steps if step.side == held.side]
    if not steps.is_second(own, "resume_asked", "suspended", by):
        return await agreements.add_step(act.session, held.row, by)
    if steps.suspenders(held.steps) - {held.side}:
        return await agreements.add_step(act.session, held.row, replace(by, kind="lifted"))
    return await _in_force(act, held, assessed, replace(by, kind="resumed"))


async def terminate(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """End it, with the reason (政务数据共享条例 27); what was in force wants a receipt of deletion."""
    held = await _held(act, agreement, version)
    if held.row.state == "draft":
        steps.check_drafted(held.steps, held.side)
    kind = "terminated" if held.row.state in IN_FORCE else "dropped"
    if held.row.state == "offered" and steps.is_answering(held.steps, held.side):
        kind = "refused"
    return await _moved(act, held, "terminate", held.step(act, kind, reason))


async def dispose(act: Act, agreement: str, version: int, receipt: str) -> AgreementVersion:
    """The consumer's receipt that the data is gone (政务数据共享条例 27, 29)."""
    held = await _held(act, agreement, version)
    if held.side != "consumer":
        raise steps.OTHER_SIDE()
    if not steps.last(held.steps, *ENDED) or steps.last(held.steps, "disposed"):
        raise steps.NOTHING_OPEN("No receipt is waited for.")
    return await agreements.add_step(act.session, held.row, held.step(act, "disposed", receipt))


async def ask_correction(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Say what is wrong with what is shared, in words about fields (政务数据共享条例 26)."""
    held = await _held(act, agreement, version)
    if steps.correction(held.steps):
        raise problems.CONFLICT("A correction is asked for: it is answered first.")
    return await agreements.add_step(act.session, held.row, held.step(act, "correction_asked", reason))


async def correct(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Answer what was said to be wrong: verified and corrected, or why not (政务数据共享条例 26)."""
    held = await _held(act, agreement, version)
    asked = steps.correction(held.steps)
    if asked is None:
        raise steps.NOTHING_OPEN("No correction is asked for.")
    if asked.side == held.side:
        raise steps.OTHER_SIDE()
    return await agreements.add_step(act.session, held.row, held.step(act, "corrected", reason))


async def dispute(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Open a dispute; the parties negotiate first (政务数据共享条例 28)."""
    held = await _held(act, agreement, version)
    if steps.dispute_level(held.steps):
        raise problems.CONFLICT("A dispute is open: escalate or settle it.")
    return await agreements.add_step(act.session, held.row, held.step(act, "disputed", reason))


async def escalate(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Bring the dispute before the next authority (政务数据共享条例 28)."""
    held = await _held(act, agreement, version)
    steps.next_level(held.steps)
    return await agreements.add_step(act.session, held.row, held.step(act, "escalated", reason))


async def settle(act: Act, agreement: str, version: int, reason: str) -> AgreementVersion:
    """Write down how the dispute ended (政务数据共享条例 28)."""
    held = await _held(act, agreement, version)
    steps.check_settles(held.steps, held.side)
    return await agreements.add_step(act.session, held.row, held.step(act, "settled", reason))


async def expire(session: AsyncSession, agreement: str, version: int, now: datetime) -> None:
    """End a version whose time is over, unless somebody did; what never was in force is dropped."""
    row = await agreements.held(session, agreement, version)
    if row.state in LIVE:
        kind = "expired" if row.state in IN_FORCE else "dropped"
        await agreements.move(session, row, "expire", Step(kind, now, None, ""))


async def remind(session: AsyncSession, region: str, agreement: Outline, clock: Clock, now: datetime) -> None:
    """Tell the parties of this region of a clock, once; what a clock is since makes it another one."""
    rows = [
        {"agreement": agreement.agreement_id, "version": agreement.version, "organisation": party.organisation}
        | {"at": now, "known": clock.due is not None, **asdict(clock)}
        for party in (agreement.provider, agreement.consumer)
        if party.region == region
    ]
    if rows:
        await session.execute(insert(AgreementReminder).on_conflict_do_nothing(), rows)


async def _check_id(act: Act, agreement_id: str) -> None:
    """An id is its agreement's parties' to use; to others it is as if nothing were there."""
    there = await versions.newest(act.session, agreement_id)
    if there is None or steps.party(versions.outline(there), act.region, act.organisation) is None:
        drafts.check_id(agreement_id, act.organisation, await versions.told(act.session))


async def _held(act: Act, agreement_id: str, version: int) -> Held:
    row = await agreements.held(act.session, agreement_id, version)
    done = await queries.steps(act.session, agreement_id, version)
    side = steps.side(versions.outline(row), act.region, act.organisation, steps.stranger(done))
    return Held(row, side, done)


def _check_time(act: Act, held: Held) -> None:
    if held.agreement.valid_until <= act.now:
        raise problems.CONFLICT("Its time is over: write the next version with a later `valid_until`.")


async def _check_parties(act: Act, held: Held) -> None:
    """Whom identity named or closed otherwise since it was drafted; what was in force, no rename ends."""
    found = list(parties.findings(held.agreement, act.region, await versions.told(act.session)))
    if held.row.state == "suspended":
        found = [each for each in found if each.at[-1] != "name"]
    if found:
        raise drafts.PARTIES_CHANGED(errors=drafts.told(found))


async def _in_force(act: Act, held: Held, assessed: Mapping[str, Assessment], step: Step) -> AgreementVersion:
    """Put it in force, or again: it is valid, its parties are what they were, and its purposes are assessed, now."""
    if not held.agreement.valid_from <= act.now < held.agreement.valid_until:
        raise problems.CONFLICT(
            "It is not valid now: see `valid_from` and `valid_until`, or agree on the next version."
        )
    await _check_parties(act, held)
    drafts.check_assessed(held.agreement.purposes, assessed, day_of(act.now))
    return await _moved(act, held, "activate", step)


async def _moved(act: Act, held: Held, verb: str, step: Step) -> AgreementVersion:
    try:
        await agreements.move(act.session, held.row, verb, step)
    except agreements.AppliedError as error:
        raise problems.CONFLICT(str(error)) from None
    return held.row


async def _sign(act: Act, room: Room, held: Held, keys: Sequence[dict[str, Any]], signature: str | None) -> None:
    """Keep the side's signature: its organisation's where it has a key, else the region's that two approved.

    Whatever is given is verified, and the first of an offer is kept.
    """
    which = steps.offer(held.steps)
    text = signatures.to_sign(held.row.hash, which)
    own = None if signature is None else signatures.signer(signature, text, keys)
    if held.side in {each.side for each in await queries.signatures(act.session, held.row.id, held.row.version, which)}:
        return
    if own is None and len(steps.approvals(held.steps, held.side)) + 1 < steps.PEOPLE:
        return
    if own is None and keys:
        raise signatures.SIGNATURE_MISSING()
    row: dict[str, Any] = {"agreement": held.row.id, "version": held.row.version, "side": held.side, "round": which}
    row |= {"by": "organisation", "jws": signature, "jwk": own} if own else _regions(text, room.own_key)
    act.session.add(AgreementSignature(**row, signed=text, at=act.now))
    await act.session.flush()


def _regions(text: str, key: ECKey) -> dict[str, Any]:
    return {"by": "region", "jws": signatures.sign(text, key), "jwk": signatures.public(key)}
