"""The closed, signed release of purposes, services, kinds of party and dispute types; nothing else exists."""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

HERE = Path(__file__).parent
RELEASE = HERE / "release.json"
PINNED_KEY = HERE / "release.pub"
FORBIDDEN = "police, state security, grid management, united front, religious affairs and the like cannot be a party"


class VocabularyError(Exception):
    """The release cannot be trusted; the app must not start. The text says what to do."""


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One lawful reason for data to move, and the services it serves."""

    code: str
    label_zh: str
    label_en: str
    services: tuple[str, ...]


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One catalogue service: the fields it may ask and the kinds of sensitive information among them (PIPL 28)."""

    code: str
    kind: str
    fields: tuple[str, ...]
    sensitive: tuple[str, ...]


class DisputeType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dispute named by its subject, never by who the parties are (product line 11)."""

    code: str
    label_zh: str
    label_en: str


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document that the data-protection officer signs."""

    version: str
    purposes: tuple[Purpose, ...]
    services: tuple[Service, ...]
    organisation_kinds: tuple[str, ...]
    forbidden_bodies: tuple[str, ...]
    dispute_types: tuple[DisputeType, ...]
    record_types: tuple[str, ...]
    sensitive_kinds: tuple[str, ...]
    catalogue_sha256: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A verified release, indexed for questions."""

    release: Release
    purposes: Mapping[str, Purpose]
    services: Mapping[str, Service]
    purpose_by_service: Mapping[str, str]
    bodies: re.Pattern[str]

    def purpose_of(self, service: str) -> str | None:
        """The purpose code of a service; None for an unknown one and for information services, which move no data."""
        return self.purpose_by_service.get(service)

    def fields_of(self, services: tuple[str, ...] | frozenset[str]) -> frozenset[str]:
        """All field names that the given services may ask; an unknown service adds none."""
        return frozenset(name for code in services if code in self.services for name in self.services[code].fields)

    def forbidden(self, name: str, kind: str) -> str | None:
        """Why a body of this name and kind can never be a party (product line 5), or None; spacing hides nothing."""
        if kind not in self.release.organisation_kinds:
            return f"the kind of organisation '{kind}' is not on the closed list"
        if self.bodies.search(_folded(name)):
            return FORBIDDEN
        return None


def load(key_file: Path | None = None, release_file: Path = RELEASE) -> Vocabulary:
    """Verify and index the release; `key_file` (JIELI_VOCABULARY_KEY) pins another key. Raises VocabularyError."""
    return _loaded(release_file, key_file or PINNED_KEY)


def canonical(release_file: Path) -> bytes:
    """The RFC 8785 form of a release file: the bytes that are signed. Raises VocabularyError when it is not JSON."""
    try:
        return rfc8785.dumps(json.loads(release_file.read_text("utf-8")))
    except (OSError, ValueError, rfc8785.CanonicalizationError) as error:
        raise VocabularyError(f"vocabulary: {release_file.name} cannot be read: restore it from the release") from error


@lru_cache(maxsize=8)
def _loaded(release_file: Path, key_file: Path) -> Vocabulary:
    signed = canonical(release_file)
    _verify(signed, release_file.with_suffix(".sig"), key_file)
    try:
        release = msgspec.convert(json.loads(signed), Release)
        return _indexed(release)
    except (msgspec.ValidationError, re.error) as error:
        raise VocabularyError(f"vocabulary: the signed release has a wrong shape: {error}") from error


def _verify(signed: bytes, signature_file: Path, key_file: Path) -> None:
    try:
        key = load_pem_public_key(key_file.read_bytes())
    except (OSError, ValueError) as error:
        raise VocabularyError(
            f"vocabulary: the pinned key {key_file.name} cannot be read: check JIELI_VOCABULARY_KEY"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise VocabularyError(f"vocabulary: the pinned key {key_file.name} is not an Ed25519 public key")
    try:
        key.verify(base64.b64decode(signature_file.read_text("ascii").strip(), validate=True), signed)
    except (OSError, binascii.Error, ValueError) as error:
        raise VocabularyError(
            "vocabulary: the release is not signed: docs/vocabulary.md says how it gets signed"
        ) from error
    except InvalidSignature as error:
        raise VocabularyError("vocabulary: the release was altered after it was signed, or by another key") from error


def _indexed(release: Release) -> Vocabulary:
    return Vocabulary(
        release=release,
        purposes={purpose.code: purpose for purpose in release.purposes},
        services={service.code: service for service in release.services},
        purpose_by_service={code: purpose.code for purpose in release.purposes for code in purpose.services},
        bodies=re.compile("|".join(f"(?:{pattern})" for pattern in release.forbidden_bodies)),
    )


def _folded(name: str) -> str:
    """One width, one case, letters and digits only, so that spaces and invisible characters hide nothing."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if unicodedata.category(c)[0] in "LN")
