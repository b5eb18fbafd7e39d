"""What is sent and answered. Made from docs/openapi/partners.json by `make docs`; a test holds it equal."""

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Problem(TypedDict):
    type: "str"
    code: "str"
    title: "str"
    status: "int"
    detail: "str"
    decision: "NotRequired[str]"
    errors: "NotRequired[list[dict[str, Any]]]"
    trace_id: "NotRequired[str]"


class CasesAgreementOut(TypedDict):
    document: "dict[str, Any] | None"
    terms_hash: "str"
    signed_by: "list[str]"
    sealed: "bool"


class CasesAnswerIn(TypedDict):
    code: "str"
    answer: "Literal['accepted', 'refused']"
    statement: "NotRequired[str | None]"


class CasesApplyIn(TypedDict):
    dispute_type: "str"
    statement: "str"
    request: "str"
    respondent: "CasesContactIn"
    applicant: "NotRequired[CasesContactIn | None]"
    committee: "NotRequired[str | None]"
    referral: "NotRequired[str | None]"


class CasesCaseOut(TypedDict):
    case: "str"
    state: "str"
    dispute_type: "str"
    due: "str | None"


class CasesCasesOut(TypedDict):
    cases: "list[CasesCaseOut]"
    next: "str | None"


class CasesContactIn(TypedDict):
    name: "str"
    contact: "str"


class CasesDraftIn(TypedDict):
    terms: "list[CasesTermIn]"


class CasesDraftedOut(TypedDict):
    case: "str"
    state: "str"
    due: "str | None"
    allowed: "list[str]"
    remedies: "list[str]"
    terms_hash: "str"


class CasesFollowUpIn(TypedDict):
    result: "Literal['performed', 'breached']"
    note: "NotRequired[str | None]"


class CasesMediatorCaseOut(TypedDict):
    case: "str"
    state: "str"
    dispute_type: "str"
    due: "str | None"
    committee: "str"
    referral: "str | None"
    allowed: "list[str]"
    free_of_charge: "NotRequired[bool]"
    reason: "str | None"
    terms_hash: "str | None"
    signed_by: "list[str]"
    fields: "dict[str, Any]"
    notices: "list[CasesNoticeOut]"
    remedies: "list[CasesNoticeOut]"


class CasesNoticeOut(TypedDict):
    code: "str"
    zh: "str"
    en: "str"
    source: "str"


class CasesNotifyIn(TypedDict):
    signed_by: "list[Literal['applicant', 'respondent']]"


class CasesPartyCaseOut(TypedDict):
    case: "str"
    state: "str"
    dispute_type: "str"
    due: "str | None"
    role: "Literal['applicant', 'respondent']"
    committee: "str"
    allowed: "list[str]"
    free_of_charge: "NotRequired[bool]"
    reason: "str | None"
    request: "str | None"
    statement: "str | None"
    respondent: "dict[str, str] | None"
    records: "list[str]"
    agreement: "CasesAgreementOut | None"
    notices: "list[CasesNoticeOut]"
    remedies: "list[CasesNoticeOut]"


class CasesReportIn(TypedDict):
    reports: "list[CasesTermReportIn]"


class CasesScreenIn(TypedDict):
    in_scope: "bool"
    reason: "NotRequired[Literal['not_a_civil_dispute', 'mediation_not_allowed', 'already_decided', 'pending_elsewhere', 'other_place'] | None]"


class CasesSessionIn(TypedDict):
    no_interest: "Literal[True]"
    record: "NotRequired[str | None]"


class CasesSignIn(TypedDict):
    terms_hash: "str"


class CasesTermIn(TypedDict):
    text: "str"
    due: "str"


class CasesTermReportIn(TypedDict):
    term: "int"
    result: "Literal['performed', 'not_performed']"


class CasesWrittenOut(TypedDict):
    case: "str"
    state: "str"
    due: "str | None"
    allowed: "list[str]"
    remedies: "list[str]"


class GatewayAccessOut(TypedDict):
    decision: "str"
    at: "str"
    kind: "str"
    who: "GatewayWhoOut"
    why: "GatewayWhyOut"
    service: "str | None"
    operation: "str"
    fields: "GatewayFieldsOut"
    agreement: "GatewayAuditAgreementOut | None"
    consent: "str | None"
    about: "str | None"
    through: "str | None"
    result: "str"
    reason: "str | None"
    entries: "list[GatewayEntryOut]"


class GatewayAccessesOut(TypedDict):
    accesses: "list[GatewayAccessOut]"
    next: "str | None"


class GatewayActionIn(TypedDict):
    name: "str"


class GatewayAgreementsOut(TypedDict):
    agreements: "list[GatewayAgreementsAgreementOut]"


class GatewayApprovalIn(TypedDict):
    signature: "NotRequired[str | None]"


class GatewayClockOut(TypedDict):
    kind: "str"
    article: "str"
    side: "Literal['provider', 'consumer']"
    due: "str | None"
    overdue: "bool"


class GatewayConfigurationOut(TypedDict):
    policy_decision_point: "str"
    access_evaluation_endpoint: "str"
    access_evaluations_endpoint: "str"


class GatewayConsentIn(TypedDict):
    state: "NotRequired[Literal['none', 'given', 'withdrawn', 'expired', 'frozen']]"
    fields: "NotRequired[list[str] | None]"
    separate: "NotRequired[list[str] | None]"


GatewayConsistencyOut = TypedDict("GatewayConsistencyOut", {"from": "int", "to": "int", "consistency": "list[str]"})


class GatewayContextIn(TypedDict):
    agreement: "NotRequired[str]"
    purpose: "NotRequired[str]"
    fields: "NotRequired[list[str]]"
    consent: "NotRequired[GatewayConsentIn]"
    usage: "NotRequired[GatewayUsageIn]"


class GatewayCopyOut(TypedDict):
    region: "str"
    made_at: "str"
    accesses: "str"
    continued: "dict[str, str]"
    kept: "dict[str, Any]"


class GatewayDeadLetterOut(TypedDict):
    id: "str"
    referral: "str"
    state: "str"
    at: "str"
    attempts: "int"
    reason: "str"


class GatewayDeadLettersOut(TypedDict):
    dead_letters: "list[GatewayDeadLetterOut]"


class GatewayDeprecatedOut(TypedDict):
    operation: "str"
    since: "str"
    sunset: "str"
    instead: "str"


class GatewayDeprecationsOut(TypedDict):
    deprecations: "list[GatewayDeprecatedOut]"


