"""What we believe of a provider that signs staff in for us (OpenID Connect Core, 3.1.3.7; RFC 9207)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shared import problems

SKEW = 10  # seconds
LIFETIME_SECONDS = 300  # from sending the browser there to its coming back

UPSTREAM_AWAY = problems.kind(
    503, "upstream-away", "The sign-in of your organisation does not answer", "Try again in a moment."
)
UPSTREAM_INVALID = problems.kind(
    403, "upstream-invalid", "The sign-in of your organisation did not vouch for you", "Begin again at your service."
)
UPSTREAM_LEVEL = problems.kind(
    403,
    "upstream-level",
    "Your organisation's sign-in was not sure enough",
    "Sign in there with a second factor or a passkey, then begin again at your service.",
)
UPSTREAM_INSTEAD = problems.kind(
    403, "upstream-instead", "Staff sign in at their organisation's provider here", "Use the button on the page."
)


def read(text: str) -> dict[str, Any]:
    """A JSON object of the provider's; 503 `upstream-away` for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UPSTREAM_AWAY() from None
    if not isinstance(found, dict):
        raise UPSTREAM_AWAY()
    return found


@dataclass(frozen=True)
class Wanted:
    """What an ID token has to say; `signed_in_after`: not before then (seconds since 1970), 0 for whenever it was."""

    issuer: str
    client: str
    nonce: str
    signed_in_after: int = 0


def check_identity(claims: Mapping[str, Any], wanted: Wanted, now: int) -> None:
    """Hold an ID token against what was asked for."""
    issued, expires = claims.get("iat"), claims.get("exp")
    if claims.get("iss") != wanted.issuer or claims.get("aud") not in (wanted.client, [wanted.client]):
        raise UPSTREAM_INVALID("The ID token is of another provider, or for another client.")
    if not isinstance(issued, int) or not isinstance(expires, int) or issued > now + SKEW or expires <= now:
        raise UPSTREAM_INVALID("The ID token is of another time.")
    if claims.get("nonce") != wanted.nonce or not claims.get("sub"):
        raise UPSTREAM_INVALID("The ID token is of another request.")
    if wanted.signed_in_after and signed_in_at(claims, now) < wanted.signed_in_after - SKEW:
        raise UPSTREAM_INVALID("The provider did not sign you in anew.")


def check_sure(claims: Mapping[str, Any], sure: Collection[str]) -> None:
    """Hold how somebody signed in there (`acr`, `amr`) against what counts as sure; who says nothing is not."""
    methods = claims.get("amr")
    said = [claims.get("acr"), *(methods if isinstance(methods, list) else ())]
    if not any(isinstance(each, str) and each in sure for each in said):
        raise UPSTREAM_LEVEL()


def signed_in_at(claims: Mapping[str, Any], now: int) -> int:
    """When the person proved at the provider who they are, at the latest now; 0 where it does not say."""
    found = claims.get("auth_time")
    return min(found, now) if isinstance(found, int) and found > 0 else 0


def check_answer(query: Mapping[str, str], issuer: str, state: str) -> str:
    """The code in the address that the browser came back to; from this provider, for this request."""
    if query.get("iss") != issuer or query.get("state") != state or not query.get("code"):
        raise UPSTREAM_INVALID("The answer is of another provider or another request.")
    return query["code"]
