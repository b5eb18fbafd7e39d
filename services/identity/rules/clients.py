"""How a system client begins and ends, what it may ask for, and which keys prove it."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from joserfc.jwk import ECKey

from services.identity.rules.organizations import SECOND_PERSON, check_second
from shared import problems, states
from shared.contracts import proofs

CLIENT = states.Machine(
    "client",
    "proposed",
    states.moves({"approve": ("proposed", "active"), "revoke": ("proposed|active", "revoked")}),
)
KEY = states.Machine(
    "key",
    "proposed",
    states.moves({"approve": ("proposed", "active"), "retire": ("proposed|active", "retired")}),
)
PROVES = "active"  # the state of a key that proves its client
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENT_CREDENTIALS = "client_credentials"
AUTHORIZATION_CODE = "authorization_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - RFC 8693, 2.1
# A grant type that comes with another.
CARRIED_BY = {"refresh_token": AUTHORIZATION_CODE, TOKEN_EXCHANGE: AUTHORIZATION_CODE}
KEYS_MOST = 2  # proposed or active at a time, so that the new one is there before the old one goes
LOOPBACK = frozenset({"127.0.0.1", "::1"})
PUBLIC = ("crv", "kty", "x", "y")  # the required members of an EC key (RFC 7638, 3.2)

KEY_UNFIT = problems.kind(
    409, "client-key-unfit", "This key cannot prove a client", "Register the public part of an EC key on P-256 (ES256)."
)
REDIRECT_UNFIT = problems.kind(
    409, "redirect-uri-unfit", "Browsers are not sent there", "Use https, or http on a loopback host; no fragment."
)
GRANTS_UNFIT = problems.kind(
    409,
    "client-grants-unfit",
    "These grants do not fit together",
    "authorization_code comes with `signs_in` and `redirect_uris`, client_credentials with neither.",
)
KEYS_FULL = problems.kind(409, "client-keys-full", "It has two keys already", "Retire one of them first.")
KEY_LAST = problems.kind(409, "client-key-last", "It is the only key", "Add the next key first, or revoke the client.")


def public(jwk: Mapping[str, object]) -> dict[str, str]:
    """The public part of an EC key on P-256 and nothing else of it; a private part is refused, not passed over."""
    kept = {name: str(jwk.get(name, "")) for name in PUBLIC}
    if "d" in jwk or (kept["kty"], kept["crv"]) != ("EC", "P-256"):
        raise KEY_UNFIT()
    try:
        ECKey.import_key({**kept})
    except proofs.MALFORMED:
        raise KEY_UNFIT() from None
    return kept


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The name of a public key (RFC 7638, SHA-256)."""
    return ECKey.import_key({**jwk}).thumbprint()


def check_grants(grants: Collection[str], redirect_uris: Collection[str], signs_in: Collection[str]) -> None:
    """A client that signs people in says whom, and where browsers go back to; any other says neither."""
    people = AUTHORIZATION_CODE in grants
    if not grants or bool(redirect_uris) != people or bool(signs_in) != people:
        raise GRANTS_UNFIT()
    for uri in redirect_uris:
        check_redirect(uri)


def check_redirect(uri: str) -> None:
    """https, or http to the caller's own machine (RFC 8252, 7.3 and 8.3); no fragment, nobody's password."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise REDIRECT_UNFIT() from None
    local = host in LOOPBACK or host == "localhost" or host.endswith(".localhost")
    reached = parts.scheme == "https" or (parts.scheme == "http" and local)
    plain = uri.isascii() and uri.isprintable() and not set(uri) & set(' "<>\\^`{|}')
    if not reached or not host or port == 0 or "#" in uri or "@" in parts.netloc or not plain:
        raise REDIRECT_UNFIT()


def may_ask(grants: Collection[str], grant_type: str) -> bool:
    """Whether a client is registered for a grant type."""
    return CARRIED_BY.get(grant_type, grant_type) in grants


def check_approval(first: str | None, second: str, from_centre: bool) -> None:
    """Two people, one of them of the service centre."""
    check_second(first, second)
    if not from_centre:
        raise SECOND_PERSON("One of the two has to be of the service centre.")


def check_active(state: str) -> None:
    """Only a client that may act has keys to change."""
    if state != "active":
        raise problems.STATE_CONFLICT(
            f"A client that is {state} changes no keys.", state=state, allowed=CLIENT.allowed(state)
        )


def check_room(kept: Collection[str]) -> None:
    """A key can be added while there is room for one."""
    if len(kept) >= KEYS_MOST:
        raise KEYS_FULL()


def check_rest(key: str, active: Collection[str]) -> None:
    """An active key can be retired while another one stays."""
    if set(active) == {key}:
        raise KEY_LAST()