class GatewayDisposalIn(TypedDict):
    method: "str"
    reference: "str"


class GatewayDraftIn(TypedDict):
    terms: "dict[str, Any]"


class GatewayDueOut(TypedDict):
    kind: "str"
    article: "str"
    side: "Literal['provider', 'consumer']"
    due: "str | None"
    overdue: "bool"
    agreement: "str"
    version: "int"
    organisation: "str"


class GatewayEntryOut(TypedDict):
    entry: "int"
    phase: "str"
    at: "str"


class GatewayEvaluationIn(TypedDict):
    subject: "GatewaySubjectIn"
    action: "GatewayActionIn"
    resource: "GatewayResourceIn"
    context: "NotRequired[GatewayContextIn]"


class GatewayEvaluationOut(TypedDict):
    decision: "bool"
    context: "GatewayExplanationOut"


class GatewayEvaluationPartIn(TypedDict):
    subject: "NotRequired[GatewaySubjectIn | None]"
    action: "NotRequired[GatewayActionIn | None]"
    resource: "NotRequired[GatewayResourceIn | None]"
    context: "NotRequired[GatewayContextIn | None]"


class GatewayEvaluationsIn(TypedDict):
    subject: "NotRequired[GatewaySubjectIn | None]"
    action: "NotRequired[GatewayActionIn | None]"
    resource: "NotRequired[GatewayResourceIn | None]"
    context: "NotRequired[GatewayContextIn | None]"
    evaluations: "NotRequired[list[GatewayEvaluationPartIn]]"
    options: "NotRequired[GatewayOptionsIn]"


class GatewayEvaluationsOut(TypedDict):
    evaluations: "list[GatewayEvaluationOut]"


class GatewayExplanationOut(TypedDict):
    step: "NotRequired[int | None]"
    code: "NotRequired[str | None]"
    reason: "NotRequired[str | None]"
    title: "NotRequired[str | None]"
    detail: "NotRequired[str | None]"
    fields: "list[GatewayReleasedOut]"
    every: "list[GatewayRefusalOut]"


class GatewayFieldsOut(TypedDict):
    asked: "list[str]"
    allowed: "list[str]"
    sent: "list[str]"


class GatewayFindUsageOut(TypedDict):
    totalUsages: "int"
    usages: "list[GatewayUsageOut]"


class GatewayLifeOut(TypedDict):
    agreement: "str"
    version: "int"
    hash: "str"
    to_sign: "str"
    state: "str"
    terms: "dict[str, Any]"
    steps: "list[GatewayStepOut]"
    signatures: "list[GatewaySignatureOut]"
    clocks: "list[GatewayClockOut]"
    dispute: "str | None"
    unreadable: "dict[str, Any] | None"


class GatewayOpeningOut(TypedDict):
    key: "str"
    counter: "int"
    consent: "str | None"


class GatewayOptionsIn(TypedDict):
    evaluations_semantic: "NotRequired[Literal['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']]"


class GatewayOverdueOut(TypedDict):
    as_of: "str"
    clocks: "list[GatewayDueOut]"


class GatewayProblemOut(TypedDict):
    code: "str"
    status: "int"
    title: "str"
    advice: "str"


class GatewayProofOut(TypedDict):
    log: "str"
    entry: "str"
    index: "int"
    inclusion: "list[str]"
    checkpoint: "str"
    opening: "GatewayOpeningOut | None"


class GatewayReasonIn(TypedDict):
    reason: "str"


class GatewayRefusalOut(TypedDict):
    step: "int"
    code: "str"
    reason: "str"
    title: "str"
    detail: "str"
    fields: "NotRequired[list[str]]"
    agreed: "NotRequired[list[str]]"
    sensitive: "NotRequired[list[str]]"


class GatewayReleasedOut(TypedDict):
    field: "str"
    transform: "Literal['none', 'year']"


class GatewayReminderOut(TypedDict):
    agreement: "str"
    version: "int"
    kind: "str"
    article: "str"
    side: "Literal['provider', 'consumer']"
    due: "str | None"
    at: "str"


class GatewayRemindersOut(TypedDict):
    reminders: "list[GatewayReminderOut]"


class GatewayReplayedOut(TypedDict):
    replayed: "int"


class GatewayResourceIn(TypedDict):
    type: "str"
    id: "str"
    properties: "NotRequired[GatewayResourcePropertiesIn]"


class GatewayResourceOut(TypedDict):
    resource: "str"
    authorization_servers: "list[str]"
    bearer_methods_supported: "list[str]"
    dpop_signing_alg_values_supported: "list[str]"
    dpop_bound_access_tokens_required: "bool"
    authorization_details_types_supported: "list[str]"


class GatewayResourcePropertiesIn(TypedDict):
    state: "NotRequired[str]"
    service: "NotRequired[str]"


class GatewayReturnIn(TypedDict):
    missing: "list[str]"


class GatewaySignatureOut(TypedDict):
    side: "str"
    by: "str"
    signed: "str"
    jws: "str"
    kty: "str"
    crv: "str"
    x: "str"
    y: "str"
    at: "str"


class GatewayStepOut(TypedDict):
    kind: "str"
    at: "str"
    side: "Literal['provider', 'consumer'] | None"
    officer: "str"
    reason: "str"


class GatewaySubjectIn(TypedDict):
    type: "str"
    id: "str"
    properties: "NotRequired[GatewaySubjectPropertiesIn]"


class GatewaySubjectPropertiesIn(TypedDict):
    organisation: "NotRequired[str]"
    roles: "NotRequired[list[str]]"


class GatewayUsageIn(TypedDict):
    minute: "NotRequired[int]"
    day: "NotRequired[int]"
    people: "NotRequired[int]"


class GatewayUsageOut(TypedDict):
    logtime: "str"
    action: "str"
    receiverCode: "str"
    receiverName: "NotRequired[str | None]"
    receiverSystem: "str"


class GatewayWebhookIn(TypedDict):
    url: "str"


class GatewayWebhookKeptOut(TypedDict):
    url: "str"
    state: "str"
    secret: "str | None"


class GatewayWebhookOut(TypedDict):
    url: "str"
    state: "str"
    waiting: "int"
    dead: "int"


class GatewayWhoOut(TypedDict):
    kind: "str"
    region: "str"
    organisation: "str | None"
    organisation_name: "str | None"
    client: "str | None"
    officer: "str | None"
    role: "str | None"


class GatewayWhyOut(TypedDict):
    purpose: "str | None"
    basis: "str | None"
    zh: "str"
    en: "str"


