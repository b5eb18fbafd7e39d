"""Further writings of a person's own name: as a document shows it, and which kind of document that is."""

from typing import Literal

from pydantic import BaseModel, Field

from services.registry.rules.variants import Difference
from services.registry.schemas.common import Body
from services.registry.schemas.people import Name

Shown = Literal[
    "resident_id",
    "residence_permit",
    "hk_macao_taiwan_permit",
    "foreign_permanent_resident",
    "hk_macao_pass",
    "taiwan_pass",
    "passport",
    "household_booklet",
    "birth_certificate",
    "school_record",
    "certificate",
    "social_security_card",
    "medical_record",
    "bank_card",
    "work_contract",
    "ticket",
    "online_account",
]
Evidence = Literal["said", "shown_at_counter"]


class WritingIn(Body):
    """A writing exactly as the document shows it, wrong dot and all."""

    written: Name
    document: Shown


class WritingSealed(WritingIn):
    """The sealed object of a writing, with what it rests on."""

    evidence: Evidence


class WritingOut(WritingSealed):
    """A writing and what tells it from the name on the record; a hint, for people to look at."""

    id: str
    difference: Difference


class WritingsOut(BaseModel):
    """All writings of the person's name beside the one on her record."""

    writings: list[WritingOut] = Field(description="Oldest first; twelve at most.")
