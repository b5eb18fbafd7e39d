"""Which roles staff may have."""

from shared import problems, states

ROLES = frozenset(
    {"counter", "officer", "mediator", "registrar", "coordinator", "data_protection_officer", "administrator"}
)

STAFF = states.Machine(
    "member of staff",
    "invited",
    states.moves({"join": ("invited|active", "active"), "leave": ("invited|active", "left")}),
)
ROLE_UNKNOWN = problems.kind(409, "role-unknown", "This role is not on the list", "Use one of the roles of identity.")


def check_roles(roles: tuple[str, ...]) -> None:
    """Refuse a role that the house does not know."""
    unknown = sorted(set(roles) - ROLES)
    if unknown:
        raise ROLE_UNKNOWN(f"Not roles: {', '.join(unknown)}.")
