"""What an authorization request may ask (RFC 9126, RFC 7636, FAPI 2.0 Security Profile, 5.3.2.2)."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping

from shared import problems, states

REQUEST_LIFETIME = 300  # seconds from the push to the end of the sign-in (FAPI: less than 600)
CODE_LIFETIME = 60  # seconds (FAPI: at most 60)
REQUEST_URN = "urn:ietf:params:oauth:request_uri:"
KINDS = frozenset({"staff", "resident"})
SCOPES = KINDS | {"openid"}
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
TEXT = re.compile(r"[\x20-\x7e]{0,512}")
NONCE = 64  # characters, at most (FAPI 2.0 Security Profile, 5.3.2.3)
# A program on the person's own machine listens there, at a port that it learns when it starts (RFC 8252, 7.3).
LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?((?:[/?][^#]*)?)")
LOCALHOST = re.compile(r"http://(?:[a-z0-9-]+\.)*localhost(?::[0-9]{1,5})?(?:[/?][^#]*)?")

AUTHORIZATION = states.Machine(
    "authorization",
    "pushed",
    states.moves({"open": ("pushed", "opened"), "answer": ("opened", "coded"), "redeem": ("coded", "redeemed")}),
)

INVALID_REQUEST = problems.kind(
    400, "authorization-request-invalid", "The authorization request cannot be used", "See `error_description`."
)
INVALID_CODE = problems.kind(
    400, "authorization-code-invalid", "The code is not valid", "Begin again at the authorization endpoint."
)


def check(asked: Mapping[str, str], redirect_uris: Collection[str], signs_in: Collection[str]) -> None:
    """Refuse whatever is not a code flow with PKCE S256 to a registered address."""
    if asked["response_type"] != "code":
        raise _invalid("response_type must be code", "unsupported_response_type")
    if asked["request"] or asked["request_uri"]:
        raise _invalid("the parameters are pushed as they are, without request or request_uri (RFC 9126, 2.1)")
    if not _registered(asked["redirect_uri"], redirect_uris):
        raise _invalid("redirect_uri must be one of those registered, exactly")
    if not is_guarded(asked["redirect_uri"]):
        raise _invalid("redirect_uri must be https, or lead to the person's own machine (RFC 8252, 7.3)")
    if asked["code_challenge_method"] != "S256" or not CHALLENGE.fullmatch(asked["code_challenge"]):
        raise _invalid("code_challenge with code_challenge_method S256 is needed (RFC 7636)")
    scope = frozenset(asked["scope"].split())
    if not scope <= SCOPES or len(scope & KINDS) != 1 or not scope & KINDS <= set(signs_in):
        raise _invalid("scope must be staff or resident, as registered, with or without openid", "invalid_scope")
    if not TEXT.fullmatch(asked["state"]) or not TEXT.fullmatch(asked["nonce"]) or len(asked["nonce"]) > NONCE:
        raise _invalid("state and nonce are short and printable")


def _registered(address: str, redirect_uris: Collection[str]) -> bool:
    """Whether an address is registered; at a loopback address the port is free (RFC 8252, 7.3)."""
    return _portless(address) in map(_portless, redirect_uris)


def _portless(address: str) -> str:
    found = LOOPBACK.fullmatch(address)
    return found[1] + found[2] if found else address


def is_guarded(address: str) -> bool:
    """Whether what is sent there stays off unencrypted networks (FAPI 2.0 Security Profile, 5.3.2.2)."""
    return address.startswith("https://") or bool(LOOPBACK.fullmatch(address) or LOCALHOST.fullmatch(address))


def kind(scope: str) -> str:
    """Who is to sign in: staff or resident."""
    return next(iter(KINDS & set(scope.split())))


def verifies(verifier: str, challenge: str) -> bool:
    """Whether the verifier belongs to the challenge (RFC 7636, 4.6)."""
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return bool(VERIFIER.fullmatch(verifier)) and hmac.compare_digest(made, challenge)


def _invalid(description: str, error: str = "invalid_request") -> problems.Problem:
    return INVALID_REQUEST(description, error=error, error_description=description)
