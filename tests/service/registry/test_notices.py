"""Notices as anybody reads them: by purpose, version and language, with a digest that can be checked."""

import hashlib
from typing import Any

import pytest
import rfc8785

from tests.support.apps import RunningApp

OWN = ("id", "version", "released", "previous", "fields", "sensitive", "texts")


async def get(registry: RunningApp, path: str, **params: Any) -> tuple[int, Any]:
    async with registry.as_() as anybody:
        answer = await anybody.get(f"/directory/notices{path}", params=params)
    return answer.status_code, answer.json()


async def test_there_is_a_notice_about_every_purpose(registry: RunningApp) -> None:
    _, listed = await get(registry, "")
    assert len(listed["notices"]) == 11
    for line in listed["notices"]:
        status, notice = await get(registry, f"/{line['id']}")
        assert (status, notice["digest"], notice["languages"]) == (200, line["digest"], line["languages"])


async def test_anybody_can_make_its_digest(registry: RunningApp) -> None:
    _, notice = await get(registry, "/school_enrolment")
    assert notice["language"] is None and list(notice["texts"]) == notice["languages"]
    assert hashlib.sha256(rfc8785.dumps({name: notice[name] for name in OWN})).hexdigest() == notice["digest"]


async def test_it_names_who_answers_for_it(registry: RunningApp) -> None:
    _, notice = await get(registry, "/school_enrolment")
    assert notice["controller"] == {"name": "鄠邑区", "url": "http://gateway.test"}


@pytest.mark.parametrize(("wanted", "shown"), [("en-GB", "en"), ("zh-TW", "zh-Hant"), ("ug", "zh-Hans")])
async def test_it_comes_in_the_nearest_language_and_says_which(registry: RunningApp, wanted: str, shown: str) -> None:
    _, notice = await get(registry, "/school_enrolment", language=wanted, version=1)
    assert (notice["language"], list(notice["texts"])) == (shown, [shown])
    assert notice["digest"] == (await get(registry, "/school_enrolment"))[1]["digest"]


async def test_it_says_why_what_is_sensitive_is_needed_and_what_it_may_mean(registry: RunningApp) -> None:
    _, notice = await get(registry, "/health_service", language="en")
    told = {each["kind"]: each for each in notice["texts"]["en"]["sensitive_kinds"]}
    assert set(told) == {"health", "health_adjacent", "financial_account", "minor"}
    assert all(each["necessity"] and each["effect"] for each in told.values())


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/policing", {}, 404),
        ("/school_enrolment", {"version": 9}, 404),
        ("/school_enrolment", {"version": 0}, 422),
        ("/school_enrolment", {"language": "no tag"}, 422),
        ("/School", {}, 422),
    ],
)
async def test_what_there_is_not_is_said(registry: RunningApp, path: str, params: dict[str, Any], status: int) -> None:
    assert (await get(registry, path, **params))[0] == status
