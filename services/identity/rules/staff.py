"""Which roles staff may have together, who may give and take them, and how a member of staff comes and goes."""

from collections.abc import Collection
from datetime import timedelta

from services.identity.rules import letters
from services.identity.rules.organizations import ORGANIZATION, Place
from shared import problems, states

ADMINISTRATOR = "administrator"
PROTECTION = "data_protection_officer"
WORK = frozenset({"counter", "officer", "mediator", "registrar", "coordinator"})
ROLES = WORK | {PROTECTION, ADMINISTRATOR}
# Who gives powers does none of the work; who watches over the work does none of it; who mediates decides nothing else.
APART: tuple[tuple[str, frozenset[str]], ...] = (
    (ADMINISTRATOR, WORK | {PROTECTION}),
    (PROTECTION, WORK | {ADMINISTRATOR}),
    ("mediator", frozenset({"officer"})),
)
INVITED_FOR = timedelta(days=7)
_APPROVAL = 20  # letters, five bits each

STAFF = states.Machine(
    "member of staff",
    "invited",
    states.moves({"join": ("invited|active", "active"), "leave": ("invited|active", "left")}),
)
ROLE_UNKNOWN = problems.kind(409, "role-unknown", "This role is not on the list", "Use one of the roles of identity.")
ROLES_APART = problems.kind(
    409, "roles-apart", "One person does not have these roles together", "Give one of them to somebody else."
)
OWN_ENTRY = problems.kind(
    409, "not-for-oneself", "Nobody changes what they may do themselves", "Ask another administrator."
)
LAST_ADMINISTRATOR = problems.kind(
    409, "last-administrator", "It would have no administrator left", "Make somebody else an administrator first."
)


def check_roles(roles: Collection[str]) -> None:
    """Refuse roles that the house does not know, and roles that are kept apart."""
    unknown = sorted(set(roles) - ROLES)
    if unknown:
        raise ROLE_UNKNOWN(f"Not roles: {', '.join(unknown)}.")
    for role, others in APART:
        together = sorted(others & set(roles))
        if role in roles and together:
            raise ROLES_APART(f"{role} does not go with {', '.join(together)}.")


def may_act(organisation: str, place: Place, others: Collection[str]) -> bool:
    """Whether an administrator of `organisation` answers for the staff of `place`.

    Each organisation for its own; the service centre above it where nobody else can: while it is not active, or has no
    active administrator (`others`, without the member concerned).
    """
    if organisation == place.id:
        return True
    return organisation in place.centres and (place.state != "active" or not others)


def may_approve(organisation: str, place: Place) -> bool:
    """Whether an administrator of `organisation` may be the second of two for the staff of `place`.

    Of the same organisation, or of a service centre above it, for an office may have one administrator alone.
    """
    return organisation == place.id or organisation in place.centres


def may_use(organisation: str, place: Place) -> bool:
    """Whether staff of `place` sign in at a front end of `organisation`: of their own, or of one above it."""
    return organisation in place.line


def approval() -> str:
    """A second code, short enough to be read out."""
    return letters.grouped(letters.random(_APPROVAL))


def typed(code: str) -> str:
    """A second code whatever way it was typed."""
    return letters.folded(code)


def check_other(actor: str, member: str) -> None:
    """Nobody gives roles to, moves, invites or approves themselves."""
    if actor == member:
        raise OWN_ENTRY()


def check_here(state: str) -> None:
    """Whoever left is not changed any more."""
    if state == "left":
        raise problems.STATE_CONFLICT("Whoever left stays away.", state=state, allowed=STAFF.allowed(state))


def check_in_force(place: Place) -> None:
    """Roles are given and people move while their organisation is active: whoever suspends it does not remake it."""
    if place.state != "active":
        raise problems.STATE_CONFLICT(
            f"Nobody gets roles or moves in an organisation that is {place.state}.",
            state=place.state,
            allowed=ORGANIZATION.allowed(place.state),
        )


def check_keeps_administrator(place: Place, others: Collection[str]) -> None:
    """An active organisation keeps an active administrator, once it has one (`others`, without the one who goes)."""
    if place.state == "active" and not others:
        raise LAST_ADMINISTRATOR()
