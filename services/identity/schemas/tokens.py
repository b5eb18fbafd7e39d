"""What the authorization server takes and answers; its requests are forms (RFC 6749)."""

from pydantic import BaseModel, ConfigDict


class Form(BaseModel):
    """A request by a client that proves itself by private_key_jwt (RFC 7523, 2.2); what is not known is ignored."""

    model_config = ConfigDict(extra="ignore")

    client_id: str = ""
    client_assertion_type: str = ""
    client_assertion: str = ""


class TokenForm(Form):
    """The token request."""

    grant_type: str
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    authorization_details: str = ""
    subject_token: str = ""
    subject_token_type: str = ""
    actor_token: str = ""
    actor_token_type: str = ""
    requested_token_type: str = ""


class RevocationForm(Form):
    """The revocation request (RFC 7009, 2.1)."""

    token: str
    token_type_hint: str = ""


class TokenOut(BaseModel):
    """An access token (RFC 6749, 5.1); `expires_in` in seconds, `token_type` DPoP (RFC 9449, 5)."""

    access_token: str
    token_type: str
    expires_in: int
    issued_token_type: str | None = None
    refresh_token: str | None = None
    id_token: str | None = None
    authorization_details: list[dict[str, str]] | None = None


class KeysOut(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]


class MetadataOut(BaseModel):
    """Authorization server metadata (RFC 8414, RFC 9449, RFC 9396)."""

    issuer: str
    authorization_endpoint: str
    pushed_authorization_request_endpoint: str
    require_pushed_authorization_requests: bool
    authorization_response_iss_parameter_supported: bool
    code_challenge_methods_supported: list[str]
    scopes_supported: list[str]
    acr_values_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    dpop_signing_alg_values_supported: list[str]
    authorization_details_types_supported: list[str]
