"""What is sent and answered. Made from docs/openapi/partners.json by `make docs`; a test holds it equal."""

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Problem(TypedDict):
    code: "str"
    decision: "NotRequired[str]"
    detail: "str"
    errors: "NotRequired[list[dict[str, Any]]]"
    status: "int"
    title: "str"
    trace_id: "NotRequired[str]"
    type: "str"


class CasesAgreementOut(TypedDict):
    document: "dict[str, Any] | None"
    sealed: "bool"
    signed_by: "list[str]"
    terms_hash: "str"


class CasesAnswerIn(TypedDict):
    answer: "Literal['accepted', 'refused']"
    code: "str"
    statement: "NotRequired[str | None]"


class CasesApplyIn(TypedDict):
    applicant: "NotRequired[CasesContactIn | None]"
    committee: "NotRequired[str | None]"
    dispute_type: "str"
    referral: "NotRequired[str | None]"
    request: "str"
    respondent: "CasesContactIn"
    statement: "str"


class CasesCaseOut(TypedDict):
    case: "str"
    dispute_type: "str"
    due: "str | None"
    state: "str"


class CasesCasesOut(TypedDict):
    cases: "list[CasesCaseOut]"
    next: "str | None"


class CasesContactIn(TypedDict):
    contact: "str"
    name: "str"


class CasesDraftIn(TypedDict):
    terms: "list[CasesTermIn]"


class CasesDraftedOut(TypedDict):
    allowed: "list[str]"
    case: "str"
    due: "str | None"
    remedies: "list[str]"
    state: "str"
    terms_hash: "str"


class CasesFollowUpIn(TypedDict):
    note: "NotRequired[str | None]"
    result: "Literal['performed', 'breached']"


class CasesMediatorCaseOut(TypedDict):
    allowed: "list[str]"
    case: "str"
    committee: "str"
    dispute_type: "str"
    due: "str | None"
    fields: "dict[str, Any]"
    free_of_charge: "NotRequired[bool]"
    notices: "list[CasesNoticeOut]"
    reason: "str | None"
    referral: "str | None"
    remedies: "list[CasesNoticeOut]"
    signed_by: "list[str]"
    state: "str"
    terms_hash: "str | None"


class CasesNoticeOut(TypedDict):
    code: "str"
    en: "str"
    source: "str"
    zh: "str"


class CasesNotifyIn(TypedDict):
    signed_by: "list[Literal['applicant', 'respondent']]"


class CasesPartyCaseOut(TypedDict):
    agreement: "CasesAgreementOut | None"
    allowed: "list[str]"
    case: "str"
    committee: "str"
    dispute_type: "str"
    due: "str | None"
    free_of_charge: "NotRequired[bool]"
    notices: "list[CasesNoticeOut]"
    reason: "str | None"
    records: "list[str]"
    remedies: "list[CasesNoticeOut]"
    request: "str | None"
    respondent: "dict[str, str] | None"
    role: "Literal['applicant', 'respondent']"
    state: "str"
    statement: "str | None"


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
    due: "str"
    text: "str"


class CasesTermReportIn(TypedDict):
    result: "Literal['performed', 'not_performed']"
    term: "int"


class CasesWrittenOut(TypedDict):
    allowed: "list[str]"
    case: "str"
    due: "str | None"
    remedies: "list[str]"
    state: "str"


class GatewayAccessOut(TypedDict):
    about: "str | None"
    agreement: "GatewayAuditAgreementOut | None"
    at: "str"
    consent: "str | None"
    decision: "str"
    entries: "list[GatewayEntryOut]"
    fields: "GatewayFieldsOut"
    kind: "str"
    operation: "str"
    reason: "str | None"
    result: "str"
    service: "str | None"
    through: "str | None"
    who: "GatewayWhoOut"
    why: "GatewayWhyOut"


class GatewayAccessesOut(TypedDict):
    accesses: "list[GatewayAccessOut]"
    next: "str | None"


class GatewayAgreementsOut(TypedDict):
    agreements: "list[GatewayAgreementsAgreementOut]"


GatewayConsistencyOut = TypedDict("GatewayConsistencyOut", {"consistency": "list[str]", "from": "int", "to": "int"})


class GatewayCopyOut(TypedDict):
    accesses: "str"
    continued: "dict[str, str]"
    kept: "dict[str, Any]"
    made_at: "str"
    region: "str"


class GatewayDeadLetterOut(TypedDict):
    at: "str"
    attempts: "int"
    id: "str"
    reason: "str"
    referral: "str"
    state: "str"


class GatewayDeadLettersOut(TypedDict):
    dead_letters: "list[GatewayDeadLetterOut]"


class GatewayDeprecatedOut(TypedDict):
    instead: "str"
    operation: "str"
    since: "str"
    sunset: "str"


class GatewayDeprecationsOut(TypedDict):
    deprecations: "list[GatewayDeprecatedOut]"


class GatewayEntryOut(TypedDict):
    at: "str"
    entry: "int"
    phase: "str"


class GatewayFieldsOut(TypedDict):
    allowed: "list[str]"
    asked: "list[str]"
    sent: "list[str]"


class GatewayOpeningOut(TypedDict):
    consent: "str | None"
    counter: "int"
    key: "str"


class GatewayProblemOut(TypedDict):
    advice: "str"
    code: "str"
    status: "int"
    title: "str"


