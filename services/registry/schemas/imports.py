"""Files for the directory: how one is announced, sent in parts, and what became of it."""

import uuid
from typing import Literal

from pydantic import Base64Bytes, BaseModel, Field

from services.registry.schemas.common import Body

MAX_PARTS = 128
MAX_PART = 960_000  # characters of Base64, which is 720,000 bytes: a request holds no more


class ImportIn(Body):
    """A file of offers: a CSV, or an HSDS 3.1 package as zip of CSVs or tabular JSON; `sha256` in hex."""

    form: Literal["csv", "hsds-csv", "hsds-json"]
    parts: int = Field(ge=1, le=MAX_PARTS)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class PartIn(Body):
    """One part of the file, in Base64."""

    content: Base64Bytes = Field(strict=False, min_length=1, max_length=MAX_PART)


class DirectoryImportOut(BaseModel):
    """How far a file is: parts that are missing, rows read and found bad, and lines of the directory it changed."""

    id: uuid.UUID
    state: str
    form: str
    missing: list[int]
    read: int
    bad: int
    changed: int


class FaultOut(BaseModel):
    """Why a row cannot be taken."""

    file: str
    line: int
    field: str
    reason: str


class FaultsPage(BaseModel):
    """A page of faults in the order of the file, and the cursor of the next."""

    items: list[FaultOut]
    next: str | None
