"""Organisations as anyone may see them, and as administrators register and change them."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.identity.schemas.common import Body, Chosen
from services.identity.tables import ClientKey, Contract, Organization
from shared.days import Day

ServiceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{2}$")]
# A line of an office: a landline, a 400 number or a short number such as 12345; never somebody's mobile.
OfficePhone = Annotated[str, StringConstraints(pattern=r"^(0[0-9]{2,3}-[0-9]{7,8}|400[0-9]{7}|(12|95|96)[0-9]{3,4})$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ChangeIn(Body):
    """What may change about an organisation: its name, the services it offers, where its office is reached."""

    name: Line
    services: list[ServiceCode] = Field(default_factory=list, max_length=100)
    office_phone: OfficePhone | None = None
    office_address: Line | None = None


class OrganizationIn(ChangeIn):
    """An organisation to register; `district` is a code of GB/T 2260."""

    id: Chosen
    kind: str = Field(max_length=64)
    parent: Chosen
    district: str = Field(pattern=r"^[0-9]{6,12}$")


class Indicators(Body):
    """How a contract is measured: days until a referral is answered, percent of outcomes that people confirmed."""

    referrals_answered_within_days: int | None = Field(default=None, ge=1, le=90)
    outcomes_confirmed_share: int | None = Field(default=None, ge=1, le=100)


class ContractIn(Body):
    """A contract with a social organisation, from the first to the last day, with at least one indicator."""

    starts_on: Day
    ends_on: Day
    indicators: Indicators

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on must not be before starts_on")
        if not self.indicators.model_dump(exclude_none=True):
            raise ValueError("indicators must name at least one")
        return self


class ContractOut(ContractIn):
    """A contract as anyone may see it."""

    @classmethod
    def of(cls, row: Contract) -> Self:
        """From its row."""
        values = row.model_dump(include=set(Indicators.model_fields))
        return cls(starts_on=row.starts_on, ends_on=row.ends_on, indicators=Indicators(**values))


class OrganizationOut(BaseModel):
    """An organisation as anyone may see it; `version` is what If-Match wants, as an ETag."""

    id: str
    name: str
    kind: str
    parent: str | None
    district: str
    services: list[str]
    state: str
    version: int
    office_phone: str | None
    office_address: str | None
    contracts: list[ContractOut]

    @classmethod
    def of(cls, row: Organization, contracts: Iterable[Contract]) -> Self:
        """From its row and its contracts."""
        own = [ContractOut.of(each) for each in contracts if each.organization == row.id]
        waits = NextOut(name=row.next_name, services=row.next_services or []) if row.next_name else None
        return cls(**row.model_dump(), contracts=own, proposed=waits)


class NextOut(BaseModel):
    """What waits for a second person."""

    name: str
    services: list[str]


class AdministeredOut(OrganizationOut):
    """An organisation as administrators see it, and who may not be the second person for it.

    `proposed` waits to be confirmed; `proposed_by` proposed it, or else the organisation or its last change.
    """

    proposed: NextOut | None
    proposed_by: str | None
    suspended_by: str | None


class AdministeredOrganizationsOut(BaseModel):
    """An organisation and everything below it, in every state."""

    organizations: list[AdministeredOut]


class OrganizationsOut(BaseModel):
    """The tree of a region, or a part of it."""

    organizations: list[OrganizationOut]


class PublicKeyOut(BaseModel):
    """A public key (RFC 7517); `kid` is its thumbprint (RFC 7638)."""

    kid: str
    kty: str
    crv: str
    x: str
    y: str


class KeysOut(BaseModel):
    """The public keys of an organisation's own systems."""

    keys: list[PublicKeyOut]

    @classmethod
    def of(cls, rows: Iterable[ClientKey]) -> Self:
        """From their rows."""
        return cls(keys=[PublicKeyOut(kid=row.id, **row.jwk) for row in rows])
