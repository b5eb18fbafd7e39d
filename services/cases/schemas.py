"""What cases takes and gives. Answers to writes carry ids, states, codes and dates only."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from services.cases.rules.states import Role
from shared.days import Day

READABLE = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"  # no control characters but tab and line feed
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=READABLE)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
OrganizationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Reason = Literal["not_a_civil_dispute", "mediation_not_allowed", "already_decided", "pending_elsewhere", "other_place"]


class Body(BaseModel):
    """A request body: unknown members are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ContactIn(Body):
    """How a party is called and reached: a full name in any script, and a phone number or address."""

    name: Line
    contact: Line


class ApplyIn(Body):
    """An application (People's Mediation Law 17); without a committee the region's own is chosen."""

    dispute_type: Code
    statement: Text
    request: Text
    respondent: ContactIn
    applicant: ContactIn | None = None
    committee: OrganizationId | None = None
    referral: uuid.UUID | None = None


class ScreenIn(Body):
    """Whether the committee can mediate this; a reason where it cannot."""

    in_scope: StrictBool
    reason: Reason | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.in_scope == (self.reason is not None):
            raise ValueError("give a reason exactly where the dispute is out of scope")
        return self


class AnswerIn(Body):
    """The other party's answer to an invitation; her own account goes to the mediator only."""

    code: Annotated[str, StringConstraints(min_length=8, max_length=40, pattern=r"^[0-9A-Za-z -]+$")]
    answer: Literal["accepted", "refused"]
    statement: Text | None = None


class NotifyIn(Body):
    """Who signed the notice of rights and duties."""

    signed_by: Annotated[list[Role], Field(max_length=2)]


class SessionIn(Body):
    """A session: its mediator declares to have no interest in the matter; the record is open to both parties."""

    no_interest: Literal[True]
    record: Text | None = None


class TermIn(Body):
    """One thing to be done, and the day by which."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=READABLE)]
    due: Day


class DraftIn(Body):
    """The terms as the parties agreed them; a new draft voids the signatures under the one before."""

    terms: Annotated[list[TermIn], Field(min_length=1, max_length=20)]


class SignIn(Body):
    """A signature: the digest (SHA-256 of the RFC 8785 form) of the document that the party read."""

    terms_hash: Hash


class TermReportIn(Body):
    """What a party says about one term, by its number."""

    term: Annotated[int, Field(ge=1, le=20)]
    result: Literal["performed", "not_performed"]


class ReportIn(Body):
    """What a party says about the terms."""

    reports: Annotated[list[TermReportIn], Field(min_length=1, max_length=20)]


class FollowUpIn(Body):
    """What the mediator found when following up."""

    result: Literal["performed", "breached"]
    note: Text | None = None


class CaseOut(BaseModel):
    """Where a case stands: no content. `due` is the day by which mediation should end; `remedies` are codes."""

    case: uuid.UUID
    state: str
    dispute_type: str
    due: date | None


class WrittenOut(BaseModel):
    """The answer to a write; `remedies` are codes of other routes, at every exit."""

    case: uuid.UUID
    state: str
    due: date | None
    allowed: list[str]
    remedies: list[str]


class DraftedOut(WrittenOut):
    """A draft, with the digest that each party signs."""

    terms_hash: str


class CasesOut(BaseModel):
    """One page of cases."""

    cases: list[CaseOut]
    next: str | None


class NoticeOut(BaseModel):
    """A text that is shown on a case, and the law it comes from."""

    code: str
    zh: str
    en: str
    source: str


class AgreementOut(BaseModel):
    """The agreement as it stands: the document, its digest, who signed it, and whether the committee sealed it."""

    document: dict[str, Any] | None
    terms_hash: str
    signed_by: list[str]
    sealed: bool


class PartyCaseOut(CaseOut):
    """A case as a party sees it. Null where the key of a text is destroyed, or where it is not hers to see."""

    role: Role
    committee: str
    allowed: list[str]
    free_of_charge: bool = True
    reason: str | None
    request: str | None
    statement: str | None
    respondent: dict[str, str] | None
    records: list[str]
    agreement: AgreementOut | None
    notices: list[NoticeOut]
    remedies: list[NoticeOut]


class MediatorCaseOut(CaseOut):
    """A case as the committee's mediator sees it; `fields` holds the content that the grant allows."""

    committee: str
    referral: uuid.UUID | None
    allowed: list[str]
    free_of_charge: bool = True
    reason: str | None
    terms_hash: str | None
    signed_by: list[str]
    fields: dict[str, Any]
    notices: list[NoticeOut]
    remedies: list[NoticeOut]
