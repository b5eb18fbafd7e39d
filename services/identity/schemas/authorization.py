"""What the authorization endpoint takes and answers (RFC 9126)."""

from pydantic import BaseModel, Field

from services.identity.schemas.tokens import Form


class PushForm(Form):
    """An authorization request, pushed by the client itself."""

    response_type: str = ""
    redirect_uri: str = Field(default="", max_length=1024)
    scope: str = Field(default="", max_length=128)
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    dpop_jkt: str = Field(default="", max_length=64)
    authorization_details: str = Field(default="", max_length=8192)
    acr_values: str = Field(default="", max_length=16)
    max_age: int | None = Field(default=None, ge=0, le=86400)
    prompt: str = ""
    request: str = ""
    request_uri: str = ""


class PushedOut(BaseModel):
    """Where the request is kept; `expires_in` in seconds."""

    request_uri: str
    expires_in: int
