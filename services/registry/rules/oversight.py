"""What those who are responsible keep account of: assessments before processing (PIPL 55, 56), incidents (PIPL 57)."""

import datetime
from typing import Final, Literal

from shared import problems, states

Grade = Literal["general", "larger", "major", "grave"]  # 一般, 较大, 重大, 特别重大
Verb = Literal["report", "tell", "close"]

REVIEW_AFTER: Final = datetime.timedelta(days=365)
# For an incident from grade `larger` on, 4 hours to the province's authority: Administrative Measures for Reporting
# National Cybersecurity Incidents (in force 1 November 2025). The law gives no hours for the people: "at once".
REPORT_WITHIN: Final = datetime.timedelta(hours=4)
TELL_WITHIN: Final = datetime.timedelta(hours=72)
_REPORTED: Final[frozenset[Grade]] = frozenset({"larger", "major", "grave"})

ASSESSMENT: Final = states.Machine(
    "impact assessment",
    "draft",
    states.moves(
        {
            "approve": ("draft", "approved"),
            "withdraw": ("draft", "withdrawn"),
            "supersede": ("approved", "superseded"),
        }
    ),
)

PURPOSE_UNKNOWN = problems.kind(
    422,
    "assessment-purpose-unknown",
    "Not a purpose",
    "Assess a purpose of the signed release; see /directory/processing.",
)
ANOTHER_APPROVES = problems.kind(
    403, "assessment-same-officer", "You wrote this assessment", "Another data protection officer approves it."
)
CLOSED = problems.kind(409, "incident-closed", "This incident is closed", "A new finding is a new incident.")
DONE_BEFORE = problems.kind(409, "incident-done-before", "This was done already", "Nothing else has to be done.")
NOT_DONE = problems.kind(
    409,
    "incident-not-done",
    "Something has to be done first",
    "Report it where its grade wants that, and tell the people, or say by which measures no harm can come (PIPL 57).",
)
PERIOD = problems.kind(
    422, "incident-period", "This period is not possible", "It begins before it ends, and has begun."
)


def check_approver(written_by: str, officer: str) -> None:
    """Four eyes. Raises `assessment-same-officer`."""
    if written_by == officer:
        raise ANOTHER_APPROVES()


def check_period(begins: datetime.datetime, ends: datetime.datetime, now: datetime.datetime) -> None:
    """Raises `incident-period` unless the period is one and has begun."""
    if not begins <= ends or begins > now:
        raise PERIOD()


def check_found(begins: datetime.datetime, found: datetime.datetime, now: datetime.datetime) -> None:
    """The clocks begin when it was found: not before it began, and not later than now. Raises `incident-period`."""
    if not begins <= found <= now:
        raise PERIOD()


def report_due(grade: Grade, found_at: datetime.datetime) -> datetime.datetime | None:
    """By when the authority has to know; None where it need not."""
    return found_at + REPORT_WITHIN if grade in _REPORTED else None


def tell_due(found_at: datetime.datetime) -> datetime.datetime:
    """By when the people concerned have to know."""
    return found_at + TELL_WITHIN


def overdue(
    dues: tuple[tuple[datetime.datetime | None, datetime.datetime | None], ...], now: datetime.datetime
) -> bool:
    """Whether of any (due, done) the first has passed without the second."""
    return any(due is not None and done is None and now > due for due, done in dues)


def check_closing(report_due_at: datetime.datetime | None, reported: bool, told: bool, harmless: bool) -> None:
    """Raises `incident-not-done` while the authority or the people wait, unless no harm can come to them."""
    if (report_due_at is not None and not reported) or not (told or harmless):
        raise NOT_DONE()
