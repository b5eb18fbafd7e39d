"""A person's copy: every route by which she reads about herself has its section, and every word in print its name."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from cli.authorisation import shape
from gateway.copies import document, rules
from gateway.exchange import routes
from tests.architecture import house
from tests.architecture.test_line_people import reached

# Read by herself and not in the copy, since it says nothing that is not in it already.
NOT_A_SECTION = {
    "/v1/me/name-sheet": "the writings of her name, to print",
    "/v1/me/record-requests/{request}": "a line of the requests",
    "/v1/me/consents/{consent}": "a line of the consents",
    "/v1/me/rights-requests/{rights_request}": "a line of the requests",
    **dict.fromkeys(
        (
            f"{routes.OWN_RECORDS}/consent-record/",
            f"{routes.OWN_RECORDS}/data-agreement/{{notice}}/",
            f"{routes.OWN_RECORDS}/data-agreement/{{notice}}/all/",
        ),
        "the consents in another standard's words",
    ),
    **dict.fromkeys(("/v1/me/copy", "/v1/me/copy.pdf", "/v1/me/copy.jws"), "the copy itself"),
}


def test_everything_that_she_can_read_is_in_the_copy() -> None:
    read = {shape(route.template) for route in routes.OWN if route.method == "GET"}
    told = {shape(path) for section in rules.SECTIONS for path in (section.path, section.each) if path}
    assert read == told | {shape(path) for path in NOT_A_SECTION}


def members(section: rules.Section) -> set[str]:
    """What the answers of a section's routes may hold."""
    paths = house.built(section.service).openapi()["paths"]
    gets = {shape(path): operations["get"] for path, operations in paths.items() if "get" in operations}
    told = [gets[shape(path)]["responses"]["200"] for path in (section.path, section.each) if path]
    return {name for node in reached(section.service, told) for name in node.get("properties", {})}


@pytest.mark.parametrize("section", rules.SECTIONS, ids=lambda section: section.name)
def test_every_word_in_print_has_its_name(section: rules.Section) -> None:
    assert {section.name, *members(section)} <= document.LABELS.keys()


def test_the_page_shows_what_is_kept_and_nothing_that_is_for_machines() -> None:
    kept = {section.name: None for section in rules.SECTIONS} | {
        "record": {"name": "阿布都热合曼·买买提", "phone": None},
        "consents": [{"recipient": "org-610118-education", "fields": ["姓名"], "receipt": "eyJhbGciOi"}],
        "sessions": {"sessions": [{"method": "phone"}]},
    }
    copy = {
        "region": "610118",
        "made_at": "2026-11-27T20:00:00Z",
        "continued": {"consents": "/v1/me/consents?cursor=x"},
        "kept": kept,
    }
    page = PdfReader(BytesIO(document.pdf(json.dumps(copy).encode())))
    text = "".join(sheet.extract_text() for sheet in page.pages)
    assert "阿布都热合曼·买买提" in text and "org-610118-education" in text and "phone" in text
    assert "eyJhbGciOi" not in text
    assert "2026-11-28" in text, "the day in China"
    assert "未全部印出" in text
