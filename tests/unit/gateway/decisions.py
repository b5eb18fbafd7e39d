"""One request that passes every step, for tests to break in one place."""

from datetime import UTC, datetime, timedelta

import msgspec

from gateway.agreements import rules as agreements
from gateway.agreements.rules import Agreement, Basis, Field, Party, Rate
from gateway.exchange import policy as policies
from gateway.exchange.rules import ConsentFact, Facts, Found, Link, Request, Usage
from shared.contracts import vocabulary

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
KNOWN = vocabulary.load()
POLICY = policies.load(KNOWN)
REFERRAL = "0199c0de-0000-7000-8000-000000000001"
CONSENT = "0199c0de-0000-7000-8000-000000000002"

AGREEMENT = Agreement(
    agreement_id="agr-610118-centre-education",
    version=1,
    state="active",
    provider=Party("610118", "org-610118-centre", "鄠邑区政务服务中心", "service_centre"),
    consumer=Party("610118", "org-610118-education", "鄠邑区教育局", "department", ("org-610118-education-system",)),
    services=("EDU-01",),
    purposes=("school_enrolment",),
    legal_basis=Basis("statutory_duty", "义务教育法12条"),
    scenario="随迁子女入学",
    necessity="安排学位",
    impact_assessment="PIA-1",
    sharing_class="conditional",
    operations=("read_referral", "answer_referral"),
    preview_fields=(Field("出生日期", "入学年份", "minor", "year"),),
    fields=(Field("姓名", "联系"), Field("儿童姓名", "指明孩子", "minor"), Field("出生日期", "年级", "minor")),
    subject_scope="people named in a consented referral or case between these parties",
    consent="separate_consent",
    valid_from=NOW - timedelta(days=30),
    valid_until=NOW + timedelta(days=300),
    rate=Rate(10, 100, 5),
    retention_days=365,
)
TERMS = agreements.terms(AGREEMENT, KNOWN)

REQUEST = Request(
    kind="exchange",
    operation="read_referral",
    caller_type="client",
    caller_organisation="org-610118-education",
    caller_kind="department",
    caller_client="org-610118-education-system",
    caller_roles=frozenset({"system"}),
    caller_details=frozenset({(AGREEMENT.agreement_id, "school_enrolment")}),
    agreement_id=AGREEMENT.agreement_id,
    purpose="school_enrolment",
    fields=frozenset({"姓名", "出生日期"}),
    object_type="referral",
    object_id=REFERRAL,
)
LINK = Link(REFERRAL, "org-610118-centre", "org-610118-education", "EDU-01", "accepted", CONSENT)
GIVEN = ConsentFact(
    id=CONSENT,
    state="given",
    referral=REFERRAL,
    recipient="org-610118-education",
    purpose="school_enrolment",
    agreement=AGREEMENT.agreement_id,
    consent_hash=TERMS.consent_hash,
    fields=frozenset(TERMS.full),
    expires_at=NOW + timedelta(days=90),
    separate=frozenset({"minor"}),
)
USAGE = Usage(0, 0, 0, True)


def facts(
    agreement: Agreement | None = AGREEMENT,
    link: Link | None = LINK,
    consent: ConsentFact | None = GIVEN,
    fresh: bool = True,
    usage: Usage = USAGE,
) -> Facts:
    """The facts of the passing request, with what a test changes."""
    read = agreements.terms(agreement, KNOWN) if agreement else None
    return Facts(read, Found(link, consent, fresh), usage)


def with_request(**changes: object) -> Request:
    """The passing request with changes."""
    return msgspec.structs.replace(REQUEST, **changes)


def with_agreement(**changes: object) -> Agreement:
    """The passing agreement with changes."""
    return msgspec.structs.replace(AGREEMENT, **changes)


def with_link(**changes: object) -> Link:
    """The passing link with changes."""
    return msgspec.structs.replace(LINK, **changes)


def with_consent(**changes: object) -> ConsentFact:
    """The passing consent with changes."""
    return msgspec.structs.replace(GIVEN, **changes)
