"""The published RFC 8785 pairs: the canonical form of the log's entries is the one that others compute."""

import json
from pathlib import Path

import pytest
import rfc8785

from tests.conformance import vectors

INPUTS = vectors.files("jcs/input", "*.json")


@pytest.mark.parametrize("file", INPUTS, ids=vectors.name)
def test_the_canonical_form_is_the_published_one(file: Path) -> None:
    expected = file.parent.with_name("output") / file.name
    assert rfc8785.dumps(json.loads(file.read_text())) == expected.read_bytes().rstrip(b"\n")


def test_all_published_pairs_are_here() -> None:
    assert len(INPUTS) == 6
