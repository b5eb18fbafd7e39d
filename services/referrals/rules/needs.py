"""Which need may become a referral: a service that moves data, only fields on its list, a recipient under agreement."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from shared import problems

VALUE_LIMIT: Final = 2000  # code points of one answer
SMALLEST_BLOCK: Final = 4096  # bytes; sealed answers fill 4 KiB, 16 KiB, 64 KiB ..., so that length tells little

SERVICE_UNKNOWN = problems.kind(
    422, "service-unknown", "This service is not in the directory", "Use a code of /directory/services."
)
SERVICE_IS_INFORMATION = problems.kind(
    422,
    "service-is-information",
    "This service is information only: nothing is stored or sent",
    "Read it in /directory/services and go there directly.",
)
FIELD_NOT_ON_LIST = problems.kind(
    422, "field-not-on-list", "This service may not ask for that", "Leave out the fields named in `errors`."
)
VALUE_INVALID = problems.kind(
    422, "answer-invalid", "An answer does not fit", "Send at most 2000 characters without control characters."
)
NOT_TOLD = problems.kind(
    422,
    "intake-not-told",
    "The person must have had the notice first",
    "Say who would get what and why (PIPL 17), then send `told: true`.",
)
NO_RECIPIENT = problems.kind(
    409,
    "no-recipient",
    "Nobody can take this need at present",
    "No agreement is in force for this service; ask at the service centre.",
)


def pointer(*parts: object) -> str:
    """A JSON pointer (RFC 6901); field names may hold a slash."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def check_told(told: bool) -> None:
    """Nothing is referred before the person had the notice of who gets what and why (PIPL 17). `intake-not-told`."""
    if not told:
        raise NOT_TOLD()


def check_service(code: str, kind: str | None, need: int) -> None:
    """Refuse a service that nobody published (`kind` None) or that only informs; `need` is its place in the body."""
    where = pointer("needs", need, "service")
    if kind is None:
        raise SERVICE_UNKNOWN(service=code, errors=[{"pointer": where}])
    if kind == "info":
        raise SERVICE_IS_INFORMATION(service=code, errors=[{"pointer": where}])


def check_answers(answers: Mapping[str, str], fields: Iterable[str], need: int) -> None:
    """Refuse fields off the service's list and values that are too long or hold control characters."""
    listed = set(fields)
    strange = [name for name in answers if name not in listed]
    if strange:
        raise FIELD_NOT_ON_LIST(
            errors=[{"pointer": pointer("needs", need, "answers", name), "field": name} for name in strange]
        )
    wrong = [name for name, value in answers.items() if not is_plain(value)]
    if wrong:
        raise VALUE_INVALID(
            errors=[{"pointer": pointer("needs", need, "answers", name), "field": name} for name in wrong]
        )


def is_plain(value: str) -> bool:
    """At most 2000 code points, none of them a control character or half of a surrogate pair."""
    return len(value) <= VALUE_LIMIT and not any(unicodedata.category(c) in ("Cc", "Cs") for c in value)


def covered(fields: Iterable[str], service_fields: Iterable[str]) -> list[str]:
    """The fields of an agreement that this one service may ask, in the agreement's order."""
    listed = set(service_fields)
    return [name for name in fields if name in listed]


def missing(fields: Iterable[str], answers: Mapping[str, str]) -> list[str]:
    """Everything that is still needed, listed at once (the one-time notice); blank is not an answer."""
    return [name for name in fields if not answers.get(name, "").strip()]


def packed(answers: Mapping[str, str], fields: Sequence[str]) -> bytes:
    """What is sealed: the answers that the agreement covers; what nobody may get is not kept."""
    return json.dumps({name: answers[name] for name in fields if name in answers}, ensure_ascii=False).encode()


def block(length: int) -> int:
    """The padded size for so many bytes."""
    size = SMALLEST_BLOCK
    while size < length + 4:
        size *= 4
    return size
