"""The facts that services tell one another: ids, states, codes and times, never anything about a person."""

from typing import ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Event
from shared.contracts.events.callers import (
    ClientRegistered,
    ClientRevoked,
    OrganizationClosed,
    OrganizationFact,
    OrganizationRegistered,
    OrganizationResumed,
    OrganizationSuspended,
    SessionEnded,
    StaffAssigned,
    StaffFact,
    StaffJoined,
    StaffLeft,
    StaffMoved,
    TokenRevoked,
)
from shared.contracts.events.erasures import (
    CasesErasureDone,
    CasesErasureOrdered,
    ErasureAsked,
    ErasureCompleted,
    ErasureDone,
    ErasureOrdered,
    IdentityErasureDone,
    IdentityErasureOrdered,
    ReferralsErasureDone,
    ReferralsErasureOrdered,
    RegistryErasureDone,
    RegistryErasureOrdered,
    RightsRequestMade,
)
from shared.contracts.events.values import Code, Digest, District, FieldName, Id, Label, Seal, ServiceCode

__all__ = [
    "CasesErasureDone",
    "CasesErasureOrdered",
    "ClientRegistered",
    "ClientRevoked",
    "Code",
    "Digest",
    "District",
    "ErasureAsked",
    "ErasureCompleted",
    "ErasureDone",
    "ErasureOrdered",
    "FieldName",
    "Id",
    "IdentityErasureDone",
    "IdentityErasureOrdered",
    "Label",
    "OrganizationClosed",
    "OrganizationFact",
    "OrganizationRegistered",
    "OrganizationResumed",
    "OrganizationSuspended",
    "ReferralsErasureDone",
    "ReferralsErasureOrdered",
    "RegistryErasureDone",
    "RegistryErasureOrdered",
    "RightsRequestMade",
    "Seal",
    "ServiceCode",
    "SessionEnded",
    "StaffAssigned",
    "StaffFact",
    "StaffJoined",
    "StaffLeft",
    "StaffMoved",
    "TokenRevoked",
]


class ServicePublished(Event):
    """A service of the catalogue, with the fields it may ask and the time it has."""

    subject: ClassVar[str] = "registry.service.published.v1"
    service: ServiceCode
    name_zh: Label
    name_en: Label
    domain: Code
    kind: Code
    fields: tuple[FieldName, ...] = ()
    sensitive: tuple[Code, ...] = ()
    guardian_if_under14: bool
    sla_days: int | None = Field(default=None, ge=0)
    sla_unit: Code | None = None


class ConsentFact(Event):
    """What one consent covers: one referral, one recipient, the exact fields, bound to the agreement's consent hash."""

    consent: Id
    referral: Id
    recipient: Id
    purpose: Code
    agreement: Id
    agreement_version: int = Field(ge=1)
    consent_hash: Digest
    fields: tuple[FieldName, ...]
    # Kinds of sensitive information that the person agreed to separately (PIPL 29).
    separate: tuple[Code, ...] = ()
    # Given on paper alone it opens nothing before then (product line 7).
    opens_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    seal: Seal


class ConsentGiven(ConsentFact):
    """The person agreed; never without an end (PIPL 14)."""

    subject: ClassVar[str] = "registry.consent.given.v1"
    expires_at: AwareDatetime


class ConsentRefused(ConsentFact):
    """The person said no; to staff this looks like never asked."""

    subject: ClassVar[str] = "registry.consent.refused.v1"


class ConsentWithdrawn(ConsentFact):
    """The person took the consent back; it ends at once (PIPL 15)."""

    subject: ClassVar[str] = "registry.consent.withdrawn.v1"


class ConsentFrozen(Event):
    """Its person restricts what may be done with her data (PIPL 44): it opens nothing until she ends that."""

    subject: ClassVar[str] = "registry.consent.frozen.v1"
    consent: Id


