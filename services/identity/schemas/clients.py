"""System clients as administrators register and see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints

from services.identity.schemas.common import Body, Chosen
from services.identity.tables import Client, ClientKey

Member = Annotated[str, StringConstraints(max_length=64)]
Uri = Annotated[str, StringConstraints(max_length=1024)]


class Jwk(Body):
    """The public part of an EC key on P-256 (RFC 7517, RFC 7518, 6.2); what else describes it is not kept."""

    kty: Member
    crv: Member
    x: Member
    y: Member
    kid: Member | None = None
    alg: Literal["ES256"] | None = None
    use: Literal["sig"] | None = None


class KeyIn(Body):
    """A key to add."""

    jwk: Jwk


class ClientIn(KeyIn):
    """A client to register; `signs_in` and `redirect_uris` belong to authorization_code."""

    id: Chosen
    organization: Chosen
    grants: list[Literal["client_credentials", "authorization_code"]] = Field(min_length=1, max_length=2)
    redirect_uris: list[Uri] = Field(default_factory=list, max_length=10)
    signs_in: list[Literal["staff", "resident"]] = Field(default_factory=list, max_length=2)


class KeyOut(BaseModel):
    """A key of a client; `id` is its thumbprint (RFC 7638), the `kid` of what it signs."""

    id: str
    state: str
    since: datetime
    proposed_by: str | None
    approved_by: str | None


class ClientOut(BaseModel):
    """A client as administrators see it."""

    id: str
    organization: str
    state: str
    grants: list[str]
    redirect_uris: list[str]
    signs_in: list[str]
    proposed_by: str | None
    approved_by: str | None
    keys: list[KeyOut]

    @classmethod
    def of(cls, row: Client, keys: Iterable[ClientKey]) -> Self:
        """From its row and its keys."""
        return cls(**row.model_dump(), keys=[KeyOut(**key.model_dump()) for key in keys if key.client == row.id])


class ClientsOut(BaseModel):
    """A page of clients by id."""

    clients: list[ClientOut]
    next: str | None
