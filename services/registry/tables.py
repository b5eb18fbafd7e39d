"""The registry's tables. Personal values stand in `sealed` alone; indexes over them are keyed and compound."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import Column, DateTime, Index, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared import db


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _time(optional: bool = False) -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=optional)


def _texts() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False)


def _ids() -> Column[list[uuid.UUID]]:
    return Column(ARRAY(Uuid), nullable=False)


def _searched(name: str) -> Index:
    """An index over pieces of names, without a list of pending entries that every search would have to go through."""
    return Index(name, "grams", postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def _bytes(optional: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=optional)


class Base(SQLModel, registry=db.new_registry()):
    """The registry's own metadata, so that five apps fit in one process."""


class Service(Base, table=True):
    """A service of the directory, as the catalogue describes it."""

    __tablename__ = "service"
    __table_args__ = (_searched("service_grams"),)

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
    fields: list[str] = Field(sa_column=_texts())
    sensitive: list[str] = Field(sa_column=_texts())
    materials: list[str] = Field(sa_column=_texts())
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
    grams: list[str] = Field(default_factory=list, sa_column=_texts())
    terms: list[uuid.UUID] = Field(default_factory=list, sa_column=_ids())
    modified_at: datetime = Field(default_factory=now, sa_column=_time())


class CatalogueImport(Base, table=True):
    """One file that was taken in: what it was and how many services it changed."""

    __tablename__ = "catalogue_import"

    id: uuid.UUID = Field(primary_key=True)
    digest: str
    services: int
    changed: int
    at: datetime = Field(default_factory=now, sa_column=_time())


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
    __table_args__ = (_searched("organization_grams"),)

    slug: str = Field(primary_key=True)
    id: uuid.UUID = Field(unique=True)
    name: str
    kind: str
    parent: str | None
    district: str
    services: list[str] = Field(sa_column=_texts())
    grams: list[str] = Field(default_factory=list, sa_column=_texts())
    terms: list[uuid.UUID] = Field(default_factory=list, sa_column=_ids())
    modified_at: datetime = Field(default_factory=now, sa_column=_time())


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
    modified_at: datetime = Field(default_factory=now, sa_column=_time())

    __table_args__ = (
        Index("listing_at_location", "at_location_id", unique=True),
        Index("listing_service", "service", "organization", "id", postgresql_where=text("shown")),
        Index("listing_organization", "organization", "service", "id", postgresql_where=text("shown")),
        Index("listing_modified", "modified_at", postgresql_where=text("shown")),
        _searched("listing_grams"),
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
    at: datetime = Field(default_factory=now, sa_column=_time())

    __table_args__ = (Index("directory_import_state", "state"),)


class ImportPart(Base, table=True):
    """A part of a file that was sent, until the file was applied, refused or cancelled."""

    __tablename__ = "import_part"

    of: uuid.UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_column=_bytes())


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


class Person(Base, table=True):
    """A person's service record. The district is the only thing about her that stands in clear."""

    __tablename__ = "person"

    subject: str = Field(primary_key=True)
    district: str
    sealed: bytes = Field(sa_column=_bytes())
    seal: str
    name_index: bytes = Field(sa_column=_bytes())
    contact_index: bytes = Field(sa_column=_bytes())
    number_index: bytes | None = Field(sa_column=_bytes(optional=True))
    version: int = 1
    updated_at: datetime = Field(default_factory=now, sa_column=_time())

    __table_args__ = (
        Index("person_name_index", "name_index"),
        Index("person_contact_index", "contact_index"),
        Index("person_number_index", "number_index"),
    )


class NameWriting(Base, table=True):
    """Another writing of a person's name and the kind of document that shows it."""

    __tablename__ = "name_writing"
    __table_args__ = (
        Index("name_writing_name_index", "name_index"),
        Index("name_writing_contact_index", "contact_index"),
    )

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    sealed: bytes = Field(sa_column=_bytes())
    name_index: bytes = Field(sa_column=_bytes())
    contact_index: bytes = Field(sa_column=_bytes())


