"""Notices as anybody reads them before a decision."""

import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from services.registry.schemas.consents import Language

Version = Annotated[int | None, Query(ge=1, le=9_999, description="The current one without it.")]
Wanted = Annotated[Language | None, Query(description="BCP 47; all languages without it.")]


class FromRules(BaseModel):
    """Made from what the rules hold."""

    model_config = ConfigDict(from_attributes=True)


class SensitiveOut(FromRules):
    """A kind of sensitive information: why it is needed and what it may mean for her."""

    kind: str
    label: str
    necessity: str
    effect: str


class TextOut(FromRules):
    """A notice in one language."""

    title: str
    controller: str
    purpose: str
    method: str
    fields: str
    field_names: list[str]
    sensitive: str
    sensitive_kinds: list[SensitiveOut]
    recipient: str
    storage: str
    withdrawal: str
    refusal: str
    rights: str
    guardian: str


class ControllerOut(BaseModel):
    """The region that runs this platform."""

    name: str
    url: str


class NoticeOut(BaseModel):
    """One version of a notice; `language` is the one that was picked, `texts` holds it alone or all."""

    id: str
    version: int
    current: int
    released: datetime.date
    previous: str | None
    digest: str
    controller: ControllerOut
    fields: list[str]
    sensitive: list[str]
    languages: list[str]
    language: str | None
    texts: dict[str, TextOut]


class NoticeLine(BaseModel):
    """A current notice in a list, with its title in Chinese."""

    id: str
    version: int
    digest: str
    languages: list[str]
    title: str


class NoticesOut(BaseModel):
    """The current notice of each purpose."""

    notices: list[NoticeLine]