class GatewayProofOut(TypedDict):
    checkpoint: "str"
    entry: "str"
    inclusion: "list[str]"
    index: "int"
    log: "str"
    opening: "GatewayOpeningOut | None"


class GatewayReplayedOut(TypedDict):
    replayed: "int"


class GatewayResourceOut(TypedDict):
    authorization_details_types_supported: "list[str]"
    authorization_servers: "list[str]"
    bearer_methods_supported: "list[str]"
    dpop_bound_access_tokens_required: "bool"
    dpop_signing_alg_values_supported: "list[str]"
    resource: "str"


class GatewayWebhookKeptOut(TypedDict):
    secret: "str | None"
    state: "str"
    url: "str"


class GatewayWebhookOut(TypedDict):
    dead: "int"
    state: "str"
    url: "str"
    waiting: "int"


class GatewayWhoOut(TypedDict):
    client: "str | None"
    kind: "str"
    officer: "str | None"
    organisation: "str | None"
    organisation_name: "str | None"
    region: "str"
    role: "str | None"


class GatewayWhyOut(TypedDict):
    basis: "str | None"
    en: "str"
    purpose: "str | None"
    zh: "str"


class GatewayAgreementsAgreementOut(TypedDict):
    consent_hash: "str"
    hash: "str"
    id: "str"
    state: "str"
    terms: "dict[str, Any]"
    valid_from: "str"
    valid_until: "str"
    version: "int"


class GatewayAuditAgreementOut(TypedDict):
    hash: "str"
    id: "str"
    version: "int"


class IdentityAdministeredOrganizationsOut(TypedDict):
    organizations: "list[IdentityAdministeredOut]"


class IdentityAdministeredOut(TypedDict):
    contracts: "list[IdentityContractOut]"
    district: "str"
    id: "str"
    kind: "str"
    name: "str"
    office_address: "str | None"
    office_phone: "str | None"
    parent: "str | None"
    proposed: "IdentityNextOut | None"
    proposed_by: "str | None"
    services: "list[str]"
    state: "str"
    suspended_by: "str | None"
    version: "int"


class IdentityApprovedOut(TypedDict):
    approval: "str"
    approved_by: "str | None"
    expires_at: "str"
    id: "str"
    organization: "str"
    proposed_by: "str | None"
    roles: "list[str]"
    state: "str"


class IdentityChangeIn(TypedDict):
    name: "str"
    office_address: "NotRequired[str | None]"
    office_phone: "NotRequired[str | None]"
    services: "NotRequired[list[str]]"


class IdentityClientIn(TypedDict):
    grants: "list[Literal['client_credentials', 'authorization_code']]"
    id: "str"
    jwk: "IdentityJwk"
    organization: "str"
    redirect_uris: "NotRequired[list[str]]"
    signs_in: "NotRequired[list[Literal['staff', 'resident']]]"


class IdentityClientOut(TypedDict):
    approved_by: "str | None"
    grants: "list[str]"
    id: "str"
    keys: "list[IdentityKeyOut]"
    organization: "str"
    proposed_by: "str | None"
    redirect_uris: "list[str]"
    signs_in: "list[str]"
    state: "str"


class IdentityClientsOut(TypedDict):
    clients: "list[IdentityClientOut]"
    next: "str | None"


class IdentityContractIn(TypedDict):
    ends_on: "str"
    indicators: "IdentityIndicators"
    starts_on: "str"


class IdentityContractOut(TypedDict):
    ends_on: "str"
    indicators: "IdentityIndicators"
    starts_on: "str"


class IdentityDelegationOut(TypedDict):
    id: "str"
    since: "str"
    state: "str"
    until: "str"


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
    outcomes_confirmed_share: "NotRequired[int | None]"
    referrals_answered_within_days: "NotRequired[int | None]"


class IdentityInvitedOut(TypedDict):
    approved_by: "str | None"
    expires_at: "str"
    id: "str"
    invitation: "str"
    link: "str"
    organization: "str"
    proposed_by: "str | None"
    roles: "list[str]"
    state: "str"


class IdentityJwk(TypedDict):
    alg: "NotRequired[Literal['ES256'] | None]"
    crv: "str"
    kid: "NotRequired[str | None]"
    kty: "str"
    use: "NotRequired[Literal['sig'] | None]"
    x: "str"
    y: "str"


class IdentityKeyIn(TypedDict):
    jwk: "IdentityJwk"


class IdentityKeyOut(TypedDict):
    approved_by: "str | None"
    id: "str"
    proposed_by: "str | None"
    since: "str"
    state: "str"


class IdentityKeysOut(TypedDict):
    keys: "list[dict[str, str]]"


class IdentityMembersOut(TypedDict):
    next: "str | None"
    staff: "list[IdentityStaffOut]"


class IdentityMetadataOut(TypedDict):
    acr_values_supported: "list[str]"
    authorization_details_types_supported: "list[str]"
    authorization_endpoint: "str"
    authorization_response_iss_parameter_supported: "bool"
    code_challenge_methods_supported: "list[str]"
    dpop_signing_alg_values_supported: "list[str]"
    grant_types_supported: "list[str]"
    id_token_signing_alg_values_supported: "list[str]"
    issuer: "str"
    jwks_uri: "str"
    pushed_authorization_request_endpoint: "str"
    require_pushed_authorization_requests: "bool"
    response_types_supported: "list[str]"
    revocation_endpoint: "str"
    revocation_endpoint_auth_methods_supported: "list[str]"
    revocation_endpoint_auth_signing_alg_values_supported: "list[str]"
    scopes_supported: "list[str]"
    subject_types_supported: "list[str]"
    token_endpoint: "str"
    token_endpoint_auth_methods_supported: "list[str]"
    token_endpoint_auth_signing_alg_values_supported: "list[str]"


