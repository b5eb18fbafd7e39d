"""The codes of the decision: one for each way that a step says no."""

from shared import problems

_kind = problems.kind
KIND_UNKNOWN = _kind(403, "kind-not-decided", "No rule for this kind of call", "Use a documented route.")
SELF_ONLY = _kind(403, "self-only", "Only the person herself may do this", "Sign in as the person.")
AUTHENTICATION_TOO_OLD = _kind(
    401,
    "authentication-too-old",
    "This wants a fresh proof of who you are",
    "Sign in again with max_age as `max_age` says, then send it once more (RFC 9470).",
)
PERSON_ALONE = _kind(
    403, "person-alone", "Not to be done for a person in this way", "Let her do it herself, or ask for the right task."
)
ONLY_AT_COUNTER = _kind(
    403, "only-at-counter", "Only at a counter, with an officer there", "Go to a counter and say what you came for."
)
WITNESS_IS_RECIPIENT = _kind(
    403,
    "witness-is-recipient",
    "The recipient may not be there when somebody consents",
    "Go to a counter of another organisation, or let her consent on her own device.",
)
TASK_UNKNOWN = _kind(403, "task-unknown", "No task allows this operation", "Use a documented operation.")
TASK_NOT_OF_ORGANISATION = _kind(
    403, "task-not-of-organisation", "Not a task of this kind of organisation", "Ask the organisation whose task it is."
)
TASK_NOT_OF_ROLE = _kind(403, "task-not-of-role", "Not a task of this role", "Call with a role that has this task.")
ORGANISATION_NOT_ACTIVE = _kind(
    403,
    "organisation-not-active",
    "The organisation may not act",
    "Ask the service centre that it belongs to.",
)
AGREEMENT_MISSING = _kind(
    403, "agreement-missing", "No agreement named", "Name the agreement in the Jieli-Agreement header."
)
AGREEMENT_UNKNOWN = _kind(403, "agreement-unknown", "No such agreement", "See GET /v1/agreements for those in force.")
AGREEMENT_NOT_ACTIVE = _kind(
    403, "agreement-not-active", "The agreement is not in force", "Wait until both sides put it in force."
)
AGREEMENT_EXPIRED = _kind(403, "agreement-expired", "The agreement has ended", "Conclude a new version.")
PARTY_MISMATCH = _kind(403, "party-mismatch", "Not the consumer of this agreement", "Call as the agreement's consumer.")
OPERATION_NOT_AGREED = _kind(
    403, "operation-not-agreed", "The agreement does not cover this operation", "Use an operation that it lists."
)
OBJECT_NOT_SINGLE = _kind(403, "object-not-single", "Not one single referral", "Name exactly one referral by its id.")
PURPOSE_NOT_AGREED = _kind(
    403, "purpose-not-agreed", "The agreement does not have this purpose", "Name one of its purposes in Jieli-Purpose."
)
TOKEN_NOT_FOR_PURPOSE = _kind(
    403,
    "token-not-for-purpose",
    "The token is not bound to this agreement and purpose",
    "Ask for a token with them in authorization_details (RFC 9396).",
)
PURPOSE_NOT_FOR_TASK = _kind(
    403, "purpose-not-for-task", "This purpose does not serve this service", "Name the purpose that serves it."
)
BASIS_MISMATCH = _kind(
    403, "basis-mismatch", "The legal basis does not carry this operation", "Use the agreement's legal basis."
)
FIELDS_MISSING = _kind(403, "fields-missing", "No fields named", "Name the fields that you need in ?fields=.")
FIELDS_NOT_AGREED = _kind(
    403, "fields-not-agreed", "Fields outside the agreement", "Ask only for fields that the agreement lists now."
)
PROJECTION_STALE = _kind(
    503, "projection-stale", "Whether the consent still holds is not known just now", "Try again in a few seconds."
)
CONSENT_UNFIT = _kind(
    409, "consent-unfit", "This consent would open nothing", "Give it as the referral shows it; see `differs`."
)
REGION_NOT_JOINED = _kind(
    409, "region-not-joined", "This region cannot be asked from here", "Bring the paper record: it counts the same."
)
CONSENT_NOT_GIVEN = _kind(403, "consent-not-given", "Not available", "Offer the service without this hand-over.")
CONSENT_WITHDRAWN = _kind(
    403, "consent-withdrawn", "The person withdrew the consent", "Stop, and delete what you no longer need."
)
CONSENT_EXPIRED = _kind(403, "consent-expired", "The consent has run out", "Only the person can renew it.")
CONSENT_NOT_OPEN = _kind(
    403, "consent-not-open-yet", "The consent opens nothing yet", "Try again when `opens_at` has come."
)
CONSENT_MISMATCH = _kind(
    403, "consent-mismatch", "The consent covers something else", "Only a consent to exactly this opens it."
)
SEPARATE_CONSENT_MISSING = _kind(
    403, "separate-consent-missing", "Sensitive fields want a separate consent", "Ask without them, or ask the person."
)
QUOTA_EXCEEDED = _kind(429, "quota-exceeded", "More than the agreement allows", "Wait as Retry-After says.")
