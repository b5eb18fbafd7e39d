"""Text as older systems exchange it: GB 18030-2022, never gb2312, which turns the separator U+00B7 into U+30FB."""

from typing import Final

from shared import problems

CHARSET: Final = "gb18030"

UNWRITABLE = problems.kind(
    422,
    "text-unwritable",
    "A character has no code in GB 18030",
    "Replace the character that `character` names, and send the rest as it is.",
)
UNREADABLE = problems.kind(
    422,
    "text-unreadable",
    "These bytes are no GB 18030",
    "Look at the byte that `place` names; files of gb2312, GBK and GB 18030 are all read as GB 18030.",
)

# Python's codec holds the tables of the year 2000. The editions of 2005 (the first pair) and 2022 let each pair change
# places: the two-byte code means the standard character, the private one moves to the four-byte code.
_MOVED: Final = {
    **{0xE7C7: 0x1E3F},
    **{0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11},
    **{0xE790 + each: 0xFE13 + each for each in range(7)},
    **{0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7},
    **{0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB},
}
_SWAPPED: Final = _MOVED | {standard: private for private, standard in _MOVED.items()}
# Six more keep their private code in every edition, though a standard character exists.
_STANDARD: Final = _MOVED | {
    **{0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC},
    **{0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE},
}


def written(text: str) -> bytes:
    """The text in GB 18030-2022. Raises `text-unwritable`, which names the first character without a code."""
    for place, character in enumerate(text, 1):
        if _has_no_code(ord(character)):
            raise UNWRITABLE(f"Character {place} is {named(character)}.", character=named(character), place=place)
    return text.translate(_SWAPPED).encode(CHARSET)


def read(content: bytes) -> str:
    """The text that these bytes of GB 18030-2022 hold. Raises `text-unreadable`, which names the first wrong byte."""
    try:
        text = content.decode(CHARSET).translate(_SWAPPED)
    except UnicodeDecodeError as error:
        wrong = content[error.start]
        raise UNREADABLE(f"Byte {error.start + 1} is {wrong:02X}.", place=error.start + 1) from None
    for character in text:
        if _has_no_code(ord(character)):
            raise UNREADABLE(f"There is no character {named(character)}.")
    return text


def named(character: str) -> str:
    """The code point as documents print it, such as U+20BB7."""
    return f"U+{ord(character):04X}"


def standard(text: str) -> str:
    """The text with private codes of old tables as standard characters: what a person may take instead (never we)."""
    return text.translate(_STANDARD)


def is_common(character: str) -> bool:
    """Whether every Chinese system can type and show it: ASCII, the separator, and what GB 2312 holds."""
    if character == "\u00b7":
        return True
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _has_no_code(point: int) -> bool:
    """Surrogates, and the code points that Unicode keeps free for ever."""
    return 0xD800 <= point <= 0xDFFF or 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE
