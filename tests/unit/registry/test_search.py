"""The directory's search: names are found as they are written, by sound, by initials, and with one error of typing."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import search

NAMES = ("随迁子女义务教育入学申请", "鄠邑区第一小学", "草堂镇卫生院B超室", "绿地社区", "第777小学")
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12)


def finds(typed: str, name: str) -> bool:
    """Whether one of the readings of what was typed is in the name."""
    pieces = search.grams(name)
    return any(all(any(wanted <= pieces for wanted in word) for word in words) for words in search.readings(typed))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("入学", NAMES[0]),
        ("义务教育 申请", NAMES[0]),
        ("ruxue", NAMES[0]),
        ("ru xue", NAMES[0]),
        ("RuXue", NAMES[0]),
        ("ruxue", NAMES[0]),
        ("rùxué", NAMES[0]),
        ("入雪", NAMES[0]),
        ("rxsq", NAMES[0]),
        ("ruxeu", NAMES[0]),
        ("rxue", NAMES[0]),
        ("suiqianzinvyiwujiaoyuruxueshenqing", NAMES[0]),
        ("suiqianzinvyiwujiaoyurxueshenqing", NAMES[0]),
        ("diyi", NAMES[1]),
        ("B超", NAMES[2]),
        ("b超", NAMES[2]),
        ("lvdi", NAMES[3]),
        ("lüdi", NAMES[3]),
        ("第777小学", NAMES[4]),
        ("777", NAMES[4]),
    ],
)
def test_it_is_found(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize("typed", ["医院", "yiyuan", "第778小学", "入学 医院", "'; DROP TABLE", "{}", '"', "\\"])
def test_it_is_not_found(typed: str) -> None:
    assert not any(finds(typed, name) for name in (NAMES[0], NAMES[1], NAMES[3]))


@pytest.mark.parametrize("typed", ["", " ", "%", "。，", "👍"])
def test_what_says_nothing_has_no_reading(typed: str) -> None:
    assert list(search.readings(typed)) == []


@given(HAN, st.data())
def test_any_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(begin + 2, len(name)))
    assert finds(name[begin:end], name)


@given(st.sampled_from(NAMES[:4]), st.data())
def test_one_error_in_the_pinyin_of_a_name_is_forgiven(name: str, data: st.DataObject) -> None:
    """Also two letters that changed places; of words that are long enough to be meant."""
    sound = search._sounded(search.fold(name))
    at = data.draw(st.integers(0, len(sound) - 2))
    swapped = sound[:at] + sound[at + 1] + sound[at] + sound[at + 2 :]
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    for typed in (swapped, sound[:at] + sound[at + 1 :], sound[:at] + letter + sound[at + 1 :]):
        assert finds(typed, name), typed


@given(st.text(max_size=100))
def test_whatever_is_typed_costs_little(typed: str) -> None:
    for words in search.readings(typed):
        assert sum(map(len, words)) <= 1000
        assert all(piece and not set(piece) & set('"\\\\{},') for word in words for wanted in word for piece in wanted)
