"""When an assertion proves its caller (RFC 7523, 3)."""

from collections.abc import Mapping

from shared import problems

LIFETIME = 300  # seconds, the longest an assertion may live
CLOCK_SKEW = (
    10  # seconds that a clock may be ahead of ours (FAPI 2.0 Security Profile, 5.3.2.1: 10 must do, 60 must not)
)
JTI = range(8, 129)  # characters of an id
NAME = 256  # characters, the longest name

INVALID_CLIENT = problems.kind(
    401, "invalid-client", "The client is not known", "Sign a fresh assertion with the registered key (RFC 7523)."
)
INVALID_GRANT = problems.kind(
    400, "invalid-grant", "The assertion proves nobody", "Ask the issuer for a fresh assertion (RFC 7523)."
)


def name(value: object) -> str:
    """What an assertion calls somebody or itself; empty for anything that could be nobody's name here."""
    return value if isinstance(value, str) and len(value) <= NAME and value.isprintable() else ""


def check_times(claims: Mapping[str, object], now: int) -> None:
    """Hold an assertion's clock: issued in the past and good already, not run out, alive for at most 5 minutes."""
    issued, expires = claims.get("iat"), claims.get("exp")
    begins = claims.get("nbf", issued)
    if type(issued) is not int or type(expires) is not int or type(begins) is not int:
        raise INVALID_CLIENT("The assertion needs iat and exp in whole seconds.", error="invalid_client")
    if max(issued, begins) > now + CLOCK_SKEW or expires <= now or expires - issued > LIFETIME:
        raise INVALID_CLIENT("The assertion is of another time; it may live 300 s at most.", error="invalid_client")


def check_audience(claims: Mapping[str, object], issuer: str) -> None:
    """The audience is our issuer identifier, as one string (FAPI 2.0 Security Profile, 5.3.2.1)."""
    if claims.get("aud") != issuer:
        raise INVALID_CLIENT(f"The assertion's aud must be {issuer}, as one string.", error="invalid_client")
