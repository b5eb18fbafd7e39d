"""How a full name is written, checked and matched (民委发〔2016〕33号: separator U+00B7, 50 characters or more)."""

import re
import unicodedata
from typing import Final

from shared import problems

SEPARATOR: Final = "\u00b7"
MAX_CODE_POINTS: Final = 150
# Spaces around separators fall away, so what was typed may be longer than what is kept; this bounds the kept raw input.
MAX_RAW_CODE_POINTS: Final = 300

EMPTY = problems.kind(422, "name-empty", "No name", "The name is empty; give it as the document shows it.")
ONLY_SPACES = problems.kind(
    422, "name-only-spaces", "The name holds only spaces", "Give the name as the document shows it."
)
CONTROL = problems.kind(422, "name-control-character", "The name holds a control character", "Type the name again.")
BIDI = problems.kind(422, "name-bidi-control", "The name holds a writing-direction control", "Type the name again.")
INVISIBLE = problems.kind(
    422, "name-invisible-character", "The name holds an invisible character", "Type the name again."
)
DAMAGED = problems.kind(422, "name-damaged", "The name was damaged on its way", "Send it as UTF-8 text.")
LONE_MARK = problems.kind(422, "name-lone-mark", "A combining mark stands without its letter", "Type the name again.")
WITHOUT_LETTER = problems.kind(
    422, "name-without-letter", "The name holds no letter", "Give the name as the document shows it."
)
TOO_LONG = problems.kind(
    422, "name-too-long", "The name is too long", f"A name may have up to {MAX_CODE_POINTS} characters."
)

# Other dots that keyboards, fonts and old code pages put in place of U+00B7. NFC and NFKC do not unify them.
_DOTS: Final = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u25cf\u2024\u16eb\u2e31\ua78f\u0387"
# Full stops are separators only between two Han characters: "J. R. Smith" keeps his.
_STOPS: Final = ".\uff0e\u3002"
# Private use stands here because old registers hold rare Han there; planes 2 and 3 are Han, assigned yet or not.
_HAN: Final = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003ffff\U000f0000-\U0010fffd"
)
_VARIATION: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_AFTER_HAN: Final = f"(?<=[{_HAN}{_VARIATION}])"
_BEFORE_HAN: Final = f"(?=[{_HAN}])"
_RUN: Final = r"\s*[{0}](?:\s*[{0}])*\s*"
_DOT_BESIDE_HAN: Final = re.compile(f"{_AFTER_HAN}{_RUN.format(_DOTS)}|{_RUN.format(_DOTS)}{_BEFORE_HAN}")
_STOP_BETWEEN_HAN: Final = re.compile(f"{_AFTER_HAN}{_RUN.format(_DOTS + _STOPS)}{_BEFORE_HAN}")
# NFC would replace a compatibility ideograph, and the document shows that very glyph.
_NORMALISED: Final = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_VARIATION_SELECTOR: Final = re.compile(f"[{_VARIATION}]")

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Persian and several Indic scripts spell with the two joiners.
_JOINERS: Final = frozenset("\u200c\u200d")


def canonical(raw: str) -> str:
    """The name as it is kept: separator U+00B7 without spaces around it beside Han, outer spaces removed, NFC.

    Names without Han are not touched otherwise. Raises a problem with a `name-*` code.
    """
    _refuse_characters(raw)
    name = _NORMALISED.sub(lambda run: unicodedata.normalize("NFC", run[0]), raw.strip())
    name = _STOP_BETWEEN_HAN.sub(SEPARATOR, name)
    name = _DOT_BESIDE_HAN.sub(SEPARATOR, name)
    _refuse_shape(name, raw)
    return name


def folded(name: str) -> str:
    """The key to match names on: letters, marks and digits, case and width folded. A hint, never a verdict."""
    return _letters(_caseless(_letters(name)))


def differs_in_writing_only(one: str, other: str) -> bool:
    """Whether two names differ, and only in separators, spaces, width or case: a hint to check, never a refusal."""
    return one != other and folded(one) == folded(other)


def _refuse_characters(raw: str) -> None:
    if len(raw) > MAX_RAW_CODE_POINTS:
        raise TOO_LONG()
    for character in raw:
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp"):
            raise CONTROL()
        if character in _BIDI:
            raise BIDI()
        if category == "Cs" or character == "\ufffd" or ord(character) & 0xFFFE == 0xFFFE:
            raise DAMAGED()
        if category == "Cf" and character not in _JOINERS:
            raise INVISIBLE()


def _refuse_shape(name: str, raw: str) -> None:
    if not raw:
        raise EMPTY()
    if not name:
        raise ONLY_SPACES()
    if len(name) > MAX_CODE_POINTS:
        raise TOO_LONG()
    if _has_lone_mark(name):
        raise LONE_MARK()
    if not any(_is_letter(character) for character in name):
        raise WITHOUT_LETTER()


def _has_lone_mark(name: str) -> bool:
    carriers = (" ", *name)
    return any(_is_mark(mark) and not _carries(carrier) for carrier, mark in zip(carriers, name, strict=False))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _carries(character: str) -> bool:
    return _is_letter(character) or unicodedata.category(character)[0] in "MN" or character in _JOINERS


def _is_letter(character: str) -> bool:
    # Nl is 〇; Co and Cn are rare Han in private use or younger than this interpreter's tables.
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Co", "Cn")


def _letters(name: str) -> str:
    kept = (character for character in name if _carries(character) and character not in _JOINERS)
    return _VARIATION_SELECTOR.sub("", "".join(kept))


def _caseless(name: str) -> str:
    # Unicode's toNFKC_Casefold order: one pass alone is not stable.
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFKC", once.casefold())
