"""The pages say in Chinese whatever keeps a person from going on."""

import re
from types import ModuleType

import pytest

from services.identity import words
from services.identity.commands import account, passkeys, signing_in
from services.identity.rules import authorization, sign_in, upstream
from shared import problems
from shared.problems import Kind

SHOWN = (account, passkeys, signing_in, sign_in, upstream)


def kinds(module: ModuleType) -> list[Kind]:
    return [each for each in vars(module).values() if isinstance(each, Kind)]


@pytest.mark.parametrize("kind", [authorization.INVALID_REQUEST, *(kind for each in SHOWN for kind in kinds(each))])
def test_every_problem_of_a_page_has_words_of_its_own(kind: Kind) -> None:
    said = words.chinese(kind())
    assert said != words.OTHERWISE
    assert re.fullmatch(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef0-9 +]+", said), "Chinese, and nothing else"


def test_there_are_no_words_for_problems_that_nobody_has() -> None:
    assert set(words.SAID) <= set(problems.CATALOGUE)


def test_anything_else_is_said_too() -> None:
    assert words.chinese(problems.INTERNAL()) == words.OTHERWISE
