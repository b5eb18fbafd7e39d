"""Cases, parties, invitations, agreements, as rows: `visible_to` gives the case, everything else follows its id."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.cases.rules import states
from services.cases.tables import (
    Agreement,
    Committee,
    FollowUp,
    Invitation,
    MediationCase,
    Party,
    Report,
    Signature,
    Sitting,
    Term,
)
from shared.grants import Grant

MEDIATOR = "mediator"


def visible_to(grant: Grant) -> ColumnElement[bool]:
    """Which cases this caller may see: the own committee's for its mediators, the own ones for a party, else none."""
    if grant.kind == "internal" and MEDIATOR in grant.actor.roles:
        return col(MediationCase.committee) == grant.actor.organisation
    if grant.kind == "self" and grant.subject:
        own = select(Party.case_id).where(Party.person == uuid.UUID(grant.subject))
        return col(MediationCase.id).in_(own)
    return false()


async def page(session: AsyncSession, grant: Grant, after: uuid.UUID | None, limit: int) -> list[MediationCase]:
    """The caller's cases in the order of their applications."""
    wanted = select(MediationCase).where(visible_to(grant)).order_by(col(MediationCase.id)).limit(limit)
    if after:
        wanted = wanted.where(col(MediationCase.id) > after)
    return list((await session.scalars(wanted)).all())


async def case(session: AsyncSession, grant: Grant, case_id: uuid.UUID, lock: bool = False) -> MediationCase | None:
    """One case within the caller's reach, locked for a change on request."""
    wanted = select(MediationCase).where(visible_to(grant), MediationCase.id == case_id)
    return (await session.scalars(wanted.with_for_update() if lock else wanted)).first()


async def party(session: AsyncSession, grant: Grant, case_id: uuid.UUID) -> Party:
    """The caller's own part in a case that `case` gave."""
    found = await session.scalars(
        select(Party).where(Party.case_id == case_id, Party.person == uuid.UUID(grant.subject))
    )
    return found.one()


async def parties(session: AsyncSession, case_id: uuid.UUID) -> list[Party]:
    """Who has joined, the applicant first."""
    return list((await session.scalars(select(Party).where(Party.case_id == case_id).order_by(Party.role))).all())


async def of_person(session: AsyncSession, person: uuid.UUID) -> list[tuple[MediationCase, Party]]:
    """All cases that a person takes part in, locked, with her own part."""
    joined = select(MediationCase, Party).join(Party, col(Party.case_id) == col(MediationCase.id))
    found = await session.execute(
        joined.where(Party.person == person).order_by(col(MediationCase.id)).with_for_update()
    )
    return [(case, party) for case, party in found]


async def known_committee(session: AsyncSession, committee_id: str) -> Committee | None:
    """The committee with this id."""
    return await session.get(Committee, committee_id)


async def committee(session: AsyncSession, wanted: str | None, region: str) -> Committee | None:
    """The committee asked for, or else the one nearest to the whole region."""
    if wanted:
        return await known_committee(session, wanted)
    nearest = select(Committee).order_by((col(Committee.district) == region).desc(), Committee.district, Committee.id)
    return (await session.scalars(nearest.limit(1))).first()


async def invited(session: AsyncSession, tags: Sequence[bytes]) -> tuple[Invitation, MediationCase] | None:
    """The invitation with one of these digests and its case, both locked: the code itself gives the right to see it."""
    wanted = select(Invitation, MediationCase).join(MediationCase).where(col(Invitation.tag).in_(tags))
    wanted = wanted.with_for_update()
    found = (await session.execute(wanted)).first()
    return (found[0], found[1]) if found else None


async def last_invitation(session: AsyncSession, case_id: uuid.UUID) -> Invitation | None:
    """The newest invitation of a case."""
    newest = select(Invitation).where(Invitation.case_id == case_id).order_by(col(Invitation.id).desc()).limit(1)
    return (await session.scalars(newest)).first()


async def sittings(session: AsyncSession, case_id: uuid.UUID) -> list[Sitting]:
    """The sessions of a case in order."""
    return list(
        (await session.scalars(select(Sitting).where(Sitting.case_id == case_id).order_by(col(Sitting.number)))).all()
    )


async def sittings_held(session: AsyncSession, case_id: uuid.UUID) -> int:
    """How many sessions there were."""
    return (await session.scalars(select(func.count()).where(Sitting.case_id == case_id))).one()


async def agreement(session: AsyncSession, case_id: uuid.UUID) -> Agreement | None:
    """The newest draft, which is the one that counts."""
    newest = select(Agreement).where(Agreement.case_id == case_id).order_by(col(Agreement.number).desc()).limit(1)
    return (await session.scalars(newest)).first()


async def signed_by(session: AsyncSession, case_id: uuid.UUID, text_hash: str) -> list[str]:
    """The roles that signed the text with this digest."""
    found = select(Signature.role).where(Signature.case_id == case_id, Signature.hash == text_hash)
    return list((await session.scalars(found.order_by(Signature.role))).all())


async def performance(session: AsyncSession, draft: Agreement) -> dict[int, states.Performance]:
    """Each term of an agreement by number, with its due date and the parties' last reports."""
    terms = (await session.scalars(select(Term).where(Term.agreement_id == draft.id).order_by(col(Term.number)))).all()
    reports: Sequence[Report] = (await session.scalars(select(Report).where(Report.agreement_id == draft.id))).all()
    return {
        term.number: states.Performance(
            term.due, {report.role: report.result for report in reports if report.number == term.number}
        )
        for term in terms
    }


async def follow_ups(session: AsyncSession, case_id: uuid.UUID) -> list[FollowUp]:
    """The mediator's follow-ups in order."""
    found = await session.scalars(select(FollowUp).where(FollowUp.case_id == case_id).order_by(col(FollowUp.id)))
    return list(found.all())


@dataclass(frozen=True)
class Standing:
    """The agreement of a case as it stands, and who signed it."""

    agreement: Agreement
    signed_by: list[str]


async def standing(session: AsyncSession, case_id: uuid.UUID) -> Standing | None:
    """The newest draft with its signatures."""
    draft = await agreement(session, case_id)
    return Standing(draft, await signed_by(session, case_id, draft.hash)) if draft else None
