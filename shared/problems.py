"""Problems as RFC 9457 knows them: stable codes with a title and advice. No framework here, so rules may raise them."""

from dataclasses import dataclass, field

TOLD = 20  # faults of one request that an answer names


class Problem(Exception):
    """A refusal with a stable code; rendered once, by the app factory, as application/problem+json."""

    def __init__(self, kind: "Kind", detail: str, extras: dict[str, object]) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.detail = detail
        self.extras = extras

    def body(self) -> dict[str, object]:
        """The RFC 9457 members; `detail` never holds a personal value. Of many `errors` some are told, and how many."""
        extras = dict(self.extras)
        errors = extras.get("errors")
        if isinstance(errors, list):
            extras |= {"errors": errors[:TOLD], "faults": extras.get("faults", len(errors))}
        return {
            "type": f"/problems/{self.kind.code}",
            "code": self.kind.code,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **extras,
        }


@dataclass(frozen=True)
class Kind:
    """One line of docs/errors.md. Calling it makes the problem to raise."""

    status: int
    code: str
    title: str
    advice: str
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, detail: str = "", **extras: object) -> Problem:
        return Problem(self, detail or self.advice, extras)


CATALOGUE: dict[str, Kind] = {}


def kind(status: int, code: str, title: str, advice: str) -> Kind:
    """Declare a problem code; a code is declared once in the whole platform."""
    if code in CATALOGUE:
        raise ValueError(f"problem code {code!r} is declared twice")
    CATALOGUE[code] = Kind(status, code, title, advice)
    return CATALOGUE[code]


BODY_UNREADABLE = kind(400, "body-unreadable", "The body cannot be read", "Send well-formed JSON in UTF-8.")
BODY_INVALID = kind(422, "body-invalid", "The body does not fit", "Mend the fields listed in `errors` and send again.")
BODY_TOO_LARGE = kind(413, "body-too-large", "The body is too large", "Send at most 1 MiB.")
BODY_UNEXPECTED = kind(400, "body-unexpected", "Nothing is read here", "Send this request without a body.")
MEDIA_TYPE = kind(415, "media-type-unsupported", "This content type is not read here", "Send application/json.")
NOT_FOUND = kind(
    404, "not-found", "Nothing here for you", "Check the id; what you may not see looks the same as nothing."
)
METHOD = kind(405, "method-not-allowed", "This method is not offered here", "See the OpenAPI document.")
FORBIDDEN = kind(403, "forbidden", "This caller may not do this", "Call with a role that the route allows.")
CONFLICT = kind(409, "conflict", "It is already there in another form", "Read it again and decide anew.")
STATE_CONFLICT = kind(409, "state-conflict", "Not possible in this state", "Use one of the verbs in `allowed`.")
KEY_MISSING = kind(
    400, "idempotency-key-missing", "No Idempotency-Key", "Send a fresh UUID in the Idempotency-Key header."
)
KEY_REUSED = kind(422, "idempotency-key-reused", "This key belongs to another request", "Use a fresh Idempotency-Key.")
KEY_IN_FLIGHT = kind(409, "idempotency-key-in-flight", "The first request is still running", "Try the same key again.")
SHOWN_ONCE = kind(
    409, "answer-shown-once", "It was done, and the answer held a secret that is shown once", "Ask for a fresh one."
)
PRECONDITION_MISSING = kind(428, "if-match-missing", "No If-Match", "Send the ETag that you read in If-Match.")
PRECONDITION_FAILED = kind(412, "version-stale", "It changed since you read it", "Read it again and decide anew.")
CURSOR_INVALID = kind(400, "cursor-invalid", "This cursor is not ours", "Use `next` as it was given, or start without.")
UNAVAILABLE = kind(503, "unavailable", "A part of the platform is not answering", "Try again in a few seconds.")
ERASED = kind(410, "person-erased", "This person was erased", "Nothing is kept of her: begin anew.")
INTERNAL = kind(500, "internal", "This is our fault", "Try again with the same key; report the trace id if it stays.")
