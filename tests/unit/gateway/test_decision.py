"""The decision: each step refuses by itself with its own code, the repaired request passes, less never gives more."""

from datetime import timedelta
from itertools import chain, combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.agreements import rules as hashes
from gateway.agreements.rules import Agreement, Basis, Rate
from gateway.exchange import rules
from gateway.exchange.rules import Facts, Link, Permit, Refuse, Request, Usage, Verdict
from tests.unit.gateway import decisions as d

# One broken thing per line, with the step and code that must be the answer; all else is sound.
BROKEN: list[tuple[int, str, Request, Facts]] = [
    (4, "agreement-missing", d.with_request(agreement_id=""), d.facts()),
    (4, "agreement-unknown", d.REQUEST, d.facts(agreement=None)),
    (4, "agreement-unknown", d.with_request(agreement_id="agr-other"), d.facts()),
    *(
        (4, "agreement-not-active", d.REQUEST, d.facts(d.with_agreement(state=s)))
        for s in ("draft", "offered", "agreed")
    ),
    (4, "agreement-not-active", d.REQUEST, d.facts(d.with_agreement(state="suspended"))),
    (4, "agreement-not-active", d.REQUEST, d.facts(d.with_agreement(state="terminated"))),
    (4, "agreement-not-active", d.REQUEST, d.facts(d.with_agreement(valid_from=d.NOW + timedelta(seconds=1)))),
    (4, "agreement-expired", d.REQUEST, d.facts(d.with_agreement(valid_until=d.NOW))),
    (4, "agreement-expired", d.REQUEST, d.facts(d.with_agreement(state="expired"))),
    (5, "party-mismatch", d.with_request(caller_organisation="org-610118-housing"), d.facts()),
    (5, "party-mismatch", d.with_request(caller_organisation=""), d.facts()),
    (5, "party-mismatch", d.with_request(caller_client="another-system"), d.facts()),
    *(
        (5, "organisation-not-active", d.with_request(**{whose: s}), d.facts())
        for whose in ("caller_state", "client_state")
        for s in ("suspended", "closed", "proposed", "")
    ),
    (6, "operation-not-agreed", d.with_request(operation="file_record"), d.facts()),
    (6, "operation-not-agreed", d.with_request(operation="list_referrals"), d.facts()),
    (6, "task-not-of-role", d.with_request(caller_roles=frozenset({"coordinator", "administrator"})), d.facts()),
    (6, "task-not-of-role", d.with_request(caller_roles=frozenset()), d.facts()),
    (6, "object-not-single", d.with_request(object_id=""), d.facts()),
    (6, "object-not-single", d.with_request(object_type="person"), d.facts()),
    (7, "purpose-not-agreed", d.with_request(purpose="housing_help"), d.facts()),
    (7, "purpose-not-agreed", d.with_request(purpose=""), d.facts()),
    (7, "purpose-not-for-task", d.with_request(service="EDU-02"), d.facts()),
    (7, "token-not-for-purpose", d.with_request(caller_details=frozenset()), d.facts()),
    (7, "token-not-for-purpose", d.with_request(caller_details=frozenset({("other", "school_enrolment")})), d.facts()),
    (8, "basis-mismatch", d.with_request(basis="consent"), d.facts()),
    (
        8,
        "basis-mismatch",
        d.REQUEST,
        d.facts(d.with_agreement(legal_basis=Basis("public_emergency", "突发事件应对法"))),
    ),
    (9, "fields-missing", d.with_request(fields=None), d.facts()),
    (9, "fields-missing", d.with_request(fields=frozenset()), d.facts()),
    (9, "fields-not-agreed", d.with_request(fields=frozenset({"姓名", "证件号码"})), d.facts()),
    (9, "fields-not-agreed", d.with_request(operation="answer_referral"), d.facts()),
    (9, "fields-not-agreed", d.REQUEST, d.facts(link=d.with_link(state="requested"))),
    (11, "projection-stale", d.REQUEST, d.facts(fresh=False)),
    (11, "consent-not-given", d.REQUEST, d.facts(consent=None)),
    (11, "consent-not-given", d.REQUEST, d.facts(consent=d.with_consent(state="refused"))),
    (11, "consent-not-given", d.REQUEST, d.facts(consent=d.with_consent(state="unheard_of"))),
    (11, "consent-withdrawn", d.REQUEST, d.facts(consent=d.with_consent(state="withdrawn"))),
    (11, "consent-expired", d.REQUEST, d.facts(consent=d.with_consent(expires_at=d.NOW))),
    (
        11,
        "consent-not-open-yet",
        d.REQUEST,
        d.facts(consent=d.with_consent(opens_at=d.NOW + timedelta(seconds=1))),
    ),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(id="another"))),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(referral="another"))),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(recipient="org-610118-housing"))),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(purpose="housing_help"))),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(agreement="agr-other"))),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(consent_hash="0" * 64))),
    (11, "consent-mismatch", d.REQUEST, d.facts(consent=d.with_consent(fields=frozenset({"姓名"})))),
    (11, "separate-consent-missing", d.REQUEST, d.facts(consent=d.with_consent(separate=frozenset()))),
    (12, "quota-exceeded", d.REQUEST, d.facts(usage=Usage(10, 10, 1, False))),
    (12, "quota-exceeded", d.REQUEST, d.facts(usage=Usage(0, 100, 1, False))),
    (12, "quota-exceeded", d.REQUEST, d.facts(usage=Usage(0, 5, 5, True))),
]
# Step 10 says one thing to the caller and another to the log.
NOT_LINKED: list[Link | None] = [
    None,
    d.with_link(object_id="another"),
    d.with_link(provider="org-610118-legal"),
    d.with_link(consumer="org-610118-housing"),
    d.with_link(service="EDU-02"),
    *(d.with_link(state=s) for s in ("draft", "awaiting_consent", "completed", "rejected", "cancelled", "?")),
]


