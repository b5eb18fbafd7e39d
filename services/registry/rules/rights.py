"""What a person may ask about what is kept of her (PIPL chapter IV), who answers by when, and where she goes then."""

from datetime import date, timedelta
from typing import Final, Literal

from shared import problems, states

Kind = Literal["explain", "correct", "delete", "restrict"]
About = Literal["record", "dependant", "name_writing", "consent", "record_request", "referral", "case", "access"]
Reason = Literal["law_requires_keeping", "not_kept_here", "found_correct", "rights_of_others", "cannot_be_done"]
Answer = Literal["grant", "refuse", "extend", "uphold", "overturn"]

DAYS: Final = 15  # from the day of asking or appealing; once as many again. The law says "promptly" (PIPL 50).
MOST_OPEN: Final = 10  # requests of one person that wait for an answer
MOST_IN_A_MONTH: Final = 30  # requests of one person in 30 days
MONTH: Final = timedelta(days=30)
ERASE: Final = "erase"
ARTICLES: Final[dict[str, str]] = {
    "explain": "PIPL 48",
    "correct": "PIPL 46",
    "delete": "PIPL 47",
    "restrict": "PIPL 44",
    ERASE: "PIPL 47",
}

ERASURE: Final = states.Machine("erasure", "received", states.moves({"carry_out": ("received", "carried_out")}))
REQUEST: Final = states.Machine(
    "rights request",
    "received",
    states.moves(
        {
            "extend": ("received", "extended"),
            "grant": ("received|extended", "granted"),
            "refuse": ("received|extended", "refused"),
            "appeal": ("refused", "appealed"),
            "uphold": ("appealed", "upheld"),
            "overturn": ("appealed", "granted"),
            "take_back": ("received|extended|appealed", "taken_back"),
        }
    ),
)
OPEN: Final = frozenset({"received", "extended", "appealed"})
_UNDER_APPEAL: Final = frozenset({"uphold", "overturn"})

# Where she goes when she is refused or nobody answers in time; the second and third need nothing of this platform.
ROUTES: Final = (
    "可在此申请复核，由另一名个人信息保护负责人处理。 / Appeal here: another officer looks at it.",
    "可向履行个人信息保护职责的部门投诉、举报（个人信息保护法第六十五条）。 / "
    "Complain to the authority that supervises the protection of personal information (PIPL 65).",
    "可依法向人民法院提起诉讼（个人信息保护法第五十条）。 / Sue at a people's court (PIPL 50).",
)

ASKED_ALREADY = problems.kind(
    409, "erasure-asked-already", "This was asked for already", "Wait: nothing else has to be done."
)
TOO_MANY = problems.kind(
    409,
    "rights-too-many-open",
    "Too many requests wait for an answer",
    f"At most {MOST_OPEN} wait at a time, and {MOST_IN_A_MONTH} are asked in 30 days: wait for an answer.",
)
NO_DESK = problems.kind(
    503, "rights-desk-missing", "No service centre is registered yet", "Its administrator registers one first."
)
ANOTHER_OFFICER = problems.kind(
    403, "rights-same-officer", "You answered this request before", "An appeal is decided by another officer."
)
REASON_WANTED = problems.kind(
    422, "rights-reason-missing", "A refusal needs its reason", "Name a `reason` of the list; with no other answer."
)


def due_on(asked_on: date) -> date:
    """The last day for an answer."""
    return asked_on + timedelta(days=DAYS)


def is_overdue(state: str, due: date, today: date) -> bool:
    """Whether somebody should have answered by now."""
    return state in OPEN and today > due


def routes(state: str, overdue: bool) -> tuple[str, ...]:
    """Where the person can go now: everywhere after a refusal, outside when nobody answers or the appeal failed."""
    if state == "refused":
        return ROUTES
    return ROUTES[1:] if overdue or state == "upheld" else ()


def check_answer(verb: str, reason: str | None) -> None:
    """Whoever refuses says why, by law (PIPL 50), and nobody else does. Raises `rights-reason-missing`."""
    if (reason is not None) != (verb in {"refuse", "uphold"}):
        raise REASON_WANTED()


def check_officer(verb: str, answered_by: str | None, officer: str) -> None:
    """An appeal is for somebody else than who answered. Raises `rights-same-officer`."""
    if verb in _UNDER_APPEAL and answered_by == officer:
        raise ANOTHER_OFFICER()


def message(region: str) -> str:
    """What goes to the person's contact: the same words for everybody (product line 4), in two languages."""
    return (
        f"【接力】{region}：您提出的一项个人信息权利请求有新的答复，请登录查看。 / "
        f"There is an answer to a request that you made about your personal information: sign in to read it."
    )
