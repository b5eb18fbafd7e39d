"""What a region knows as a witness of other logs, and how far the witnesses of its own log are.

By triggers a witness does not go back and confirmed evidence stays as it is.
"""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, LargeBinary, UniqueConstraint
from sqlmodel import Field

from gateway.tables import Base


def _moment() -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=False)


class WitnessedLog(Base, table=True):
    """The longest checkpoint of another region's log that was cosigned here, its note with the cosignature."""

    __tablename__ = "witnessed_log"

    log: str = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: str
    at: datetime = Field(sa_column=_moment())


class LogConflict(Base, table=True):
    """Two checkpoints that one log signed: `kept` was cosigned here, `note`, of this size and root, does not fit it.

    While it is `suspected` the log has not been heard.
    """

    __tablename__ = "log_conflict"
    __table_args__ = (
        UniqueConstraint("log", "size", "root"),
        CheckConstraint("state IN ('suspected', 'confirmed')", name="state_known"),
    )

    id: uuid.UUID = Field(primary_key=True)
    log: str
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    kept: str
    note: str
    state: str
    at: datetime = Field(sa_column=_moment())


class LogWitness(Base, table=True):
    """A region that is asked to cosign this region's log: what it cosigned last, and why it cosigned no more."""

    __tablename__ = "log_witness"

    witness: str = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    attempts: int
    next_at: datetime = Field(sa_column=_moment())
    reason: str
