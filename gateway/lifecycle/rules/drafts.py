"""Reading a draft: what is no agreement at all, and what the product's lines refuse, with a pointer to the place."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from gateway.agreements import rules
from gateway.agreements.rules import Agreement, Assessment
from shared import problems
from shared.contracts.vocabulary import Vocabulary

OPEN: Final = 20  # drafts and offers of one organisation at a time

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
ASSESSMENT_NOT_NAMED = problems.kind(
    409,
    "assessment-not-named",
    "It names another assessment than was made",
    "Write the next version whose `impact_assessment` is `assessments`: ids, with a space between two.",
)
DRAFTS_TOO_MANY = problems.kind(
    409,
    "drafts-too-many",
    "Your organisation has too many open drafts",
    "Take one to its end first, or drop it (:terminate): no more than `limit` are drafted or offered at a time.",
)
PARTIES_CHANGED = problems.kind(
    409,
    "agreement-parties-changed",
    "A party is not what it was when this was drafted",
    "Write the next version with the parties as `errors` says; end this one first where it is suspended.",
)
ID_NOT_YOURS = problems.kind(
    422,
    "agreement-id-not-yours",
    "Such an id is not your organisation's to give",
    "Begin `agreement_id` with `prefix`, and not with another's longer one: it could block that one's agreements.",
)


def check_id(agreement_id: str, organisation: str, known: Iterable[str]) -> None:
    """A new id begins with the drafter, and with no longer id of a known organisation; 422 `agreement-id-not-yours`."""
    own, *others = (f"agr-{each.removeprefix('org-')}-" for each in (organisation, *known))
    longer = (each for each in others if len(each) > len(own))
    if not agreement_id.startswith(own) or agreement_id.startswith(tuple(longer)):
        raise ID_NOT_YOURS(prefix=own)


def check_open(count: int) -> None:
    """An organisation finishes what it began; 409 `drafts-too-many`."""
    if count >= OPEN:
        raise DRAFTS_TOO_MANY(limit=OPEN)


def check_assessed(purposes: Sequence[str], assessed: Mapping[str, Assessment], today: date) -> None:
    """PIPL 55: before personal data is provided to others its impact is assessed; 409 `impact-not-assessed`."""
    missing = [purpose for purpose in purposes if purpose not in assessed or assessed[purpose].until < today]
    if missing:
        raise IMPACT_NOT_ASSESSED(purposes=missing)


def check_named(agreement: Agreement, assessed: Mapping[str, Assessment]) -> None:
    """An agreement names the assessment of each of its purposes by id; 409 `assessment-not-named`."""
    named = agreement.impact_assessment.split()
    missing = [assessed[purpose].id for purpose in agreement.purposes if assessed[purpose].id not in named]
    if missing:
        raise ASSESSMENT_NOT_NAMED(assessments=missing)


def read(terms: Mapping[str, Any], vocabulary: Vocabulary) -> Agreement:
    """The draft that these terms are; 422 `agreement-refused` with everything that stands against it."""
    try:
        agreement = msgspec.convert({**terms, "state": "draft"}, Agreement)
    except msgspec.ValidationError as error:
        raise _refused([rules.misfit(error)]) from None
    found = rules.validate(agreement, vocabulary)
    if found:
        raise refused(found)
    return agreement


def refused(found: Sequence[rules.Finding]) -> problems.Problem:
    """The answer to a draft against which all of this stands."""
    return _refused(told(found))


def told(found: Sequence[rules.Finding]) -> list[dict[str, object]]:
    """Each finding as an entry of `errors`."""
    return [_told(each) for each in found]


def _told(finding: rules.Finding) -> dict[str, object]:
    pointer = "".join(f"/{step}" for step in finding.at)
    crossed = {"line": finding.line} if finding.line else {}
    return {"code": finding.code, "pointer": pointer, "reason": finding.detail, **crossed}


def _refused(errors: Sequence[Mapping[str, object]]) -> problems.Problem:
    lines = sorted({each["line"] for each in errors if "line" in each}, key=str)
    crossed = f" It crosses line {', '.join(map(str, lines))} of the product's lines." if lines else ""
    return AGREEMENT_REFUSED(f"{errors[0]['reason']}.{crossed}", errors=errors)