class GatewayAgreementsAgreementOut(TypedDict):
    id: "str"
    version: "int"
    hash: "str"
    consent_hash: "str"
    state: "str"
    valid_from: "str"
    valid_until: "str"
    terms: "dict[str, Any]"


class GatewayAuditAgreementOut(TypedDict):
    id: "str"
    version: "int"
    hash: "str"


class IdentityAdministeredOrganizationsOut(TypedDict):
    organizations: "list[IdentityAdministeredOut]"


class IdentityAdministeredOut(TypedDict):
    id: "str"
    name: "str"
    kind: "str"
    parent: "str | None"
    district: "str"
    services: "list[str]"
    state: "str"
    version: "int"
    office_phone: "str | None"
    office_address: "str | None"
    contracts: "list[IdentityContractOut]"
    proposed: "IdentityNextOut | None"
    proposed_by: "str | None"
    suspended_by: "str | None"


class IdentityApprovedOut(TypedDict):
    id: "str"
    organization: "str"
    roles: "list[str]"
    state: "str"
    proposed_by: "str | None"
    approved_by: "str | None"
    approval: "str"
    expires_at: "str"


class IdentityChangeIn(TypedDict):
    name: "str"
    services: "NotRequired[list[str]]"
    office_phone: "NotRequired[str | None]"
    office_address: "NotRequired[str | None]"


class IdentityClientIn(TypedDict):
    jwk: "IdentityJwk"
    id: "str"
    organization: "str"
    grants: "list[Literal['client_credentials', 'authorization_code']]"
    redirect_uris: "NotRequired[list[str]]"
    signs_in: "NotRequired[list[Literal['staff', 'resident']]]"


class IdentityClientOut(TypedDict):
    id: "str"
    organization: "str"
    state: "str"
    grants: "list[str]"
    redirect_uris: "list[str]"
    signs_in: "list[str]"
    proposed_by: "str | None"
    approved_by: "str | None"
    keys: "list[IdentityKeyOut]"


class IdentityClientsOut(TypedDict):
    clients: "list[IdentityClientOut]"
    next: "str | None"


class IdentityContractIn(TypedDict):
    starts_on: "str"
    ends_on: "str"
    indicators: "IdentityIndicators"


class IdentityContractOut(TypedDict):
    starts_on: "str"
    ends_on: "str"
    indicators: "IdentityIndicators"


class IdentityDelegationOut(TypedDict):
    id: "str"
    since: "str"
    until: "str"
    state: "str"


class IdentityDelegationsOut(TypedDict):
    delegations: "list[IdentityDelegationOut]"


class IdentityHandleOut(TypedDict):
    state: "str"


class IdentityHelperInvitationIn(TypedDict):
    days: "int"


class IdentityHelperInvitationOut(TypedDict):
    code: "str"
    expires_at: "str"


class IdentityHelpingIn(TypedDict):
    code: "str"
    declares: "list[Literal['not_official', 'not_employer', 'not_broker']]"


class IdentityIndicators(TypedDict):
    referrals_answered_within_days: "NotRequired[int | None]"
    outcomes_confirmed_share: "NotRequired[int | None]"


class IdentityInvitedOut(TypedDict):
    id: "str"
    organization: "str"
    roles: "list[str]"
    state: "str"
    proposed_by: "str | None"
    approved_by: "str | None"
    invitation: "str"
    link: "str"
    expires_at: "str"


class IdentityJwk(TypedDict):
    kty: "str"
    crv: "str"
    x: "str"
    y: "str"
    kid: "NotRequired[str | None]"
    alg: "NotRequired[Literal['ES256'] | None]"
    use: "NotRequired[Literal['sig'] | None]"


class IdentityKeyIn(TypedDict):
    jwk: "IdentityJwk"


class IdentityKeyOut(TypedDict):
    id: "str"
    state: "str"
    since: "str"
    proposed_by: "str | None"
    approved_by: "str | None"


class IdentityMembersOut(TypedDict):
    staff: "list[IdentityStaffOut]"
    next: "str | None"


class IdentityMetadataOut(TypedDict):
    issuer: "str"
    authorization_endpoint: "str"
    pushed_authorization_request_endpoint: "str"
    require_pushed_authorization_requests: "bool"
    authorization_response_iss_parameter_supported: "bool"
    code_challenge_methods_supported: "list[str]"
    scopes_supported: "list[str]"
    acr_values_supported: "list[str]"
    subject_types_supported: "list[str]"
    id_token_signing_alg_values_supported: "list[str]"
    token_endpoint: "str"
    revocation_endpoint: "str"
    jwks_uri: "str"
    grant_types_supported: "list[str]"
    response_types_supported: "list[str]"
    token_endpoint_auth_methods_supported: "list[str]"
    token_endpoint_auth_signing_alg_values_supported: "list[str]"
    revocation_endpoint_auth_methods_supported: "list[str]"
    revocation_endpoint_auth_signing_alg_values_supported: "list[str]"
    dpop_signing_alg_values_supported: "list[str]"
    authorization_details_types_supported: "list[str]"


class IdentityMoveIn(TypedDict):
    organization: "str"


class IdentityNextOut(TypedDict):
    name: "str"
    services: "list[str]"


class IdentityOrganizationIn(TypedDict):
    name: "str"
    services: "NotRequired[list[str]]"
    office_phone: "NotRequired[str | None]"
    office_address: "NotRequired[str | None]"
    id: "str"
    kind: "str"
    parent: "str"
    district: "str"


class IdentityOrganizationOut(TypedDict):
    id: "str"
    name: "str"
    kind: "str"
    parent: "str | None"
    district: "str"
    services: "list[str]"
    state: "str"
    version: "int"
    office_phone: "str | None"
    office_address: "str | None"
    contracts: "list[IdentityContractOut]"


class IdentityOrganizationsOut(TypedDict):
    organizations: "list[IdentityOrganizationOut]"


class IdentityOwnPresenceOut(TypedDict):
    id: "str"
    organisation: "str"
    task: "str"
    since: "str"
    until: "str"


class IdentityOwnPresencesOut(TypedDict):
    presences: "list[IdentityOwnPresenceOut]"


class IdentityPaperKeyIn(TypedDict):
    pin: "NotRequired[str | None]"


class IdentityPaperKeyOut(TypedDict):
    key: "str"


class IdentityPhoneIn(TypedDict):
    phone: "str"


class IdentityPresenceIn(TypedDict):
    task: "Literal['intake', 'record', 'consent', 'recovery']"
    phone: "NotRequired[str | None]"
    form: "NotRequired[str | None]"