def decide(request: Request, facts: Facts) -> Verdict:
    return rules.decide(request, facts, d.POLICY, d.NOW)


def test_the_sound_request_passes_with_exactly_what_it_asked() -> None:
    assert decide(d.REQUEST, d.facts()) == Permit("receive_referral", {"姓名": "none", "出生日期": "none"}, d.CONSENT)


@pytest.mark.parametrize(("step", "code", "request_", "facts"), BROKEN)
def test_one_broken_thing_is_refused_by_its_own_step(step: int, code: str, request_: Request, facts: Facts) -> None:
    verdict = decide(request_, facts)
    assert isinstance(verdict, Refuse)
    assert (verdict.step, verdict.code, verdict.reason) == (step, code, code)
    assert verdict.problem().body()["code"] == code


def test_every_step_of_the_order_has_a_refusal_in_the_table() -> None:
    assert {step for step, *_ in BROKEN} | {10} == set(range(4, 13))


def test_a_referral_that_was_revoked_says_so_and_opens_nothing() -> None:
    verdict = decide(d.REQUEST, d.facts(link=d.with_link(state="revoked")))
    assert isinstance(verdict, Refuse)
    assert (verdict.step, verdict.code) == (11, "consent-withdrawn")


@pytest.mark.parametrize("link", NOT_LINKED)
def test_not_linked_looks_like_unknown_and_differs_in_the_log_only(link: Link | None) -> None:
    verdict = decide(d.REQUEST, d.facts(link=link))
    unknown = decide(d.REQUEST, d.facts(link=None, consent=None))
    assert isinstance(verdict, Refuse)
    assert isinstance(unknown, Refuse)
    assert (verdict.step, verdict.code, verdict.status, verdict.reason) == (10, "not-found", 404, "subject-not-linked")
    assert verdict.problem().body() == unknown.problem().body()


def test_a_frozen_consent_looks_like_none_and_differs_in_the_log_only() -> None:
    frozen = decide(d.REQUEST, d.facts(consent=d.with_consent(frozen=True)))
    never = decide(d.REQUEST, d.facts(consent=None))
    assert isinstance(frozen, Refuse)
    assert isinstance(never, Refuse)
    assert (frozen.step, frozen.reason) == (11, "consent-frozen")
    assert frozen.problem().body() == never.problem().body()


def test_a_consent_on_paper_opens_when_its_day_is_over() -> None:
    assert isinstance(decide(d.REQUEST, d.facts(consent=d.with_consent(opens_at=d.NOW))), Permit)


