"""GB 18030-2022 in and out: what the standard says of each code, whole texts there and back, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import legacy, names
from shared import problems
from tests.unit.registry.test_names import good

# As the charmap of glibc 2.39 for GB 18030-2022 has them.
CODES = {
    "·": "A1A4",
    "ḿ": "A8BC",
    "\ufe10": "A6D9",
    "\ufe12": "A6DA",
    "\ufe11": "A6DB",
    "\ufe13": "A6DC",
    "\ufe19": "A6F3",
    "\u9fb4": "FE59",
    "\u9fbb": "FEA0",
    "\ue78d": "84318236",
    "\ue78f": "84318237",
    "\ue796": "84318335",
    "\ue81e": "82359037",
    "\ue864": "82359134",
    "\ue7c7": "8135F437",
    "\ue816": "FE51",
    "\U00020087": "95329031",
    "𠮷": "9534B235",
}


@pytest.mark.parametrize(("character", "code"), CODES.items())
def test_each_character_has_the_code_of_the_standard(character: str, code: str) -> None:
    assert legacy.read(bytes.fromhex(code)) == character
    assert legacy.written(character) == bytes.fromhex(code)


@given(st.text(st.characters(exclude_categories=("Cs", "Cn"))))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert legacy.read(legacy.written(text)) == text


def test_every_reference_name_comes_back_and_its_separator_is_a1a4() -> None:
    for raw, canonical, _ in good():
        content = legacy.written(names.canonical(raw))
        assert legacy.read(content) == canonical
        assert (bytes.fromhex("A1A4") in content) == ("·" in canonical)


@pytest.mark.parametrize(("text", "named"), [("王\ud83d", "U+D83D"), ("王\uffff", "U+FFFF"), ("王\ufdd0", "U+FDD0")])
def test_a_character_without_a_code_is_named_and_nothing_is_written(text: str, named: str) -> None:
    with pytest.raises(problems.Problem) as refused:
        legacy.written(text)
    assert refused.value.kind.code == "text-unwritable"
    assert refused.value.body()["character"] == named and "Character 2" in refused.value.detail


@pytest.mark.parametrize("content", [b"\xcd\xf5\xff", b"\x81", "王伟".encode()[:5], b"\x84\x31\xa4\x39"])
def test_bytes_that_are_no_gb18030_are_refused(content: bytes) -> None:
    with pytest.raises(problems.Problem) as refused:
        legacy.read(content)
    assert refused.value.kind.code == "text-unreadable"


@given(st.binary(max_size=40))
def test_any_bytes_are_read_and_come_back_or_are_refused(content: bytes) -> None:
    try:
        text = legacy.read(content)
    except problems.Problem as refused:
        assert refused.kind.code == "text-unreadable"
        return
    assert legacy.read(legacy.written(text)) == text


def test_a_private_code_of_an_old_register_has_its_standard_character() -> None:
    assert legacy.standard("王\ue81e\ue816") == "王\u9fb4\U00020087"
    assert legacy.standard("王\ue123伟·") == "王\ue123伟·"


@pytest.mark.parametrize(
    ("character", "common"), [("王", True), ("·", True), ("A", True), ("㐂", False), ("𠮷", False)]
)
def test_what_every_system_can_show(character: str, common: bool) -> None:
    assert legacy.is_common(character) is common
