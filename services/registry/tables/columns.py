"""What the registry's tables are made of: their common base, and kinds of columns."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, Index, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import SQLModel

from shared import db


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def moment(optional: bool = False) -> Column[datetime]:
    """A point in time, with its zone."""
    return Column(DateTime(timezone=True), nullable=optional)


def texts() -> Column[list[str]]:
    """Texts, in order."""
    return Column(ARRAY(Text), nullable=False)


def ids() -> Column[list[uuid.UUID]]:
    """Ids, in order."""
    return Column(ARRAY(Uuid), nullable=False)


def searched(name: str) -> Index:
    """An index over pieces of names, without a list of pending entries that every search would have to go through."""
    return Index(name, "grams", postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def octets(optional: bool = False) -> Column[bytes]:
    """Bytes: something sealed, or a keyed index."""
    return Column(LargeBinary, nullable=optional)


class Base(SQLModel, registry=db.new_registry()):
    """The registry's own metadata, so that five apps fit in one process."""
