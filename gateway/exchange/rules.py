"""The decision: default deny, one order, a code for every refusal. Pure; whoever calls treats an exception as a no."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Literal

import msgspec

from gateway.agreements.rules import Field, Rate, Terms
from gateway.exchange import refusals, spans
from gateway.exchange.persons import NOBODY, Acting, OwnRule, too_old
from shared import problems
from shared.problems import Kind, Problem

Operation = str
Transform = Literal["none", "year"]

# Until it accepts, the recipient sees the preview; then the full list. In every other state the referral opens nothing.
PREVIEW_STATES = frozenset({"requested"})
FULL_STATES = frozenset({"accepted", "scheduled", "in_progress", "on_hold"})
# Whom the person withdrew from may know so: it has to stop and delete. Nothing else comes of it.
REVOKED = "revoked"
ACTIVE = "active"  # of an organisation: in every other state it may do nothing
ANSWERED_STATES = PREVIEW_STATES | FULL_STATES | {REVOKED}


class Request(msgspec.Struct, frozen=True):
    """What is asked, by whom; `fields` are names, never values. Nothing here says whom it is about.

    `caller_authenticated` is when somebody proved who they are, in seconds since 1970. `client_state` is that of the
    organisation whose front end or system calls, `caller_state` that of whom the caller acts for.
    """

    kind: str
    operation: Operation
    caller_type: str
    caller_organisation: str = ""
    caller_kind: str = ""
    caller_state: str = "active"
    caller_client: str = ""
    client_state: str = "active"
    caller_roles: frozenset[str] = frozenset()
    caller_details: frozenset[tuple[str, str]] = frozenset()
    caller_authenticated: int = 0
    acting: Acting = NOBODY
    agreement_id: str = ""
    purpose: str = ""
    basis: str = ""
    fields: frozenset[str] | None = None
    service: str = ""
    object_type: str = ""
    object_id: str = ""


class Link(msgspec.Struct, frozen=True):
    """Which referral links a person with provider and consumer, and where it stands."""

    object_id: str
    provider: str
    consumer: str
    service: str
    state: str
    consent: str | None


class ConsentFact(msgspec.Struct, frozen=True):
    """What is known of the consent of one referral; one given on paper alone opens nothing before `opens_at`."""

    id: str
    state: str
    referral: str
    recipient: str
    purpose: str
    agreement: str
    consent_hash: str
    fields: frozenset[str]
    expires_at: datetime
    separate: frozenset[str] = frozenset()
    opens_at: datetime | None = None
    frozen: bool = False


class Usage(msgspec.Struct, frozen=True):
    """Calls already counted under the agreement, and different people reached today; `new_person` adds one."""

    minute: int
    day: int
    people: int
    new_person: bool


class Found(msgspec.Struct, frozen=True):
    """What was looked up about the person's referral; `fresh` says whether the consents are known up to now."""

    link: Link | None
    consent: ConsentFact | None
    fresh: bool


class Facts(msgspec.Struct, frozen=True):
    """Everything that one decision rests on."""

    agreement: Terms | None
    found: Found
    usage: Usage


class InternalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may do one operation inside its organisation, and for which task.

    `condition` says for the authorisation table what the service lets them do it on, where that is not simply what is
    their own organisation's; the service holds them to it. `fresh_within` is how old their sign-in may be, in seconds.
    """

    task: str
    roles: frozenset[str]
    kinds: frozenset[str]
    condition: str = ""
    fresh_within: int = 0


class ExchangeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation between organisations: its task, whose it is, the legal bases that carry it, whether it reads."""

    task: str
    roles: frozenset[str]
    bases: frozenset[str]
    reads: bool


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The closed list of operations by kind of call; an operation that is not in it is refused."""

    self: Mapping[Operation, OwnRule]
    internal: Mapping[Operation, InternalRule]
    exchange: Mapping[Operation, ExchangeRule]


class Permit(msgspec.Struct, frozen=True):
    """Nothing stands against it so far. `fields` are those to release, with their transform."""

    task: str = ""
    fields: Mapping[str, Transform] = {}
    consent: str = ""


class Refuse(msgspec.Struct, frozen=True):
    """The first step that says no. `detail` and `extras` name the rule, never the person; `log_code` is for the log."""

    step: int
    rule: Kind
    detail: str = ""
    extras: Mapping[str, object] = {}
    log_code: str = ""

    @property
    def code(self) -> str:
        """The code that the caller sees."""
        return self.rule.code

    @property
    def status(self) -> int:
        """The HTTP status that the caller sees."""
        return self.rule.status

    @property
    def reason(self) -> str:
        """The code that the log keeps; it differs only where the caller must not learn the difference."""
        return self.log_code or self.rule.code

    def problem(self) -> Problem:
        """The refusal as the problem to raise; a 404 is the same for unknown and not linked."""
        if self.status == 404:
            return self.rule()
        return self.rule(self.detail, step=self.step, **self.extras)


Verdict = Permit | Refuse


def decide(request: Request, facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """All steps 4 to 12 over facts gathered before; the first that says no is the answer."""
    first = before_lookup(request, facts.agreement, policy, now)
    if isinstance(first, Refuse) or request.kind != "exchange" or facts.agreement is None:
        return first
    second = after_lookup(request, facts.agreement, facts.found, now)
    if isinstance(second, Refuse):
        return second
    third = within_quota(facts.agreement.rate, facts.usage, now)
    return third or Permit(first.task, second.fields, second.consent)


def before_lookup(request: Request, agreement: Terms | None, policy: Policy, now: datetime) -> Verdict:
    """Steps 4 to 9, for which nothing about the person is looked up."""
    if request.kind == "exchange":
        return _exchange(request, agreement, policy, now)
    if request.kind == "internal":
        return _internal(request, policy, now)
    if request.kind == "self":
        return _own(request, policy, now)
    return Refuse(6, refusals.KIND_UNKNOWN)


def _own(request: Request, policy: Policy, now: datetime) -> Verdict:
    rule = policy.self.get(request.operation)
    if rule is None:
        return Refuse(6, refusals.TASK_UNKNOWN)
    if request.caller_type != "resident":
        return Refuse(5, refusals.SELF_ONLY)
    if request.client_state != ACTIVE or (request.acting.organizations and request.caller_state != ACTIVE):
        return Refuse(5, refusals.ORGANISATION_NOT_ACTIVE)
    if not rule.takes(request.acting):
        return Refuse(6, refusals.PERSON_ALONE if request.acting.kind else refusals.ONLY_AT_COUNTER)
    if rule.too_old(request.caller_authenticated, now.timestamp()):
        return Refuse(5, refusals.AUTHENTICATION_TOO_OLD, extras={"max_age": rule.fresh_within})
    return Permit(rule.task)


def _internal(request: Request, policy: Policy, now: datetime) -> Verdict:
    rule = policy.internal.get(request.operation)
    if rule is None:
        return Refuse(6, refusals.TASK_UNKNOWN)
    if not request.caller_organisation or request.caller_kind not in rule.kinds:
        return Refuse(5, refusals.TASK_NOT_OF_ORGANISATION)
    if {request.caller_state, request.client_state} != {ACTIVE}:
        return Refuse(5, refusals.ORGANISATION_NOT_ACTIVE)
    if not request.caller_roles & rule.roles:
        return Refuse(6, refusals.TASK_NOT_OF_ROLE)
    if too_old(rule.fresh_within, request.caller_authenticated, now.timestamp()):
        return Refuse(5, refusals.AUTHENTICATION_TOO_OLD, extras={"max_age": rule.fresh_within})
    return Permit(rule.task)


def _exchange(request: Request, agreement: Terms | None, policy: Policy, now: datetime) -> Verdict:
    if not request.agreement_id:
        return Refuse(4, refusals.AGREEMENT_MISSING)
    if agreement is None or agreement.agreement_id != request.agreement_id:
        return Refuse(4, refusals.AGREEMENT_UNKNOWN)
    rule = policy.exchange.get(request.operation)
    return (
        _in_force(agreement, now)
        or _between_the_parties(request, agreement)
        or _covers(request, agreement, rule)
        or _serves(request, agreement)
        or _bound(request)
        or _asks_within(request, agreement, rule)
        or Permit(rule.task if rule else "")
    )


def _in_force(agreement: Terms, now: datetime) -> Refuse | None:
    """Step 4: version active, inside validity."""
    if agreement.state == "expired" or now >= agreement.valid_until:
        return Refuse(4, refusals.AGREEMENT_EXPIRED)
    if agreement.state != "active" or now < agreement.valid_from:
        return Refuse(4, refusals.AGREEMENT_NOT_ACTIVE)
    return None


def _between_the_parties(request: Request, agreement: Terms) -> Refuse | None:
    """Step 5: the caller is the consumer and may act, by a system it named; the provider shows at step 10."""
    if not request.caller_organisation or request.caller_organisation != agreement.consumer:
        return Refuse(5, refusals.PARTY_MISMATCH)
    if request.caller_type == "client" and agreement.clients and request.caller_client not in agreement.clients:
        return Refuse(5, refusals.PARTY_MISMATCH, "This system is not named in the agreement.")
    if {request.caller_state, request.client_state} != {ACTIVE}:
        return Refuse(5, refusals.ORGANISATION_NOT_ACTIVE)
    return None


def _covers(request: Request, agreement: Terms, rule: ExchangeRule | None) -> Refuse | None:
    """Step 6: the operation is listed, a task of the caller's role, and about one referral."""
    if rule is None or request.operation not in agreement.operations:
        return Refuse(6, refusals.OPERATION_NOT_AGREED, extras={"agreed": sorted(agreement.operations)})
    if not request.caller_roles & rule.roles:
        return Refuse(6, refusals.TASK_NOT_OF_ROLE)
    if request.object_type != "referral" or not request.object_id:
        return Refuse(6, refusals.OBJECT_NOT_SINGLE)
    return None


