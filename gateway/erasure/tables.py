"""Who is on their way out."""

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from gateway.tables import Base


class Erasing(Base, table=True):
    """A person on her way out: which apps have not erased her yet, and what the gateway still links to her."""

    __tablename__ = "erasing"

    request: str = Field(primary_key=True)
    seal: str
    waits_for: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    records: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
