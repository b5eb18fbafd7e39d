"""The register of processing: what is kept, why, on what basis, how long; and what may be asked for each purpose."""

import datetime
import uuid

from pydantic import BaseModel


class RetentionOut(BaseModel):
    """How long something is kept, in words."""

    code: str
    zh: str
    en: str


class FieldOut(BaseModel):
    """One field that a person is asked for her own record."""

    thing: str
    field: str
    why_zh: str
    why_en: str
    basis: str
    retention: str
    required: bool
    sensitive: str


class KeptOut(BaseModel):
    """Something else that an app of this region keeps of a person."""

    app: str
    thing: str
    why_zh: str
    why_en: str
    basis: str
    retention: str


class PurposeServiceOut(BaseModel):
    """One service of a purpose: the fields that may be asked for it, and no others."""

    code: str
    service_zh: str
    service_en: str
    fields: list[str]
    sensitive: list[str]
    separate_consent: bool
    guardian_if_under14: bool
    legal_source: str


class PurposeOut(BaseModel):
    """One purpose of the signed release, and the assessment of its impact that is in force (PIPL 55)."""

    code: str
    zh: str
    en: str
    assessment: uuid.UUID | None
    assessed_on: datetime.date | None
    review_on: datetime.date | None
    services: list[PurposeServiceOut]


class ProcessingOut(BaseModel):
    """The register. `agreements`: where it is said who receives what, under which agreement, and for how long."""

    controller: str
    release: str
    retentions: list[RetentionOut]
    fields: list[FieldOut]
    kept: list[KeptOut]
    purposes: list[PurposeOut]
    agreements: str
