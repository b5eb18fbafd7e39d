"""From a question in AuthZEN's words to a fictitious case, and from its verdicts to an answer; nothing is looked up."""

from datetime import datetime, timedelta

from gateway.agreements.rules import Terms
from gateway.exchange.desk import Desk
from gateway.exchange.rules import ConsentFact, Facts, Found, Link, Refuse, Request, Usage
from gateway.explain import rules
from gateway.explain.rules import Case
from gateway.explain.schemas import (
    ContextIn,
    EvaluationIn,
    EvaluationOut,
    EvaluationPartIn,
    EvaluationsIn,
    EvaluationsOut,
    ExplanationOut,
    RefusalOut,
    ReleasedOut,
)
from shared import problems

CONSENT = "fictitious-consent"
LASTS = timedelta(days=90)
REQUIRED = ("subject", "action", "resource")
LAST = {"deny_on_first_deny": False, "permit_on_first_permit": True}  # the decision after which no more are made
NAMED = {"fields", "agreed", "sensitive"}  # what a refusal names beside its detail


def evaluate(at: Desk, asked: EvaluationIn, now: datetime) -> EvaluationOut:
    """What a partner would get, under the agreement as it is now, and what stands against more."""
    at.known.fresh()
    terms = at.known.index.get(asked.context.agreement)
    case = Case(
        request=_request(at, asked),
        facts=_facts(asked, terms, now),
        rule=at.policy.exchange.get(asked.action.name),
        consumer_state=at.known.state_of(terms.consumer) if terms else "",
        now=now,
    )
    permit, refused = rules.explain(case, at.policy)
    every = [_told(each) for each in refused]
    first = every[0].model_dump(exclude=NAMED) if every else {}
    released = permit.fields.items() if permit else ()
    fields = [ReleasedOut(field=path, transform=transform) for path, transform in released]
    return EvaluationOut(decision=permit is not None, context=ExplanationOut(**first, fields=fields, every=every))


def evaluate_several(at: Desk, asked: EvaluationsIn, now: datetime) -> EvaluationsOut | EvaluationOut:
    """The answer to each question, as far as the semantic goes; to one alone where there is no list."""
    if not asked.evaluations:
        return evaluate(at, _whole(asked, asked, "/body"), now)
    whole = [_whole(asked, each, f"/body/evaluations/{place}") for place, each in enumerate(asked.evaluations)]
    last = LAST.get(asked.options.evaluations_semantic)
    told: list[EvaluationOut] = []
    for each in whole:
        told.append(evaluate(at, each, now))
        if told[-1].decision is last:
            break
    return EvaluationsOut(evaluations=told)


def _whole(asked: EvaluationsIn, part: EvaluationPartIn, pointer: str) -> EvaluationIn:
    """One question with what stands beside the list; 422 `body-invalid` where neither says it."""
    parts = {name: getattr(part, name) or getattr(asked, name) for name in EvaluationIn.model_fields}
    missing = [name for name in REQUIRED if parts[name] is None]
    if missing:
        told = [{"pointer": f"{pointer}/{name}", "reason": "Field required"} for name in missing]
        raise problems.BODY_INVALID(errors=told, faults=len(told))
    return EvaluationIn(**{name: said for name, said in parts.items() if said is not None})


def _request(at: Desk, asked: EvaluationIn) -> Request:
    """The partner's call; its token is taken to be bound to what it names."""
    subject, context = asked.subject, asked.context
    organisation, is_client = subject.properties.organisation, subject.type == "client"
    state = at.known.state_of(organisation)
    return Request(
        kind="exchange",
        operation=asked.action.name,
        caller_type=subject.type,
        caller_organisation=organisation,
        caller_state=state,
        caller_client=subject.id if is_client else "",
        client_state=state,
        caller_roles=frozenset({"system"} if is_client else subject.properties.roles),
        caller_details=frozenset({(context.agreement, context.purpose)} if is_client else ()),
        agreement_id=context.agreement,
        purpose=context.purpose,
        fields=frozenset(context.fields),
        object_type=asked.resource.type,
        object_id=asked.resource.id,
    )


def _facts(asked: EvaluationIn, terms: Terms | None, now: datetime) -> Facts:
    usage = Usage(**asked.context.usage.model_dump(), new_person=True)
    if terms is None:
        return Facts(None, Found(None, None, True), usage)
    resource = asked.resource
    services = terms.services_by_purpose.get(asked.context.purpose, frozenset())
    service = resource.properties.service or min(services, default="")
    link = Link(resource.id, terms.provider, terms.consumer, service, resource.properties.state, CONSENT)
    return Facts(terms, Found(link, _consent(asked.context, terms, resource.id, now), True), usage)


def _consent(context: ContextIn, terms: Terms, referral: str, now: datetime) -> ConsentFact:
    given = context.consent
    return ConsentFact(
        id=CONSENT,
        state=given.state if given.state in ("none", "withdrawn") else "given",
        referral=referral,
        recipient=terms.consumer,
        purpose=context.purpose,
        agreement=terms.agreement_id,
        consent_hash=terms.consent_hash,
        fields=terms.ever if given.fields is None else frozenset(given.fields),
        expires_at=now if given.state == "expired" else now + LASTS,
        separate=rules.sensitive(terms) if given.separate is None else frozenset(given.separate),
        frozen=given.state == "frozen",
    )


def _told(refuse: Refuse) -> RefusalOut:
    told = {name: refuse.extras[name] for name in NAMED if name in refuse.extras}
    detail = refuse.detail or refuse.rule.advice
    known = {"step": refuse.step, "code": refuse.code, "reason": refuse.reason, "title": refuse.rule.title}
    return RefusalOut.model_validate({**known, "detail": detail, **told})
