"""How a refused caller may come back: with a token, with a proof of its key, or with a token for more."""

from dataclasses import replace

from gateway.exchange import refusals
from gateway.exchange.credentials import PROOF_INVALID, TOKEN_MISSING
from shared.problems import Kind, Problem

# What another token would open.
INSUFFICIENT = frozenset(
    each.code
    for each in (
        refusals.SELF_ONLY,
        refusals.TASK_NOT_OF_ORGANISATION,
        refusals.TASK_NOT_OF_ROLE,
        refusals.TOKEN_NOT_FOR_PURPOSE,
    )
)


def headers(public_url: str, kind: Kind) -> dict[str, str]:
    """WWW-Authenticate for a refusal, where a token could help (RFC 6750, 3.1; RFC 9449, 7.1; RFC 9728, 5.1)."""
    if kind.status != 401 and kind.code not in INSUFFICIENT:
        return {}
    metadata = f"{public_url}/.well-known/oauth-protected-resource"
    return {"www-authenticate": f'DPoP {_error(kind)}algs="ES256", resource_metadata="{metadata}"'}


def _error(kind: Kind) -> str:
    if kind.code == TOKEN_MISSING.code:
        return ""
    if kind.code == PROOF_INVALID.code:
        return 'error="invalid_dpop_proof", '
    return 'error="insufficient_scope", ' if kind.code in INSUFFICIENT else 'error="invalid_token", '


def challenged(public_url: str, problem: Problem) -> Problem:
    """The same problem with its challenge, for routes that the app factory answers for."""
    kind = replace(problem.kind, headers=headers(public_url, problem.kind))
    return Problem(kind, problem.detail, problem.extras)
