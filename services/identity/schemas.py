"""What identity answers; the token request is a form (RFC 6749)."""

from pydantic import BaseModel, ConfigDict


class TokenOut(BaseModel):
    """An access token (RFC 6749, 5.1); `expires_in` in seconds."""

    access_token: str
    token_type: str
    expires_in: int


class Form(BaseModel):
    """The token request: client_credentials with private_key_jwt, or jwt-bearer (RFC 7523)."""

    model_config = ConfigDict(extra="ignore")

    grant_type: str
    client_assertion_type: str = ""
    client_assertion: str = ""
    assertion: str = ""


class OrganizationOut(BaseModel):
    """An organisation as anyone may see it."""

    id: str
    name: str
    kind: str
    parent: str | None
    district: str
    services: list[str]


class OrganizationsOut(BaseModel):
    """The whole tree of a region."""

    organizations: list[OrganizationOut]


class ClientOut(BaseModel):
    """A system client's state."""

    id: str
    state: str


class KeysOut(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]


class MetadataOut(BaseModel):
    """Authorization server metadata (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
