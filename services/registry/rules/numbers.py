"""Which document numbers are well formed. Nothing is derived from a number, and no prefix is ever checked."""

import datetime
import re
import unicodedata
from enum import StrEnum
from typing import Final

from shared import problems

MALFORMED = problems.kind(
    422, "number-malformed", "Not the form of this document type", "Compare type and number with the document."
)
CHECK_CHARACTER = problems.kind(
    422, "number-check-character", "The last character does not fit", "Compare the number with the document."
)
IMPOSSIBLE_DATE = problems.kind(
    422, "number-impossible-date", "The number holds a date that cannot be", "Compare the number with the document."
)


class DocumentType(StrEnum):
    """The documents a person can show; the number itself stays optional."""

    RESIDENT_ID = "resident_id"
    HK_MACAO_TAIWAN_PERMIT = "hk_macao_taiwan_permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"
    HK_MACAO_TRAVEL_PERMIT = "hk_macao_pass"
    TAIWAN_TRAVEL_PERMIT = "taiwan_pass"
    PASSPORT = "passport"


_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS: Final = "10X98765432"
_MAX_TYPED: Final = 40
_LIFELONG: Final = 9  # a letter and eight digits
_WITH_CHECK: Final = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
# GB 11643-1999; residence permits of HK (81), Macao (82) and Taiwan (83) residents, whose first six digits are part of
# the form (国办发〔2018〕81号); permanent residents' cards of 2023 and of 2017.
_FORMS: Final = {
    DocumentType.RESIDENT_ID: re.compile(r"[0-9]{17}[0-9X]"),
    DocumentType.HK_MACAO_TAIWAN_PERMIT: re.compile(r"8[123]0000[0-9]{11}[0-9X]"),
    DocumentType.FOREIGN_PERMANENT_RESIDENT: re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"),
    DocumentType.HK_MACAO_TRAVEL_PERMIT: re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
    DocumentType.TAIWAN_TRAVEL_PERMIT: re.compile(r"[0-9]{8}(?:[0-9]{2})?"),
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{1,20}"),
}


def canonical(document_type: DocumentType, typed: str, today: datetime.date) -> str:
    """The number as it is kept: half-width, upper case, no spaces.

    Raises `number-malformed`, `number-check-character` or `number-impossible-date`.
    """
    if len(typed) > _MAX_TYPED:
        raise MALFORMED()
    number = unicodedata.normalize("NFKC", typed).replace(" ", "").upper()
    if not _FORMS[document_type].fullmatch(number):
        raise MALFORMED()
    if _WITH_CHECK.fullmatch(number) and document_type in _CHECKED:
        _refuse_false(number, today)
    return number


_CHECKED: Final = frozenset(
    {DocumentType.RESIDENT_ID, DocumentType.HK_MACAO_TAIWAN_PERMIT, DocumentType.FOREIGN_PERMANENT_RESIDENT}
)


def lasting(document_type: DocumentType, number: str) -> str:
    """What of a canonical number stays when the document is issued anew: HK and Macao passes count their issues."""
    return number[:_LIFELONG] if document_type is DocumentType.HK_MACAO_TRAVEL_PERMIT else number


def check_character(first_seventeen: str) -> str:
    """The eighteenth character by ISO 7064 MOD 11-2."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_seventeen, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def _refuse_false(number: str, today: datetime.date) -> None:
    if check_character(number[:17]) != number[17]:
        raise CHECK_CHARACTER()
    if not _is_past_date(number[6:14], today):
        raise IMPOSSIBLE_DATE()


def _is_past_date(digits: str, today: datetime.date) -> bool:
    try:
        date = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return date <= today
