"""What the gateway says about agreements, to anybody: parties, reasons and fields; never a person."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class AgreementOut(BaseModel):
    """One version of an agreement; `terms` is the text that `hash` was made of, with the state it has now."""

    id: str
    version: int
    hash: str
    consent_hash: str
    state: str
    valid_from: datetime
    valid_until: datetime
    terms: dict[str, Any]


class AgreementsOut(BaseModel):
    """Every agreement once."""

    agreements: list[AgreementOut]
