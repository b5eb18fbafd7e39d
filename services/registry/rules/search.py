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
Word = tuple[Grams, ...]
"""Sets of pieces; a name has the word when it has all pieces of one of them."""

LETTERS: Final = 3  # of Latin script in a piece
SHORT: Final = 8  # letters up to which every single error is tried
DOUBTED: Final = 3  # words up to which an error is looked for
WINDOW: Final = 4  # letters left out of a longer word, wherever its error may be
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]+")
_LATIN: Final = re.compile(r"[a-z0-9]+")
_WORD: Final = re.compile(rf"(?:{_HAN.pattern}|{_LATIN.pattern})+")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
# A syllable of Hanyu Pinyin without tone (GB/T 16159): v stands for the rounded u, as on keyboards.
_PINYIN: Final = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v))+"
)


@lru_cache(maxsize=20_000)
def grams(*names: str) -> Grams:
    """What names are found by: pairs of characters, and threes of letters of words, of pinyin and of its initials."""
    found: set[str] = set()
    for name in names:
        for word in _WORD.findall(fold(name)):
            found |= _han(word) | _latin(_sounded(word))
            found |= _latin("".join(each[0] for run in _HAN.findall(word) for each in _syllables(run)))
    return frozenset(found)


def readings(typed: str) -> Iterator[tuple[Word, ...]]:
    """Ways to read what was typed, each as the words that have to be found.

    The most literal way is first; then comes its pinyin, which forgives characters that sound alike; then what may
    have been meant with one error of typing.
    """
    words = _words(fold(typed))
    if not words:
        return
    yield tuple((_pieces(word),) for word in words)
    sounds = [_sounded(word) or word for word in words]
    if sounds != words:
        yield tuple((_pieces(sound),) for sound in sounds)
    near = tuple((_pieces(sound), *_near(sound)) for sound in sounds) if len(sounds) <= DOUBTED else ()
    if any(len(word) > 1 for word in near):
        yield near


def fold(text: str) -> str:
    """One spelling of what people write in many: width, capitals, tone marks."""
    spread = unicodedata.normalize("NFKD", text.replace("ü", "v").replace("Ü", "v")).casefold()
    return "".join(character for character in spread if not unicodedata.combining(character))


def _pieces(word: str) -> Grams:
    letters = (piece for run in _LATIN.findall(word) if len(run) >= LETTERS or run == word for piece in _latin(run))
    return frozenset({*_han(word), *letters}) or frozenset({word})


def _words(folded: str) -> list[str]:
    """The words of a text; letters too few to say anything are joined to those before or after."""
    words: list[str] = []
    for word in _WORD.findall(folded):
        if words and word.isascii() and words[-1].isascii() and min(len(word), len(words[-1])) < LETTERS:
            words[-1] += word
        else:
            words.append(word)
    return words


def _han(word: str) -> set[str]:
    """Pairs with a Chinese character in them."""
    pairs = (word[at : at + 2] for at in range(len(word) - 1))
    return {pair for pair in pairs if _HAN.search(pair)}


def _latin(word: str) -> set[str]:
    return {word} if len(word) < LETTERS else {word[at : at + LETTERS] for at in range(len(word) - LETTERS + 1)}


@lru_cache(maxsize=20_000)
def _syllables(run: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(run, Style.NORMAL, errors="ignore"))


def _sounded(folded: str) -> str:
    return _HAN.sub(lambda run: "".join(_syllables(run[0])), folded)


def _near(word: str) -> Word:
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
    """The word without each window of letters: an error, two swapped letters too, lies wholly within one of them.

    Digits are meant as they stand.
    """
    for at in range(0, len(word) - WINDOW + 2, 2):
        before, out, after = word[:at], word[at : at + WINDOW], word[at + WINDOW :]
        if out.isalpha():
            yield frozenset(piece for part in (before, after) if len(part) >= LETTERS for piece in _latin(part))
