"""The directory as Open Referral HSDS 3.1 knows it, and administrative divisions."""

import datetime
import uuid
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from services.registry.schemas.common import Body

Item = TypeVar("Item")
READABLE = r"^[^\x00-\x1f\x7f]*$"  # no control characters


class Metadata(BaseModel):
    """The API's own description (HSDS `/`)."""

    version: str
    profile: str
    openapi_url: str


class Term(BaseModel):
    """A taxonomy term."""

    id: uuid.UUID
    code: str
    name: str
    description: str
    taxonomy: str


class Attribute(BaseModel):
    """A property of a service or organisation, named by a taxonomy term."""

    id: uuid.UUID
    link_id: uuid.UUID
    taxonomy_term_id: uuid.UUID
    link_type: str
    link_entity: str
    value: str
    taxonomy_term: Term


class RequiredDocument(BaseModel):
    """A material that the service wants to see."""

    id: uuid.UUID
    service_id: uuid.UUID
    document: str


class ServiceArea(BaseModel):
    """Where the service is offered."""

    id: uuid.UUID
    service_id: uuid.UUID
    name: str
    extent: str
    extent_type: str


class CostOption(BaseModel):
    """What the service costs."""

    id: uuid.UUID
    service_id: uuid.UUID
    option: str
    amount_description: str


class Url(BaseModel):
    """A further address of a service."""

    id: uuid.UUID
    label: str
    url: str
    service_id: uuid.UUID


class OrganizationSummary(BaseModel):
    """An organisation inside a service."""

    id: uuid.UUID
    name: str
    alternate_name: str | None = None
    description: str


class Organization(OrganizationSummary):
    """An organisation, with the services it offers as attributes."""

    parent_organization_id: uuid.UUID | None = None
    attributes: list[Attribute] | None = None


class ServiceSummary(BaseModel):
    """A service in a list: its one-to-one fields."""

    id: uuid.UUID
    organization_id: uuid.UUID
    name: str
    alternate_name: str
    description: str
    status: Literal["active"]
    application_process: str
    fees_description: str
    wait_time: str | None
    eligibility_description: str
    assured_date: datetime.date
    last_modified: datetime.datetime
    organization: OrganizationSummary


class Service(ServiceSummary):
    """A service with all related data."""

    additional_urls: list[Url]
    service_areas: list[ServiceArea]
    cost_options: list[CostOption]
    required_documents: list[RequiredDocument]
    attributes: list[Attribute]


class Page(BaseModel, Generic[Item]):
    """A page of a public list (HSDS `Page`)."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Item]


class DivisionOut(BaseModel):
    """A division, what it is part of (largest first), and what it consists of."""

    code: str
    name: str
    year: int
    part_of: list["DivisionName"]
    parts: list["DivisionName"]


class DivisionName(BaseModel):
    """A division's code and name."""

    code: str
    name: str


class ImportOut(BaseModel):
    """What a catalogue import did."""

    id: uuid.UUID
    services: int
    changed: int


def _sensible(moment: AwareDatetime | None) -> AwareDatetime | None:
    """A year that a time zone cannot carry out of the calendar."""
    if moment and not 1970 <= moment.year <= 9990:
        raise ValueError("give a moment between 1970 and 9990")
    return moment


class OrganizationsWanted(Body):
    """What a reader of the organisations may ask for."""

    search: str = Field("", max_length=100, pattern=READABLE)
    page: int = Field(1, ge=1, le=10_000)
    per_page: int = Field(50, ge=1, le=200)
    modified_after: Annotated[AwareDatetime | None, AfterValidator(_sensible)] = None


class ServicesWanted(OrganizationsWanted):
    """What a reader of the services may ask for."""

    full: bool = False
    taxonomy_term_id: uuid.UUID | None = None
    organization_id: uuid.UUID | None = None


class Keys(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]