def test_until_acceptance_the_preview_is_open_and_only_its_year() -> None:
    verdict = decide(d.with_request(fields=frozenset({"出生日期"})), d.facts(link=d.with_link(state="requested")))
    assert isinstance(verdict, Permit)
    assert verdict.fields == {"出生日期": "year"}


def test_refused_and_never_asked_are_the_same_to_staff() -> None:
    refused = decide(d.REQUEST, d.facts(consent=d.with_consent(state="refused")))
    never = decide(d.REQUEST, d.facts(consent=None))
    assert isinstance(refused, Refuse)
    assert isinstance(never, Refuse)
    assert refused == never
    assert refused.problem().body() == never.problem().body()


def test_a_field_outside_the_agreement_is_named_and_a_name_outside_the_catalogue_is_only_counted() -> None:
    verdict = decide(d.with_request(fields=frozenset({"姓名", "证件号码", "王小明13800000000"})), d.facts())
    assert isinstance(verdict, Refuse)
    assert verdict.extras == {"fields": ["证件号码"], "unknown": 1}
    assert "王小明" not in str(verdict.problem().body())


def test_an_answer_needs_no_fields_but_a_live_consent() -> None:
    answer = d.with_request(operation="answer_referral", fields=None)
    assert isinstance(decide(answer, d.facts()), Permit)
    withdrawn = decide(answer, d.facts(consent=d.with_consent(state="withdrawn")))
    assert isinstance(withdrawn, Refuse)
    assert withdrawn.code == "consent-withdrawn"


def test_a_changed_rate_voids_no_consent_and_changed_fields_void_every_one() -> None:
    faster = d.with_agreement(rate=Rate(20, 200, 10), version=2, supersedes=1)
    wider = d.with_agreement(
        fields=(*d.AGREEMENT.fields, msgspec.structs.replace(d.AGREEMENT.fields[0], path="居住地址"))
    )
    assert isinstance(decide(d.REQUEST, d.facts(faster)), Permit)
    refused = decide(d.REQUEST, d.facts(wider))
    assert isinstance(refused, Refuse)
    assert refused.code == "consent-mismatch"


def test_a_quota_says_when_to_come_back() -> None:
    minute = rules.within_quota(d.AGREEMENT.rate, Usage(10, 10, 1, False), d.NOW)
    day = rules.within_quota(d.AGREEMENT.rate, Usage(0, 100, 1, False), d.NOW)
    assert minute is not None
    assert minute.extras == {"retry_after": 60}
    assert day is not None
    assert day.extras == {"retry_after": 12 * 3600 + 1}


def test_the_person_herself_needs_no_agreement_and_nobody_else_acts_for_her() -> None:
    own = Request("self", "withdraw_consent", "resident")
    assert decide(own, d.facts(None, None, None)) == Permit("own_consents")
    for caller in ("staff", "client", "anonymous", "region", ""):
        verdict = decide(msgspec.structs.replace(own, caller_type=caller), d.facts())
        assert isinstance(verdict, Refuse)
        assert verdict.code == "self-only"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"caller_kind": "department"}, "task-not-of-organisation"),
        ({"caller_organisation": ""}, "task-not-of-organisation"),
        ({"caller_state": "suspended"}, "organisation-not-active"),
        ({"caller_state": "closed"}, "organisation-not-active"),
        ({"caller_state": ""}, "organisation-not-active"),
        ({"client_state": "suspended"}, "organisation-not-active"),
        ({"caller_roles": frozenset({"officer"})}, "task-not-of-role"),
        ({"caller_roles": frozenset()}, "task-not-of-role"),
        ({"operation": "list_people"}, "task-unknown"),
        ({"kind": "anything"}, "kind-not-decided"),
        ({"kind": "public"}, "kind-not-decided"),
    ],
)
def test_inside_one_organisation_the_policy_file_decides(changes: dict[str, object], code: str) -> None:
    sound = Request(
        "internal", "read_case", "staff", "org-m", "mediation_committee", caller_roles=frozenset({"mediator"})
    )
    verdict = decide(msgspec.structs.replace(sound, **changes), d.facts(None, None, None))
    assert (verdict.code if isinstance(verdict, Refuse) else "") == code


