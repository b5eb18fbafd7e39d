"""Events as CloudEvents 1.0 in structured JSON: what a service says happened; ids, states, codes and times only."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """The data of one event; `subject` is its type and NATS subject, `<service>.<noun>.<past participle>.v1`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    subject: ClassVar[str] = ""


class Envelope(BaseModel):
    """The CloudEvents 1.0 envelope; `sequence` orders the events of one record, `traceparent` is W3C's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    specversion: str = "1.0"
    id: uuid.UUID
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    sequence: str
    traceparent: str | None = None
    data: dict[str, Any]

    def encode(self) -> bytes:
        """The structured JSON form (CloudEvents JSON format 1.0)."""
        return self.model_dump_json(exclude_none=True).encode()


class Heartbeat(BaseModel):
    """Says only that everything committed before `at` was published."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    at: datetime
