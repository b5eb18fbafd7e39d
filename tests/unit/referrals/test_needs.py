"""Needs: which service, which fields, which values; and how answers are packed before they are sealed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.rules import needs
from shared import vault
from shared.problems import Problem


def test_an_unknown_service_and_an_information_service_are_refused() -> None:
    needs.check_service("EDU-01", "filing", 0)
    with pytest.raises(Problem) as unknown:
        needs.check_service("EDU-99", None, 1)
    assert (unknown.value.kind, unknown.value.extras["errors"]) == (
        needs.SERVICE_UNKNOWN,
        [{"pointer": "/needs/1/service"}],
    )
    with pytest.raises(Problem) as informs:
        needs.check_service("RES-02", "info", 0)
    assert informs.value.kind is needs.SERVICE_IS_INFORMATION


def test_fields_off_the_list_are_named_with_a_pointer_and_never_with_a_value() -> None:
    with pytest.raises(Problem) as refused:
        needs.check_answers({"姓名": "甲", "总包/分包单位": "乙"}, ["姓名"], 2)
    assert refused.value.kind is needs.FIELD_NOT_ON_LIST
    assert refused.value.extras["errors"] == [{"pointer": "/needs/2/answers/总包~1分包单位", "field": "总包/分包单位"}]
    assert "乙" not in json.dumps(refused.value.body(), ensure_ascii=False)


@pytest.mark.parametrize("value", ["a" * 2001, "a\nb", "a\x00", "\x7f", "\x85", "\ud800"])
def test_values_that_are_too_long_or_hold_control_characters_are_refused(value: str) -> None:
    with pytest.raises(Problem) as refused:
        needs.check_answers({"事实": value}, ["事实"], 0)
    assert refused.value.kind is needs.VALUE_INVALID


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=2000))
def test_any_plain_text_of_any_script_passes_and_comes_back_from_its_block(value: str) -> None:
    needs.check_answers({"姓名": value}, ["姓名"], 0)
    packed = needs.packed({"姓名": value}, ["姓名"])
    block = vault.padded(packed, needs.block(len(packed)))
    assert json.loads(vault.unpadded(block)) == {"姓名": value}
    assert len(block) in {4096, 16384}


def test_only_what_the_agreement_covers_is_kept() -> None:
    assert json.loads(needs.packed({"姓名": "甲", "技能": "乙"}, ["姓名", "出生日期"])) == {"姓名": "甲"}
    assert needs.covered(["出生日期", "姓名", "别的"], ["姓名", "出生日期"]) == ["出生日期", "姓名"]


def test_everything_missing_is_listed_at_once_and_blank_is_missing() -> None:
    assert needs.missing(["姓名", "出生日期", "年级"], {"姓名": "甲", "年级": "  "}) == ["出生日期", "年级"]


@given(st.integers(0, 200_000))
def test_a_block_always_fits(length: int) -> None:
    assert length + 4 <= needs.block(length) < max(4097, 4 * (length + 4))