def test_a_person_acts_for_herself_whatever_becomes_of_an_organisation() -> None:
    own = Request("self", "withdraw_consent", "resident", caller_state="")
    assert decide(own, d.facts(None, None, None)) == Permit("own_consents")


def subsets(*things: str) -> st.SearchStrategy[frozenset[str]]:
    every = chain.from_iterable(combinations(things, size) for size in range(len(things) + 1))
    return st.sampled_from([frozenset(some) for some in every])


requests = st.builds(
    d.with_request,
    kind=st.sampled_from(["exchange", "exchange", "exchange", "self", "internal", "other"]),
    operation=st.sampled_from(["read_referral", "answer_referral", "file_record", "list_all"]),
    caller_organisation=st.sampled_from(["org-610118-education", "org-610118-housing"]),
    purpose=st.sampled_from(["school_enrolment", "housing_help", ""]),
    fields=st.none() | subsets("姓名", "出生日期", "儿童姓名", "证件号码"),
)
agreements = st.builds(
    d.with_agreement,
    state=st.sampled_from(["active", "active", "active", "suspended"]),
    operations=subsets("read_referral", "answer_referral").map(tuple),
    purposes=subsets("school_enrolment", "housing_help").map(tuple),
    services=subsets("EDU-01", "EDU-02", "HOU-04").map(tuple),
    fields=subsets("姓名", "出生日期", "儿童姓名").map(lambda s: tuple(f for f in d.AGREEMENT.fields if f.path in s)),
)
links = st.builds(
    d.with_link,
    state=st.sampled_from(["requested", "accepted", "in_progress", "completed"]),
    service=st.sampled_from(["EDU-01", "EDU-01", "EDU-02"]),
)
consents = st.builds(
    d.with_consent,
    state=st.sampled_from(["given", "given", "withdrawn", "refused"]),
    fields=subsets("姓名", "出生日期", "儿童姓名"),
    separate=subsets("minor", "health"),
)


def bound(agreement: Agreement, consent: rules.ConsentFact) -> rules.ConsentFact:
    """The consent as given to this very agreement, so that what is asked decides and not the hash alone."""
    return msgspec.structs.replace(consent, consent_hash=hashes.consent_hash(agreement))


@settings(max_examples=150, deadline=None)
@given(requests, agreements, st.none() | links, st.none() | consents, st.booleans())
def test_it_never_raises_and_never_permits_what_was_not_asked(
    request_: Request, agreement: Agreement, link: Link | None, consent: rules.ConsentFact | None, fresh: bool
) -> None:
    verdict = decide(request_, d.facts(agreement, link, consent and bound(agreement, consent), fresh))
    if isinstance(verdict, Permit):
        assert set(verdict.fields) <= (request_.fields or frozenset())


REMOVALS = st.sampled_from(["operations", "purposes", "services", "fields", "preview_fields"])


@settings(max_examples=150, deadline=None)
@given(requests, agreements, links, consents, REMOVALS, st.integers(0, 3))
def test_taking_a_grant_away_never_allows_more(
    request_: Request, agreement: Agreement, link: Link, consent: rules.ConsentFact, part: str, place: int
) -> None:
    held = getattr(agreement, part)
    less = msgspec.structs.replace(agreement, **{part: held[:place] + held[place + 1 :]})
    before = decide(request_, d.facts(agreement, link, bound(agreement, consent)))
    after = decide(request_, d.facts(less, link, bound(less, consent)))
    if isinstance(after, Permit):
        assert isinstance(before, Permit)
        assert set(after.fields) <= set(before.fields)


@settings(max_examples=100, deadline=None)
@given(requests, agreements, links, consents, subsets("fields", "separate", "state"))
def test_taking_consent_away_never_allows_more(
    request_: Request, agreement: Agreement, link: Link, consent: rules.ConsentFact, taken: frozenset[str]
) -> None:
    held = bound(agreement, consent)
    changes: dict[str, object] = {name: frozenset() for name in taken - {"state"}}
    changes |= {"state": "withdrawn"} if "state" in taken else {}
    less = msgspec.structs.replace(held, **changes)
    if isinstance(decide(request_, d.facts(agreement, link, less)), Permit):
        assert isinstance(decide(request_, d.facts(agreement, link, held)), Permit)
