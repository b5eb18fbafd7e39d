"""Identity's tables: organisations, system clients, staff, residents' sign-in, and assertions used once."""

import uuid
from datetime import datetime

from sqlalchemy import Column, DateTime, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared import db


class Base(SQLModel, registry=db.new_registry()):
    """The base of this service's tables."""


def _now() -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=False, server_default=func.now())


class Organization(Base, table=True):
    """One organisation of the tree region -> department or town -> community or provider."""

    __tablename__ = "organization"

    id: str = Field(primary_key=True)
    name: str
    kind: str
    parent: str | None = Field(default=None, foreign_key="organization.id")
    district: str
    services: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class Client(Base, table=True):
    """A partner's or front end's system; its key proves it (private_key_jwt)."""

    __tablename__ = "client"

    id: str = Field(primary_key=True)
    organization: str = Field(foreign_key="organization.id")
    jwk: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = "active"


class Staff(Base, table=True):
    """A member of staff within one organisation."""

    __tablename__ = "staff"

    id: str = Field(primary_key=True)
    organization: str = Field(foreign_key="organization.id")
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str = "active"


class AssertionIssuer(Base, table=True):
    """Who may vouch for staff and residents by a signed assertion (RFC 7523)."""

    __tablename__ = "assertion_issuer"

    id: str = Field(primary_key=True)
    jwk: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))


class Resident(Base, table=True):
    """A person's sign-in: a keyed hash of the issuer's name for her, and her own id, which stays here."""

    __tablename__ = "resident"

    tag: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    person: uuid.UUID = Field(unique=True)


class UsedAssertion(Base, table=True):
    """An assertion serves once."""

    __tablename__ = "used_assertion"

    issuer: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
