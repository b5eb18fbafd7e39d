"""The directory: services, organisations, where they offer them, and files on their way in. Nothing personal."""

import uuid
from datetime import date, datetime

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.registry.tables.columns import Base, ids, moment, now, octets, searched, texts


class Service(Base, table=True):
    """A service of the directory, as the catalogue describes it."""

    __tablename__ = "service"
    __table_args__ = (searched("service_grams"),)

    code: str = Field(primary_key=True)
    id: uuid.UUID = Field(unique=True)
    department_id: uuid.UUID = Field(index=True)
    name_zh: str
    name_en: str
    domain: str
    kind: str
    department_zh: str
    department_en: str
    level: str
    who_may_apply: str
    fields: list[str] = Field(sa_column=texts())
    sensitive: list[str] = Field(sa_column=texts())
    materials: list[str] = Field(sa_column=texts())
    finish_days: int | None
    finish_unit: str
    sla_days: int | None
    sla_unit: str
    legal_source: str
    source_url: str
    mode: str
    fee: str
    separate_consent: bool
    guardian_if_under14: bool
    grade: str
    grams: list[str] = Field(default_factory=list, sa_column=texts())
    terms: list[uuid.UUID] = Field(default_factory=list, sa_column=ids())
    modified_at: datetime = Field(default_factory=now, sa_column=moment())


class CatalogueImport(Base, table=True):
    """One file that was taken in: what it was and how many services it changed."""

    __tablename__ = "catalogue_import"

    id: uuid.UUID = Field(primary_key=True)
    digest: str
    services: int
    changed: int
    at: datetime = Field(default_factory=now, sa_column=moment())


class Division(Base, table=True):
    """An administrative division: two, four, six, nine or twelve digits, with the year of the data."""

    __tablename__ = "division"

    code: str = Field(primary_key=True)
    name: str
    parent: str | None = Field(index=True)
    year: int


class Organization(Base, table=True):
    """An organisation of the tree, learned from identity, with the services it offers."""

    __tablename__ = "organization"
    __table_args__ = (searched("organization_grams"),)

    slug: str = Field(primary_key=True)
    id: uuid.UUID = Field(unique=True)
    name: str
    kind: str
    parent: str | None
    district: str
    services: list[str] = Field(sa_column=texts())
    grams: list[str] = Field(default_factory=list, sa_column=texts())
    terms: list[uuid.UUID] = Field(default_factory=list, sa_column=ids())
    modified_at: datetime = Field(default_factory=now, sa_column=moment())


class ListingColumns(SQLModel):
    """One line of the public directory: a catalogue service as such, or an organisation's offer of it at one place."""

    id: uuid.UUID = Field(primary_key=True)
    at_location_id: uuid.UUID
    service: str
    organization: str
    place: str
    address: str
    district: str
    postal_code: str
    languages: list[str] = Field(sa_type=ARRAY(Text), nullable=False)
    hours: list[str] = Field(sa_type=ARRAY(Text), nullable=False)
    standing: str
    assured_on: date
    available: int | None
    maximum: int | None
    waiting: str
    next_place_on: date | None
    capacity_on: date | None
    grams: list[str] = Field(sa_type=ARRAY(Text), nullable=False)
    digest: str


class Listing(Base, ListingColumns, table=True):
    """A line of the directory as it is read; `shown` while its organisation may act and offers the service.

    The catalogue's own lines have no organisation and no place: an empty text, so that they come first.
    """

    __tablename__ = "listing"

    shown: bool
    modified_at: datetime = Field(default_factory=now, sa_column=moment())

    __table_args__ = (
        Index("listing_at_location", "at_location_id", unique=True),
        Index("listing_service", "service", "organization", "id", postgresql_where=text("shown")),
        Index("listing_organization", "organization", "service", "id", postgresql_where=text("shown")),
        Index("listing_modified", "modified_at", postgresql_where=text("shown")),
        searched("listing_grams"),
    )


class StagedListing(Base, ListingColumns, table=True):
    """A row of a file that is being looked through; the directory sees it when every row of the file is good."""

    __tablename__ = "staged_listing"
    __table_args__ = (Index("staged_listing_of", "of", "line"),)

    of: uuid.UUID = Field(primary_key=True)
    line: int = Field(primary_key=True)


class DirectoryImport(Base, table=True):
    """A file for the directory on its way: what came, how far it was read, what was bad, what it changed."""

    __tablename__ = "directory_import"

    id: uuid.UUID = Field(primary_key=True)
    form: str
    parts: int
    digest: str
    state: str
    read: int = 0
    bad: int = 0
    changed: int = 0
    organization: str
    at: datetime = Field(default_factory=now, sa_column=moment())

    __table_args__ = (Index("directory_import_state", "state"),)


class ImportPart(Base, table=True):
    """A part of a file that was sent, until the file was applied, refused or cancelled."""

    __tablename__ = "import_part"

    of: uuid.UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_column=octets())


class ImportFault(Base, table=True):
    """Why a row of a file cannot be taken; never what stood in it."""

    __tablename__ = "import_fault"

    id: uuid.UUID = Field(primary_key=True)
    of: uuid.UUID
    file: str
    line: int
    field: str
    reason: str

    __table_args__ = (Index("import_fault_of", "of", "id"),)


class Term(Base, table=True):
    """A taxonomy term that something in the directory carries or carried."""

    __tablename__ = "term"

    id: uuid.UUID = Field(primary_key=True)
    taxonomy: str = Field(index=True)
    code: str
    label: str