class IdentityMoveIn(TypedDict):
    organization: "str"


class IdentityNextOut(TypedDict):
    name: "str"
    services: "list[str]"


class IdentityOrganizationIn(TypedDict):
    district: "str"
    id: "str"
    kind: "str"
    name: "str"
    office_address: "NotRequired[str | None]"
    office_phone: "NotRequired[str | None]"
    parent: "str"
    services: "NotRequired[list[str]]"


class IdentityOrganizationOut(TypedDict):
    contracts: "list[IdentityContractOut]"
    district: "str"
    id: "str"
    kind: "str"
    name: "str"
    office_address: "str | None"
    office_phone: "str | None"
    parent: "str | None"
    services: "list[str]"
    state: "str"
    version: "int"


class IdentityOrganizationsOut(TypedDict):
    organizations: "list[IdentityOrganizationOut]"


class IdentityOwnPresenceOut(TypedDict):
    id: "str"
    organisation: "str"
    since: "str"
    task: "str"
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
    form: "NotRequired[str | None]"
    phone: "NotRequired[str | None]"
    task: "Literal['intake', 'record', 'consent', 'recovery']"


class IdentityPresenceOut(TypedDict):
    ends_at: "str"
    id: "str"
    kind: "str"
    state: "str"
    task: "str"


class IdentityPushForm(TypedDict):
    acr_values: "NotRequired[str]"
    authorization_details: "NotRequired[str]"
    client_assertion: "NotRequired[str]"
    client_assertion_type: "NotRequired[str]"
    client_id: "NotRequired[str]"
    code_challenge: "NotRequired[str]"
    code_challenge_method: "NotRequired[str]"
    dpop_jkt: "NotRequired[str]"
    max_age: "NotRequired[int | None]"
    nonce: "NotRequired[str]"
    prompt: "NotRequired[str]"
    redirect_uri: "NotRequired[str]"
    request: "NotRequired[str]"
    request_uri: "NotRequired[str]"
    response_type: "NotRequired[str]"
    scope: "NotRequired[str]"
    state: "NotRequired[str]"


class IdentityPushedOut(TypedDict):
    expires_in: "int"
    request_uri: "str"


class IdentityReplacedOut(TypedDict):
    paper_key_ended: "bool"
    state: "str"


class IdentityRevocationForm(TypedDict):
    client_assertion: "NotRequired[str]"
    client_assertion_type: "NotRequired[str]"
    client_id: "NotRequired[str]"
    token: "str"
    token_type_hint: "NotRequired[str]"


class IdentityRolesIn(TypedDict):
    roles: "list[str]"


class IdentitySessionOut(TypedDict):
    authenticated_at: "str"
    ends_at: "str"
    id: "str"
    level: "str"
    method: "str"
    state: "str"
    used_at: "str"


class IdentitySessionsOut(TypedDict):
    sessions: "list[IdentitySessionOut]"


class IdentityStaffIn(TypedDict):
    id: "str"
    organization: "str"
    roles: "list[str]"


class IdentityStaffOut(TypedDict):
    approved_by: "str | None"
    id: "str"
    organization: "str"
    proposed_by: "str | None"
    roles: "list[str]"
    state: "str"


class IdentityTokenForm(TypedDict):
    actor_token: "NotRequired[str]"
    actor_token_type: "NotRequired[str]"
    authorization_details: "NotRequired[str]"
    client_assertion: "NotRequired[str]"
    client_assertion_type: "NotRequired[str]"
    client_id: "NotRequired[str]"
    code: "NotRequired[str]"
    code_verifier: "NotRequired[str]"
    grant_type: "str"
    redirect_uri: "NotRequired[str]"
    refresh_token: "NotRequired[str]"
    requested_token_type: "NotRequired[str]"
    subject_token: "NotRequired[str]"
    subject_token_type: "NotRequired[str]"


class IdentityTokenOut(TypedDict):
    access_token: "str"
    authorization_details: "NotRequired[list[dict[str, str]] | None]"
    expires_in: "int"
    id_token: "NotRequired[str | None]"
    issued_token_type: "NotRequired[str | None]"
    refresh_token: "NotRequired[str | None]"
    token_type: "str"


class IdentityWitnessIn(TypedDict):
    form: "str"
    pin: "str"


class IdentityHandlesCodeIn(TypedDict):
    code: "str"


class IdentityPresencesCodeIn(TypedDict):
    code: "str"


class ReferralsCancelIn(TypedDict):
    reason: "NotRequired[Literal['persons_wish', 'solved_otherwise', 'moved_on']]"


class ReferralsCompleteIn(TypedDict):
    outcome: "Literal['provided', 'partly_provided', 'advice_given']"


class ReferralsConsentRequestOut(TypedDict):
    agreement: "str"
    agreement_version: "int"
    consent_hash: "str"
    fields: "list[str]"
    preview_fields: "list[str]"
    purpose: "str"
    recipient: "str"
    retention_days: "int"
    sensitive: "list[str]"


class ReferralsFailIn(TypedDict):
    reason: "Literal['not_reachable', 'not_eligible_after_check', 'no_longer_wanted', 'service_not_available']"


