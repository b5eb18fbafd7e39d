"""Records that go from region to region: what each type may hold, the states of a request, and the one-time code."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from shared import problems, states

ENTRIES_UNKNOWN = problems.kind(
    422, "record-entry-not-on-list", "An entry holds what this type does not", "Send only the parts listed in `parts`."
)
NOT_TOLD = problems.kind(
    422,
    "record-request-not-told",
    "The person must know what the request shows",
    "A request shows the other region which region the person is in now. Tell her, then send `told: true`.",
)
OTHER_TYPE = problems.kind(
    422, "record-of-another-type", "Another record was asked for", "Send the record type that the request names."
)
OWN_REGION = problems.kind(
    422, "record-request-own-region", "This is your own region", "Name the region that holds the record."
)
CONFIRMATION_REFUSED = problems.kind(
    403,
    "confirmation-refused",
    "This code does not fit",
    "Check the request and the code in the message; after some wrong codes a new request is needed.",
)

# The closed list: one flat form per record type, so that nothing else can travel inside a record.
PARTS: Final[Mapping[str, frozenset[str]]] = {
    "vaccination": frozenset({"vaccine", "dose", "given_on", "place", "batch"}),
    "school": frozenset({"school", "grade", "from", "to", "result"}),
    "insurance_filing": frozenset({"insurance", "place", "from", "to"}),
    "skills_certificate": frozenset({"skill", "level", "number", "issued_on"}),
}
MAX_TRIES: Final = 5
CODE_LIVES: Final = timedelta(hours=24)
# Codes alive for one contact. Without a ceiling whoever knows a name and a birth date could ask until a guess fits, and
# fill somebody's phone; with it the guesses of a day have a chance of 1 in 4 million. Beyond it nobody is matched, and
# the asking region cannot tell.
MAX_CODES: Final = 5
LONGEST_REST: Final = 900.0  # seconds between two tries to send a message

# An answer may still come for a request that was given up: that it had arrived was not known.
REQUEST: Final = states.Machine(
    "record request",
    "requested",
    states.moves({"answer": ("requested|undeliverable", "answered"), "give_up": ("requested", "undeliverable")}),
)
ADVICE: Final[Mapping[str, str]] = {
    "undeliverable": "对方地区无法联系。请携带纸质记录，效力相同。 / "
    "The other region could not be reached. Bring the paper record: it counts the same.",
}
RELEASE: Final = states.Machine(
    "release",
    "received",
    states.moves({"match": ("received", "waiting"), "confirm": ("waiting", "released")}),
)


def check_entry(record_type: str, entry: Mapping[str, str]) -> None:
    """Raises `record-entry-not-on-list` when the entry holds a part that its record type has not."""
    if not entry or not entry.keys() <= PARTS[record_type]:
        raise ENTRIES_UNKNOWN(parts=sorted(PARTS[record_type]))


def new_code() -> str:
    """A one-time code of eight digits: five tries guess it with a chance of 1 in 20 million."""
    return f"{secrets.randbelow(10**8):08d}"


def message(asking_region: str, code: str) -> str:
    """What goes to the contact: the same words for everybody (product line 4), in two languages."""
    return (
        f"【接力】{asking_region} 请求本地区保存的一份记录。若是您本人申请，请在申请页面输入确认码 {code}；"
        f"若不是，请不要告诉任何人，记录不会发出。 / "
        f"{asking_region} asks for a record held here. If you asked for it, enter the code {code} there; "
        f"if not, tell nobody the code and nothing is sent."
    )


def rest(tried: int) -> float:
    """Seconds until a message that could not leave is tried again: 1, 2, 4 ... after each try."""
    return min(2.0 ** (tried - 1), LONGEST_REST)


def is_too_old(message: uuid.UUID, moment: datetime) -> bool:
    """Whether the code in a message has run out; the id (UUIDv7, RFC 9562, 5.7) says when it was written."""
    written = datetime.fromtimestamp((message.int >> 80) / 1000, UTC)
    return moment - written > CODE_LIVES