class Comparison(Base, table=True):
    """One look for another record of a person who is present; a hit looks like a miss."""

    __tablename__ = "comparison"
    __table_args__ = (Index("comparison_state", "state"),)

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    state: str
    sealed: bytes = Field(sa_column=_bytes())
    tries: int = 0
    expires_at: datetime = Field(sa_column=_time())


class CodeSent(Base, table=True):
    """A code that went to a person's contact for a comparison; they are counted."""

    __tablename__ = "code_sent"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    expires_at: datetime = Field(sa_column=_time())


class Merge(Base, table=True):
    """The record of `other` joined to that of `subject`: one person with two sign-ins. What was joined lies sealed."""

    __tablename__ = "merge"
    __table_args__ = (Index("merge_undo", "state", "undo_until"),)

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    other: str = Field(index=True)
    state: str
    sealed: bytes | None = Field(sa_column=_bytes(optional=True))
    undo_until: datetime = Field(sa_column=_time())


class MergePart(Base, table=True):
    """A thing that came with the other record, and goes back with it."""

    __tablename__ = "merge_part"

    merge: uuid.UUID = Field(primary_key=True)
    thing: uuid.UUID = Field(primary_key=True)


class Dependant(Base, table=True):
    """A guardian link: a person and one she answers for. There is no other kind of link between people."""

    __tablename__ = "dependant"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    sealed: bytes = Field(sa_column=_bytes())
    name_index: bytes = Field(sa_column=_bytes())
    number_index: bytes | None = Field(sa_column=_bytes(optional=True))


class Consent(Base, table=True):
    """One decision about one recipient. What was decided lies sealed: here a refusal looks like a consent."""

    __tablename__ = "consent"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    expires_on: date
    asked_index: bytes = Field(sa_column=_bytes())
    sealed: bytes = Field(sa_column=_bytes())
    head: str
    decided_at: datetime = Field(default_factory=now, sa_column=_time())

    __table_args__ = (Index("consent_asked_index", "asked_index"),)


class ConsentEvent(Base, table=True):
    """One link of a consent's chain; rows are only ever added (a trigger holds that)."""

    __tablename__ = "consent_event"

    consent: uuid.UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    subject: str
    previous: str
    hash: str
    sealed: bytes = Field(sa_column=_bytes())


class HeldRecord(Base, table=True):
    """A record that this region holds of a person or of one she answers for."""

    __tablename__ = "held_record"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    dependant: uuid.UUID | None
    record_type: str
    name_index: bytes = Field(sa_column=_bytes())
    sealed: bytes = Field(sa_column=_bytes())
    seal: str
    at: datetime = Field(default_factory=now, sa_column=_time())

    __table_args__ = (Index("held_record_match", "name_index", "record_type"),)


class RecordRequest(Base, table=True):
    """A person's own request for one record that another region holds."""

    __tablename__ = "record_request"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    dependant: uuid.UUID | None
    peer: str
    record_type: str
    state: str
    answer: bytes | None = Field(sa_column=_bytes(optional=True))
    at: datetime = Field(default_factory=now, sa_column=_time())


class Release(Base, table=True):
    """A peer's request for a record that may be held here; it looks the same whether one is held or not."""

    __tablename__ = "release"

    request: uuid.UUID = Field(primary_key=True)
    peer: str
    record_type: str
    state: str
    claims: bytes | None = Field(sa_column=_bytes(optional=True))
    held: uuid.UUID | None
    code: bytes = Field(sa_column=_bytes())
    tries: int = 0
    expires_at: datetime = Field(sa_column=_time())

    __table_args__ = (Index("release_state", "state"),)


class RightsRequest(Base, table=True):
    """What a person asked for; once everything of her is erased it is nobody's any more."""

    __tablename__ = "rights_request"

    id: uuid.UUID = Field(primary_key=True)
    subject: str | None = Field(default=None, index=True)
    kind: str
    state: str
    due_on: date
    asked_at: datetime = Field(sa_column=_time())
    closed_at: datetime | None = Field(default=None, sa_column=_time(optional=True))


class Message(Base, table=True):
    """A message on its way to a contact, sealed until it is sent and gone afterwards."""

    __tablename__ = "message"

    id: uuid.UUID = Field(primary_key=True)
    subject: str
    sealed: bytes = Field(sa_column=_bytes())