class ReferralsHistoryOut(TypedDict):
    at: "str"
    organisation: "str | None"
    reason: "str | None"
    verb: "str"
    what_en: "str"
    what_zh: "str"


class ReferralsHoldIn(TypedDict):
    reason: "Literal['waiting_for_material', 'waiting_list', 'persons_wish']"
    review_on: "str"


class ReferralsInboxItemOut(TypedDict):
    created: "str"
    due: "str | None"
    due_kind: "str | None"
    fhir: "str"
    id: "str"
    service: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"


class ReferralsInboxOut(TypedDict):
    next: "str | None"
    referrals: "list[ReferralsInboxItemOut]"


class ReferralsIntakeIn(TypedDict):
    needs: "list[ReferralsNeedIn]"
    told: "NotRequired[bool]"


class ReferralsIntakeOut(TypedDict):
    intake: "str"
    referrals: "list[ReferralsReferralMadeOut]"


class ReferralsMineItemOut(TypedDict):
    created: "str"
    dependant: "str | None"
    due: "str | None"
    due_kind: "str | None"
    fhir: "str"
    id: "str"
    recipient: "str"
    recipient_name: "str"
    service: "str"
    service_name_en: "str"
    service_name_zh: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"


class ReferralsMineOut(TypedDict):
    next: "str | None"
    referrals: "list[ReferralsMineItemOut]"


class ReferralsMovedOut(TypedDict):
    due: "str | None"
    fhir: "str"
    id: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    version: "int"


class ReferralsMyReferralOut(TypedDict):
    answers: "dict[str, str]"
    ask_whom: "str"
    asked: "ReferralsConsentRequestOut"
    created: "str"
    dependant: "str | None"
    due: "str | None"
    due_kind: "str | None"
    fhir: "str"
    history: "list[ReferralsHistoryOut]"
    id: "str"
    may: "list[str]"
    my_answer: "Literal['confirmed', 'disputed'] | None"
    outcome: "str | None"
    reason: "str | None"
    recipient: "str"
    recipient_name: "str"
    service: "str"
    service_name_en: "str"
    service_name_zh: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    version: "int"


class ReferralsNeedIn(TypedDict):
    answers: "NotRequired[dict[str, str]]"
    dependant: "NotRequired[str | None]"
    service: "str"


class ReferralsReferralMadeOut(TypedDict):
    consent_request: "ReferralsConsentRequestOut"
    id: "str"
    missing: "list[str]"
    recipient: "str"
    recipient_name: "str"
    service: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"


class ReferralsReferralOut(TypedDict):
    due: "str | None"
    due_kind: "str | None"
    fhir: "str"
    fields: "dict[str, str]"
    referral: "str"
    service: "str"
    state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked']"
    version: "int"


class ReferralsRejectIn(TypedDict):
    reason: "Literal['not_responsible', 'not_eligible', 'no_capacity', 'material_missing', 'duplicate']"


class RegistryAddress(TypedDict):
    address_1: "str"
    address_type: "NotRequired[Literal['physical']]"
    city: "str"
    country: "NotRequired[Literal['CN']]"
    id: "str"
    location_id: "str"
    postal_code: "str"
    region: "str"
    state_province: "str"


class RegistryAnswered(TypedDict):
    at: "str"
    reason: "Literal['law_requires_keeping', 'not_kept_here', 'found_correct', 'rights_of_others', 'cannot_be_done'] | None"
    verb: "Literal['grant', 'refuse', 'extend', 'uphold', 'overturn']"
    words: "str"


class RegistryAssessmentIn(TypedDict):
    impact: "str"
    necessity: "str"
    purpose: "str"
    safeguards: "str"


class RegistryAssessmentOut(TypedDict):
    approved_at: "str | None"
    id: "str"
    impact: "str"
    necessity: "str"
    overdue: "bool"
    purpose: "str"
    review_on: "str | None"
    safeguards: "str"
    state: "str"
    written_at: "str"


class RegistryAssessmentsOut(TypedDict):
    assessments: "list[RegistryAssessmentOut]"


class RegistryAtLocation(TypedDict):
    description: "str"
    id: "str"
    location: "RegistryLocation"
    location_id: "str"
    schedules: "list[RegistrySchedule]"
    service_id: "str"


class RegistryAtLocationSummary(TypedDict):
    description: "str"
    id: "str"
    location: "RegistryLocationSummary"
    location_id: "str"
    service_id: "str"


class RegistryAttribute(TypedDict):
    id: "str"
    link_entity: "str"
    link_id: "str"
    link_type: "str"
    taxonomy_term: "NotRequired[RegistryTerm | None]"
    taxonomy_term_id: "NotRequired[str | None]"
    value: "str"


class RegistryCapacity(TypedDict):
    available: "int"
    id: "str"
    maximum: "NotRequired[int | None]"
    service_id: "str"
    unit: "RegistryUnit"
    unit_id: "str"
    updated: "str"


class RegistryCapacityIn(TypedDict):
    available: "int"
    maximum: "NotRequired[int | None]"
    next_place_on: "NotRequired[str | None]"
    waiting: "NotRequired[Literal['none', 'open', 'closed']]"


class RegistryClosingIn(TypedDict):
    harmless_because: "NotRequired[str | None]"


class RegistryCompareIn(TypedDict):
    earlier_phone: "NotRequired[str | None]"