def _serves(request: Request, agreement: Terms) -> Refuse | None:
    """Step 7: the purpose is the agreement's and serves the service asked for."""
    services = agreement.services_by_purpose.get(request.purpose)
    if services is None:
        return Refuse(7, refusals.PURPOSE_NOT_AGREED, extras={"agreed": sorted(agreement.services_by_purpose)})
    if not services or (request.service and request.service not in services):
        return Refuse(7, refusals.PURPOSE_NOT_FOR_TASK)
    return None


def _bound(request: Request) -> Refuse | None:
    """Step 7: a system's token is bound to agreements and purposes (RFC 9396); a person's may be."""
    if not request.caller_details and request.caller_type != "client":
        return None
    if (request.agreement_id, request.purpose) in request.caller_details:
        return None
    return Refuse(7, refusals.TOKEN_NOT_FOR_PURPOSE)


def _asks_within(request: Request, agreement: Terms, rule: ExchangeRule | None) -> Refuse | None:
    """Steps 8 and 9: the basis carries the operation; the fields are a non-empty part of what it may ever show."""
    if rule is None or agreement.basis not in rule.bases or request.basis not in ("", agreement.basis):
        return Refuse(8, refusals.BASIS_MISMATCH)
    asked = request.fields or frozenset()
    if not rule.reads:
        return _beyond(asked, frozenset(), agreement)
    if not asked:
        return Refuse(9, refusals.FIELDS_MISSING)
    return _beyond(asked, agreement.ever, agreement)


def _beyond(asked: frozenset[str], listed: Set[str], agreement: Terms) -> Refuse | None:
    """Step 9. Names outside the catalogue are counted, not repeated: a caller could put anything there."""
    beyond = asked - listed
    if not beyond:
        return None
    named = sorted(beyond & agreement.catalogued)
    detail = f"Not in agreement {agreement.agreement_id}: {', '.join(named)}" if named else ""
    return Refuse(9, refusals.FIELDS_NOT_AGREED, detail, {"fields": named, "unknown": len(beyond) - len(named)})


