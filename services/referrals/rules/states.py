"""The referral's one transition table: states, verbs, who may use them, reasons, and the FHIR code of each state."""

from datetime import datetime
from typing import Final, Literal, get_args

from shared import problems, states

Party = Literal["person", "recipient", "clock"]
State = Literal[
    "draft",
    "awaiting_consent",
    "requested",
    "accepted",
    "in_progress",
    "on_hold",
    "completed",
    "failed",
    "rejected",
    "cancelled",
    "expired",
    "revoked",
]
RejectReason = Literal["not_responsible", "not_eligible", "no_capacity", "material_missing", "duplicate"]
HoldReason = Literal["waiting_for_material", "waiting_list", "persons_wish"]
FailReason = Literal["not_reachable", "not_eligible_after_check", "no_longer_wanted", "service_not_available"]
CancelReason = Literal["persons_wish", "solved_otherwise", "moved_on"]
Outcome = Literal["provided", "partly_provided", "advice_given"]
PersonAnswer = Literal["confirmed", "disputed"]

CONSENT_REFUSED: Final = "consent_refused"
CONSENT_WITHDRAWN: Final = "consent_withdrawn"

MACHINE: Final = states.Machine(
    "referral",
    "draft",
    states.moves(
        {
            "ask": ("draft", "awaiting_consent"),
            "consent": ("awaiting_consent", "requested"),
            "refuse": ("awaiting_consent", "cancelled"),
            "accept": ("requested", "accepted"),
            "reject": ("requested", "rejected"),
            "start": ("accepted", "in_progress"),
            "hold": ("accepted|in_progress", "on_hold"),
            "resume": ("on_hold", "in_progress"),
            "complete": ("in_progress", "completed"),
            "fail": ("accepted|in_progress|on_hold", "failed"),
            "cancel": ("draft|awaiting_consent|requested|accepted|in_progress|on_hold", "cancelled"),
            "revoke": ("requested|accepted|in_progress|on_hold", "revoked"),
            "confirm": ("completed", "completed"),
            "dispute": ("completed", "completed"),
            "discard": ("draft", "cancelled"),
            "lapse": ("awaiting_consent", "cancelled"),
            "expire": ("requested", "expired"),
            "run_out": ("accepted|in_progress|on_hold", "cancelled"),
        }
    ),
)

# A consent is the person's verb too: it arrives as a fact from where consents are kept.
VERBS: Final[dict[Party, frozenset[str]]] = {
    "person": frozenset({"ask", "consent", "refuse", "cancel", "revoke", "confirm", "dispute"}),
    "recipient": frozenset({"accept", "reject", "start", "hold", "resume", "complete", "fail"}),
    "clock": frozenset({"discard", "lapse", "expire", "run_out"}),
}

# FHIR R4 Task.status as HL7 SDOH Clinical Care 3.0.0 uses it; the finer state is ours.
FHIR: Final[dict[str, str]] = {
    "draft": "draft",
    "awaiting_consent": "draft",
    "requested": "requested",
    "accepted": "accepted",
    "in_progress": "in-progress",
    "on_hold": "on-hold",
    "completed": "completed",
    "failed": "failed",
    "rejected": "rejected",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "revoked": "cancelled",
}

OPEN: Final = frozenset({"draft", "awaiting_consent", "requested", "accepted", "in_progress", "on_hold"})
STATES: Final[tuple[str, ...]] = get_args(State)
_RELEASED: Final = frozenset({"accepted", "in_progress", "on_hold"})


def after(state: str, verb: str, party: Party) -> str:
    """The state after `verb`; 409 `state-conflict` that lists the verbs which this party may use now."""
    if verb not in allowed(state, party):
        raise problems.STATE_CONFLICT(
            f"A referral that is {state} cannot be moved by '{verb}'.", state=state, allowed=allowed(state, party)
        )
    return MACHINE.after(state, verb)


def allowed(state: str, party: Party) -> list[str]:
    """The verbs that `party` may use in `state`, in the order of the table."""
    return [verb for verb in MACHINE.allowed(state) if verb in VERBS[party]]


def released(state: str, preview: list[str], full: list[str]) -> list[str]:
    """The fields that a recipient may see: the preview until it accepts, all while it works, none once it is closed."""
    if state == "requested":
        return preview
    return full if state in _RELEASED else []


def check_running(state: str, ends_at: datetime | None, now: datetime) -> None:
    """Refuse a verb on a referral whose time is over but which no sweep has ended yet."""
    if ends_at and ends_at <= now:
        raise problems.STATE_CONFLICT("This referral has run out.", state=state, allowed=[])