class RegistryConfirmationIn(TypedDict):
    code: "str"
    request: "str"


class RegistryConsentIn(TypedDict):
    agreement: "str"
    agreement_version: "int"
    consent_hash: "str"
    decision: "Literal['given', 'refused']"
    dependant: "NotRequired[str | None]"
    expires_on: "str"
    fields: "list[str]"
    notice: "RegistryNotice"
    purpose: "str"
    recipient: "str"
    referral: "str"
    sensitive: "NotRequired[list[str]]"


class RegistryConsentOut(TypedDict):
    agreement: "str"
    agreement_version: "int"
    consent_hash: "str"
    decided_at: "str"
    decision: "Literal['given', 'refused']"
    dependant: "NotRequired[str | None]"
    expires_on: "str"
    fields: "list[str]"
    id: "str"
    notice: "RegistryNoticeSealed"
    opens_at: "NotRequired[str | None]"
    proved_by: "NotRequired[Literal['own_device', 'code_at_counter', 'paper']]"
    purpose: "str"
    receipt: "str"
    recipient: "str"
    referral: "str"
    sensitive: "NotRequired[list[str]]"
    state: "RegistryConsentState"
    subject_role: "Literal['self', 'guardian']"
    withdrawn_at: "NotRequired[str | None]"


class RegistryConsentRecord(TypedDict):
    dataAgreement: "NotRequired[RegistryDataAgreement | None]"
    dataAgreementRevisionHash: "str"
    id: "str"
    optIn: "NotRequired[bool | None]"
    signature: "NotRequired[RegistrySignature | None]"
    state: "str"


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
    amount_description: "str"
    id: "str"
    option: "str"
    service_id: "str"


class RegistryDataAgreement(TypedDict):
    active: "NotRequired[bool | None]"
    controller: "NotRequired[RegistryController | None]"
    dpia: "str"
    forgettable: "NotRequired[bool | None]"
    id: "str"
    lawfulBasis: "str"
    lifecycle: "NotRequired[RegistryLifecycle | None]"
    policy: "NotRequired[RegistryPolicy | None]"
    purpose: "str"
    version: "str"


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
    birth_date: "str"
    document_number: "NotRequired[str | None]"
    document_type: "NotRequired[RegistryDocumentType | None]"
    name: "str"
    proof_type: "Literal['birth_certificate', 'household_booklet', 'court_order']"
    relation: "Literal['parent', 'guardian']"


class RegistryDependantOut(TypedDict):
    birth_date: "str"
    document_number: "str | None"
    document_type: "RegistryDocumentType | None"
    guardian_decides: "bool"
    id: "str"
    name: "str"
    name_as_typed: "str"
    proof_type: "Literal['birth_certificate', 'household_booklet', 'court_order']"
    relation: "Literal['parent', 'guardian']"


class RegistryDependantsOut(TypedDict):
    dependants: "list[RegistryDependantOut]"


class RegistryDeskOut(TypedDict):
    requests: "list[RegistryRightLineOut]"


RegistryDifference: TypeAlias = "Literal['same', 'separator', 'missing_separator', 'form', 'order', 'truncated', 'traditional', 'rare_glyph', 'homophone', 'pinyin', 'other']"


class RegistryDirectoryImportOut(TypedDict):
    bad: "int"
    changed: "int"
    form: "str"
    id: "str"
    missing: "list[int]"
    read: "int"
    state: "str"


class RegistryDivisionName(TypedDict):
    code: "str"
    name: "str"


class RegistryDivisionOut(TypedDict):
    code: "str"
    name: "str"
    part_of: "list[RegistryDivisionName]"
    parts: "list[RegistryDivisionName]"
    year: "int"


class RegistryDocument(TypedDict):
    entries: "list[dict[str, Any]]"
    issued_on: "str"
    issuer: "str"


RegistryDocumentType: TypeAlias = "Literal['resident_id', 'hk_macao_taiwan_permit', 'foreign_permanent_resident', 'hk_macao_pass', 'taiwan_pass', 'passport']"


class RegistryErasureIn(TypedDict):
    understood: "Literal[True]"


class RegistryErasureOut(TypedDict):
    asked_at: "str"
    closed_at: "str | None"
    due_on: "str"
    id: "str"
    kind: "str"
    state: "str"


class RegistryFaultOut(TypedDict):
    field: "str"
    file: "str"
    line: "int"
    reason: "str"


class RegistryFaultsPage(TypedDict):
    items: "list[RegistryFaultOut]"
    next: "str | None"


class RegistryFieldOut(TypedDict):
    basis: "str"
    field: "str"
    required: "bool"
    retention: "str"
    sensitive: "str"
    thing: "str"
    why_en: "str"
    why_zh: "str"


class RegistryFreezeOut(TypedDict):
    frozen: "bool"
    since: "str | None"


class RegistryHeldIn(TypedDict):
    dependant_name: "NotRequired[str | None]"
    document: "RegistryDocument"
    record_type: "Literal['vaccination', 'school', 'insurance_filing', 'skills_certificate']"


class RegistryHeldOut(TypedDict):
    at: "str"
    dependant: "str | None"
    id: "str"
    record: "RegistryDocument"
    record_type: "str"


class RegistryHeldsOut(TypedDict):
    next: "str | None"
    records: "list[RegistryHeldOut]"