class ConsentThawed(Event):
    """Its person lets it open again what it covers."""

    subject: ClassVar[str] = "registry.consent.thawed.v1"
    consent: Id


class RecordRequestFact(Event):
    """Which record request, at which other region, for which type of record."""

    request: Id
    peer: District
    record_type: Code
    seal: Seal


class RecordRequestMade(RecordRequestFact):
    """The person asked for her own record from another region."""

    subject: ClassVar[str] = "registry.record-request.made.v1"


class RecordRequestReleased(RecordRequestFact):
    """The person confirmed on a contact that this region holds; the record may go."""

    subject: ClassVar[str] = "registry.record-request.released.v1"


class RecordRequestUndelivered(Event):
    """The request never reached the other region, and is not tried again."""

    subject: ClassVar[str] = "gateway.record-request.undelivered.v1"
    request: Id
    peer: District


class ReferralFact(Event):
    """Where a referral stands and whom it links; agreement and consent are there once the person was shown them."""

    referral: Id
    service: ServiceCode
    state: Code
    provider: Id
    recipient: Id
    agreement: Id | None = None
    purpose: Code | None = None
    consent: Id | None = None
    seal: Seal


class ReferralDrafted(ReferralFact):
    """A need became a referral that waits for consent."""

    subject: ClassVar[str] = "referrals.referral.drafted.v1"


class ReferralRequested(ReferralFact):
    """The consent is live; the recipient may see the preview."""

    subject: ClassVar[str] = "referrals.referral.requested.v1"


class ReferralAccepted(ReferralFact):
    """The recipient took responsibility; the full list of fields is open to it."""

    subject: ClassVar[str] = "referrals.referral.accepted.v1"


class ReferralRejected(ReferralFact):
    """The recipient refused with a reason."""

    subject: ClassVar[str] = "referrals.referral.rejected.v1"


class ReferralStarted(ReferralFact):
    """The first contact was made; work began."""

    subject: ClassVar[str] = "referrals.referral.started.v1"


class ReferralHeld(ReferralFact):
    """Work waits for something, until a review date."""

    subject: ClassVar[str] = "referrals.referral.held.v1"


class ReferralResumed(ReferralFact):
    """Work goes on."""

    subject: ClassVar[str] = "referrals.referral.resumed.v1"


class ReferralCompleted(ReferralFact):
    """The recipient closed it with an outcome."""

    subject: ClassVar[str] = "referrals.referral.completed.v1"


class ReferralFailed(ReferralFact):
    """The recipient could not help, with a reason."""

    subject: ClassVar[str] = "referrals.referral.failed.v1"


class ReferralCancelled(ReferralFact):
    """The person or the sender stopped it."""

    subject: ClassVar[str] = "referrals.referral.cancelled.v1"


class ReferralRevoked(ReferralFact):
    """The consent was withdrawn, so the referral stopped."""

    subject: ClassVar[str] = "referrals.referral.revoked.v1"


class ReferralConfirmed(ReferralFact):
    """The person says that the outcome is true."""

    subject: ClassVar[str] = "referrals.referral.confirmed.v1"


class ReferralDisputed(ReferralFact):
    """The person says that the outcome is not true."""

    subject: ClassVar[str] = "referrals.referral.disputed.v1"


class CaseFact(Event):
    """Where a mediation case stands and with which committee; one seal for each party."""

    case: Id
    committee: Id
    state: Code
    dispute_type: Code
    seals: tuple[Seal, ...] = Field(min_length=1, max_length=16)


class CaseApplied(CaseFact):
    """A party asked for mediation (People's Mediation Law 17)."""

    subject: ClassVar[str] = "cases.case.applied.v1"


class CaseScreened(CaseFact):
    """The committee found that the dispute can be mediated."""

    subject: ClassVar[str] = "cases.case.screened.v1"


class CaseInvited(CaseFact):
    """The other party was asked."""

    subject: ClassVar[str] = "cases.case.invited.v1"


