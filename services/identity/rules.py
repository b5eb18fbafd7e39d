"""Who may be an organisation, what a token may say, and when an assertion proves the caller; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared import problems, states
from shared.contracts.vocabulary import Vocabulary

TOKEN_LIFETIME = 600  # seconds, the longest an access token lives
ASSERTION_LIFETIME = 300  # seconds, the longest an assertion may live (RFC 7523, 3)
CLOCK_SKEW = 60  # seconds that two honest clocks may differ
ROLES = frozenset(
    {"counter", "officer", "mediator", "registrar", "coordinator", "data_protection_officer", "administrator"}
)
CLIENT = states.Machine("client", "active", states.moves({"revoke": ("active", "revoked")}))
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

INVALID_CLIENT = problems.kind(
    401, "invalid-client", "The client is not known", "Sign a fresh assertion with the registered key (RFC 7523)."
)
INVALID_GRANT = problems.kind(
    400, "invalid-grant", "The assertion proves nobody", "Ask the issuer for a fresh assertion (RFC 7523)."
)
GRANT_TYPE = problems.kind(
    400, "unsupported-grant-type", "This grant type is not offered", "Use client_credentials or jwt-bearer."
)
PARTY_FORBIDDEN = problems.kind(
    409, "party-forbidden", "This body cannot be a party", "See line 5 of the lines it does not cross in the README."
)
ROLE_UNKNOWN = problems.kind(409, "role-unknown", "This role is not on the list", "Use one of the roles of identity.")


@dataclass(frozen=True)
class Principal:
    """Whom a token names: `subject` is a client, staff or person id."""

    kind: str
    subject: str
    client: str
    organisation: str = ""
    roles: tuple[str, ...] = ()


def check_organization(name: str, kind: str, vocabulary: Vocabulary) -> None:
    """Refuse bodies of policing, security and content control, and kinds outside the closed list (line 5)."""
    reason = vocabulary.forbidden(name, kind)
    if reason:
        raise PARTY_FORBIDDEN(reason)


def check_roles(roles: tuple[str, ...]) -> None:
    """Refuse a role that the house does not know."""
    unknown = sorted(set(roles) - ROLES)
    if unknown:
        raise ROLE_UNKNOWN(f"Not roles: {', '.join(unknown)}.")


def check_times(claims: Mapping[str, object], now: int) -> None:
    """Hold an assertion's clock (RFC 7523, 3): issued in the past, not run out, alive for at most 5 minutes."""
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise INVALID_GRANT("The assertion needs iat and exp in whole seconds.", error="invalid_grant")
    if issued > now + CLOCK_SKEW or expires <= now - CLOCK_SKEW or expires - issued > ASSERTION_LIFETIME:
        raise INVALID_GRANT("The assertion is of another time; it may live 300 s at most.", error="invalid_grant")


def token_claims(principal: Principal, issuer: str, region: str, now: int) -> dict[str, object]:
    """The claims of an access token (RFC 9068)."""
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": issuer,
        "sub": principal.subject,
        "client_id": principal.client,
        "iat": now,
        "exp": now + TOKEN_LIFETIME,
        "kind": principal.kind,
        "region": region,
    }
    if principal.organisation:
        claims |= {"organisation": principal.organisation, "roles": list(principal.roles)}
    return claims
