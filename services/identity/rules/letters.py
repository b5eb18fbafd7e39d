"""Letters that people type off paper: Crockford's base32, in which no letter looks like another."""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIZE = len(ALPHABET)
GROUP = 5
_LOOKS_LIKE = str.maketrans("OIL", "011")


def random(length: int) -> str:
    """So many letters, five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(letters: str) -> str:
    """In groups of five, as they are printed."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def folded(typed: str) -> str:
    """What was meant, whatever way it was typed; letters outside the alphabet stay as they are."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed[:64])).upper().translate(_LOOKS_LIKE)
