"""Why not, and why not more: the decision over a fictitious case, and again with each refusal mended. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace as changed
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from gateway.agreements.rules import Terms
from gateway.exchange import refusals, rules
from gateway.exchange.rules import ExchangeRule, Facts, Permit, Policy, Refuse, Request, Usage

UNUSED = Usage(0, 0, 0, True)
LATER = timedelta(days=1)


class Case(msgspec.Struct, frozen=True):
    """A request, the facts that were made up for it, and what mending it needs to know."""

    request: Request
    facts: Facts
    rule: ExchangeRule | None
    consumer_state: str
    now: datetime

    @property
    def terms(self) -> Terms:
        """The agreement; only a case that has one is mended."""
        assert self.facts.agreement is not None  # noqa: S101 - step 4 refuses without one, and nothing mends that
        return self.facts.agreement

    def asking(self, **changes: object) -> "Case":
        """The case with another request."""
        return replace(self, request=replace(self.request, **changes))

    def agreed(self, **changes: object) -> "Case":
        """The case under other terms."""
        return replace(self, facts=replace(self.facts, agreement=changed(self.terms, **changes)))  # type: ignore[arg-type]  # names of Terms

    def linked(self, **changes: object) -> "Case":
        """The case of another referral."""
        assert self.facts.found.link is not None  # noqa: S101 - a case with an agreement has one
        link = replace(self.facts.found.link, **changes)
        return replace(self, facts=replace(self.facts, found=replace(self.facts.found, link=link)))

    def consented(self, **changes: object) -> "Case":
        """The case with another consent."""
        assert self.facts.found.consent is not None  # noqa: S101 - a case with an agreement has one
        consent = replace(self.facts.found.consent, **changes)
        return replace(self, facts=replace(self.facts, found=replace(self.facts.found, consent=consent)))


def explain(case: Case, policy: Policy) -> tuple[Permit | None, list[Refuse]]:
    """What the case gets; every refusal in the decision's order, each found with those before it mended."""
    first = verdict = rules.decide(case.request, case.facts, policy, case.now)
    found: list[Refuse] = []
    while isinstance(verdict, Refuse):
        found.append(verdict)
        mend = MENDS.get(verdict.reason)
        mended = mend(case) if mend else case
        if mended == case:
            break
        case = mended
        verdict = rules.decide(case.request, case.facts, policy, case.now)
    return (first if isinstance(first, Permit) else None), found


def _in_force(case: Case) -> Case:
    begins, ends = min(case.terms.valid_from, case.now), max(case.terms.valid_until, case.now + LATER)
    return case.agreed(state=rules.ACTIVE, valid_from=begins, valid_until=ends)


def _by_the_consumer(case: Case) -> Case:
    client = min(case.terms.clients, default=case.request.caller_client)
    state = case.consumer_state
    return case.asking(
        caller_organisation=case.terms.consumer, caller_client=client, caller_state=state, client_state=state
    )


def _active(case: Case) -> Case:
    return case.asking(caller_state=rules.ACTIVE, client_state=rules.ACTIVE)


def _operation(case: Case) -> Case:
    return case.agreed(operations=case.terms.operations | {case.request.operation}) if case.rule else case


def _role(case: Case) -> Case:
    return case.asking(caller_roles=case.rule.roles) if case.rule else case


def _purpose(case: Case) -> Case:
    purpose = min(case.terms.services_by_purpose)
    bound = frozenset({(case.request.agreement_id, purpose)}) if case.request.caller_details else frozenset()
    made = case.asking(purpose=purpose, caller_details=bound).consented(purpose=purpose)
    return made.linked(service=min(case.terms.services_by_purpose[purpose], default=""))


def _basis(case: Case) -> Case:
    return case.agreed(basis=min(case.rule.bases)) if case.rule else case


def _fields(case: Case) -> Case:
    """First only what the agreement ever shows, then only what the referral's state selects."""
    asked = case.request.fields or frozenset()
    if case.rule is None or not case.rule.reads:
        return case.asking(fields=frozenset())
    if not asked or asked <= case.terms.ever:
        return case.asking(fields=asked & _listed(case) or _listed(case))
    return case.asking(fields=asked & case.terms.ever)


def _listed(case: Case) -> frozenset[str]:
    link = case.facts.found.link
    preview = link is not None and link.state in rules.PREVIEW_STATES
    return frozenset(case.terms.preview if preview else case.terms.full)


def _linked(case: Case) -> Case:
    services = case.terms.services_by_purpose[case.request.purpose]
    return case.linked(state="accepted", service=min(services))


def _not_withdrawn(case: Case) -> Case:
    link = case.facts.found.link
    made = case.linked(state="accepted") if link and link.state == rules.REVOKED else case
    return made.consented(state="given")


def _consent_fits(case: Case) -> Case:
    return case.consented(fields=case.request.fields or frozenset())


def _separately(case: Case) -> Case:
    return case.consented(separate=sensitive(case.terms))


def sensitive(terms: Terms) -> frozenset[str]:
    """The kinds of sensitive information that the terms list."""
    return frozenset(field.sensitivity for field in (*terms.preview.values(), *terms.full.values())) - {"none"}


MENDS: Mapping[str, Callable[[Case], Case]] = {
    refusals.AGREEMENT_NOT_ACTIVE.code: _in_force,
    refusals.AGREEMENT_EXPIRED.code: _in_force,
    refusals.PARTY_MISMATCH.code: _by_the_consumer,
    refusals.ORGANISATION_NOT_ACTIVE.code: _active,
    refusals.OPERATION_NOT_AGREED.code: _operation,
    refusals.TASK_NOT_OF_ROLE.code: _role,
    refusals.OBJECT_NOT_SINGLE.code: lambda case: case.asking(object_type="referral"),
    refusals.PURPOSE_NOT_AGREED.code: _purpose,
    refusals.BASIS_MISMATCH.code: _basis,
    refusals.FIELDS_MISSING.code: _fields,
    refusals.FIELDS_NOT_AGREED.code: _fields,
    "subject-not-linked": _linked,
    refusals.CONSENT_NOT_GIVEN.code: lambda case: case.consented(state="given"),
    "consent-frozen": lambda case: case.consented(frozen=False),
    refusals.CONSENT_WITHDRAWN.code: _not_withdrawn,
    refusals.CONSENT_EXPIRED.code: lambda case: case.consented(expires_at=case.now + LATER),
    refusals.CONSENT_MISMATCH.code: _consent_fits,
    refusals.SEPARATE_CONSENT_MISSING.code: _separately,
    refusals.QUOTA_EXCEEDED.code: lambda case: replace(case, facts=replace(case.facts, usage=UNUSED)),
}
