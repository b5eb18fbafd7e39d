"""The last look before an answer leaves: only allowed fields, made as coarse as agreed; everything else is dropped."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.exchange import catalogue
from gateway.exchange.rules import Operation, Transform
from shared import problems

ANSWER_TYPE = problems.kind(
    502, "answer-type-unlisted", "A service answered in a form that may not leave", "Report the decision id."
)

# What an answer may hold beside `fields`: ids, states, codes and times, each of its own shape, never a person.
_REFERRAL = frozenset({"id", "referral", "service", "state", "fhir", "version", "due", "due_kind"})
STRUCTURE: Mapping[Operation, frozenset[str]] = {
    "read_referral": _REFERRAL,
    "answer_referral": _REFERRAL,
    "file_record": frozenset({"id", "record_type", "state"}),
}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE = re.compile(r"[a-z][a-z_-]{0,39}")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "id": _ID,
    "referral": _ID,
    "service": re.compile(r"[A-Z]{3}-[0-9]{2}"),
    "state": _CODE,
    "fhir": _CODE,
    "due_kind": _CODE,
    "record_type": _CODE,
    "version": re.compile(r"[0-9]{1,9}"),
    "due": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2}))?"),
}
# What may stand beside a body, and in which form: links, places and challenges of a service lead nobody anywhere here.
_HEADERS: Mapping[str, re.Pattern[str]] = {
    "content-type": re.compile(r"application/(problem\+)?json(; ?charset=utf-8)?", re.IGNORECASE),
    "etag": re.compile(r'"[0-9a-f]{1,64}"'),
    "retry-after": re.compile(r"[0-9]{1,6}"),
}
_SILENT = frozenset({"cache-control", "content-security-policy", "referrer-policy", "x-content-type-options"})
_NULLABLE = frozenset({"due", "due_kind"})
_PROBLEM_CODE = re.compile(r"[a-z][a-z-]{0,59}")
_POINTER = re.compile(r"(/([a-z_]{1,40}|[0-9]{1,3})){1,6}")
_YEAR = re.compile(r"([0-9]{4})(-[0-9]{2}(-[0-9]{2})?)?")
_DECODE = msgspec.json.Decoder()
_ENCODE = msgspec.json.Encoder()
_NOTHING = object()


class Filtered(msgspec.Struct, frozen=True):
    """The body that may leave, the fields in it, and how many things were dropped (each raises the alarm)."""

    body: bytes
    sent: tuple[str, ...]
    dropped: int


def apply(operation: Operation, content_type: str, body: bytes, fields: Mapping[str, Transform]) -> Filtered:
    """Filter one complete answer; 502 `answer-type-unlisted` for anything but a JSON object."""
    media = content_type.partition(";")[0].strip().lower()
    if media not in ("application/json", "application/problem+json"):
        raise ANSWER_TYPE()
    try:
        answer = _DECODE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ANSWER_TYPE() from None
    if not isinstance(answer, dict):
        raise ANSWER_TYPE()
    if media == "application/problem+json":
        return _problem(answer)
    return _answer(answer, STRUCTURE.get(operation, frozenset()), fields)


def headers(given: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """The headers that may leave, and how many were dropped for what they could hold."""
    kept = {name: value for name, value in given.items() if name in _HEADERS and _HEADERS[name].fullmatch(value)}
    return kept, len(given.keys() - kept.keys() - _SILENT)


def _answer(answer: dict[str, Any], structure: frozenset[str], fields: Mapping[str, Transform]) -> Filtered:
    kept: dict[str, Any] = {key: answer[key] for key in structure & answer.keys() if _shaped(key, answer[key])}
    dropped = len(answer) - len(kept)
    sent: dict[str, Any] = {}
    values = answer.get("fields")
    if isinstance(values, dict):
        for name, value in values.items():
            if name in fields and _plain(value) and (coarse := _coarse(value, fields[name])) is not _NOTHING:
                sent[name] = coarse
        dropped += len(values) - len(sent) - 1
    if fields:
        kept["fields"] = sent
    return Filtered(_ENCODE.encode(kept), tuple(sent), dropped)


def _problem(answer: dict[str, Any]) -> Filtered:
    """A service's problem by its code: title and advice from our own list, the words of the service stay inside."""
    code = answer.get("code")
    if not isinstance(code, str) or not _PROBLEM_CODE.fullmatch(code):
        raise ANSWER_TYPE()
    kept: dict[str, Any] = {"type": f"/problems/{code}", "code": code}
    if kind := catalogue.known().get(code):
        kept |= {"title": kind.title, "detail": kind.advice}
    if isinstance(answer.get("status"), int):
        kept["status"] = answer["status"]
    if isinstance(answer.get("errors"), list):
        kept["errors"] = [{"pointer": at} for at in map(_pointer, answer["errors"][: problems.TOLD]) if at]
    if _shaped("state", answer.get("state")):
        kept["state"] = answer["state"]
    verbs = answer.get("allowed")
    if isinstance(verbs, list):
        kept["allowed"] = [verb for verb in verbs if isinstance(verb, str) and _CODE.fullmatch(verb)]
    return Filtered(_ENCODE.encode(kept), (), 0)


def _pointer(fault: object) -> str:
    """Where a fault lies, by members of our own forms and places in lists."""
    at = fault.get("pointer") if isinstance(fault, dict) else None
    return at if isinstance(at, str) and _POINTER.fullmatch(at) else ""


def _shaped(key: str, value: object) -> bool:
    if value is None:
        return key in _NULLABLE
    text = str(value) if isinstance(value, int) else value
    return isinstance(text, str) and _SHAPES[key].fullmatch(text) is not None


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _coarse(value: object, transform: Transform) -> object:
    """`year` keeps the year of an ISO date; what is no date is dropped rather than shown."""
    if transform == "none" or value is None:
        return value
    found = _YEAR.fullmatch(value) if isinstance(value, str) else None
    return found.group(1) if found else _NOTHING
