"""The one transition table of a mediation case, who may use which verb, and the guards on the moves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from shared import problems, states
from shared.contracts import clock

Role = Literal["applicant", "respondent"]
ROLES: Final[tuple[Role, ...]] = ("applicant", "respondent")

DAYS: Final = 30  # calendar days from acceptance, as local rules have it
LABOUR_DAYS: Final = 15  # calendar days from the application (Labour Dispute Mediation and Arbitration Law 14)
CODE_LIFE: Final = timedelta(days=8)

SIGNATURES_MISSING = problems.kind(
    409, "signatures-missing", "Not every party has signed this text", "Have the parties in `missing` sign first."
)
NOTICE_UNSIGNED = problems.kind(
    409,
    "notice-unsigned",
    "The notice of rights and duties is not signed by both",
    "Give the notice to the parties in `missing` and let them sign it.",
)
TERMS_STALE = problems.kind(
    409, "terms-stale", "This is not the text as it stands", "Read the case again and sign its `terms_hash`."
)
INVITATION_OPEN = problems.kind(
    409, "invitation-open", "An invitation is still open", "Wait for the answer, or until the invitation runs out."
)
INVITATION_INVALID = problems.kind(
    404, "invitation-invalid", "This code opens nothing", "Check the code, or ask the committee for a new invitation."
)
FOLLOW_UP_UNFOUNDED = problems.kind(
    409,
    "follow-up-unfounded",
    "The parties' reports and the due dates do not bear this out",
    "performed: no report may say otherwise; breached: a term is reported not performed, or overdue and unreported.",
)
TERM_PAST = problems.kind(
    422, "term-past", "A term cannot be due before today", "Give every term a due date of today or later."
)


class Verbs(states.Machine):
    """A machine whose moves are a verb, or a verb and its answer; callers are told the verbs."""

    def allowed(self, state: str) -> list[str]:
        """The verbs possible in `state`, each once."""
        return list(dict.fromkeys(move.split()[0] for move in super().allowed(state)))


_OPEN = "applied|screening|inviting|accepted|notified|in_session|agreement_drafted"
_BINDING = "agreement_signed|performing"
CASE: Final = Verbs(
    "case",
    "applied",
    states.moves(
        {
            "screen in_scope": ("applied", "screening"),
            "screen out_of_scope": ("applied", "out_of_scope"),
            "invite": ("screening|inviting", "inviting"),
            "answer accepted": ("inviting", "accepted"),
            "answer refused": ("inviting", "declined"),
            "notify": ("accepted", "notified"),
            "open-session": ("notified|in_session", "in_session"),
            "draft": ("in_session|agreement_drafted", "agreement_drafted"),
            "sign": ("agreement_drafted", "agreement_drafted"),
            "seal": ("agreement_drafted", "agreement_signed"),
            "report": (_BINDING, "performing"),
            "follow-up performed": (_BINDING, "performed"),
            "follow-up breached": (_BINDING, "breached"),
            # A signed agreement binds (People's Mediation Law 31): what a party may stop at any time is mediation.
            "stop": (_OPEN, "terminated"),
        }
    ),
)
PARTY_VERBS: Final = frozenset({"sign", "report", "stop"})
MEDIATOR_VERBS: Final = frozenset({"screen", "invite", "notify", "open-session", "draft", "seal", "follow-up"})
ENDS: Final = frozenset({"out_of_scope", "declined", "terminated", "performed", "breached"})


def for_party(state: str) -> list[str]:
    """The verbs that a party may use now."""
    return [verb for verb in CASE.allowed(state) if verb in PARTY_VERBS]


def for_mediator(state: str) -> list[str]:
    """The verbs that the committee's mediator may use now."""
    return [verb for verb in CASE.allowed(state) if verb in MEDIATOR_VERBS]


def due(dispute_type: str, applied: datetime, accepted: datetime) -> date:
    """The day by which mediation should have ended; labour counts from the application, all others from acceptance."""
    if dispute_type == "labour":
        return clock.day_of(applied) + timedelta(days=LABOUR_DAYS)
    return clock.day_of(accepted) + timedelta(days=DAYS)


def check_invitation_over(expires_at: datetime | None, now: datetime) -> None:
    """One invitation at a time, so that nobody is pressed. 409 `invitation-open`."""
    if expires_at is not None and now < expires_at:
        raise INVITATION_OPEN()


def is_open(expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Whether a code still serves: once, and within its eight days."""
    return used_at is None and now < expires_at


def check_notice(signed_by: Collection[str]) -> None:
    """No session before every party signed the notice. 409 `notice-unsigned`."""
    missing = [role for role in ROLES if role not in signed_by]
    if missing:
        raise NOTICE_UNSIGNED(missing=missing)


def check_signatures(signed_by: Collection[str]) -> None:
    """The committee seals only what every party signed (People's Mediation Law 29). 409 `signatures-missing`."""
    missing = [role for role in ROLES if role not in signed_by]
    if missing:
        raise SIGNATURES_MISSING(missing=missing)


def check_text(signed: str, current: str) -> None:
    """Each party signs the same text. 409 `terms-stale`."""
    if signed != current:
        raise TERMS_STALE()


def check_dues(dues: Collection[date], now: datetime) -> None:
    """A term lies ahead when it is drafted. 422 `term-past`."""
    if any(day < clock.day_of(now) for day in dues):
        raise TERM_PAST()


@dataclass(frozen=True)
class Performance:
    """One term, and what each party last said about it."""

    due: date
    reports: Mapping[str, str]

    def overdue(self, day: date) -> bool:
        """Past its due date and nobody says that it was performed."""
        return self.due < day and "performed" not in self.reports.values()

    def contested(self) -> bool:
        """A party says that it was not performed."""
        return "not_performed" in self.reports.values()


def check_follow_up(result: str, terms: Collection[Performance], now: datetime) -> None:
    """The mediator's finding stands on reports and dates (People's Mediation Law 31). 409 `follow-up-unfounded`."""
    contested = any(term.contested() for term in terms)
    if result == "performed" and contested:
        raise FOLLOW_UP_UNFOUNDED()
    if result == "breached" and not (contested or any(term.overdue(clock.day_of(now)) for term in terms)):
        raise FOLLOW_UP_UNFOUNDED()
