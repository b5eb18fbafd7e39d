"""A case with its content, opened by the vault for whom it is: the party, or the committee's mediator."""

import dataclasses
import json
import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.queries import cases
from services.cases.rules import notices, states
from services.cases.schemas import AgreementOut, CaseOut, MediatorCaseOut, NoticeOut, PartyCaseOut
from services.cases.tables import FollowUp, MediationCase, Party, Sitting
from shared import problems, vault
from shared.grants import Grant
from shared.vault import Gone, Vault


def case_key(case_id: uuid.UUID) -> str:
    """The vault's name for the key of what both parties may read: records, agreements, follow-ups."""
    return f"case:{case_id}"


async def opened(held: Vault, person: str, place: str, sealed: bytes | None) -> str | None:
    """The text in a sealed column; None where there is none, or its key was destroyed."""
    if sealed is None:
        return None
    try:
        return vault.unpadded(await held.open(person, place, sealed)).decode()
    except Gone:
        return None


async def _json(held: Vault, person: str, place: str, sealed: bytes | None) -> Any:
    text = await opened(held, person, place, sealed)
    return None if text is None else json.loads(text)


def summary(case: MediationCase) -> CaseOut:
    """A line of a list."""
    return CaseOut(case=case.id, state=case.state, dispute_type=case.dispute_type, due=case.due)


def shown(texts: list[notices.Notice]) -> list[NoticeOut]:
    """Texts as the answer carries them."""
    return [NoticeOut(**dataclasses.asdict(text)) for text in texts]


async def respondent(held: Vault, case: MediationCase, applicant: Party) -> dict[str, str] | None:
    """How the other party is called and reached, as the applicant said."""
    found: dict[str, str] | None = await _json(
        held, str(applicant.person), f"mediation_case.respondent/{case.id}", case.respondent
    )
    return found


async def of_party(
    session: AsyncSession, held: Vault, grant: Grant, case_id: uuid.UUID
) -> tuple[MediationCase, PartyCaseOut]:
    """The case as a party sees it: the matter, her own words, what both may read; never the other's own account."""
    case = await cases.case(session, grant, case_id)
    if case is None:
        raise problems.NOT_FOUND()
    me = await cases.party(session, grant, case_id)
    applicant = (await cases.parties(session, case_id))[0]
    view = PartyCaseOut(
        **summary(case).model_dump(),
        role="applicant" if me.role == "applicant" else "respondent",
        committee=case.committee,
        allowed=states.for_party(case.state),
        reason=case.reason,
        request=await opened(held, str(applicant.person), f"mediation_case.request/{case.id}", case.request),
        statement=await _statement(held, me),
        respondent=await respondent(held, case, applicant) if me.role == "applicant" else None,
        records=await _records(held, await cases.sittings(session, case_id)),
        agreement=await _agreement(session, held, case_id),
        notices=shown(notices.notices(case.dispute_type)),
        remedies=shown(notices.remedies(case.state, case.dispute_type)),
    )
    return case, view


async def of_mediator(
    session: AsyncSession, held: Vault, grant: Grant, case_id: uuid.UUID
) -> tuple[MediationCase, MediatorCaseOut]:
    """The case as the committee's mediator sees it, narrowed to the fields of the grant where it names any."""
    case = await cases.case(session, grant, case_id)
    if case is None:
        raise problems.NOT_FOUND()
    standing = await cases.standing(session, case_id)
    content = await _content(session, held, case)
    view = MediatorCaseOut(
        **summary(case).model_dump(),
        committee=case.committee,
        referral=case.referral,
        allowed=states.for_mediator(case.state),
        reason=case.reason,
        terms_hash=standing.agreement.hash if standing else None,
        signed_by=standing.signed_by if standing else [],
        fields={name: value for name, value in content.items() if not grant.fields or name in grant.fields},
        notices=shown(notices.notices(case.dispute_type)),
        remedies=shown(notices.remedies(case.state, case.dispute_type)),
    )
    return case, view


async def _content(session: AsyncSession, held: Vault, case: MediationCase) -> dict[str, Any]:
    applicant, *others = await cases.parties(session, case.id)
    agreement = await _agreement(session, held, case.id)
    found = await cases.follow_ups(session, case.id)
    person = str(applicant.person)
    return {
        "statement": await _statement(held, applicant),
        "request": await opened(held, person, f"mediation_case.request/{case.id}", case.request),
        "applicant": await _json(held, person, f"party.contact/{applicant.id}", applicant.contact),
        "respondent": await respondent(held, case, applicant),
        "respondent_statement": await _statement(held, others[0]) if others else None,
        "records": await _records(held, await cases.sittings(session, case.id)),
        "terms": agreement.document["terms"] if agreement and agreement.document else None,
        "reports": await _reports(session, case.id),
        "follow_ups": [await _note(held, follow_up) for follow_up in found],
    }


async def _statement(held: Vault, party: Party) -> str | None:
    return await opened(held, str(party.person), f"party.statement/{party.id}", party.statement)


async def _records(held: Vault, sittings: list[Sitting]) -> list[str]:
    texts = [await opened(held, case_key(s.case_id), f"session.record/{s.id}", s.record) for s in sittings]
    return [text for text in texts if text is not None]


async def _note(held: Vault, follow_up: FollowUp) -> dict[str, str | None]:
    note = await opened(held, case_key(follow_up.case_id), f"follow_up.note/{follow_up.id}", follow_up.note)
    return {"result": follow_up.result, "note": note}


async def _reports(session: AsyncSession, case_id: uuid.UUID) -> list[dict[str, Any]]:
    draft = await cases.agreement(session, case_id)
    terms = await cases.performance(session, draft) if draft else {}
    return [{"term": number, "due": term.due, "reports": term.reports} for number, term in terms.items()]


async def _agreement(session: AsyncSession, held: Vault, case_id: uuid.UUID) -> AgreementOut | None:
    standing = await cases.standing(session, case_id)
    if standing is None:
        return None
    draft = standing.agreement
    return AgreementOut(
        document=await _json(held, case_key(case_id), f"agreement.document/{draft.id}", draft.document),
        terms_hash=draft.hash,
        signed_by=standing.signed_by,
        sealed=draft.sealed_at is not None,
    )