class IdentityPresenceOut(TypedDict):
    id: "str"
    kind: "str"
    task: "str"
    state: "str"
    ends_at: "str"


class IdentityPublicKeyOut(TypedDict):
    kid: "str"
    kty: "str"
    crv: "str"
    x: "str"
    y: "str"


class IdentityPushForm(TypedDict):
    client_id: "NotRequired[str]"
    client_assertion_type: "NotRequired[str]"
    client_assertion: "NotRequired[str]"
    response_type: "NotRequired[str]"
    redirect_uri: "NotRequired[str]"
    scope: "NotRequired[str]"
    state: "NotRequired[str]"
    nonce: "NotRequired[str]"
    code_challenge: "NotRequired[str]"
    code_challenge_method: "NotRequired[str]"
    dpop_jkt: "NotRequired[str]"
    authorization_details: "NotRequired[str]"
    acr_values: "NotRequired[str]"
    max_age: "NotRequired[int | None]"
    prompt: "NotRequired[str]"
    request: "NotRequired[str]"
    request_uri: "NotRequired[str]"


class IdentityPushedOut(TypedDict):
    request_uri: "str"
    expires_in: "int"


class IdentityReplacedOut(TypedDict):
    state: "str"
    paper_key_ended: "bool"


class IdentityRevocationForm(TypedDict):
    client_id: "NotRequired[str]"
    client_assertion_type: "NotRequired[str]"
    client_assertion: "NotRequired[str]"
    token: "str"
    token_type_hint: "NotRequired[str]"


class IdentityRolesIn(TypedDict):
    roles: "list[str]"


class IdentitySessionOut(TypedDict):
    id: "str"
    method: "str"
    level: "str"
    authenticated_at: "str"
    used_at: "str"
    ends_at: "str"
    state: "str"


class IdentitySessionsOut(TypedDict):
    sessions: "list[IdentitySessionOut]"


class IdentityStaffIn(TypedDict):
    roles: "list[str]"
    id: "str"
    organization: "str"


class IdentityStaffOut(TypedDict):
    id: "str"
    organization: "str"
    roles: "list[str]"
    state: "str"
    proposed_by: "str | None"
    approved_by: "str | None"


class IdentityTokenForm(TypedDict):
    client_id: "NotRequired[str]"
    client_assertion_type: "NotRequired[str]"
    client_assertion: "NotRequired[str]"
    grant_type: "str"
    code: "NotRequired[str]"
    redirect_uri: "NotRequired[str]"
    code_verifier: "NotRequired[str]"
    refresh_token: "NotRequired[str]"
    authorization_details: "NotRequired[str]"
    subject_token: "NotRequired[str]"
    subject_token_type: "NotRequired[str]"
    actor_token: "NotRequired[str]"
    actor_token_type: "NotRequired[str]"
    requested_token_type: "NotRequired[str]"


class IdentityTokenOut(TypedDict):
    access_token: "str"
    token_type: "str"
    expires_in: "int"
    issued_token_type: "NotRequired[str | None]"
    refresh_token: "NotRequired[str | None]"
    id_token: "NotRequired[str | None]"
    authorization_details: "NotRequired[list[dict[str, str]] | None]"


class IdentityWitnessIn(TypedDict):
    form: "str"
    pin: "str"


class IdentityHandlesCodeIn(TypedDict):
    code: "str"


class IdentityOrganizationsKeysOut(TypedDict):
    keys: "list[IdentityPublicKeyOut]"


class IdentityPresencesCodeIn(TypedDict):
    code: "str"


class IdentityTokensKeysOut(TypedDict):
    keys: "list[dict[str, str]]"


class ReferralsCancelIn(TypedDict):
    reason: "NotRequired[Literal['persons_wish', 'solved_otherwise', 'moved_on']]"


class ReferralsCompleteIn(TypedDict):
    outcome: "Literal['provided', 'partly_provided', 'advice_given']"


class ReferralsConsentRequestOut(TypedDict):
    agreement: "str"
    agreement_version: "int"
    consent_hash: "str"
    purpose: "str"
    recipient: "str"
    fields: "list[str]"
    preview_fields: "list[str]"
    sensitive: "list[str]"
    retention_days: "int"


class ReferralsFailIn(TypedDict):
    reason: "Literal['not_reachable', 'not_eligible_after_check', 'no_longer_wanted', 'service_not_available']"


class ReferralsHistoryOut(TypedDict):
    at: "str"
    verb: "str"
    what_zh: "str"
    what_en: "str"
    organisation: "str | None"
    reason: "str | None"


class ReferralsHoldIn(TypedDict):
    reason: "Literal['waiting_for_material', 'waiting_list', 'persons_wish']"
    review_on: "str"


class ReferralsInboxItemOut(TypedDict):
    id: "str"
    service: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    fhir: "str"
    due: "str | None"
    due_kind: "str | None"
    created: "str"


class ReferralsInboxOut(TypedDict):
    referrals: "list[ReferralsInboxItemOut]"
    next: "str | None"


class ReferralsIntakeIn(TypedDict):
    needs: "list[ReferralsNeedIn]"
    told: "NotRequired[bool]"


class ReferralsIntakeOut(TypedDict):
    intake: "str"
    referrals: "list[ReferralsReferralMadeOut]"


class ReferralsMineItemOut(TypedDict):
    id: "str"
    service: "str"
    service_name_zh: "str"
    service_name_en: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    fhir: "str"
    recipient: "str"
    recipient_name: "str"
    dependant: "str | None"
    due: "str | None"
    due_kind: "str | None"
    created: "str"


class ReferralsMineOut(TypedDict):
    referrals: "list[ReferralsMineItemOut]"
    next: "str | None"


class ReferralsMovedOut(TypedDict):
    id: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    fhir: "str"
    version: "int"
    due: "str | None"


class ReferralsMyReferralOut(TypedDict):
    id: "str"
    service: "str"
    service_name_zh: "str"
    service_name_en: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    fhir: "str"
    recipient: "str"
    recipient_name: "str"
    dependant: "str | None"
    due: "str | None"
    due_kind: "str | None"
    created: "str"
    version: "int"
    outcome: "str | None"
    reason: "str | None"
    my_answer: "Literal['confirmed', 'disputed'] | None"
    asked: "ReferralsConsentRequestOut"
    answers: "dict[str, str]"
    ask_whom: "str"
    history: "list[ReferralsHistoryOut]"
    may: "list[str]"


