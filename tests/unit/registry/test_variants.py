"""How two writings of one name differ: what a person reads beside both."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.registry.rules import names, variants
from services.registry.rules.variants import Difference
from shared import problems
from tests.unit.registry.test_names import DOTS, HAN_NAMES, good

COMMON = st.text(st.sampled_from("阿布都热合曼买提尔哈吾江努麦古丽王伟娜"), min_size=2, max_size=8)


@pytest.mark.parametrize(
    ("name", "written", "kind"),
    [
        ("阿布都热合曼·买买提", "阿布都热合曼·买买提", "same"),
        ("阿布都热合曼·买买提", "阿布都热合曼•买买提", "separator"),
        ("阿布都热合曼·买买提", "阿布都热合曼.买买提", "separator"),
        ("阿布都热合曼·买买提", "阿布都热合曼买买提", "missing_separator"),
        ("阿布都热合曼买买提", "阿布都热合曼・买买提", "missing_separator"),
        ("阿布都热合曼·买买提", "买买提·阿布都热合曼", "order"),
        ("阿布都热合曼·买买提", "买买提阿布都热合曼", "order"),
        ("John Smith", "SMITH JOHN", "order"),
        ("帕尔哈提·吾买尔江·阿卜杜热西提", "帕尔哈提·吾买尔江", "truncated"),
        ("阿布都热合曼·买买提", "阿不都热合曼·买买提", "homophone"),
        ("张伟国", "張伟國", "traditional"),
        ("𠮷田一", "吉田一", "rare_glyph"),
        ("王㛃", "王洁", "rare_glyph"),
        ("王伟", "WANG WEI", "pinyin"),
        ("Lü Bu", "吕布", "other"),
        ("吕布", "LYU BU", "other"),
        ("阿布都热合曼·买买提", "ABUDOUREHEMAN MAIMAITI", "pinyin"),
        ("Mary O'Neill-Smith", "MARY ONEILLSMITH", "form"),
        ("\ufa19田", "神田", "form"),
        ("王伟", "李强", "other"),
        ("王伟", "JITIAN XIYI #", "other"),
        ("王伟", "王", "other"),
    ],
)
def test_each_difference_is_named(name: str, written: str, kind: str) -> None:
    assert variants.difference(name, written).value == kind


@given(HAN_NAMES, HAN_NAMES, DOTS)
def test_another_dot_is_a_separator_and_nothing_else(one: str, other: str, dot: str) -> None:
    found = variants.difference(f"{one}·{other}", f"{one}{dot}{other}")
    assert found is (Difference.SAME if dot == "·" else Difference.SEPARATOR)


@given(COMMON, COMMON)
def test_swapped_parts_are_an_order_in_whatever_way_they_are_joined(one: str, other: str) -> None:
    assume(one != other)
    for written in (f"{other}·{one}", f"{other} {one}", f"{other}{one}"):
        if names.folded(written) != names.folded(one + other):
            assert variants.difference(f"{one}·{other}", written) is Difference.ORDER


@given(COMMON, COMMON)
def test_whichever_is_called_the_name_the_hint_is_the_same(one: str, other: str) -> None:
    assert variants.difference(one, other) is variants.difference(other, one)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_names_that_are_kept_can_be_compared(one: str, other: str) -> None:
    kept = []
    for raw in (one, other):
        try:
            kept.append(names.canonical(raw))
        except problems.Problem:
            return
    found = variants.difference(*kept)
    assert (found is Difference.SAME) == (kept[0] == kept[1])


def test_the_reference_names_of_one_group_differ_by_their_separator_alone() -> None:
    by_separator = {Difference.SAME, Difference.SEPARATOR, Difference.MISSING_SEPARATOR}
    for raw, canonical, group in good():
        if group == "g1":
            assert variants.difference("阿布都热合曼·买买提", raw) in by_separator, canonical
