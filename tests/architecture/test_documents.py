"""Documents: what is published about the code is what the code says; each decision has its page."""

import functools
import json
import re
from pathlib import Path

import pytest

from cli import documents
from shared import problems
from shared.settings import Settings
from tests.architecture import house
from tests.architecture.test_line_groups import nested

DECISIONS = house.ROOT / "docs" / "decisions"
PAGE = 80  # lines
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@functools.cache
def made() -> dict[str, str]:
    return documents.pages()


def decisions() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


@pytest.mark.parametrize(
    "name",
    [
        *(f"openapi/{app}.json" for app in sorted(house.apps())),
        "asyncapi.json",
        "authorisation.md",
        "errors.md",
        "settings.md",
    ],
)
def test_a_committed_document_is_what_the_code_says(name: str) -> None:
    committed = (house.ROOT / "docs" / name).read_text("utf-8")
    same = committed == made()[name]  # compared apart: a difference of a thousand lines explains nothing
    assert same, f"docs/{name} is not what the code says: make docs, then look at the difference"


def test_the_gateway_knows_every_problem_code() -> None:
    same = documents.CATALOGUE.read_text("utf-8") == documents.catalogue()
    assert same, "gateway/exchange/problems.json is not what the code says: make docs"


def test_nothing_else_is_in_the_folder_of_made_documents() -> None:
    found = {f"openapi/{path.name}" for path in (house.ROOT / "docs" / "openapi").iterdir()}
    assert found == {name for name in made() if name.startswith("openapi/")}


def test_references_in_asyncapi_lead_somewhere() -> None:
    document = json.loads(made()["asyncapi.json"])
    for node in nested(document):
        at = document
        for part in str(node.get("$ref", "#")).split("/")[1:]:
            at = at[part]


def test_problem_codes_are_stable_words_with_advice() -> None:
    documents.load_everything()
    for kind in problems.CATALOGUE.values():
        assert CODE.fullmatch(kind.code), kind.code
        assert 400 <= kind.status < 600, kind.code
        assert kind.title and not kind.title.endswith("."), kind.code
        assert kind.advice.endswith("."), f"{kind.code}: say what to do, in a sentence"


def test_every_setting_says_what_it_is_for() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert not silent


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.name[:5] for path in decisions()] == [f"{number:04d}-" for number in range(1, len(decisions()) + 1)]


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_its_four_parts(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert text.startswith("# ")
    assert len(text.splitlines()) <= PAGE


def test_the_index_lists_every_decision() -> None:
    index = (DECISIONS / "README.md").read_text("utf-8")
    for path in decisions():
        title = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({path.name})" in index, f"add it: [{title}]({path.name})"


def test_every_check_is_in_the_table_of_rules() -> None:
    table = (house.ROOT / "tests" / "architecture" / "README.md").read_text("utf-8")
    for path in sorted((house.ROOT / "tests" / "architecture").glob("test_*.py")):
        assert f"`{path.name}`" in table, f"say in tests/architecture/README.md which rules {path.name} holds"
