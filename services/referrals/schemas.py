"""Request and response bodies of referrals; answers to writes hold ids, states, codes and field names only."""

import uuid
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from services.referrals.rules import states, words
from services.referrals.tables import Mine, Referral, ReferralHistory, Service
from shared.contracts.clock import day_of
from shared.days import Day

ServiceCode = Annotated[str, Field(pattern=r"^[A-Z]{3}-[0-9]{2}$")]
PERSON_ROUTES = ("cancel", "confirm", "dispute")  # a consent is given and withdrawn where consents are kept
FieldName = Annotated[str, Field(min_length=1, max_length=64)]


class Body(BaseModel):
    """A request body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NeedIn(Body):
    """One need: the service, for whom (a dependant's link, else the person herself), and what it asks."""

    service: ServiceCode
    dependant: Annotated[uuid.UUID | None, Field(strict=False)] = None
    answers: dict[FieldName, str] = Field(default_factory=dict, max_length=64)


class IntakeIn(Body):
    """Said once, for every need; `told`: the person had the notice of who gets what and why (PIPL 17)."""

    needs: list[NeedIn] = Field(min_length=1, max_length=12)
    told: bool = False


class RejectIn(Body):
    """Why not; the person reads it."""

    reason: states.RejectReason


class HoldIn(Body):
    """What it waits for, and when it is looked at again."""

    reason: states.HoldReason
    review_on: Day


class CompleteIn(Body):
    """What came of it."""

    outcome: states.Outcome


class FailIn(Body):
    """Why it could not be done."""

    reason: states.FailReason


class CancelIn(Body):
    """A person needs no reason; she may give one."""

    reason: states.CancelReason = "persons_wish"


class ConsentRequestOut(BaseModel):
    """Exactly what the person is asked to agree to; a consent names these members unchanged."""

    agreement: str
    agreement_version: int
    consent_hash: str
    purpose: str
    recipient: str
    fields: list[str]
    preview_fields: list[str]
    sensitive: list[str]
    retention_days: int

    @classmethod
    def of(cls, referral: Referral) -> Self:
        """What this referral asks."""
        return cls.model_validate(referral.model_dump(include=set(cls.model_fields)))


class ReferralMadeOut(BaseModel):
    """One referral of an intake; `missing` names at once everything still needed."""

    id: uuid.UUID
    service: str
    recipient: str
    recipient_name: str
    state: states.State
    consent_request: ConsentRequestOut
    missing: list[str]


class IntakeOut(BaseModel):
    """What came of an intake."""

    intake: uuid.UUID
    referrals: list[ReferralMadeOut]


def _shown(referral: Referral) -> dict[str, object]:
    """What every answer about a referral may show, by the names used on the wire."""
    return {
        "id": referral.id,
        "referral": referral.id,
        "service": referral.service,
        "state": referral.state,
        "fhir": states.FHIR[referral.state],
        "version": referral.version,
        "due": referral.due_at,
        "due_kind": referral.due_kind,
        "created": day_of(referral.created_at),
    }


class MovedOut(BaseModel):
    """Where a referral stands after a verb."""

    id: uuid.UUID
    state: states.State
    fhir: str
    version: int
    due: datetime | None

    @classmethod
    def of(cls, referral: Referral) -> Self:
        """The answer to a verb."""
        return cls.model_validate(_shown(referral))


class InboxItemOut(BaseModel):
    """One line of an organisation's inbox: never who it is about."""

    id: uuid.UUID
    service: str
    state: states.State
    fhir: str
    due: datetime | None
    due_kind: str | None
    created: date = Field(description="The day: the hour would tell whose other referrals were made with it.")

    @classmethod
    def of(cls, referral: Referral) -> Self:
        """One line."""
        return cls.model_validate(_shown(referral))


class InboxOut(BaseModel):
    """A page of the inbox."""

    referrals: list[InboxItemOut]
    next: str | None


class ReferralOut(BaseModel):
    """A referral as its recipient sees it; `fields` holds what the grant and the state allow, never more."""

    referral: uuid.UUID
    service: str
    state: states.State
    fhir: str
    version: int
    due: datetime | None
    due_kind: str | None
    fields: dict[str, str]

    @classmethod
    def of(cls, referral: Referral, fields: dict[str, str]) -> Self:
        """The referral with the fields that were opened."""
        return cls.model_validate(_shown(referral) | {"fields": fields})


class MineItemOut(BaseModel):
    """One of the person's referrals."""

    id: uuid.UUID
    service: str
    service_name_zh: str
    service_name_en: str
    state: states.State
    fhir: str
    recipient: str
    recipient_name: str
    dependant: uuid.UUID | None
    due: datetime | None
    due_kind: str | None
    created: datetime

    @classmethod
    def of(cls, referral: Referral, service: Service, recipient_name: str) -> Self:
        """One of hers, with names."""
        return cls.model_validate(_named(referral, service, recipient_name))


def _named(referral: Referral, service: Service, recipient_name: str) -> dict[str, object]:
    return _shown(referral) | {
        "service_name_zh": service.name_zh,
        "service_name_en": service.name_en,
        "recipient": referral.recipient,
        "recipient_name": recipient_name,
        "dependant": referral.dependant,
        "created": referral.created_at,
    }


class MineOut(BaseModel):
    """A page of the person's referrals."""

    referrals: list[MineItemOut]
    next: str | None


class HistoryOut(BaseModel):
    """One step in plain words."""

    at: datetime
    verb: str
    what_zh: str
    what_en: str
    organisation: str | None
    reason: str | None

    @classmethod
    def of(cls, line: ReferralHistory) -> Self:
        """A line of the history with its sentence."""
        zh, en = words.PLAIN[line.verb]
        return cls.model_validate(line.model_dump() | {"what_zh": zh, "what_en": en})


class MyReferralOut(MineItemOut):
    """One referral as the person sees it: what was asked, what she answered, what happened, whom to ask."""

    version: int
    outcome: str | None
    reason: str | None
    my_answer: states.PersonAnswer | None
    asked: ConsentRequestOut
    answers: dict[str, str]
    ask_whom: str
    history: list[HistoryOut]
    may: list[str]

    @classmethod
    def full(cls, mine: Mine, answers: dict[str, str], history: list[ReferralHistory]) -> Self:
        """Everything about it; whom to ask is the recipient once it has it, before that the service centre."""
        referral = mine.referral
        more = {
            "outcome": referral.outcome,
            "reason": referral.reason,
            "my_answer": mine.answer,
            "asked": ConsentRequestOut.of(referral),
            "answers": answers,
            "ask_whom": referral.recipient if referral.requested_at else referral.provider,
            "history": [HistoryOut.of(line) for line in history],
            "may": [verb for verb in states.allowed(referral.state, "person") if verb in PERSON_ROUTES],
        }
        return cls.model_validate(_named(referral, mine.service, mine.recipient_name) | more)
