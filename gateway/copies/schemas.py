"""The copy as a document. What is in a section is described where its route is."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class CopyOut(BaseModel):
    """Everything of a person. `continued`: where to read on in a section that has more lines than a copy holds."""

    region: str
    made_at: datetime
    accesses: str
    continued: dict[str, str]
    kept: dict[str, Any] = Field(description="One member for each section: what its own route under /v1/me answers.")
