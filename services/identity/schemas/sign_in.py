"""What the pages' forms send; `form` shows that the page was ours."""

from pydantic import BaseModel, ConfigDict, Field


class PageForm(BaseModel):
    """A form without more in it."""

    model_config = ConfigDict(extra="forbid")

    form: str = Field(max_length=128)


class PasswordForm(PageForm):
    """Staff's."""

    staff: str = Field(max_length=64)
    password: str = Field(max_length=256)
    code: str = Field(max_length=16)


class PhoneForm(PageForm):
    """Where to send a code."""

    phone: str = Field(max_length=64)


class CodeForm(PageForm):
    """The code that was sent."""

    code: str = Field(max_length=32)


class PaperForm(PageForm):
    """What stands on the paper, and what only the person knows."""

    key: str = Field(max_length=64)
    pin: str = Field(max_length=16)


class CredentialForm(PageForm):
    """What an authenticator answered, as JSON (WebAuthn, 5.1)."""

    credential: str = Field(max_length=16_384)


class UpstreamAnswer(BaseModel):
    """What a provider sends a browser back with (RFC 6749, 4.1.2; RFC 9207)."""

    code: str = Field(default="", max_length=2048)
    state: str = Field(default="", max_length=256)
    iss: str = Field(default="", max_length=512)
    error: str = Field(default="", max_length=64)


class InvitationForm(BaseModel):
    """An invitation, and the code of whoever approved it; the first administrators have none."""

    model_config = ConfigDict(extra="forbid")

    invitation: str = Field(max_length=128)
    approval: str = Field(default="", max_length=64)


class JoinForm(InvitationForm):
    """A password, and what the new authenticator shows."""

    password: str = Field(max_length=256)
    totp: str = Field(pattern=r"^[A-Z2-7]{32}$")
    code: str = Field(max_length=16)
