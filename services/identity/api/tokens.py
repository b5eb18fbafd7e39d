"""The authorization server (OAuth 2.1): tokens, their revocation, its keys and metadata."""

from typing import Annotated

from fastapi import Depends, Form, Header, Response

from services.identity.commands import keys as signing
from services.identity.commands import passkeys, proving
from services.identity.commands import tokens as commands
from services.identity.rules import authorization, sessions, tokens
from services.identity.schemas import tokens as schemas
from shared import requests
from shared.app import rendered
from shared.contracts import proofs
from shared.problems import Problem
from shared.requests import Public, RuntimeDep, SessionDep
from shared.runtime import Runtime

router = requests.router()
Proof = Annotated[str, Header(alias="DPoP", description="A proof of possession (RFC 9449).")]


@router.post(
    "/v1/token",
    response_model=schemas.TokenOut,
    response_model_exclude_none=True,
    dependencies=[Depends(requests.kept_nowhere)],
)
async def token(
    session: SessionDep, runtime: RuntimeDep, _: Public, form: Annotated[schemas.TokenForm, Form()], dpop: Proof = ""
) -> schemas.TokenOut | Response:
    """An access token for a proven caller, bound to its key (RFC 6749, RFC 7523, RFC 9068, RFC 9449)."""
    issued = await commands.issue(session, runtime, form, dpop)
    return rendered(issued) if isinstance(issued, Problem) else issued


@router.post("/v1/token:revoke")
async def revoke(
    session: SessionDep, runtime: RuntimeDep, _: Public, form: Annotated[schemas.RevocationForm, Form()]
) -> Response:
    """End a token of the asking client; within 5 s no gateway takes it any more (RFC 7009)."""
    await commands.revoke(session, runtime.settings, form)
    return Response()


@router.get("/.well-known/jwks.json")
async def keys(runtime: RuntimeDep, _: Public) -> schemas.KeysOut:
    """The keys that access tokens are signed with (RFC 7517)."""
    published = signing.ring(runtime.settings).published
    return schemas.KeysOut.model_validate(published.as_dict(private=False, alg="ES256", use="sig"))


@router.get("/.well-known/oauth-authorization-server")
async def metadata(runtime: RuntimeDep, _: Public) -> schemas.MetadataOut:
    """Where and how to get a token (RFC 8414)."""
    return _metadata(runtime)


@router.get("/.well-known/openid-configuration")
async def discovery(runtime: RuntimeDep, _: Public) -> schemas.MetadataOut:
    """The same under its other name (OpenID Connect Discovery 1.0)."""
    return _metadata(runtime)


def _metadata(runtime: Runtime) -> schemas.MetadataOut:
    issuer = runtime.settings.public_url
    return schemas.MetadataOut(
        issuer=issuer,
        authorization_endpoint=f"{passkeys.origin(runtime.settings)}/v1/authorize",
        pushed_authorization_request_endpoint=f"{issuer}/v1/par",
        require_pushed_authorization_requests=True,
        authorization_response_iss_parameter_supported=True,
        code_challenge_methods_supported=["S256"],
        scopes_supported=sorted(authorization.SCOPES),
        acr_values_supported=list(sessions.LEVELS),
        subject_types_supported=["pairwise", "public"],
        id_token_signing_alg_values_supported=proving.ALGORITHMS,
        token_endpoint=f"{issuer}/v1/token",
        revocation_endpoint=f"{issuer}/v1/token:revoke",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=list(commands.GRANTS),
        response_types_supported=["code"],
        token_endpoint_auth_methods_supported=["private_key_jwt"],
        token_endpoint_auth_signing_alg_values_supported=proving.ALGORITHMS,
        revocation_endpoint_auth_methods_supported=["private_key_jwt"],
        revocation_endpoint_auth_signing_alg_values_supported=proving.ALGORITHMS,
        dpop_signing_alg_values_supported=proofs.ALGORITHMS,
        authorization_details_types_supported=[tokens.DETAIL_TYPE],
    )
