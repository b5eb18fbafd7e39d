"""Names: the twenty hard ones of the reference file, and properties far beyond them."""

import csv
import itertools
import pathlib
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.registry.rules import names
from shared import problems

ROWS = list(
    csv.DictReader((pathlib.Path(__file__).parents[2] / "data" / "names.csv").read_text(encoding="utf-8").splitlines())
)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from("𠮷㐂〇\U00031350")
HAN_NAMES = st.text(HAN, min_size=1, max_size=12)
LATIN = st.characters(max_codepoint=0x024F, categories=("Lu", "Ll"))
LATIN_NAMES = st.lists(
    st.text(LATIN, min_size=1, max_size=8) | st.sampled_from(["J.", "O'Neill", "Smith-Jones", "St."]),
    min_size=1,
    max_size=5,
).map(" ".join)
DOTS = st.sampled_from("·•‧∙⋅・･●․᛫⸱ꞏ\u0387.．。")


def typed(cell: str) -> str:
    """The reference file writes what a CSV cannot hold as a JSON escape."""
    return cell.replace("\\u0000", "\u0000").replace("\\u202e", "\u202e")


def good() -> list[tuple[str, str, str]]:
    return [(row["raw"], row["canonical"], row["group"]) for row in ROWS if row["group"] != "bad"]


@pytest.mark.parametrize(("raw", "expected", "group"), good())
def test_reference_names_get_their_canonical_form(raw: str, expected: str, group: str) -> None:
    assert names.canonical(raw) == expected, group


def test_reference_names_match_within_their_group_and_never_across() -> None:
    for (one, _, one_group), (other, _, other_group) in itertools.combinations(good(), 2):
        same = names.folded(names.canonical(one)) == names.folded(names.canonical(other))
        assert same == (one_group == other_group), (one, other)


@pytest.mark.parametrize("row", [row for row in ROWS if row["group"] == "bad"], ids=lambda row: row["note"])
def test_reference_bad_names_are_refused_with_a_reason(row: dict[str, str]) -> None:
    with pytest.raises(problems.Problem) as refused:
        names.canonical(typed(row["raw"]))
    assert refused.value.kind.code.startswith("name-") and refused.value.detail


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "name-empty"),
        (" \u3000", "name-only-spaces"),
        ("王\n伟", "name-control-character"),
        ("王\u2028伟", "name-control-character"),
        ("\u202e王伟", "name-bidi-control"),
        ("王\u2067伟", "name-bidi-control"),
        ("王\u200b伟", "name-invisible-character"),
        ("\ufeff王伟", "name-invisible-character"),
        ("王\ufffd", "name-damaged"),
        ("王\ud83d", "name-damaged"),
        ("王\U0001ffff", "name-damaged"),
        ("王 \u0301伟", "name-lone-mark"),
        ("··", "name-without-letter"),
        ("2024", "name-without-letter"),
        ("王" * 151, "name-too-long"),
        (" " * 301, "name-too-long"),
    ],
)
def test_each_refusal_has_its_own_code(raw: str, code: str) -> None:
    with pytest.raises(problems.Problem) as refused:
        names.canonical(raw)
    assert refused.value.kind.code == code


@given(HAN_NAMES, HAN_NAMES, DOTS, st.sampled_from(["", " ", "\u3000", "\u00a0"]))
def test_every_dot_between_han_becomes_the_standard_one(before: str, after: str, dot: str, space: str) -> None:
    assert names.canonical(f"{before}{space}{dot}{space}{after}") == f"{before}·{after}"


@pytest.mark.parametrize("dot", list("\u2022\u2027\u2219\u22c5\u30fb\uff65\u25cf\u2024\u16eb\u2e31\ua78f\u0387"))
def test_every_dot_that_keyboards_offer_is_the_separator_beside_han(dot: str) -> None:
    assert names.canonical(f"阿{dot}买") == names.canonical(f"阿 {dot}买") == "阿·买"
    assert names.canonical(f"Li{dot}买") == "Li·买"


@given(LATIN_NAMES)
def test_latin_names_are_never_touched(name: str) -> None:
    assume(unicodedata.is_normalized("NFC", name))
    assert names.canonical(name) == name


@given(st.text(max_size=200))
def test_canonical_is_idempotent_or_refuses_with_a_code_and_never_repeats_the_name(raw: str) -> None:
    try:
        once = names.canonical(raw)
    except problems.Problem as refused:
        assert refused.kind.code.startswith("name-")
        assert len(raw.strip()) < 3 or raw.strip() not in refused.detail
        return
    assert names.canonical(once) == once
    assert 1 <= len(once) <= names.MAX_CODE_POINTS


@given(st.text(max_size=60))
def test_folding_is_idempotent(raw: str) -> None:
    try:
        name = names.canonical(raw)
    except problems.Problem:
        return
    key = names.folded(name)
    assert names.folded(key) == key


@given(st.text("aeghkmnoprstuyz", min_size=1, max_size=20))
def test_folding_ignores_case_width_and_punctuation(name: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
    assert names.folded(name) == names.folded(name.upper()) == names.folded(wide) == names.folded("-".join(name))


@given(st.text(st.sampled_from("𠮷㐂𪚥王买"), min_size=1, max_size=150))
def test_length_counts_code_points_not_utf16_units_or_bytes(name: str) -> None:
    assert names.canonical(name) == name


@given(HAN_NAMES, HAN_NAMES)
def test_a_separator_alone_is_a_hint_and_another_name_is_not(one: str, other: str) -> None:
    assert names.differs_in_writing_only(f"{one}·{other}", one + other)
    assert not names.differs_in_writing_only(one, one)
    assert names.differs_in_writing_only(one, other) is False or names.folded(one) == names.folded(other)


def test_a_glyph_that_the_document_shows_is_kept_and_still_matches() -> None:
    compatibility = "\ufa19田"  # 神 as a compatibility ideograph; NFC would replace it
    assert names.canonical(compatibility) == compatibility
    assert names.differs_in_writing_only(compatibility, "神田")


def test_a_variation_selector_is_kept_and_still_matches() -> None:
    assert names.canonical("葛\U000e0100城") == "葛\U000e0100城"
    assert names.differs_in_writing_only("葛\U000e0100城", "葛城")


def test_private_use_characters_of_old_registers_are_kept() -> None:
    assert names.canonical("王\ue123.买") == "王\ue123·买"
