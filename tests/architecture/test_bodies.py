"""Bodies and lists: JSON is read strictly, closed, with days written out; pages are asked for alike everywhere."""

import datetime
import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared import days
from tests.architecture import house

APPS = sorted(house.apps())
DAY = typing.get_args(days.Day)[1:]
CURSOR = re.compile(r"`next` of the page before")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that an annotation leads to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in typing.get_args(annotation):
        yield from models(part)


def bodies(app: str) -> set[type[BaseModel]]:
    """The models that JSON bodies of an app are read into; forms come as texts and are something else."""
    read = [route.body_field.field_info for route in house.routes(app) if route.body_field]
    return {model for field in read if not isinstance(field, Form) for model in models(field.annotation)}


def parameters(route: APIRoute) -> Iterator[Any]:
    """What a route reads from the query."""
    pending = [route.dependant]
    while pending:
        dependant = pending.pop()
        yield from dependant.query_params
        pending += dependant.dependencies


@pytest.mark.parametrize("app", APPS)
def test_bodies_are_closed_and_strict(app: str) -> None:
    lax = [
        m.__name__ for m in bodies(app) if not (m.model_config.get("strict") and m.model_config["extra"] == "forbid")
    ]
    assert not lax, f'ConfigDict(extra="forbid", strict=True): "1" is no number and "yes" no truth value: {sorted(lax)}'


@pytest.mark.parametrize("app", APPS)
def test_days_are_written_out(app: str) -> None:
    """pydantic reads 1577836800, "1577836800" and a midnight as a day; which day was meant nobody could say."""
    fields = [(m, name, field) for m in bodies(app) for name, field in m.model_fields.items()]
    dates = [
        (m, name, field)
        for m, name, field in fields
        if datetime.date in (field.annotation, *typing.get_args(field.annotation))
    ]
    wrong = [f"{m.__name__}.{name}" for m, name, field in dates if DAY[-1] not in field.metadata]
    assert not wrong, f"use shared.days.Day: {wrong}"


@pytest.mark.parametrize("app", APPS)
def test_a_page_is_asked_for_by_its_cursor(app: str) -> None:
    wrong = [
        f"{route.path}: {each.alias}"
        for route in house.routes(app)
        for each in parameters(route)
        if CURSOR.search(each.field_info.description or "") and each.alias != "cursor"
    ]
    assert not wrong, f"call it `cursor` as everywhere: {wrong}"
