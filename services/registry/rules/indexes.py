"""Blind indexes: keyed and compound only, so that neither the table nor its statistics group people by a stand-in."""

import hmac
from typing import Final

from services.registry.rules import names, numbers
from services.registry.rules.numbers import DocumentType

_BETWEEN: Final = "\x1f"


def name_and_birth(key: bytes, name: str, birth_date: str) -> bytes:
    """Index over the folded name and the birth date (ISO 8601) together."""
    return _index(key, "name+birth", names.folded(name), birth_date)


def name_and_contact(key: bytes, name: str, phone: str) -> bytes:
    """Index over the folded name and the contact together."""
    return _index(key, "name+contact", names.folded(name), phone)


def number(key: bytes, document_type: DocumentType, document_number: str) -> bytes:
    """Keyed hash of all of a document number that lasts; no part of it stands anywhere in clear."""
    return _index(key, "number", document_type, numbers.lasting(document_type, document_number))


def asked(key: bytes, subject: str, recipient: str, purpose: str) -> bytes:
    """Index of what a person was asked: for which recipient and purpose."""
    return _index(key, "asked", subject, recipient, purpose)


def code(key: bytes, request: str, one_time_code: str) -> bytes:
    """Keyed hash of a one-time code for one request."""
    return _index(key, "code", request, one_time_code)


def _index(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, _BETWEEN.join(parts).encode(), "sha256")
