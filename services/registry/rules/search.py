"""How the public directory is searched: short pieces of names and their pinyin are indexed, typing errors allowed for.

Only names of services, organisations and places are read this way; nothing of a person ever is.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin

Grams = frozenset[str]
Reading = tuple[Grams, ...]

LETTERS: Final = 3  # of Latin script in a piece
SHORT: Final = 8  # letters up to which every single error is tried
WINDOW: Final = 4  # letters left out of a longer word, wherever its error may be
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]+")
_LATIN: Final = re.compile(r"[a-z0-9]+")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
# A syllable of Hanyu Pinyin without tone (GB/T 16159): v stands for the rounded u, as on keyboards.
_PINYIN: Final = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v))+"
)


@lru_cache(maxsize=20_000)
def grams(*names: str) -> Grams:
    """What names are found by: characters, pairs of them, and threes of letters of words, pinyin and initials."""
    found: set[str] = set()
    for name in names:
        folded = fold(name)
        for run in _HAN.findall(folded):
            syllables = _syllables(run)
            found |= _han(run) | {*run, *syllables}
            found |= _latin("".join(syllables)) | _latin("".join(each[0] for each in syllables))
        for word in _LATIN.findall(folded):
            found |= _latin(word)
    return frozenset(found)


def readings(typed: str) -> Iterator[Reading]:
    """Ways to read what was typed; a name fits a reading when it has all pieces of one of its sets.

    The most literal way is first; then comes its pinyin, which forgives characters that sound alike; then what may
    have been meant with one error of typing.
    """
    folded = fold(typed)
    literal = _pieces(folded)
    if not literal:
        return
    yield (literal,)
    sound = " ".join(_words(_sounded(folded)))
    if sound != folded:
        yield (_pieces(sound),)
    if near := tuple(_near("".join(sound.split()))):
        yield near


def fold(text: str) -> str:
    """One spelling of what people write in many: width, capitals, tone marks."""
    spread = unicodedata.normalize("NFKD", text.replace("ü", "v").replace("Ü", "v")).casefold()
    return "".join(character for character in spread if not unicodedata.combining(character))


def _pieces(folded: str) -> Grams:
    found: set[str] = set()
    for run in _HAN.findall(folded):
        found |= _han(run)
    for word in _words(folded):
        found |= _latin(word)
    return frozenset(found)


def _words(folded: str) -> list[str]:
    """The words in Latin script; one too short to say anything is joined to the one before or after it."""
    words: list[str] = []
    for word in _LATIN.findall(folded):
        if words and (len(word) < LETTERS or len(words[-1]) < LETTERS):
            words[-1] += word
        else:
            words.append(word)
    return words


def _han(run: str) -> set[str]:
    return {run} if len(run) == 1 else {run[at : at + 2] for at in range(len(run) - 1)}


def _latin(word: str) -> set[str]:
    return {word} if len(word) < LETTERS else {word[at : at + LETTERS] for at in range(len(word) - LETTERS + 1)}


@lru_cache(maxsize=20_000)
def _syllables(run: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(run, Style.NORMAL, errors="ignore"))


def _sounded(folded: str) -> str:
    return _HAN.sub(lambda run: "".join(_syllables(run[0])), folded)


def _near(word: str) -> Reading:
    """What may have been meant by a word with one error in it."""
    if len(word) <= LETTERS:
        return ()
    if len(word) <= SHORT:
        meant = (each for each in _one_off(word) if len(each) >= LETTERS and _PINYIN.fullmatch(each))
        return tuple({frozenset(_latin(each)): None for each in meant})
    return tuple({kept: None for kept in _left_out(word) if kept})


def _one_off(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _ALPHABET:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def _left_out(word: str) -> Iterator[Grams]:
    """The word without each window of letters: an error, two swapped letters too, lies wholly within one of them."""
    for at in range(0, len(word) - WINDOW + 2, 2):
        before, after = word[:at], word[at + WINDOW :]
        yield frozenset(piece for part in (before, after) if len(part) >= LETTERS for piece in _latin(part))
