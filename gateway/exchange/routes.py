"""What may be called from outside, and as what: a public path maps to a service, a kind of call and an operation."""

import re
from dataclasses import dataclass
from datetime import date

from shared.grants import CallKind

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
CSV = "text/csv"
NONE = ""
HERE = "gateway"  # the service that the gateway is to itself
GOVSTACK = "/govstack/consent"  # the paths after it are the standard's
OWN_RECORDS = f"{GOVSTACK}/service/individual/record"
VERSION = "/v1/agreements/{agreement}/versions/{version}"


@dataclass(frozen=True)
class Deprecated:
    """A spelling that goes: since when, until when it is answered, and what to call `instead`."""

    since: date
    sunset: date
    instead: str


@dataclass(frozen=True)
class Route:
    """One line of the table; a member `{referral}`, `{case}` or `{consent}` of the path names the object.

    In administration `{organization}`, `{client}`, `{staff}` or `{agreement}` names the target of the act; where a new
    one is registered `registers` says its kind, and the `id` of the body names it.
    `browser`: a page of the sign-in; only there cookies pass.
    """

    kind: CallKind
    method: str
    template: str
    service: str
    operation: str = ""
    media: str = JSON
    browser: bool = False
    registers: str = ""
    deprecated: Deprecated | None = None

    @property
    def takes(self) -> str:
        """The media type of the body that comes with it, or NONE."""
        return NONE if self.method == "GET" else self.media


WITHOUT_ITS_END = Deprecated(date(2026, 11, 28), date(2027, 11, 28), "GET /directory/")  # the standard's spelling


@dataclass(frozen=True)
class Match:
    """A route, and the object and the target that the path names, if it names any."""

    route: Route
    object_type: str
    object_id: str
    target_type: str
    target_id: str


