"""Identity's routes: parse, call one command or query, return."""

from typing import Annotated

from fastapi import Form as FormField

from services.identity import commands, queries, rules, schemas
from shared import problems, requests
from shared.requests import Internal, Public, RuntimeDep, SessionDep

router = requests.router()


@router.post("/v1/token")
async def token(
    session: SessionDep, runtime: RuntimeDep, _: Public, form: Annotated[schemas.Form, FormField()]
) -> schemas.TokenOut:
    """An access token for a proven caller (RFC 6749, RFC 7523, RFC 9068)."""
    return await commands.issue_token(session, runtime.settings, form)


@router.get("/.well-known/jwks.json")
async def keys(runtime: RuntimeDep, _: Public) -> schemas.KeysOut:
    """The keys that access tokens are signed with (RFC 7517)."""
    key = commands.signing_key(runtime.settings).as_dict(private=False)
    return schemas.KeysOut(keys=[{name: str(value) for name, value in key.items()} | {"alg": "ES256", "use": "sig"}])


@router.get("/.well-known/oauth-authorization-server")
async def metadata(runtime: RuntimeDep, _: Public) -> schemas.MetadataOut:
    """Where and how to get a token (RFC 8414)."""
    issuer = runtime.settings.public_url
    return schemas.MetadataOut(
        issuer=issuer,
        token_endpoint=f"{issuer}/v1/token",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=["client_credentials", rules.JWT_BEARER],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["private_key_jwt"],
        token_endpoint_auth_signing_alg_values_supported=commands.ALGORITHMS,
    )


@router.get("/v1/organizations")
async def organizations(session: SessionDep, _: Public) -> schemas.OrganizationsOut:
    """The tree of organisations, which is public."""
    rows = await queries.organizations(session)
    return schemas.OrganizationsOut(organizations=[schemas.OrganizationOut(**row.model_dump()) for row in rows])


@router.get("/v1/organizations/{organization}")
async def organization(session: SessionDep, _: Public, organization: str) -> schemas.OrganizationOut:
    """One organisation."""
    row = await queries.organization(session, organization)
    if row is None:
        raise problems.NOT_FOUND()
    return schemas.OrganizationOut(**row.model_dump())


@router.post("/v1/clients/{client}:revoke")
async def revoke_client(session: SessionDep, grant: Internal, client: str) -> schemas.ClientOut:
    """End a client's access; its tokens stop working at the gateway within seconds."""
    row = await commands.revoke_client(session, grant, client)
    return schemas.ClientOut(id=row.id, state=row.state)