class RegistryIdentifier(TypedDict):
    id: "str"
    identifier: "str"
    identifier_scheme: "NotRequired[Literal['jieli']]"
    identifier_type: "NotRequired[Literal['organization']]"
    organization_id: "str"


class RegistryImportIn(TypedDict):
    form: "Literal['csv', 'hsds-csv', 'hsds-json']"
    parts: "int"
    sha256: "str"


class RegistryImportOut(TypedDict):
    changed: "int"
    id: "str"
    services: "int"


class RegistryIncidentIn(TypedDict):
    advice: "str"
    agreement: "NotRequired[str | None]"
    ask_whom: "str"
    begins_at: "str"
    cause: "str"
    ends_at: "str"
    found_at: "str"
    grade: "Literal['general', 'larger', 'major', 'grave']"
    harm: "str"
    kinds: "list[str]"
    measures: "str"


class RegistryIncidentOut(TypedDict):
    advice: "str"
    agreement: "str | None"
    ask_whom: "str"
    begins_at: "str"
    cause: "str"
    closed_at: "str | None"
    ends_at: "str"
    found_at: "str"
    grade: "str"
    harm: "str"
    harmless_because: "str | None"
    id: "str"
    kinds: "list[str]"
    measures: "str"
    overdue: "bool"
    report_due_at: "str | None"
    reported_at: "str | None"
    tell_due_at: "str"
    told_at: "str | None"


class RegistryIncidentToldOut(TypedDict):
    advice: "str"
    agreement: "str | None"
    ask_whom: "str"
    begins_at: "str"
    cause: "str"
    ends_at: "str"
    harm: "str"
    id: "str"
    kinds: "list[str]"
    measures: "str"
    told_at: "str | None"


class RegistryIncidentsOut(TypedDict):
    incidents: "list[RegistryIncidentOut]"


class RegistryKept(TypedDict):
    id: "str"
    state: "NotRequired[str]"


class RegistryKeptOut(TypedDict):
    app: "str"
    basis: "str"
    retention: "str"
    thing: "str"
    why_en: "str"
    why_zh: "str"


class RegistryKeys(TypedDict):
    keys: "list[dict[str, str]]"


class RegistryLanguage(TypedDict):
    code: "str"
    id: "str"
    location_id: "NotRequired[str | None]"
    name: "str"
    service_id: "NotRequired[str | None]"


class RegistryLifecycle(TypedDict):
    id: "str"
    name: "str"


class RegistryListingOut(TypedDict):
    assured_on: "str"
    capacity_on: "str | None"
    id: "str"


class RegistryLocation(TypedDict):
    addresses: "list[RegistryAddress]"
    external_identifier: "str"
    external_identifier_type: "NotRequired[Literal['GB/T 2260']]"
    id: "str"
    languages: "list[RegistryLanguage]"
    location_type: "NotRequired[Literal['physical']]"
    name: "str"
    organization_id: "str"


class RegistryLocationSummary(TypedDict):
    external_identifier: "str"
    external_identifier_type: "NotRequired[Literal['GB/T 2260']]"
    id: "str"
    location_type: "NotRequired[Literal['physical']]"
    name: "str"
    organization_id: "str"


class RegistryMergeIn(TypedDict):
    comparison: "str"


class RegistryMergeOut(TypedDict):
    id: "str"
    record: "RegistryRecordSealed | None"
    state: "str"
    undo_until: "str"


class RegistryMergesOut(TypedDict):
    merges: "list[RegistryMergeOut]"


class RegistryMetadata(TypedDict):
    openapi_url: "str"
    profile: "str"
    version: "str"


class RegistryMovedOut(TypedDict):
    id: "str"
    state: "str"


class RegistryNotice(TypedDict):
    channel: "Literal['web', 'counter', 'phone']"
    id: "str"
    language: "NotRequired[str | None]"
    version: "int"


class RegistryNoticeLine(TypedDict):
    digest: "str"
    id: "str"
    languages: "list[str]"
    title: "str"
    version: "int"


class RegistryNoticeOut(TypedDict):
    controller: "RegistryControllerOut"
    current: "int"
    digest: "str"
    fields: "list[str]"
    id: "str"
    language: "str | None"
    languages: "list[str]"
    previous: "str | None"
    released: "str"
    sensitive: "list[str]"
    texts: "dict[str, RegistryTextOut]"
    version: "int"


class RegistryNoticeSealed(TypedDict):
    channel: "Literal['web', 'counter', 'phone']"
    digest: "NotRequired[str]"
    id: "str"
    language: "NotRequired[str | None]"
    version: "int"


class RegistryNoticesOut(TypedDict):
    notices: "list[RegistryNoticeLine]"


class RegistryOrganization(TypedDict):
    alternate_name: "NotRequired[str | None]"
    attributes: "list[RegistryAttribute]"
    description: "str"
    id: "str"
    name: "str"
    organization_identifiers: "list[RegistryIdentifier]"
    parent_organization_id: "NotRequired[str | None]"


class RegistryOrganizationSummary(TypedDict):
    alternate_name: "NotRequired[str | None]"
    description: "str"
    id: "str"
    name: "str"


class RegistryOwnIncidentsOut(TypedDict):
    incidents: "list[RegistryIncidentToldOut]"


