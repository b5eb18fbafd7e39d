"""The published RFC 6962/9162 proofs (transparency-dev/merkle): each gets the verdict it states, here and outside."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from jieli_verify import tree as outside
from jieli_verify.verdicts import VerificationError

from gateway.audit.rules import tree
from tests.conformance import vectors

CASES = vectors.files("merkle/inclusion", "*.json")


def _outside_accepts(case: dict[str, Any], leaf: bytes, root: bytes, path: list[bytes]) -> bool:
    try:
        outside.check_inclusion(leaf, case["leafIdx"], case["treeSize"], root, path)
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize("file", CASES, ids=vectors.name)
def test_an_inclusion_proof_gets_the_verdict_it_states(file: Path) -> None:
    case = json.loads(file.read_text())
    leaf, root = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"])
    path = [base64.b64decode(value) for value in case["proof"] or []]
    genuine = not case["wantErr"]
    assert tree.included(leaf, case["leafIdx"], (case["treeSize"], root), path) is genuine
    assert _outside_accepts(case, leaf, root, path) is genuine


def test_all_published_cases_are_here() -> None:
    assert len(CASES) == 98
