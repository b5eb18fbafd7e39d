"""How a refused caller may come back: with a token, a proof of its key, a fresh sign-in, or a token for more."""

from dataclasses import replace

from gateway.exchange import refusals
from gateway.exchange.credentials import PROOF_INVALID, TOKEN_MISSING
from shared.problems import Problem

# How RFC 6750, RFC 9449 and RFC 9470 call what our codes say; nothing is said of a token that did not come.
ERRORS = {
    TOKEN_MISSING.code: "",
    PROOF_INVALID.code: "invalid_dpop_proof",
    refusals.AUTHENTICATION_TOO_OLD.code: "insufficient_user_authentication",
    **dict.fromkeys(
        (
            refusals.SELF_ONLY.code,
            refusals.TASK_NOT_OF_ORGANISATION.code,
            refusals.TASK_NOT_OF_ROLE.code,
            refusals.TOKEN_NOT_FOR_PURPOSE.code,
        ),
        "insufficient_scope",
    ),
}


def headers(public_url: str, problem: Problem) -> dict[str, str]:
    """WWW-Authenticate where a token or proof helps (RFC 6750, 3.1; RFC 9449, 7.1; RFC 9470, 3; RFC 9728, 5.1)."""
    if problem.kind.status != 401 and problem.kind.code not in ERRORS:
        return {}
    error = ERRORS.get(problem.kind.code, "invalid_token")
    said = f'error="{error}", ' if error else ""
    if "max_age" in problem.extras:
        said += f'max_age="{problem.extras["max_age"]}", '
    metadata = f"{public_url}/.well-known/oauth-protected-resource"
    return {"www-authenticate": f'DPoP {said}algs="ES256", resource_metadata="{metadata}"'}


def challenged(public_url: str, problem: Problem) -> Problem:
    """The same problem with its challenge, for routes that the app factory answers for."""
    kind = replace(problem.kind, headers=headers(public_url, problem))
    return Problem(kind, problem.detail, problem.extras)
