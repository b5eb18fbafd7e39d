"""How two writings of one name differ: a hint that a person reads beside both, never a verdict and never an index."""

import re
from enum import StrEnum
from itertools import product
from typing import Final

from pypinyin import Style, pinyin

from services.registry.rules import legacy, names


class Difference(StrEnum):
    """What tells one writing from another, the smallest explanation first."""

    SAME = "same"
    SEPARATOR = "separator"
    MISSING_SEPARATOR = "missing_separator"
    FORM = "form"  # spaces, case, width, or another glyph of the same character
    ORDER = "order"
    TRUNCATED = "truncated"
    TRADITIONAL = "traditional"
    RARE_GLYPH = "rare_glyph"
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"
    OTHER = "other"


HINTS: Final = frozenset(Difference) - {Difference.SAME, Difference.OTHER}
_PARTS: Final = re.compile(r"[\s·・.\-]+")
_SHORTEST: Final = 2  # characters that a shortened name has to keep to say anything


def difference(name: str, written: str) -> Difference:
    """What tells `written`, as a document shows it, from the canonical `name`. Raises what `names.canonical` does."""
    if written == name:
        return Difference.SAME
    kept = names.canonical(written)
    if kept == name:
        return Difference.SEPARATOR
    if names.folded(kept) == names.folded(name):
        one_has_it = (names.SEPARATOR in kept) != (names.SEPARATOR in name)
        return Difference.MISSING_SEPARATOR if one_has_it else Difference.FORM
    return next((kind for kind, explains in _EXPLANATIONS if explains(name, kept)), Difference.OTHER)


def _is_reordered(one: str, other: str) -> bool:
    if _sorted_parts(one) == _sorted_parts(other):
        return True
    first, second = names.folded(one), names.folded(other)
    return _turns_into(first, _joints(one), second) or _turns_into(second, _joints(other), first)


def _turns_into(one: str, joints: list[int], other: str) -> bool:
    return any(one[at:] + one[:at] == other for at in joints)


def _sorted_parts(name: str) -> list[str]:
    return sorted(names.folded(part) for part in _PARTS.split(name) if part)


def _joints(name: str) -> list[int]:
    """Where the parts of a name meet, counted in its folded form."""
    ends, end = [], 0
    for part in _PARTS.split(name):
        end += len(names.folded(part))
        ends.append(end)
    return ends[:-1]


def _is_truncated(one: str, other: str) -> bool:
    short, long = sorted((names.folded(one), names.folded(other)), key=len)
    return len(short) >= _SHORTEST and long.startswith(short)


def _is_traditional(one: str, other: str) -> bool:
    pairs = _differing(one, other)
    return bool(pairs) and all(
        legacy.is_common(a) != legacy.is_common(b) and _in_big5(a if legacy.is_common(b) else b) and _sound_alike(a, b)
        for a, b in pairs
    )


def _is_rare(one: str, other: str) -> bool:
    pairs = _differing(one, other)
    return bool(pairs) and all(not (legacy.is_common(a) and legacy.is_common(b)) for a, b in pairs)


def _is_homophone(one: str, other: str) -> bool:
    pairs = _differing(one, other)
    return bool(pairs) and all(_sound_alike(a, b) for a, b in pairs)


def _is_pinyin(one: str, other: str) -> bool:
    latin, han = sorted((names.folded(one), names.folded(other)))
    if not latin.isascii() or han.isascii() or len(han) > len(latin):
        return False
    # Every reading of every character that fits is followed; what is left of the Latin letters shrinks with each.
    left = {latin}
    for character in han:
        left = {rest[len(sound) :] for rest in left for sound in _sounds(character) if rest.startswith(sound)}
    return "" in left


def _differing(one: str, other: str) -> list[tuple[str, str]]:
    """The pairs of characters that differ, place by place; none where the names are not of one length."""
    first, second = names.folded(one), names.folded(other)
    if len(first) != len(second):
        return []
    return [(a, b) for a, b in zip(first, second, strict=True) if a != b]


def _sound_alike(one: str, other: str) -> bool:
    return any(a == b for a, b in product(_sounds(one), _sounds(other)))


def _sounds(character: str) -> frozenset[str]:
    """The readings of a Han character without tones; none of anything else."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(each for reading in readings for each in reading)


def _in_big5(character: str) -> bool:
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


_EXPLANATIONS: Final = (
    (Difference.ORDER, _is_reordered),
    (Difference.TRUNCATED, _is_truncated),
    (Difference.TRADITIONAL, _is_traditional),
    (Difference.RARE_GLYPH, _is_rare),
    (Difference.HOMOPHONE, _is_homophone),
    (Difference.PINYIN, _is_pinyin),
)