def after_lookup(request: Request, agreement: Terms, found: Found, now: datetime) -> Verdict:
    """Steps 10 and 11, once 4 to 9 have passed; the list of step 9 is now the one that the referral's state selects."""
    link = found.link
    if link is None or not _links(request, agreement, link):
        return Refuse(10, problems.NOT_FOUND, log_code="subject-not-linked")
    listed = agreement.preview if link.state in PREVIEW_STATES else agreement.full
    asked = request.fields or frozenset()
    refused = _beyond(asked, listed.keys(), agreement)
    if refused:
        return refused
    if not found.fresh:
        return Refuse(11, refusals.PROJECTION_STALE)
    fields = {path: listed[path] for path in sorted(asked)}
    refused = _consented(request, agreement, link, found.consent, now) or _separately(agreement, fields, found.consent)
    if refused:
        return refused
    return Permit("", {path: field.transform for path, field in fields.items()}, link.consent or "")


def _links(request: Request, agreement: Terms, link: Link) -> bool:
    """Step 10: an open referral, of a service that the purpose serves, between exactly these parties."""
    return (
        link.object_id == request.object_id
        and link.provider == agreement.provider
        and link.consumer == agreement.consumer
        and link.state in ANSWERED_STATES
        and link.service in agreement.services_by_purpose.get(request.purpose, frozenset())
        and request.service in ("", link.service)
    )


def _consented(
    request: Request, agreement: Terms, link: Link, consent: ConsentFact | None, now: datetime
) -> Refuse | None:
    """Step 11. Refused and never asked look the same (product line 7)."""
    if consent is None or consent.state not in ("given", "withdrawn"):
        return Refuse(11, refusals.CONSENT_NOT_GIVEN)
    if consent.frozen:
        return Refuse(11, refusals.CONSENT_NOT_GIVEN, log_code="consent-frozen")
    if consent.state == "withdrawn" or link.state == REVOKED:
        return Refuse(11, refusals.CONSENT_WITHDRAWN)
    if now >= consent.expires_at:
        return Refuse(11, refusals.CONSENT_EXPIRED)
    if consent.opens_at and now < consent.opens_at:
        return Refuse(11, refusals.CONSENT_NOT_OPEN, extras={"opens_at": consent.opens_at.isoformat()})
    same = (
        consent.id == link.consent
        and consent.referral == link.object_id
        and consent.recipient == agreement.consumer
        and consent.purpose == request.purpose
        and consent.agreement == agreement.agreement_id
        and consent.consent_hash == agreement.consent_hash
        and (request.fields or frozenset()) <= consent.fields
    )
    return None if same else Refuse(11, refusals.CONSENT_MISMATCH)


def _separately(agreement: Terms, fields: Mapping[str, Field], consent: ConsentFact | None) -> Refuse | None:
    """Step 11: each kind of sensitive information wants its own yes (PIPL 29)."""
    if not agreement.separate:
        return None
    wanted = {field.sensitivity for field in fields.values()} - {"none"}
    missing = wanted - (consent.separate if consent else frozenset())
    return Refuse(11, refusals.SEPARATE_CONSENT_MISSING, extras={"sensitive": sorted(missing)}) if missing else None


def within_quota(rate: Rate, usage: Usage, now: datetime) -> Refuse | None:
    """Step 12: counted before this call; `retry_after` in seconds."""
    if usage.minute >= rate.per_minute:
        return Refuse(12, refusals.QUOTA_EXCEEDED, "per minute", {"retry_after": spans.till_next_minute(now)})
    if usage.day >= rate.per_day or usage.people + usage.new_person > rate.distinct_people_per_day:
        return Refuse(12, refusals.QUOTA_EXCEEDED, "per day", {"retry_after": spans.till_midnight(now)})
    return None