class ReferralsNeedIn(TypedDict):
    service: "str"
    dependant: "NotRequired[str | None]"
    answers: "NotRequired[dict[str, str]]"


class ReferralsReferralMadeOut(TypedDict):
    id: "str"
    service: "str"
    recipient: "str"
    recipient_name: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    consent_request: "ReferralsConsentRequestOut"
    missing: "list[str]"


class ReferralsReferralOut(TypedDict):
    referral: "str"
    service: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    fhir: "str"
    version: "int"
    due: "str | None"
    due_kind: "str | None"
    fields: "dict[str, str]"


class ReferralsRejectIn(TypedDict):
    reason: "Literal['not_responsible', 'not_eligible', 'no_capacity', 'material_missing', 'duplicate']"


class RegistryAddress(TypedDict):
    id: "str"
    location_id: "str"
    address_1: "str"
    city: "str"
    region: "str"
    state_province: "str"
    postal_code: "str"
    country: "NotRequired[Literal['CN']]"
    address_type: "NotRequired[Literal['physical']]"


class RegistryAnswered(TypedDict):
    verb: "Literal['grant', 'refuse', 'extend', 'uphold', 'overturn']"
    words: "str"
    reason: "Literal['law_requires_keeping', 'not_kept_here', 'found_correct', 'rights_of_others', 'cannot_be_done'] | None"
    at: "str"


class RegistryAssessmentIn(TypedDict):
    purpose: "str"
    necessity: "str"
    impact: "str"
    safeguards: "str"


class RegistryAssessmentOut(TypedDict):
    id: "str"
    purpose: "str"
    state: "str"
    necessity: "str"
    impact: "str"
    safeguards: "str"
    written_at: "str"
    approved_at: "str | None"
    review_on: "str | None"
    overdue: "bool"


class RegistryAssessmentsOut(TypedDict):
    assessments: "list[RegistryAssessmentOut]"


class RegistryAtLocation(TypedDict):
    id: "str"
    service_id: "str"
    location_id: "str"
    description: "str"
    schedules: "list[RegistrySchedule]"
    location: "RegistryLocation"


class RegistryAtLocationSummary(TypedDict):
    id: "str"
    service_id: "str"
    location_id: "str"
    description: "str"
    location: "RegistryLocationSummary"


class RegistryAttribute(TypedDict):
    id: "str"
    link_id: "str"
    taxonomy_term_id: "NotRequired[str | None]"
    link_type: "str"
    link_entity: "str"
    value: "str"
    taxonomy_term: "NotRequired[RegistryTerm | None]"


class RegistryCapacity(TypedDict):
    id: "str"
    service_id: "str"
    unit_id: "str"
    unit: "RegistryUnit"
    available: "int"
    maximum: "NotRequired[int | None]"
    updated: "str"


class RegistryCapacityIn(TypedDict):
    available: "int"
    maximum: "NotRequired[int | None]"
    waiting: "NotRequired[Literal['none', 'open', 'closed']]"
    next_place_on: "NotRequired[str | None]"


class RegistryClosingIn(TypedDict):
    harmless_because: "NotRequired[str | None]"


class RegistryCompareIn(TypedDict):
    earlier_phone: "NotRequired[str | None]"


class RegistryConfirmationIn(TypedDict):
    request: "str"
    code: "str"


class RegistryConsentIn(TypedDict):
    referral: "str"
    recipient: "str"
    purpose: "str"
    agreement: "str"
    agreement_version: "int"
    consent_hash: "str"
    fields: "list[str]"
    sensitive: "NotRequired[list[str]]"
    notice: "RegistryNotice"
    decision: "Literal['given', 'refused']"
    expires_on: "str"
    dependant: "NotRequired[str | None]"


class RegistryConsentOut(TypedDict):
    referral: "str"
    recipient: "str"
    purpose: "str"
    agreement: "str"
    agreement_version: "int"
    consent_hash: "str"
    fields: "list[str]"
    sensitive: "NotRequired[list[str]]"
    notice: "RegistryNoticeSealed"
    decision: "Literal['given', 'refused']"
    expires_on: "str"
    dependant: "NotRequired[str | None]"
    subject_role: "Literal['self', 'guardian']"
    proved_by: "NotRequired[Literal['own_device', 'code_at_counter', 'paper']]"
    decided_at: "str"
    opens_at: "NotRequired[str | None]"
    withdrawn_at: "NotRequired[str | None]"
    receipt: "str"
    id: "str"
    state: "RegistryConsentState"


class RegistryConsentRecord(TypedDict):
    id: "str"
    dataAgreement: "NotRequired[RegistryDataAgreement | None]"
    dataAgreementRevisionHash: "str"
    optIn: "NotRequired[bool | None]"
    state: "str"
    signature: "NotRequired[RegistrySignature | None]"


class RegistryConsentRecordAlone(TypedDict):
    consentRecord: "RegistryConsentRecord"


class RegistryConsentRecordIn(TypedDict):
    consentRecord: "RegistryWithdrawn"


class RegistryConsentRecordRead(TypedDict):
    consentRecord: "RegistryConsentRecord"
    revision: "RegistryRevision"


class RegistryConsentRecords(TypedDict):
    consentRecords: "list[RegistryConsentRecord]"


RegistryConsentState: TypeAlias = "Literal['given', 'refused', 'withdrawn', 'expired']"


class RegistryConsentsOut(TypedDict):
    consents: "list[RegistryConsentOut]"
    next: "str | None"


class RegistryController(TypedDict):
    id: "str"
    name: "str"
    url: "str"


class RegistryControllerOut(TypedDict):
    name: "str"
    url: "str"


class RegistryCostOption(TypedDict):
    id: "str"
    service_id: "str"
    option: "str"
    amount_description: "str"


class RegistryDataAgreement(TypedDict):
    id: "str"
    version: "str"
    controller: "NotRequired[RegistryController | None]"
    policy: "NotRequired[RegistryPolicy | None]"
    purpose: "str"
    lawfulBasis: "str"
    dpia: "str"
    active: "NotRequired[bool | None]"
    forgettable: "NotRequired[bool | None]"
    lifecycle: "NotRequired[RegistryLifecycle | None]"


class RegistryDataAgreementAlone(TypedDict):
    dataAgreement: "RegistryDataAgreement"


class RegistryDataAgreementList(TypedDict):
    dataAgreement: "list[RegistryDataAgreement]"


class RegistryDataAgreementRead(TypedDict):
    dataAgreement: "RegistryDataAgreement"
    revision: "RegistryRevision"