class CaseAccepted(CaseFact):
    """Every party agreed to mediation."""

    subject: ClassVar[str] = "cases.case.accepted.v1"


class CaseDeclined(CaseFact):
    """The other party refused once, which ends it."""

    subject: ClassVar[str] = "cases.case.declined.v1"


class CaseNotified(CaseFact):
    """The parties have the notice of their rights and duties."""

    subject: ClassVar[str] = "cases.case.notified.v1"


class CaseOpened(CaseFact):
    """The first session began."""

    subject: ClassVar[str] = "cases.case.opened.v1"


class CaseDrafted(CaseFact):
    """An agreement of the parties was written down."""

    subject: ClassVar[str] = "cases.case.drafted.v1"


class CaseSigned(CaseFact):
    """Every party signed and the committee sealed it (People's Mediation Law 29)."""

    subject: ClassVar[str] = "cases.case.signed.v1"


class CasePerformed(CaseFact):
    """What was agreed was done."""

    subject: ClassVar[str] = "cases.case.performed.v1"


class CaseBreached(CaseFact):
    """What was agreed was not done in time."""

    subject: ClassVar[str] = "cases.case.breached.v1"


class CaseStopped(CaseFact):
    """A party ended it, which needs no reason (People's Mediation Law 23)."""

    subject: ClassVar[str] = "cases.case.stopped.v1"


class AgreementFact(Event):
    """One version of a data-sharing agreement between two organisations."""

    agreement: Id
    version: int = Field(ge=1)
    provider: Id
    consumer: Id
    services: tuple[ServiceCode, ...]
    purposes: tuple[Code, ...]
    preview_fields: tuple[FieldName, ...]
    fields: tuple[FieldName, ...]
    # Kinds of sensitive information among the fields; separate_consent wants a yes to each of them.
    sensitive: tuple[Code, ...] = ()
    operations: tuple[Code, ...]
    consent_kind: Code
    consent_hash: Digest
    retention_days: int = Field(ge=0)
    valid_from: AwareDatetime
    valid_until: AwareDatetime


class AgreementActivated(AgreementFact):
    """This version is in force, in place of every earlier one."""

    subject: ClassVar[str] = "gateway.agreement.activated.v1"


class AgreementSuspended(AgreementFact):
    """This agreement opens nothing until it is in force again."""

    subject: ClassVar[str] = "gateway.agreement.suspended.v1"


_ALL: tuple[type[Event], ...] = (
    *(OrganizationRegistered, OrganizationSuspended, OrganizationResumed, OrganizationClosed),
    *(StaffJoined, StaffAssigned, StaffMoved, StaffLeft),
    *(ClientRegistered, ClientRevoked, TokenRevoked, SessionEnded, ServicePublished),
    *(ConsentGiven, ConsentRefused, ConsentWithdrawn, ConsentFrozen, ConsentThawed),
    *(RecordRequestMade, RecordRequestReleased, RecordRequestUndelivered),
    *(ReferralDrafted, ReferralRequested, ReferralAccepted, ReferralRejected, ReferralStarted, ReferralHeld),
    *(ReferralResumed, ReferralCompleted, ReferralFailed, ReferralCancelled, ReferralRevoked),
    *(ReferralConfirmed, ReferralDisputed),
    *(CaseApplied, CaseScreened, CaseInvited, CaseAccepted, CaseDeclined, CaseNotified, CaseOpened, CaseDrafted),
    *(CaseSigned, CasePerformed, CaseBreached, CaseStopped, AgreementActivated, AgreementSuspended),
    *(RightsRequestMade, ErasureAsked, ErasureCompleted),
    *(IdentityErasureOrdered, RegistryErasureOrdered, ReferralsErasureOrdered, CasesErasureOrdered),
    *(IdentityErasureDone, RegistryErasureDone, ReferralsErasureDone, CasesErasureDone),
)
BY_SUBJECT: dict[str, type[Event]] = {event.subject: event for event in _ALL}
