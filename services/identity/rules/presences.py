"""A person and an officer at one counter: how presence is proved, for which task, and for how long (product line 3)."""

from datetime import datetime, timedelta

from shared import problems, states

# What an officer may do for a person who is there; which operations belong to each stands in the gateway's policy.
TASKS = ("intake", "record", "consent", "recovery")
ROLES = frozenset({"counter", "registrar"})
METHODS = {"code": "counter_code", "paper": "paper_form"}  # what a token says of how presence was proved
ASKED_FOR = {"code": timedelta(minutes=10), "paper": timedelta(minutes=30)}  # as long as a code is good; for a witness
FORM_TRIES = 5
LASTS = timedelta(minutes=30)
COUNTED = timedelta(days=1)
MOST_OF_STAFF = 60  # asked for by one member of staff while counted, proved or not
MOST_OF_ORGANIZATION = 300

PRESENCE = states.Machine(
    "presence",
    "asked",
    states.moves(
        {
            "confirm": ("asked", "confirmed"),
            "witness": ("asked", "confirmed"),
            "end": ("asked|confirmed", "ended"),
        }
    ),
)
NOT_ON_PAPER = problems.kind(
    422,
    "task-not-on-paper",
    "A signed form leads to nothing that could be consented to",
    "Ask with task intake: she says her needs, and consents to each hand-over of them.",
)
NOT_INDEPENDENT = problems.kind(
    409, "witness-not-independent", "A witness comes from another organisation", "Ask a colleague of another office."
)
CEILING = problems.kind(
    429, "presence-ceiling", "No more people can be served here today", "Go on tomorrow; the number stands in the code."
)


def check_task(task: str, kind: str) -> None:
    """422 `task-not-on-paper` for a consent alone by a form: whoever signed one is new here and has no referral yet."""
    if (task, kind) == ("consent", "paper"):
        raise NOT_ON_PAPER()


def check_ceiling(of_staff: int, of_organization: int) -> None:
    """429 `presence-ceiling` when so many were asked for already; misses count like hits."""
    if of_staff >= MOST_OF_STAFF or of_organization >= MOST_OF_ORGANIZATION:
        raise CEILING()


def now_is(state: str, ends_at: datetime, now: datetime) -> str:
    """The state as of now: a presence ends by itself, and so does a delegation."""
    return "ended" if now >= ends_at else state
