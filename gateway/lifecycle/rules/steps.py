"""The steps of an agreement's life, and who may take the next one; all of it is read from the steps before."""

from collections.abc import Iterable, Sequence
from typing import Final

from gateway.agreements.rules import AGREEMENT_GONE, Agreement, Outline
from gateway.agreements.steps import AGREED, Side, Step
from shared import problems

SIDES: Final[tuple[Side, Side]] = ("provider", "consumer")
PEOPLE: Final = 2  # of each side who approve (政务数据共享条例 20: whoever answers for it, on both sides)
# 政务数据共享条例 28: between themselves, then the authority of their level, then the one above both, then government.
LADDER: Final = ("negotiation", "same_level_authority", "common_superior", "government")

NOT_A_PARTY = problems.kind(
    403, "not-a-party", "Not an agreement of your organisation", "Only its provider and its consumer may do this."
)
OTHER_SIDE = problems.kind(
    409, "side-wrong", "This is for the other side", "Ask the other party, or see the steps for whose turn it is."
)
SECOND_OFFICER = problems.kind(
    409, "second-officer-needed", "This takes two people of one side", "Ask a colleague of your organisation."
)
RETURNED_ONCE = problems.kind(
    409,
    "agreement-returned-before",
    "It was returned once already",
    "Agree, or refuse with the reasons: what is missing is listed once and completely (政务数据共享条例 21).",
)
EXTENDED_ONCE = problems.kind(
    409, "reply-not-extendable", "The time to reply is not extended", "Only a conditional one is, once, before it ends."
)
NOTHING_OPEN = problems.kind(409, "nothing-open", "Nothing of this kind is open", "See the steps of the agreement.")
DISPUTE_NEGOTIATED = problems.kind(
    409,
    "dispute-negotiated",
    "No decision ends the dispute yet",
    "Who opened it settles it, or bring it up (:escalate): what the government decides, either side writes down.",
)
LADDER_ENDS = problems.kind(409, "ladder-ends", "There is nobody above", "The government's decision ends the dispute.")


def side(agreement: Agreement | Outline, region: str, organisation: str, stranger: problems.Kind = NOT_A_PARTY) -> Side:
    """Which side an organisation of a region is; 403 `not-a-party` for any other, and for its namesake elsewhere."""
    found = party(agreement, region, organisation)
    if found is None:
        raise stranger()
    return found


def party(agreement: Agreement | Outline, region: str, organisation: str) -> Side | None:
    """Which side an organisation of a region is, if any."""
    for which, each in zip(SIDES, (agreement.provider, agreement.consumer), strict=True):
        if (each.region, each.organisation) == (region, organisation):
            return which
    return None


def stranger(steps: Sequence[Step]) -> problems.Kind:
    """What who is no party is told of a version that it names: that there is none, until it was agreed.

    Of an offer's running clock the coordination office hears before, and of nothing else in it.
    """
    return NOT_A_PARTY if last(steps, *AGREED) else AGREEMENT_GONE


def since(steps: Sequence[Step], kind: str) -> Sequence[Step]:
    """The last step of this kind and what came after it; nothing if there is none."""
    for place in range(len(steps) - 1, -1, -1):
        if steps[place].kind == kind:
            return steps[place:]
    return ()


def last(steps: Iterable[Step], *kinds: str) -> Step | None:
    """The last step that is one of these kinds."""
    found = None
    for step in steps:
        found = step if step.kind in kinds else found
    return found


def check_answers(steps: Sequence[Step], side: Side) -> None:
    """An offer is answered by the other side than made it."""
    if not is_answering(steps, side):
        raise OTHER_SIDE()


def is_answering(steps: Sequence[Step], side: Side) -> bool:
    """Whether the other side made the offer."""
    offered = last(steps, "offered")
    return offered is None or offered.side != side


def check_drafted(steps: Sequence[Step], side: Side) -> None:
    """A draft is offered or dropped by the side that wrote it; what came from a file, by the provider."""
    drafted = last(steps, "drafted")
    if drafted and drafted.side != side:
        raise OTHER_SIDE()


def check_returns(before: Sequence[Step]) -> None:
    """政务数据共享条例 21: what is missing is told once, until it is agreed; `before` are the steps of all versions."""
    if last(since(before, "agreed") or before, "returned"):
        raise RETURNED_ONCE()


def offer(steps: Sequence[Step]) -> int:
    """Which offer stands or was agreed, counted from 1; 0 for a draft. What was signed is for this one."""
    came = last(steps, "offered", "taken_back", "returned")
    return offers(steps) if came and came.kind == "offered" else 0


def offers(steps: Sequence[Step]) -> int:
    """How often it was offered."""
    return sum(step.kind == "offered" for step in steps)


def approvals(steps: Sequence[Step], side: Side) -> list[str]:
    """Who approved for this side since it was offered."""
    return [step.officer for step in since(steps, "offered") if step.kind == "approved" and step.side == side]


def check_approves(steps: Sequence[Step], side: Side, officer: str) -> None:
    """Each officer approves once, for whichever side, and two of a side are enough."""
    if officer in (*approvals(steps, "provider"), *approvals(steps, "consumer")):
        raise SECOND_OFFICER("You approved it already.")
    if len(approvals(steps, side)) >= PEOPLE:
        raise SECOND_OFFICER("Two of your side approved it.")


def is_second(steps: Sequence[Step], proposal: str, began: str, by: Step) -> bool:
    """Whether somebody else of the same side proposed this since `began`; 409 when it was the same officer."""
    proposed = last(since(steps, began), proposal)
    if proposed is None or proposed.side != by.side:
        return False
    if proposed.officer == by.officer:
        raise SECOND_OFFICER()
    return True


def check_resumes(steps: Sequence[Step], side: Side) -> None:
    """A side that suspended lifts its own; who misused something does not lift the other's."""
    by = suspenders(steps)
    if by and side not in by:
        raise OTHER_SIDE()


def suspenders(steps: Sequence[Step]) -> frozenset[Side]:
    """The sides whose suspension stands."""
    standing: dict[Side, bool] = {}
    for step in steps:
        if step.kind in ("activated", "resumed"):
            standing.clear()
        elif step.kind in ("suspended", "lifted") and step.side:
            standing[step.side] = step.kind == "suspended"
    return frozenset(side for side, stands in standing.items() if stands)


def correction(steps: Sequence[Step]) -> Step | None:
    """What is said to be wrong and was not answered yet."""
    asked = last(steps, "correction_asked", "corrected")
    return asked if asked and asked.kind == "correction_asked" else None


def next_level(steps: Sequence[Step]) -> str:
    """Who decides a dispute after whoever does now (政务数据共享条例 28)."""
    level = dispute_level(steps)
    if level is None:
        raise NOTHING_OPEN()
    if level == LADDER[-1]:
        raise LADDER_ENDS()
    return LADDER[LADDER.index(level) + 1]


def check_settles(steps: Sequence[Step], side: Side) -> None:
    """政务数据共享条例 28: who opened a dispute says that both agree; what the government decided, either side."""
    opened, level = last(steps, "disputed"), dispute_level(steps)
    if opened is None or level is None:
        raise NOTHING_OPEN()
    if level != LADDER[-1] and opened.side != side:
        raise DISPUTE_NEGOTIATED()


def dispute_level(steps: Sequence[Step]) -> str | None:
    """Who decides the open dispute; none when nothing is in dispute."""
    open_ = since(steps, "disputed")
    if not open_ or last(open_, "settled"):
        return None
    return LADDER[sum(step.kind == "escalated" for step in open_)]
