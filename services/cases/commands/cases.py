"""The one door through which a case changes: load within reach, hold the version, move, remember, tell."""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.queries import cases
from services.cases.rules import agreements, notices, states
from services.cases.schemas import WrittenOut
from services.cases.tables import History, MediationCase, Party
from shared import outbox, problems, requests, vault
from shared.contracts import events
from shared.grants import Grant
from shared.runtime import Runtime
from shared.vault import Vault

# An end without an event of its own is told as stopped; `state` says which end it was.
TOLD: Final[dict[str, type[events.CaseFact]]] = {
    "applied": events.CaseApplied,
    "screening": events.CaseScreened,
    "out_of_scope": events.CaseStopped,
    "inviting": events.CaseInvited,
    "accepted": events.CaseAccepted,
    "declined": events.CaseDeclined,
    "notified": events.CaseNotified,
    "in_session": events.CaseOpened,
    "agreement_drafted": events.CaseDrafted,
    "agreement_signed": events.CaseSigned,
    "performed": events.CasePerformed,
    "breached": events.CaseBreached,
    "terminated": events.CaseStopped,
}


@dataclass(frozen=True)
class Call:
    """What a verb is called with: the transaction, the app, the caller, and which version of which case."""

    session: AsyncSession
    runtime: Runtime
    grant: Grant
    case: uuid.UUID
    if_match: str | None


@dataclass(frozen=True)
class Written:
    """What a verb answers, and the version it made."""

    version: int
    body: WrittenOut


async def held(call: Call) -> MediationCase:
    """The case, locked, in the version that the caller read; 404, 428, 412."""
    case = await reached(call)
    requests.if_match(call.if_match, case.version)
    return case


async def reached(call: Call) -> MediationCase:
    """The case, locked; 404 beyond the caller's reach."""
    case = await cases.case(call.session, call.grant, call.case, lock=True)
    if case is None:
        raise problems.NOT_FOUND()
    return case


async def move(session: AsyncSession, case: MediationCase, verb: str, by: str) -> Written:
    """Change the state by the table, add a line to the history, and tell the others when the state is a new one."""
    before, case.state = case.state, states.CASE.after(case.state, verb)
    case.version += 1
    session.add(case)
    await session.flush()
    session.add(History(case_id=case.id, version=case.version, verb=verb, before=before, after=case.state, by=by))
    if case.state != before:
        await tell(session, case)
    return written(case, verb)


async def tell(session: AsyncSession, case: MediationCase) -> None:
    """Emit the fact of the case's state, with the seals of those who have joined."""
    fact = TOLD.get(case.state)
    if fact is None:
        return
    joined: list[Party] = await cases.parties(session, case.id)
    await outbox.emit(
        session,
        case.id,
        fact(
            case=str(case.id),
            committee=case.committee,
            state=case.state,
            dispute_type=case.dispute_type,
            seals=tuple(party.seal for party in joined),
        ),
    )


def written(case: MediationCase, verb: str) -> Written:
    """The answer to a write: state, codes and dates only; the verbs are those of the caller's side."""
    by_party = verb.split()[0] in {"apply", "answer", *states.PARTY_VERBS}
    body = WrittenOut(
        case=case.id,
        state=case.state,
        due=case.due,
        allowed=states.for_party(case.state) if by_party else states.for_mediator(case.state),
        remedies=[remedy.code for remedy in notices.remedies(case.state, case.dispute_type)],
    )
    return Written(case.version, body)


async def sealed(held_vault: Vault, person: str, place: str, text: str) -> bytes:
    """Seal a text for its place, filled up so that its length tells little."""
    value = text.encode()
    return await held_vault.seal(person, place, vault.padded(value, agreements.size_class(len(value))))
