"""The directory as Open Referral HSDS 3.1 knows it, and administrative divisions."""

import datetime
import re
import uuid
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.registry.schemas.common import READABLE

Item = TypeVar("Item")

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


class Metadata(BaseModel):
    """The API's own description (HSDS `/`)."""

    version: str
    profile: str
    openapi_url: str


class Taxonomy(BaseModel):
    """A taxonomy."""

    id: uuid.UUID
    name: str
    description: str
    version: str


class Term(BaseModel):
    """A taxonomy term."""

    id: uuid.UUID
    code: str
    name: str
    description: str
    taxonomy: str
    taxonomy_id: uuid.UUID


class Attribute(BaseModel):
    """A property of a service or organisation, named by a taxonomy term where there is one."""

    id: uuid.UUID
    link_id: uuid.UUID
    taxonomy_term_id: uuid.UUID | None = None
    link_type: str
    link_entity: str
    value: str
    taxonomy_term: Term | None = None


class Language(BaseModel):
    """A language in which a service is offered (BCP 47)."""

    id: uuid.UUID
    service_id: uuid.UUID | None = None
    location_id: uuid.UUID | None = None
    name: str
    code: str


class Schedule(BaseModel):
    """When a service is open, by days of the week (RFC 5545)."""

    id: uuid.UUID
    service_at_location_id: uuid.UUID
    freq: Literal["WEEKLY"] = "WEEKLY"
    interval: int = 1
    wkst: Literal["MO"] = "MO"
    timezone: int = 8
    byday: str
    opens_at: str
    closes_at: str


class Address(BaseModel):
    """Where a location is."""

    id: uuid.UUID
    location_id: uuid.UUID
    address_1: str
    city: str
    region: str
    state_province: str
    postal_code: str
    country: Literal["CN"] = "CN"
    address_type: Literal["physical"] = "physical"


class LocationSummary(BaseModel):
    """A location in a list; its district is its external identifier (GB/T 2260)."""

    id: uuid.UUID
    location_type: Literal["physical"] = "physical"
    organization_id: uuid.UUID
    name: str
    external_identifier: str
    external_identifier_type: Literal["GB/T 2260"] = "GB/T 2260"


class Location(LocationSummary):
    """A location with its address."""

    languages: list[Language]
    addresses: list[Address]


class AtLocationSummary(BaseModel):
    """A service at a location in a list."""

    id: uuid.UUID
    service_id: uuid.UUID
    location_id: uuid.UUID
    description: str
    location: LocationSummary


class AtLocation(BaseModel):
    """A service at a location with all related data."""

    id: uuid.UUID
    service_id: uuid.UUID
    location_id: uuid.UUID
    description: str
    schedules: list[Schedule]
    location: Location


class Unit(BaseModel):
    """What a capacity is counted in."""

    id: uuid.UUID
    name: str


class Capacity(BaseModel):
    """How much of a service is free, and when that was said."""

    id: uuid.UUID
    service_id: uuid.UUID
    unit_id: uuid.UUID
    unit: Unit
    available: int
    maximum: int | None = None
    updated: datetime.datetime


class Identifier(BaseModel):
    """An organisation's own id on this platform."""

    id: uuid.UUID
    organization_id: uuid.UUID
    identifier_scheme: Literal["jieli"] = "jieli"
    identifier_type: Literal["organization"] = "organization"
    identifier: str


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
    organization_identifiers: list[Identifier]
    attributes: list[Attribute]


class ServiceMinimal(BaseModel):
    """What tells that a service changed; HSDS also wants its name and status wherever it is shown."""

    id: uuid.UUID
    name: str
    status: Literal["active", "inactive", "defunct", "temporarily closed"]
    last_modified: datetime.datetime


class ServiceSummary(ServiceMinimal):
    """A service in a list: its one-to-one fields. `alert` is there when the entry or its capacity is stale."""

    organization_id: uuid.UUID
    alternate_name: str
    description: str
    application_process: str
    fees_description: str
    wait_time: str | None = None
    eligibility_description: str
    assured_date: datetime.date
    alert: str | None = None
    organization: OrganizationSummary


class Service(ServiceSummary):
    """A service with all related data."""

    additional_urls: list[Url]
    service_areas: list[ServiceArea]
    cost_options: list[CostOption]
    required_documents: list[RequiredDocument]
    languages: list[Language]
    schedules: list[Schedule]
    capacities: list[Capacity]
    service_at_locations: list[AtLocation]
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


def _written(value: object) -> object:
    """Numbers are refused: they may be seconds or milliseconds, and nobody could say which."""
    if isinstance(value, str) and _MOMENT.match(value):
        return value
    raise ValueError("write the moment as in RFC 3339")


def _sensible(moment: AwareDatetime | None) -> AwareDatetime | None:
    """A year that a time zone cannot carry out of the calendar."""
    if moment and not 1970 <= moment.year <= 9990:
        raise ValueError("give a moment between 1970 and 9990")
    return moment


class PageWanted(BaseModel):
    """What a reader of any list of the directory may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    search: str = Field("", max_length=100, pattern=READABLE)
    page: int = Field(1, ge=1, le=10_000)
    per_page: int = Field(50, ge=1, le=200)
    format: Literal["json"] = "json"


class TermsWanted(PageWanted):
    """What a reader of the taxonomy terms may ask for; no term has another above it."""

    taxonomy_id: uuid.UUID | None = None
    top_only: bool = False
    parent_id: uuid.UUID | None = None


class OrganizationsWanted(PageWanted):
    """What a reader of the organisations may ask for."""

    full: bool = False
    taxonomy_term_id: uuid.UUID | None = None
    taxonomy_id: uuid.UUID | None = None
    modified_after: Annotated[AwareDatetime | None, BeforeValidator(_written), AfterValidator(_sensible)] = None


class AtLocationsWanted(OrganizationsWanted):
    """What a reader of services at locations may ask for."""

    organization_id: uuid.UUID | None = None
    postcode: str = Field("", pattern=r"^(?:[0-9]{6})?$")


class ServicesWanted(OrganizationsWanted):
    """What a reader of the services may ask for."""

    minimal: bool = False
    organization_id: uuid.UUID | None = None


class Keys(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]