class RegistryDataAgreements(TypedDict):
    dataAgreements: "list[RegistryDataAgreement]"


class RegistryDependantIn(TypedDict):
    name: "str"
    birth_date: "str"
    relation: "Literal['parent', 'guardian']"
    proof_type: "Literal['birth_certificate', 'household_booklet', 'court_order']"
    document_type: "NotRequired[RegistryDocumentType | None]"
    document_number: "NotRequired[str | None]"


class RegistryDependantOut(TypedDict):
    name: "str"
    name_as_typed: "str"
    birth_date: "str"
    relation: "Literal['parent', 'guardian']"
    proof_type: "Literal['birth_certificate', 'household_booklet', 'court_order']"
    document_type: "RegistryDocumentType | None"
    document_number: "str | None"
    id: "str"
    guardian_decides: "bool"


class RegistryDependantsOut(TypedDict):
    dependants: "list[RegistryDependantOut]"


class RegistryDeskOut(TypedDict):
    requests: "list[RegistryRightLineOut]"


RegistryDifference: TypeAlias = "Literal['same', 'separator', 'missing_separator', 'form', 'order', 'truncated', 'traditional', 'rare_glyph', 'homophone', 'pinyin', 'other']"


class RegistryDirectoryImportOut(TypedDict):
    id: "str"
    state: "str"
    form: "str"
    missing: "list[int]"
    read: "int"
    bad: "int"
    changed: "int"


class RegistryDivisionName(TypedDict):
    code: "str"
    name: "str"


class RegistryDivisionOut(TypedDict):
    code: "str"
    name: "str"
    year: "int"
    part_of: "list[RegistryDivisionName]"
    parts: "list[RegistryDivisionName]"


class RegistryDocument(TypedDict):
    issuer: "str"
    issued_on: "str"
    entries: "list[dict[str, Any]]"


RegistryDocumentType: TypeAlias = "Literal['resident_id', 'hk_macao_taiwan_permit', 'foreign_permanent_resident', 'hk_macao_pass', 'taiwan_pass', 'passport']"


class RegistryErasureIn(TypedDict):
    understood: "Literal[True]"


class RegistryErasureOut(TypedDict):
    id: "str"
    kind: "str"
    state: "str"
    due_on: "str"
    asked_at: "str"
    closed_at: "str | None"


class RegistryFaultOut(TypedDict):
    file: "str"
    line: "int"
    field: "str"
    reason: "str"


class RegistryFaultsPage(TypedDict):
    items: "list[RegistryFaultOut]"
    next: "str | None"


class RegistryFieldOut(TypedDict):
    thing: "str"
    field: "str"
    why_zh: "str"
    why_en: "str"
    basis: "str"
    retention: "str"
    required: "bool"
    sensitive: "str"


class RegistryFreezeOut(TypedDict):
    frozen: "bool"
    since: "str | None"


class RegistryHeldIn(TypedDict):
    record_type: "Literal['vaccination', 'school', 'insurance_filing', 'skills_certificate']"
    dependant_name: "NotRequired[str | None]"
    document: "RegistryDocument"


class RegistryHeldOut(TypedDict):
    id: "str"
    record_type: "str"
    dependant: "str | None"
    at: "str"
    record: "RegistryDocument"


class RegistryHeldsOut(TypedDict):
    records: "list[RegistryHeldOut]"
    next: "str | None"


class RegistryIdentifier(TypedDict):
    id: "str"
    organization_id: "str"
    identifier_scheme: "NotRequired[Literal['jieli']]"
    identifier_type: "NotRequired[Literal['organization']]"
    identifier: "str"


class RegistryImportIn(TypedDict):
    form: "Literal['csv', 'hsds-csv', 'hsds-json']"
    parts: "int"
    sha256: "str"


class RegistryImportOut(TypedDict):
    id: "str"
    services: "int"
    changed: "int"


class RegistryIncidentIn(TypedDict):
    grade: "Literal['general', 'larger', 'major', 'grave']"
    kinds: "list[str]"
    cause: "str"
    harm: "str"
    measures: "str"
    advice: "str"
    ask_whom: "str"
    agreement: "NotRequired[str | None]"
    begins_at: "str"
    ends_at: "str"
    found_at: "str"


class RegistryIncidentOut(TypedDict):
    id: "str"
    kinds: "list[str]"
    cause: "str"
    harm: "str"
    measures: "str"
    advice: "str"
    ask_whom: "str"
    agreement: "str | None"
    begins_at: "str"
    ends_at: "str"
    told_at: "str | None"
    grade: "str"
    found_at: "str"
    report_due_at: "str | None"
    reported_at: "str | None"
    tell_due_at: "str"
    closed_at: "str | None"
    harmless_because: "str | None"
    overdue: "bool"


class RegistryIncidentToldOut(TypedDict):
    id: "str"
    kinds: "list[str]"
    cause: "str"
    harm: "str"
    measures: "str"
    advice: "str"
    ask_whom: "str"
    agreement: "str | None"
    begins_at: "str"
    ends_at: "str"
    told_at: "str | None"


class RegistryIncidentsOut(TypedDict):
    incidents: "list[RegistryIncidentOut]"


class RegistryKept(TypedDict):
    id: "str"
    state: "NotRequired[str]"


class RegistryKeptOut(TypedDict):
    app: "str"
    thing: "str"
    why_zh: "str"
    why_en: "str"
    basis: "str"
    retention: "str"


class RegistryKeys(TypedDict):
    keys: "list[dict[str, str]]"


class RegistryLanguage(TypedDict):
    id: "str"
    service_id: "NotRequired[str | None]"
    location_id: "NotRequired[str | None]"
    name: "str"
    code: "str"


class RegistryLifecycle(TypedDict):
    id: "str"
    name: "str"


class RegistryListingOut(TypedDict):
    id: "str"
    assured_on: "str"
    capacity_on: "str | None"


class RegistryLocation(TypedDict):
    id: "str"
    location_type: "NotRequired[Literal['physical']]"
    organization_id: "str"
    name: "str"
    external_identifier: "str"
    external_identifier_type: "NotRequired[Literal['GB/T 2260']]"
    languages: "list[RegistryLanguage]"
    addresses: "list[RegistryAddress]"


class RegistryLocationSummary(TypedDict):
    id: "str"
    location_type: "NotRequired[Literal['physical']]"
    organization_id: "str"
    name: "str"
    external_identifier: "str"
    external_identifier_type: "NotRequired[Literal['GB/T 2260']]"


