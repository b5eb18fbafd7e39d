"""Reading a draft: what is no agreement at all, and what the product's lines refuse, with a pointer to the place."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from gateway.agreements import rules
from gateway.agreements.rules import Agreement
from shared import problems
from shared.contracts.vocabulary import Vocabulary

_PLACE = re.compile(r" - at `\$(.*)`$")

AGREEMENT_REFUSED = problems.kind(
    422,
    "agreement-refused",
    "Such an agreement is not made here",
    "Mend what `errors` lists: `line` is the line of design/product.md that it crosses.",
)
IMPACT_NOT_ASSESSED = problems.kind(
    409,
    "impact-not-assessed",
    "The impact on people is not assessed",
    "Let two data protection officers assess each of `purposes` first (POST /v1/impact-assessments; PIPL 55).",
)
ID_NOT_YOURS = problems.kind(
    422,
    "agreement-id-not-yours",
    "Such an id is not your organisation's to give",
    "Begin `agreement_id` with `prefix`: an id that names another organisation could block that one's agreements.",
)


def check_id(agreement_id: str, organisation: str) -> None:
    """A new id begins with the drafter's organisation; 422 `agreement-id-not-yours`."""
    prefix = f"agr-{organisation.removeprefix('org-')}-"
    if not agreement_id.startswith(prefix):
        raise ID_NOT_YOURS(prefix=prefix)


def check_assessed(purposes: Sequence[str], until: Mapping[str, date], today: date) -> None:
    """PIPL 55: before personal data is provided to others its impact is assessed; 409 `impact-not-assessed`."""
    missing = [purpose for purpose in purposes if until.get(purpose, date.min) < today]
    if missing:
        raise IMPACT_NOT_ASSESSED(purposes=missing)


def read(terms: Mapping[str, Any], vocabulary: Vocabulary) -> Agreement:
    """The draft that these terms are; 422 `agreement-refused` with everything that stands against it."""
    try:
        agreement = msgspec.convert({**terms, "state": "draft"}, Agreement)
    except msgspec.ValidationError as error:
        text = str(error)
        place = _PLACE.search(text)
        pointer = re.sub(r"\.|\[", "/", place[1]).replace("]", "") if place else ""
        raise _refused([{"code": "not-an-agreement", "pointer": pointer, "reason": _PLACE.sub("", text)}]) from None
    found = rules.validate(agreement, vocabulary)
    if found:
        raise _refused([_told(each) for each in found])
    return agreement


def _told(finding: rules.Finding) -> dict[str, object]:
    pointer = "".join(f"/{step}" for step in finding.at)
    crossed = {"line": finding.line} if finding.line else {}
    return {"code": finding.code, "pointer": pointer, "reason": finding.detail, **crossed}


def _refused(errors: list[dict[str, object]]) -> problems.Problem:
    lines = sorted({each["line"] for each in errors if "line" in each}, key=str)
    crossed = f" It crosses line {', '.join(map(str, lines))} of the product's lines." if lines else ""
    return AGREEMENT_REFUSED(f"{errors[0]['reason']}.{crossed}", errors=errors)