class RegistryPage_AtLocationSummary_(TypedDict):
    contents: "list[RegistryAtLocationSummary]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_AtLocation_(TypedDict):
    contents: "list[RegistryAtLocation]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_OrganizationSummary_(TypedDict):
    contents: "list[RegistryOrganizationSummary]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_Organization_(TypedDict):
    contents: "list[RegistryOrganization]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_ServiceMinimal_(TypedDict):
    contents: "list[RegistryServiceMinimal]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_ServiceSummary_(TypedDict):
    contents: "list[RegistryServiceSummary]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_Service_(TypedDict):
    contents: "list[RegistryService]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_Taxonomy_(TypedDict):
    contents: "list[RegistryTaxonomy]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPage_Term_(TypedDict):
    contents: "list[RegistryTerm]"
    empty: "bool"
    first_page: "bool"
    last_page: "bool"
    page_number: "int"
    size: "int"
    total_items: "int"
    total_pages: "int"


class RegistryPartIn(TypedDict):
    content: "str"


class RegistryPolicies(TypedDict):
    policies: "list[RegistryPolicy]"


class RegistryPolicy(TypedDict):
    id: "str"
    jurisdiction: "str"
    name: "str"
    url: "str"
    version: "str"


class RegistryPolicyAlone(TypedDict):
    policy: "RegistryPolicy"


class RegistryPolicyRead(TypedDict):
    policy: "RegistryPolicy"
    revision: "RegistryRevision"


class RegistryProcessingOut(TypedDict):
    agreements: "str"
    controller: "str"
    fields: "list[RegistryFieldOut]"
    kept: "list[RegistryKeptOut]"
    purposes: "list[RegistryPurposeOut]"
    release: "str"
    retentions: "list[RegistryRetentionOut]"


class RegistryProveIn(TypedDict):
    code: "str"


class RegistryProvedOut(TypedDict):
    id: "str"
    reasons: "list[RegistryReasonOut]"
    state: "str"


class RegistryPurposeOut(TypedDict):
    assessed_on: "str | None"
    code: "str"
    en: "str"
    review_on: "str | None"
    services: "list[RegistryPurposeServiceOut]"
    zh: "str"


class RegistryPurposeServiceOut(TypedDict):
    code: "str"
    fields: "list[str]"
    guardian_if_under14: "bool"
    legal_source: "str"
    sensitive: "list[str]"
    separate_consent: "bool"
    service_en: "str"
    service_zh: "str"


RegistryReason: TypeAlias = "Literal['same_number', 'other_number', 'same_birth_date', 'day_and_month_swapped', 'other_birth_date', 'same_contact', 'same_name', 'name_written_otherwise', 'other_name']"


class RegistryReasonOut(TypedDict):
    code: "RegistryReason"
    words: "str"


class RegistryRecordIn(TypedDict):
    accessibility_need: "NotRequired[str | None]"
    birth_date: "str"
    district: "str"
    document_number: "NotRequired[str | None]"
    document_type: "NotRequired[RegistryDocumentType | None]"
    name: "str"
    phone: "str"
    preferred_language: "NotRequired[str | None]"


class RegistryRecordSealed(TypedDict):
    accessibility_need: "str | None"
    birth_date: "str"
    document_number: "str | None"
    document_type: "RegistryDocumentType | None"
    name: "str"
    name_as_typed: "str"
    phone: "str"
    preferred_language: "str | None"


class RegistryRequestIn(TypedDict):
    dependant: "NotRequired[str | None]"
    record_type: "Literal['vaccination', 'school', 'insurance_filing', 'skills_certificate']"
    region: "str"
    told: "NotRequired[bool]"


class RegistryRequestOut(TypedDict):
    advice: "str | None"
    at: "str"
    dependant: "str | None"
    id: "str"
    record_type: "str"
    region: "str"
    state: "Literal['requested', 'answered', 'undeliverable']"


class RegistryRequestsOut(TypedDict):
    next: "str | None"
    requests: "list[RegistryRequestOut]"


class RegistryRequiredDocument(TypedDict):
    document: "str"
    id: "str"
    service_id: "str"


class RegistryRetentionOut(TypedDict):
    code: "str"
    en: "str"
    zh: "str"


class RegistryRevision(TypedDict):
    id: "str"
    objectId: "str"
    predecessorHash: "NotRequired[str | None]"
    schemaName: "str"
    serializedHash: "str"
    serializedSnapshot: "str"
    timestamp: "str"


class RegistryRightIn(TypedDict):
    about: "Literal['record', 'dependant', 'name_writing', 'consent', 'record_request', 'referral', 'case', 'access']"
    kind: "Literal['explain', 'correct', 'delete', 'restrict']"
    thing: "NotRequired[str | None]"
    words: "str"


class RegistryRightLineOut(TypedDict):
    asked_at: "str"
    due_on: "str"
    id: "str"
    kind: "str"
    overdue: "bool"
    state: "str"


class RegistryRightOut(TypedDict):
    about: "Literal['record', 'dependant', 'name_writing', 'consent', 'record_request', 'referral', 'case', 'access']"
    allowed: "list[str]"
    answers: "list[RegistryAnswered]"
    article: "str"
    asked_at: "str"
    due_on: "str"
    id: "str"
    kind: "str"
    overdue: "bool"
    routes: "list[str]"
    state: "str"
    thing: "str | None"
    words: "str"


class RegistryRightsOut(TypedDict):
    next: "str | None"
    requests: "list[RegistryRightOut]"


class RegistrySchedule(TypedDict):
    byday: "str"
    closes_at: "str"
    freq: "NotRequired[Literal['WEEKLY']]"
    id: "str"
    interval: "NotRequired[int]"
    opens_at: "str"
    service_at_location_id: "str"
    timezone: "NotRequired[int]"
    wkst: "NotRequired[Literal['MO']]"


