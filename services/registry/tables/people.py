"""People. Personal values stand in `sealed` alone; indexes over them are keyed and compound."""

import uuid
from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.registry.tables.columns import Base, moment, now, octets


class Person(Base, table=True):
    """A person's service record. The district is the only thing about her that stands in clear."""

    __tablename__ = "person"

    subject: str = Field(primary_key=True)
    district: str
    sealed: bytes = Field(sa_column=octets())
    seal: str
    name_index: bytes = Field(sa_column=octets())
    contact_index: bytes = Field(sa_column=octets())
    number_index: bytes | None = Field(sa_column=octets(optional=True))
    indexed_by: str
    version: int = 1
    updated_at: datetime = Field(default_factory=now, sa_column=moment())

    __table_args__ = (
        Index("person_name_index", "name_index"),
        Index("person_contact_index", "contact_index"),
        Index("person_number_index", "number_index"),
        Index("person_indexed_by", "indexed_by", "subject"),
    )


class NameWriting(Base, table=True):
    """Another writing of a person's name and the kind of document that shows it."""

    __tablename__ = "name_writing"
    __table_args__ = (
        Index("name_writing_name_index", "name_index"),
        Index("name_writing_contact_index", "contact_index"),
        Index("name_writing_indexed_by", "indexed_by", "subject"),
    )

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    sealed: bytes = Field(sa_column=octets())
    name_index: bytes = Field(sa_column=octets())
    contact_index: bytes = Field(sa_column=octets())
    indexed_by: str


class Comparison(Base, table=True):
    """One look for another record of a person who is present; a hit looks like a miss."""

    __tablename__ = "comparison"
    __table_args__ = (Index("comparison_state", "state"),)

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    state: str
    sealed: bytes = Field(sa_column=octets())
    tries: int = 0
    expires_at: datetime = Field(sa_column=moment())


class CodeSent(Base, table=True):
    """A code that went to a person's contact for a comparison; they are counted."""

    __tablename__ = "code_sent"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    expires_at: datetime = Field(sa_column=moment())


class Merge(Base, table=True):
    """The record of `other` joined to that of `subject`: one person with two sign-ins. What was joined lies sealed."""

    __tablename__ = "merge"
    __table_args__ = (Index("merge_undo", "state", "undo_until"),)

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    other: str = Field(index=True)
    state: str
    sealed: bytes | None = Field(sa_column=octets(optional=True))
    undo_until: datetime = Field(sa_column=moment())


class MergePart(Base, table=True):
    """A thing that came with the other record, and goes back with it."""

    __tablename__ = "merge_part"

    merge: uuid.UUID = Field(primary_key=True)
    thing: uuid.UUID = Field(primary_key=True)


class Dependant(Base, table=True):
    """A guardian link: a person and one she answers for. There is no other kind of link between people."""

    __tablename__ = "dependant"
    __table_args__ = (Index("dependant_indexed_by", "indexed_by", "subject"),)

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    sealed: bytes = Field(sa_column=octets())
    name_index: bytes = Field(sa_column=octets())
    number_index: bytes | None = Field(sa_column=octets(optional=True))
    indexed_by: str


class Consent(Base, table=True):
    """One decision about one recipient. What was decided lies sealed: here a refusal looks like a consent."""

    __tablename__ = "consent"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    expires_on: date
    asked_index: bytes = Field(sa_column=octets())
    indexed_by: str
    sealed: bytes = Field(sa_column=octets())
    head: str
    decided_at: datetime = Field(default_factory=now, sa_column=moment())

    __table_args__ = (
        Index("consent_asked_index", "asked_index"),
        Index("consent_indexed_by", "indexed_by", "subject"),
    )


class ConsentEvent(Base, table=True):
    """One link of a consent's chain; rows are only ever added (a trigger holds that)."""

    __tablename__ = "consent_event"

    consent: uuid.UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    subject: str
    previous: str
    hash: str
    sealed: bytes = Field(sa_column=octets())


class Freeze(Base, table=True):
    """A person restricts what others may do with her data: none of her consents opens anything meanwhile."""

    __tablename__ = "freezing"

    subject: str = Field(primary_key=True)
    since: datetime = Field(default_factory=now, sa_column=moment())


class HeldRecord(Base, table=True):
    """A record that this region holds of a person or of one she answers for."""

    __tablename__ = "held_record"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    dependant: uuid.UUID | None
    record_type: str
    name_index: bytes = Field(sa_column=octets())
    indexed_by: str
    sealed: bytes = Field(sa_column=octets())
    seal: str
    at: datetime = Field(default_factory=now, sa_column=moment())

    __table_args__ = (
        Index("held_record_match", "name_index", "record_type"),
        Index("held_record_indexed_by", "indexed_by", "subject"),
    )


class RecordRequest(Base, table=True):
    """A person's own request for one record that another region holds."""

    __tablename__ = "record_request"

    id: uuid.UUID = Field(primary_key=True)
    subject: str = Field(index=True)
    dependant: uuid.UUID | None
    peer: str
    record_type: str
    state: str
    answer: bytes | None = Field(sa_column=octets(optional=True))
    at: datetime = Field(default_factory=now, sa_column=moment())


class Release(Base, table=True):
    """A peer's request for a record that may be held here; it looks the same whether one is held or not."""

    __tablename__ = "release"

    request: uuid.UUID = Field(primary_key=True)
    peer: str
    record_type: str
    state: str
    claims: bytes | None = Field(sa_column=octets(optional=True))
    held: uuid.UUID | None
    code: bytes = Field(sa_column=octets())
    tries: int = 0
    expires_at: datetime = Field(sa_column=moment())

    __table_args__ = (Index("release_state", "state"),)


class RightsRequest(Base, table=True):
    """What a person asked for, and the desk that answers; an erasure is nobody's any more once it is carried out."""

    __tablename__ = "rights_request"
    __table_args__ = (Index("rights_request_open", "desk", "due_on"),)

    id: uuid.UUID = Field(primary_key=True)
    subject: str | None = Field(default=None, index=True)
    kind: str
    state: str
    due_on: date
    asked_at: datetime = Field(sa_column=moment())
    closed_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    desk: str | None = None
    answered_by: str | None = None
    version: int = 1
    sealed: bytes | None = Field(default=None, sa_column=octets(optional=True))


class Message(Base, table=True):
    """A message on its way to a contact, sealed until it is sent and gone afterwards."""

    __tablename__ = "message"

    id: uuid.UUID = Field(primary_key=True)
    subject: str
    sealed: bytes = Field(sa_column=octets())
