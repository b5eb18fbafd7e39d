"""Service records and guardian links: the minimum that product.md line 1 allows, and why each field is asked."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.registry.rules.numbers import DocumentType
from services.registry.schemas.common import Body
from shared.days import Day

# The rules give the reasons; these bounds only keep absurd bodies out.
Name = Annotated[str, StringConstraints(max_length=1_000)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=64)]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Document = Annotated[DocumentType, Field(strict=False)]
Relation = Literal["parent", "guardian"]
Proof = Literal["birth_certificate", "household_booklet", "court_order"]


class RecordIn(Body):
    """What a person says of herself once. A document number is never required here."""

    name: Name
    document_type: Document | None = None
    document_number: Number | None = None
    birth_date: Day
    phone: Annotated[str, StringConstraints(max_length=64)]
    district: District
    preferred_language: Annotated[str, StringConstraints(max_length=35)] | None = None
    accessibility_need: Annotated[str, StringConstraints(max_length=200)] | None = None


class RecordSealed(Body):
    """The sealed object of a person; `name_as_typed` is the raw input."""

    name: str
    name_as_typed: str
    document_type: DocumentType | None
    document_number: str | None
    birth_date: Day
    phone: str
    preferred_language: str | None
    accessibility_need: str | None


class RecordOut(RecordSealed):
    """A person's own record. `writing_differs`: what was typed is kept in another writing; compare it.

    `standard_writing`: the name with private codes of an old register as standard characters, for her to take or not.
    """

    district: str
    writing_differs: bool
    standard_writing: str | None


class DependantIn(Body):
    """Somebody the person answers for, and what proves it."""

    name: Name
    birth_date: Day
    relation: Relation
    proof_type: Proof
    document_type: Document | None = None
    document_number: Number | None = None


class DependantSealed(Body):
    """The sealed object of one the person answers for, under a key of its own."""

    name: str
    name_as_typed: str
    birth_date: Day
    relation: Relation
    proof_type: Proof
    document_type: DocumentType | None
    document_number: str | None


class DependantOut(DependantSealed):
    """One the person answers for."""

    id: str
    guardian_decides: bool = Field(description="Under fourteen: consents are the guardian's (PIPL art. 31).")


class DependantsOut(BaseModel):
    """All whom the person answers for."""

    dependants: list[DependantOut]