class RegistrySensitiveOut(TypedDict):
    effect: "str"
    kind: "str"
    label: "str"
    necessity: "str"


class RegistryService(TypedDict):
    additional_urls: "list[RegistryUrl]"
    alert: "NotRequired[str | None]"
    alternate_name: "str"
    application_process: "str"
    assured_date: "str"
    attributes: "list[RegistryAttribute]"
    capacities: "list[RegistryCapacity]"
    cost_options: "list[RegistryCostOption]"
    description: "str"
    eligibility_description: "str"
    fees_description: "str"
    id: "str"
    languages: "list[RegistryLanguage]"
    last_modified: "str"
    name: "str"
    organization: "RegistryOrganizationSummary"
    organization_id: "str"
    required_documents: "list[RegistryRequiredDocument]"
    schedules: "list[RegistrySchedule]"
    service_areas: "list[RegistryServiceArea]"
    service_at_locations: "list[RegistryAtLocation]"
    status: "Literal['active', 'inactive', 'defunct', 'temporarily closed']"
    wait_time: "NotRequired[str | None]"


class RegistryServiceArea(TypedDict):
    extent: "str"
    extent_type: "str"
    id: "str"
    name: "str"
    service_id: "str"


class RegistryServiceMinimal(TypedDict):
    id: "str"
    last_modified: "str"
    name: "str"
    status: "Literal['active', 'inactive', 'defunct', 'temporarily closed']"


class RegistryServiceSummary(TypedDict):
    alert: "NotRequired[str | None]"
    alternate_name: "str"
    application_process: "str"
    assured_date: "str"
    description: "str"
    eligibility_description: "str"
    fees_description: "str"
    id: "str"
    last_modified: "str"
    name: "str"
    organization: "RegistryOrganizationSummary"
    organization_id: "str"
    status: "Literal['active', 'inactive', 'defunct', 'temporarily closed']"
    wait_time: "NotRequired[str | None]"


class RegistrySignature(TypedDict):
    id: "str"
    objectReference: "str"
    objectType: "str"
    payload: "str"
    signature: "str"
    timestamp: "str"
    verificationJwsHeader: "str"
    verificationMethod: "str"
    verificationPayload: "str"
    verificationPayloadHash: "str"
    verificationSignedBy: "str"


class RegistryTaxonomy(TypedDict):
    description: "str"
    id: "str"
    name: "str"
    version: "str"


class RegistryTerm(TypedDict):
    code: "str"
    description: "str"
    id: "str"
    name: "str"
    taxonomy: "str"
    taxonomy_id: "str"


class RegistryTextOut(TypedDict):
    controller: "str"
    field_names: "list[str]"
    fields: "str"
    guardian: "str"
    method: "str"
    purpose: "str"
    recipient: "str"
    refusal: "str"
    rights: "str"
    sensitive: "str"
    sensitive_kinds: "list[RegistrySensitiveOut]"
    storage: "str"
    title: "str"
    withdrawal: "str"


class RegistryUnit(TypedDict):
    id: "str"
    name: "str"


class RegistryUrl(TypedDict):
    id: "str"
    label: "str"
    service_id: "str"
    url: "str"


class RegistryWithdrawn(TypedDict):
    dataAgreement: "NotRequired[RegistryDataAgreement | None]"
    dataAgreementRevisionHash: "str"
    id: "str"
    optIn: "Literal[False]"
    signature: "NotRequired[RegistrySignature | None]"
    state: "str"


class RegistryWritingIn(TypedDict):
    document: "Literal['resident_id', 'residence_permit', 'hk_macao_taiwan_permit', 'foreign_permanent_resident', 'hk_macao_pass', 'taiwan_pass', 'passport', 'household_booklet', 'birth_certificate', 'school_record', 'certificate', 'social_security_card', 'medical_record', 'bank_card', 'work_contract', 'ticket', 'online_account']"
    written: "str"


class RegistryWritingOut(TypedDict):
    difference: "RegistryDifference"
    document: "Literal['resident_id', 'residence_permit', 'hk_macao_taiwan_permit', 'foreign_permanent_resident', 'hk_macao_pass', 'taiwan_pass', 'passport', 'household_booklet', 'birth_certificate', 'school_record', 'certificate', 'social_security_card', 'medical_record', 'bank_card', 'work_contract', 'ticket', 'online_account']"
    evidence: "Literal['said', 'shown_at_counter']"
    id: "str"
    written: "str"


class RegistryWritingsOut(TypedDict):
    writings: "list[RegistryWritingOut]"


class RegistryPeopleRecordOut(TypedDict):
    accessibility_need: "str | None"
    birth_date: "str"
    district: "str"
    document_number: "str | None"
    document_type: "RegistryDocumentType | None"
    name: "str"
    name_as_typed: "str"
    phone: "str"
    preferred_language: "str | None"
    standard_writing: "str | None"
    writing_differs: "bool"


class RegistryRecordsRecordOut(TypedDict):
    record: "RegistryDocument"
    record_type: "str"
    request: "str"


class RegistryRightsAnswerIn(TypedDict):
    reason: "NotRequired[Literal['law_requires_keeping', 'not_kept_here', 'found_correct', 'rights_of_others', 'cannot_be_done'] | None]"
    words: "str"
