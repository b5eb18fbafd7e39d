"""The ways to find a person at her sign-in, as she makes and replaces them."""

from pydantic import BaseModel, ConfigDict, Field


class PaperKeyIn(BaseModel):
    """Six digits that the person chooses and keeps in mind; they are never printed.

    At a counter there are none here: she typed them at the witness's desk.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    pin: str | None = Field(default=None, max_length=16)


class PaperKeyOut(BaseModel):
    """The key, to be printed: it is shown this once."""

    key: str


class PhoneIn(BaseModel):
    """The new number, where a code goes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    phone: str = Field(max_length=64)


class CodeIn(BaseModel):
    """The code that reached it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(max_length=32)


class HandleOut(BaseModel):
    """Where the new phone stands: asked, or replaced."""

    state: str


class ReplacedOut(HandleOut):
    """The new phone is hers; and whether a paper key ended with the old one."""

    paper_key_ended: bool
