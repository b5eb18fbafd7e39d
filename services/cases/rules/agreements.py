"""The text that the parties sign: its form, its digest, and the codes that invite them."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Final

import rfc8785

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter looks like a digit
LENGTH: Final = 16  # 80 bits
SIZES: Final = (2048, 8192, 32_768, 131_072)  # bytes; sealed values are filled up to one of these


def document(case: str, terms: Sequence[tuple[str, date]], salt: str) -> dict[str, object]:
    """The agreement as a document; `salt` keeps its digest from being guessed from likely terms."""
    numbered = [
        {"number": number, "text": text, "due": due.isoformat()} for number, (text, due) in enumerate(terms, start=1)
    ]
    return {"case": case, "terms": list[object](numbered), "salt": salt}


def digest(text: dict[str, object]) -> str:
    """SHA-256, in hex, of the RFC 8785 form of a document."""
    return hashlib.sha256(rfc8785.dumps(text)).hexdigest()  # type: ignore[arg-type]  # its JSON type is not exported


def new_salt() -> str:
    """128 random bits in hex."""
    return secrets.token_hex(16)


def new_code() -> str:
    """A fresh invitation code, in groups that can be read aloud."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[start : start + 4] for start in range(0, LENGTH, 4))


def code_tag(code: str, key: bytes) -> bytes:
    """What is stored instead of a code: HMAC-SHA-256; case, spaces and hyphens do not matter."""
    plain = "".join(letter for letter in code.upper() if letter not in " -")
    return hmac.digest(key, plain.translate(str.maketrans("OIL", "011")).encode(), "sha256")


def size_class(length: int) -> int:
    """The size in bytes that a value of `length` bytes is filled up to before it is sealed."""
    return next(size for size in SIZES if length + 4 <= size)