class RegistryMergeIn(TypedDict):
    comparison: "str"


class RegistryMergeOut(TypedDict):
    id: "str"
    state: "str"
    undo_until: "str"
    record: "RegistryRecordSealed | None"


class RegistryMergesOut(TypedDict):
    merges: "list[RegistryMergeOut]"


class RegistryMetadata(TypedDict):
    version: "str"
    profile: "str"
    openapi_url: "str"


class RegistryMovedOut(TypedDict):
    id: "str"
    state: "str"


class RegistryNotice(TypedDict):
    id: "str"
    version: "int"
    language: "NotRequired[str | None]"
    channel: "Literal['web', 'counter', 'phone']"


class RegistryNoticeLine(TypedDict):
    id: "str"
    version: "int"
    digest: "str"
    languages: "list[str]"
    title: "str"


class RegistryNoticeOut(TypedDict):
    id: "str"
    version: "int"
    current: "int"
    released: "str"
    previous: "str | None"
    digest: "str"
    controller: "RegistryControllerOut"
    fields: "list[str]"
    sensitive: "list[str]"
    languages: "list[str]"
    language: "str | None"
    texts: "dict[str, RegistryTextOut]"


class RegistryNoticeSealed(TypedDict):
    id: "str"
    version: "int"
    language: "NotRequired[str | None]"
    channel: "Literal['web', 'counter', 'phone']"
    digest: "NotRequired[str]"


class RegistryNoticesOut(TypedDict):
    notices: "list[RegistryNoticeLine]"


class RegistryOrganization(TypedDict):
    id: "str"
    name: "str"
    alternate_name: "NotRequired[str | None]"
    description: "str"
    parent_organization_id: "NotRequired[str | None]"
    organization_identifiers: "list[RegistryIdentifier]"
    attributes: "list[RegistryAttribute]"


class RegistryOrganizationSummary(TypedDict):
    id: "str"
    name: "str"
    alternate_name: "NotRequired[str | None]"
    description: "str"


class RegistryOwnIncidentsOut(TypedDict):
    incidents: "list[RegistryIncidentToldOut]"


class RegistryPage_AtLocationSummary_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryAtLocationSummary]"


class RegistryPage_AtLocation_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryAtLocation]"


class RegistryPage_OrganizationSummary_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryOrganizationSummary]"


class RegistryPage_Organization_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryOrganization]"


class RegistryPage_ServiceMinimal_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryServiceMinimal]"


class RegistryPage_ServiceSummary_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryServiceSummary]"


class RegistryPage_Service_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryService]"


class RegistryPage_Taxonomy_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryTaxonomy]"


class RegistryPage_Term_(TypedDict):
    total_items: "int"
    total_pages: "int"
    page_number: "int"
    size: "int"
    first_page: "bool"
    last_page: "bool"
    empty: "bool"
    contents: "list[RegistryTerm]"


class RegistryPartIn(TypedDict):
    content: "str"


class RegistryPolicies(TypedDict):
    policies: "list[RegistryPolicy]"


class RegistryPolicy(TypedDict):
    id: "str"
    name: "str"
    version: "str"
    url: "str"
    jurisdiction: "str"


class RegistryPolicyAlone(TypedDict):
    policy: "RegistryPolicy"


class RegistryPolicyRead(TypedDict):
    policy: "RegistryPolicy"
    revision: "RegistryRevision"


class RegistryProcessingOut(TypedDict):
    controller: "str"
    release: "str"
    retentions: "list[RegistryRetentionOut]"
    fields: "list[RegistryFieldOut]"
    kept: "list[RegistryKeptOut]"
    purposes: "list[RegistryPurposeOut]"
    agreements: "str"


class RegistryProveIn(TypedDict):
    code: "str"


class RegistryProvedOut(TypedDict):
    id: "str"
    state: "str"
    reasons: "list[RegistryReasonOut]"


class RegistryPurposeOut(TypedDict):
    code: "str"
    zh: "str"
    en: "str"
    assessment: "str | None"
    assessed_on: "str | None"
    review_on: "str | None"
    services: "list[RegistryPurposeServiceOut]"


class RegistryPurposeServiceOut(TypedDict):
    code: "str"
    service_zh: "str"
    service_en: "str"
    fields: "list[str]"
    sensitive: "list[str]"
    separate_consent: "bool"
    guardian_if_under14: "bool"
    legal_source: "str"


RegistryReason: TypeAlias = "Literal['same_number', 'other_number', 'same_birth_date', 'day_and_month_swapped', 'other_birth_date', 'same_contact', 'same_name', 'name_written_otherwise', 'other_name']"


class RegistryReasonOut(TypedDict):
    code: "RegistryReason"
    words: "str"


class RegistryRecordIn(TypedDict):
    name: "str"
    document_type: "NotRequired[RegistryDocumentType | None]"
    document_number: "NotRequired[str | None]"
    birth_date: "str"
    phone: "str"
    district: "str"
    preferred_language: "NotRequired[str | None]"
    accessibility_need: "NotRequired[str | None]"


class RegistryRecordSealed(TypedDict):
    name: "str"
    name_as_typed: "str"
    document_type: "RegistryDocumentType | None"
    document_number: "str | None"
    birth_date: "str"
    phone: "str"
    preferred_language: "str | None"
    accessibility_need: "str | None"


class RegistryRequestIn(TypedDict):
    record_type: "Literal['vaccination', 'school', 'insurance_filing', 'skills_certificate']"
    region: "str"
    dependant: "NotRequired[str | None]"
    told: "NotRequired[bool]"


class RegistryRequestOut(TypedDict):
    id: "str"
    record_type: "str"
    region: "str"
    dependant: "str | None"
    state: "Literal['requested', 'answered', 'undeliverable']"
    advice: "str | None"
    at: "str"


class RegistryRequestsOut(TypedDict):
    requests: "list[RegistryRequestOut]"
    next: "str | None"


class RegistryRequiredDocument(TypedDict):
    id: "str"
    service_id: "str"
    document: "str"


class RegistryRetentionOut(TypedDict):
    code: "str"
    zh: "str"
    en: "str"


class RegistryRevision(TypedDict):
    id: "str"
    schemaName: "str"
    objectId: "str"
    serializedSnapshot: "str"
    serializedHash: "str"
    timestamp: "str"
    predecessorHash: "NotRequired[str | None]"