PUBLIC = (
    Route("public", "POST", "/v1/token", "identity", media=FORM),
    Route("public", "POST", "/v1/token:revoke", "identity", media=FORM),
    Route("public", "POST", "/v1/par", "identity", media=FORM),
    Route("public", "GET", "/.well-known/oauth-authorization-server", "identity"),
    Route("public", "GET", "/.well-known/openid-configuration", "identity"),
    Route("public", "GET", "/.well-known/jwks.json", "identity"),
    Route("public", "GET", "/v1/organizations", "identity"),
    Route("public", "GET", "/v1/organizations/{organization}", "identity"),
    Route("public", "GET", "/v1/organizations/{organization}/keys", "identity"),
    Route("public", "GET", "/directory", "registry", deprecated=WITHOUT_ITS_END),
    Route("public", "GET", "/directory/", "registry"),
    Route("public", "GET", "/directory/services", "registry"),
    Route("public", "GET", "/directory/services/{id}", "registry"),
    Route("public", "GET", "/directory/organizations", "registry"),
    Route("public", "GET", "/directory/organizations/{id}", "registry"),
    Route("public", "GET", "/directory/service_at_locations", "registry"),
    Route("public", "GET", "/directory/service_at_locations/{id}", "registry"),
    Route("public", "GET", "/directory/taxonomies", "registry"),
    Route("public", "GET", "/directory/taxonomies/{id}", "registry"),
    Route("public", "GET", "/directory/taxonomy_terms", "registry"),
    Route("public", "GET", "/directory/taxonomy_terms/{id}", "registry"),
    Route("public", "GET", "/directory/receipt-keys", "registry"),
    Route("public", "GET", "/directory/processing", "registry"),
    Route("public", "GET", "/directory/notices", "registry"),
    Route("public", "GET", "/directory/notices/{notice}", "registry"),
    *(
        Route("public", "GET", f"{GOVSTACK}/{path}/", "registry")
        for path in (
            "config/policies",
            "config/policy/{notice}",
            "config/policy/{notice}/revisions",
            "config/data-agreements",
            "config/data-agreement/{notice}",
            "service/policy/{notice}",
            "service/data-agreement/{notice}",
            "service/verification/data-agreements",
            "audit/data-agreements",
            "audit/data-agreement/{notice}",
        )
    ),
    Route("public", "GET", "/v1/divisions/{code}", "registry"),
    Route("public", "GET", "/v1/erasures/{erasure}", "registry"),
    Route("public", "POST", "/v1/confirmations", "registry"),
)
PAGES = (
    Route("public", "GET", "/v1/authorize", "identity", browser=True),
    *(
        Route("public", "GET", page, "identity", browser=True)
        for page in (
            "/sign-in",
            "/sign-in/upstream-back",
            "/sign-in/paper",
            "/sign-in/join",
            "/sign-in/style.css",
            "/sign-in/script.js",
            "/account",
        )
    ),
    *(
        Route("public", "POST", page, "identity", media=FORM, browser=True)
        for page in (
            *(
                f"/sign-in/{step}"
                for step in (
                    "go-on",
                    "password",
                    "phone",
                    "code",
                    "paper",
                    "passkey-options",
                    "passkey",
                    "upstream",
                    "join",
                    "joined",
                )
            ),
            "/sign-in:cancel",
            *("/account/passkey-options", "/account/passkeys", "/account/passkeys/{passkey}:remove"),
            "/account/sessions/{session}:end",
        )
    ),
)
OWN = (
    Route("self", "GET", "/v1/me/sessions", "identity", "read_own_sessions"),
    Route("self", "POST", "/v1/me/sessions/{session}:end", "identity", "end_own_session", NONE),
    Route("self", "GET", "/v1/me/presences", "identity", "read_own_presences"),
    Route("self", "POST", "/v1/me/presences/{presence}:end", "identity", "end_own_presence", NONE),
    Route("self", "POST", "/v1/me/paper-key", "identity", "make_paper_key"),
    Route("self", "POST", "/v1/me/handles:replace", "identity", "replace_phone"),
    Route("self", "POST", "/v1/me/handles:confirm", "identity", "replace_phone"),
    Route("self", "POST", "/v1/me/helper-invitations", "identity", "invite_helper"),
    Route("self", "POST", "/v1/me/helping", "identity", "begin_helping"),
    Route("self", "GET", "/v1/me/helpers", "identity", "read_helpers"),
    Route("self", "GET", "/v1/me/helping", "identity", "read_helpers"),
    Route("self", "POST", "/v1/me/helpers/{delegation}:end", "identity", "end_helping", NONE),
    Route("self", "PUT", "/v1/me/record", "registry", "keep_own_record"),
    Route("self", "GET", "/v1/me/record", "registry", "read_own_record"),
    Route("self", "POST", "/v1/me/erasures", "registry", "ask_erasure"),
    Route("self", "GET", "/v1/me/held-records", "registry", "read_held_records"),
    Route("self", "POST", "/v1/me/rights-requests", "registry", "ask_right"),
    Route("self", "GET", "/v1/me/rights-requests", "registry", "read_own_rights"),
    Route("self", "GET", "/v1/me/rights-requests/{rights_request}", "registry", "read_own_rights"),
    Route("self", "POST", "/v1/me/rights-requests/{rights_request}:appeal", "registry", "ask_right", NONE),
    Route("self", "POST", "/v1/me/rights-requests/{rights_request}:take-back", "registry", "ask_right", NONE),
    Route("self", "POST", "/v1/me/name-writings", "registry", "keep_name_writings"),
    Route("self", "GET", "/v1/me/name-writings", "registry", "read_name_writings"),
    Route("self", "POST", "/v1/me/name-writings/{writing}:withdraw", "registry", "keep_name_writings", NONE),
    Route("self", "GET", "/v1/me/name-sheet", "registry", "read_name_writings"),
    Route("self", "POST", "/v1/me/record:compare", "registry", "compare_records"),
    Route("self", "POST", "/v1/me/comparisons/{comparison}:prove", "registry", "merge_records"),
    Route("self", "POST", "/v1/me/record:merge", "registry", "merge_records"),
    Route("self", "GET", "/v1/me/record-merges", "registry", "read_merges"),
    Route("self", "POST", "/v1/me/record-merges/{merge}:undo", "registry", "undo_merge", NONE),
    Route("self", "POST", "/v1/me/dependants", "registry", "add_dependant"),
    Route("self", "GET", "/v1/me/dependants", "registry", "read_dependants"),
    Route("self", "POST", "/v1/me/consents", "registry", "give_consent"),
    Route("self", "GET", "/v1/me/consents", "registry", "read_consents"),
    Route("self", "GET", "/v1/me/consents/{consent}", "registry", "read_consents"),
    Route("self", "POST", "/v1/me/consents/{consent}:withdraw", "registry", "withdraw_consent", NONE),
    Route("self", "GET", f"{OWN_RECORDS}/consent-record/", "registry", "read_consents"),
    Route("self", "PUT", f"{OWN_RECORDS}/consent-record/{{consent}}/", "registry", "withdraw_consent"),
    Route("self", "POST", f"{OWN_RECORDS}/data-agreement/{{notice}}/", "registry", "give_consent"),
    Route("self", "GET", f"{OWN_RECORDS}/data-agreement/{{notice}}/", "registry", "read_consents"),
    Route("self", "GET", f"{OWN_RECORDS}/data-agreement/{{notice}}/all/", "registry", "read_consents"),
    Route("self", "GET", "/v1/me/freeze", "registry", "read_consents"),
    Route("self", "POST", "/v1/me/freeze", "registry", "freeze_consents", NONE),
    Route("self", "POST", "/v1/me/freeze:end", "registry", "thaw_consents", NONE),
    Route("self", "GET", "/v1/me/incidents", "registry", "read_own_incidents"),
    Route("self", "POST", "/v1/me/record-requests", "registry", "request_record"),
    Route("self", "GET", "/v1/me/record-requests", "registry", "read_record_requests"),
    Route("self", "GET", "/v1/me/record-requests/{request}", "registry", "read_record_requests"),
    Route("self", "GET", "/v1/me/record-requests/{request}/record", "registry", "read_record_requests"),
    Route("self", "POST", "/v1/me/intakes", "referrals", "start_intake"),
    Route("self", "GET", "/v1/me/referrals", "referrals", "read_own_referrals"),
    Route("self", "GET", "/v1/me/referrals/{referral}", "referrals", "read_own_referrals"),
    Route("self", "POST", "/v1/me/referrals/{referral}:cancel", "referrals", "cancel_referral"),
    Route("self", "POST", "/v1/me/referrals/{referral}:confirm", "referrals", "confirm_outcome", NONE),
    Route("self", "POST", "/v1/me/referrals/{referral}:dispute", "referrals", "dispute_outcome", NONE),
    Route("self", "POST", "/v1/me/cases", "cases", "apply_for_mediation"),
    Route("self", "GET", "/v1/me/cases", "cases", "read_own_cases"),
    Route("self", "GET", "/v1/me/cases/{case}", "cases", "read_own_cases"),
    Route("self", "POST", "/v1/me/invitations:answer", "cases", "answer_invitation"),
    Route("self", "POST", "/v1/me/cases/{case}:sign", "cases", "sign_case"),
    Route("self", "POST", "/v1/me/cases/{case}:stop", "cases", "stop_case", NONE),
    Route("self", "POST", "/v1/me/cases/{case}:report", "cases", "report_performance"),
    Route("self", "GET", "/v1/me/copy", "gateway", "read_copy"),
    Route("self", "GET", "/v1/me/copy.pdf", "gateway", "read_copy"),
    Route("self", "GET", "/v1/me/copy.jws", "gateway", "read_copy"),
)
INTERNAL = (
    Route("internal", "POST", "/v1/presences", "identity", "ask_presence"),
    Route("internal", "POST", "/v1/presences/{presence}:confirm", "identity", "confirm_presence"),
    Route("internal", "POST", "/v1/presences/{presence}:witness", "identity", "witness_presence"),
    Route("internal", "POST", "/v1/presences/{presence}:end", "identity", "end_presence", NONE),
    Route("internal", "GET", "/v1/staff-sessions", "identity", "read_staff_sessions"),
    Route("internal", "POST", "/v1/staff-sessions/{session}:end", "identity", "end_staff_session", NONE),
    Route("internal", "GET", "/v1/administered-organizations", "identity", "read_organizations"),
    Route("internal", "POST", "/v1/organizations", "identity", "register_organization", registers="organization"),
    Route("internal", "PUT", "/v1/organizations/{organization}", "identity", "change_organization"),
    Route("internal", "POST", "/v1/organizations/{organization}/contracts", "identity", "register_contract"),
    Route("internal", "POST", "/v1/organizations/{organization}:confirm", "identity", "confirm_organization", NONE),
    Route("internal", "POST", "/v1/organizations/{organization}:suspend", "identity", "suspend_organization", NONE),
    Route("internal", "POST", "/v1/organizations/{organization}:resume", "identity", "resume_organization", NONE),
    Route("internal", "POST", "/v1/organizations/{organization}:close", "identity", "close_organization", NONE),
    Route("internal", "GET", "/v1/clients", "identity", "read_clients"),
    Route("internal", "POST", "/v1/clients", "identity", "register_client", registers="client"),
    Route("internal", "POST", "/v1/clients/{client}:approve", "identity", "approve_client", NONE),
    Route("internal", "POST", "/v1/clients/{client}:revoke", "identity", "revoke_client", NONE),
    Route("internal", "POST", "/v1/clients/{client}/keys", "identity", "add_client_key"),
    Route("internal", "POST", "/v1/clients/{client}/keys/{key}:approve", "identity", "approve_client_key", NONE),
    Route("internal", "POST", "/v1/clients/{client}/keys/{key}:retire", "identity", "retire_client_key", NONE),
    Route("internal", "GET", "/v1/staff", "identity", "read_staff"),
    Route("internal", "POST", "/v1/staff", "identity", "invite_staff", registers="staff"),
    Route("internal", "POST", "/v1/staff/{staff}:invite", "identity", "invite_staff", NONE),
    Route("internal", "POST", "/v1/staff/{staff}:approve", "identity", "approve_staff", NONE),
    Route("internal", "POST", "/v1/staff/{staff}:assign", "identity", "assign_roles"),
    Route("internal", "POST", "/v1/staff/{staff}:move", "identity", "move_staff"),
    Route("internal", "POST", "/v1/staff/{staff}:leave", "identity", "end_staff", NONE),
    Route("internal", "POST", "/v1/catalogue-imports", "registry", "import_catalogue", CSV),
    Route("internal", "POST", "/v1/directory-imports", "registry", "import_directory"),
    Route("internal", "GET", "/v1/directory-imports/{import}", "registry", "import_directory"),
    Route("internal", "GET", "/v1/directory-imports/{import}/faults", "registry", "import_directory"),
    Route("internal", "PUT", "/v1/directory-imports/{import}/parts/{part}", "registry", "import_directory"),
    Route("internal", "POST", "/v1/directory-imports/{import}:send", "registry", "import_directory", NONE),
    Route("internal", "POST", "/v1/directory-imports/{import}:cancel", "registry", "import_directory", NONE),
    Route("internal", "PUT", "/v1/listings/{listing}/capacity", "registry", "tell_capacity"),
    Route("internal", "POST", "/v1/listings/{listing}:assure", "registry", "assure_listing", NONE),
    Route("internal", "GET", "/v1/rights-requests", "registry", "read_rights_requests"),
    Route("internal", "GET", "/v1/rights-requests/{rights_request}", "registry", "read_rights_request"),
    *(
        Route("internal", "POST", f"/v1/rights-requests/{{rights_request}}:{verb}", "registry", "answer_right")
        for verb in ("extend", "grant", "refuse", "uphold", "overturn")
    ),
    Route("internal", "POST", "/v1/impact-assessments", "registry", "assess_impact"),
    Route("internal", "GET", "/v1/impact-assessments", "registry", "assess_impact"),
    Route("internal", "GET", "/v1/impact-assessments/{assessment}", "registry", "assess_impact"),
    Route("internal", "POST", "/v1/impact-assessments/{assessment}:approve", "registry", "assess_impact", NONE),
    Route("internal", "POST", "/v1/impact-assessments/{assessment}:withdraw", "registry", "assess_impact", NONE),
    Route("internal", "POST", "/v1/incidents", "registry", "handle_incident"),
    Route("internal", "GET", "/v1/incidents", "registry", "handle_incident"),
    Route("internal", "GET", "/v1/incidents/{incident}", "registry", "handle_incident"),
    Route("internal", "POST", "/v1/incidents/{incident}:report", "registry", "handle_incident", NONE),
    Route("internal", "POST", "/v1/incidents/{incident}:tell", "registry", "handle_incident", NONE),
    Route("internal", "POST", "/v1/incidents/{incident}:close", "registry", "handle_incident"),
    Route("internal", "PUT", "/v1/webhook", "gateway", "keep_webhook"),
    Route("internal", "GET", "/v1/webhook", "gateway", "read_webhook"),
    Route("internal", "POST", "/v1/webhook:rotate", "gateway", "keep_webhook", NONE),
    Route("internal", "POST", "/v1/webhook:remove", "gateway", "keep_webhook", NONE),
    Route("internal", "GET", "/v1/webhook/dead-letters", "gateway", "read_webhook"),
    Route("internal", "POST", "/v1/webhook/dead-letters:replay", "gateway", "keep_webhook", NONE),
    Route("internal", "POST", "/access/v1/evaluation", "gateway", "explain_decision"),
    Route("internal", "POST", "/access/v1/evaluations", "gateway", "explain_decision"),
    Route("internal", "GET", "/v1/agreements/overdue", "gateway", "read_overdue_agreements"),
    Route("internal", "GET", "/v1/agreements/reminders", "gateway", "read_agreement"),
    Route("internal", "POST", "/v1/agreements", "gateway", "draft_agreement"),
    Route("internal", "GET", VERSION, "gateway", "read_agreement"),
    *(
        Route("internal", "POST", f"{VERSION}:{verb}", "gateway", operation, media)
        for operation, media, verbs in (
            ("offer_agreement", NONE, ("offer", "take-back")),
            ("answer_agreement", JSON, ("return", "refuse", "extend")),
            ("approve_agreement", JSON, ("approve",)),
            ("activate_agreement", NONE, ("activate",)),
            ("suspend_agreement", JSON, ("suspend",)),
            ("resume_agreement", NONE, ("resume",)),
            ("end_agreement", JSON, ("terminate",)),
            ("dispose_agreement", JSON, ("dispose",)),
            ("correct_agreement", JSON, ("ask-correction", "correct")),
            ("dispute_agreement", JSON, ("dispute", "escalate", "settle")),
        )
        for verb in verbs
    ),
    Route("internal", "GET", "/v1/referrals", "referrals", "read_inbox"),
    Route("internal", "GET", "/v1/cases", "cases", "read_cases"),
    Route("internal", "GET", "/v1/cases/{case}", "cases", "read_case"),
    Route("internal", "POST", "/v1/cases/{case}:screen", "cases", "screen_case"),
    Route("internal", "POST", "/v1/cases/{case}:invite", "cases", "invite_party", NONE),
    Route("internal", "POST", "/v1/cases/{case}:notify", "cases", "notify_parties"),
    Route("internal", "POST", "/v1/cases/{case}:open-session", "cases", "open_session"),
    Route("internal", "POST", "/v1/cases/{case}:draft", "cases", "draft_settlement"),
    Route("internal", "POST", "/v1/cases/{case}:seal", "cases", "seal_settlement", NONE),
    Route("internal", "POST", "/v1/cases/{case}:follow-up", "cases", "follow_up"),
)
EXCHANGE = (
    Route("exchange", "GET", "/v1/referrals/{referral}", "referrals", "read_referral"),
    *(
        Route("exchange", "POST", f"/v1/referrals/{{referral}}:{verb}", "referrals", "answer_referral", media)
        for media, verbs in ((NONE, ("accept", "start", "resume")), (JSON, ("reject", "hold", "complete", "fail")))
        for verb in verbs
    ),
    Route("exchange", "POST", "/v1/referrals/{referral}/held-records", "registry", "file_record"),
)
ROUTES = (*PUBLIC, *PAGES, *OWN, *INTERNAL, *EXCHANGE)
OBJECTS = frozenset({"referral", "case", "consent", "rights_request"})
TARGETS = frozenset({"organization", "client", "staff", "agreement"})
# One spelling only: what is looked up here under an id must be what the service finds under it.
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", _member, template.replace(".", r"\.")))


def _member(found: re.Match[str]) -> str:
    name = found[1]
    return f"(?P<{name}>{ID.pattern if name in OBJECTS else '[A-Za-z0-9._-]+'})"


_TABLE: dict[tuple[str, int], list[tuple[re.Pattern[str], Route]]] = {}
for _route in ROUTES:
    _TABLE.setdefault((_route.method, _route.template.count("/")), []).append((_pattern(_route.template), _route))


def match(method: str, path: str) -> Match | None:
    """The route that a request takes; None leaves it to the gateway's own routes."""
    for pattern, route in _TABLE.get((method, path.count("/")), ()):
        found = pattern.fullmatch(path)
        if found:
            targets = TARGETS if route.kind == "internal" else frozenset()
            return Match(route, *_named(found, OBJECTS), *_named(found, targets))
    return None


def _named(found: re.Match[str], nouns: frozenset[str]) -> tuple[str, str]:
    return next(((name, value) for name, value in found.groupdict().items() if name in nouns), ("", ""))


def methods(path: str) -> list[str]:
    """The methods that the table has for a path."""
    slashes = path.count("/")
    return sorted({method for method, depth in _TABLE if depth == slashes and match(method, path)})
