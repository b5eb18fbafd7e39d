"""What a service record and a guardian link may hold besides names and numbers; the minimum and nothing else."""

import datetime
import re
import unicodedata
from typing import Final

from services.registry.rules import consents
from shared import problems, states

PHONE_MALFORMED = problems.kind(
    422, "phone-malformed", "Not a telephone number", "Give digits, with + and the country's number outside China."
)
BIRTH_DATE = problems.kind(
    422, "birth-date-impossible", "This birth date cannot be", "Compare the birth date with the document."
)
LANGUAGE_MALFORMED = problems.kind(
    422, "language-malformed", "Not a language tag", "Give a BCP 47 tag such as zh, ug or en."
)
NOT_A_DEPENDANT = problems.kind(
    422, "dependant-of-age", "Of age", "A parent answers for a child under 18; a court's order is needed for an adult."
)
TEXT_CONTROL = problems.kind(
    422, "text-control-character", "The text holds a control character", "Type the text again."
)

# A withdrawn writing is deleted: nothing remembers it.
WRITING: Final = states.Machine("writing", "kept", states.moves({"withdraw": ("kept", "withdrawn")}))
MAJORITY: Final = 18  # years; Civil Code art. 17
_OLDEST: Final = datetime.date(1900, 1, 1)
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MAINLAND: Final = re.compile(r"1[0-9]{10}|0[0-9]{9,11}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")


def phone(typed: str) -> str:
    """The number in E.164 form; numbers without a country's number are mainland China's. Raises `phone-malformed`."""
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", typed[:64]))
    if _MAINLAND.fullmatch(digits):
        digits = "+86" + digits.removeprefix("0")
    if not _PHONE.fullmatch(digits) or not digits.isascii():
        raise PHONE_MALFORMED()
    return digits


def birth_date(given: datetime.date, today: datetime.date) -> datetime.date:
    """The date itself. Raises `birth-date-impossible` outside 1900 to today."""
    if not _OLDEST <= given <= today:
        raise BIRTH_DATE()
    return given


def language(tag: str) -> str:
    """The BCP 47 tag itself. Raises `language-malformed`."""
    if not _LANGUAGE.fullmatch(tag):
        raise LANGUAGE_MALFORMED()
    return tag


def free_text(text: str) -> str:
    """The text without outer spaces. Raises `text-control-character`."""
    if any(unicodedata.category(character) in ("Cc", "Cs") and character != "\n" for character in text):
        raise TEXT_CONTROL()
    return text.strip()


def check_dependant(born: datetime.date, proof_type: str, today: datetime.date) -> None:
    """Guardian links are for children, or for whom a court says (Civil Code art. 27, 28). Raises `dependant-of-age`."""
    if proof_type != "court_order" and today >= consents.months_later(born, MAJORITY * 12):
        raise NOT_A_DEPENDANT()