class RegistryRightIn(TypedDict):
    kind: "Literal['explain', 'correct', 'delete', 'restrict']"
    about: "Literal['record', 'dependant', 'name_writing', 'consent', 'record_request', 'referral', 'case', 'access']"
    thing: "NotRequired[str | None]"
    words: "str"


class RegistryRightLineOut(TypedDict):
    id: "str"
    kind: "str"
    state: "str"
    asked_at: "str"
    due_on: "str"
    overdue: "bool"


class RegistryRightOut(TypedDict):
    id: "str"
    kind: "str"
    state: "str"
    asked_at: "str"
    due_on: "str"
    overdue: "bool"
    article: "str"
    about: "Literal['record', 'dependant', 'name_writing', 'consent', 'record_request', 'referral', 'case', 'access']"
    thing: "str | None"
    words: "str"
    answers: "list[RegistryAnswered]"
    routes: "list[str]"
    allowed: "list[str]"


class RegistryRightsOut(TypedDict):
    requests: "list[RegistryRightOut]"
    next: "str | None"


class RegistrySchedule(TypedDict):
    id: "str"
    service_at_location_id: "str"
    freq: "NotRequired[Literal['WEEKLY']]"
    interval: "NotRequired[int]"
    wkst: "NotRequired[Literal['MO']]"
    timezone: "NotRequired[int]"
    byday: "str"
    opens_at: "str"
    closes_at: "str"


class RegistrySensitiveOut(TypedDict):
    kind: "str"
    label: "str"
    necessity: "str"
    effect: "str"


class RegistryService(TypedDict):
    id: "str"
    name: "str"
    status: "Literal['active', 'inactive', 'defunct', 'temporarily closed']"
    last_modified: "str"
    organization_id: "str"
    alternate_name: "str"
    description: "str"
    application_process: "str"
    fees_description: "str"
    wait_time: "NotRequired[str | None]"
    eligibility_description: "str"
    assured_date: "str"
    alert: "NotRequired[str | None]"
    organization: "RegistryOrganizationSummary"
    additional_urls: "list[RegistryUrl]"
    service_areas: "list[RegistryServiceArea]"
    cost_options: "list[RegistryCostOption]"
    required_documents: "list[RegistryRequiredDocument]"
    languages: "list[RegistryLanguage]"
    schedules: "list[RegistrySchedule]"
    capacities: "list[RegistryCapacity]"
    service_at_locations: "list[RegistryAtLocation]"
    attributes: "list[RegistryAttribute]"


class RegistryServiceArea(TypedDict):
    id: "str"
    service_id: "str"
    name: "str"
    extent: "str"
    extent_type: "str"


class RegistryServiceMinimal(TypedDict):
    id: "str"
    name: "str"
    status: "Literal['active', 'inactive', 'defunct', 'temporarily closed']"
    last_modified: "str"


class RegistryServiceSummary(TypedDict):
    id: "str"
    name: "str"
    status: "Literal['active', 'inactive', 'defunct', 'temporarily closed']"
    last_modified: "str"
    organization_id: "str"
    alternate_name: "str"
    description: "str"
    application_process: "str"
    fees_description: "str"
    wait_time: "NotRequired[str | None]"
    eligibility_description: "str"
    assured_date: "str"
    alert: "NotRequired[str | None]"
    organization: "RegistryOrganizationSummary"


class RegistrySignature(TypedDict):
    id: "str"
    payload: "str"
    signature: "str"
    verificationMethod: "str"
    verificationPayload: "str"
    verificationPayloadHash: "str"
    verificationSignedBy: "str"
    verificationJwsHeader: "str"
    timestamp: "str"
    objectType: "str"
    objectReference: "str"


class RegistryTaxonomy(TypedDict):
    id: "str"
    name: "str"
    description: "str"
    version: "str"


class RegistryTerm(TypedDict):
    id: "str"
    code: "str"
    name: "str"
    description: "str"
    taxonomy: "str"
    taxonomy_id: "str"


class RegistryTextOut(TypedDict):
    title: "str"
    controller: "str"
    purpose: "str"
    method: "str"
    fields: "str"
    field_names: "list[str]"
    sensitive: "str"
    sensitive_kinds: "list[RegistrySensitiveOut]"
    recipient: "str"
    storage: "str"
    withdrawal: "str"
    refusal: "str"
    rights: "str"
    guardian: "str"


class RegistryUnit(TypedDict):
    id: "str"
    name: "str"


class RegistryUrl(TypedDict):
    id: "str"
    label: "str"
    url: "str"
    service_id: "str"


class RegistryWithdrawn(TypedDict):
    id: "str"
    dataAgreement: "NotRequired[RegistryDataAgreement | None]"
    dataAgreementRevisionHash: "str"
    optIn: "Literal[False]"
    state: "str"
    signature: "NotRequired[RegistrySignature | None]"


class RegistryWritingIn(TypedDict):
    written: "str"
    document: "Literal['resident_id', 'residence_permit', 'hk_macao_taiwan_permit', 'foreign_permanent_resident', 'hk_macao_pass', 'taiwan_pass', 'passport', 'household_booklet', 'birth_certificate', 'school_record', 'certificate', 'social_security_card', 'medical_record', 'bank_card', 'work_contract', 'ticket', 'online_account']"


class RegistryWritingOut(TypedDict):
    written: "str"
    document: "Literal['resident_id', 'residence_permit', 'hk_macao_taiwan_permit', 'foreign_permanent_resident', 'hk_macao_pass', 'taiwan_pass', 'passport', 'household_booklet', 'birth_certificate', 'school_record', 'certificate', 'social_security_card', 'medical_record', 'bank_card', 'work_contract', 'ticket', 'online_account']"
    evidence: "Literal['said', 'shown_at_counter']"
    id: "str"
    difference: "RegistryDifference"


class RegistryWritingsOut(TypedDict):
    writings: "list[RegistryWritingOut]"


class RegistryPeopleRecordOut(TypedDict):
    name: "str"
    name_as_typed: "str"
    document_type: "RegistryDocumentType | None"
    document_number: "str | None"
    birth_date: "str"
    phone: "str"
    preferred_language: "str | None"
    accessibility_need: "str | None"
    district: "str"
    writing_differs: "bool"
    standard_writing: "str | None"


class RegistryRecordsRecordOut(TypedDict):
    request: "str"
    record_type: "str"
    record: "RegistryDocument"


class RegistryRightsAnswerIn(TypedDict):
    words: "str"
    reason: "NotRequired[Literal['law_requires_keeping', 'not_kept_here', 'found_correct', 'rights_of_others', 'cannot_be_done'] | None]"
