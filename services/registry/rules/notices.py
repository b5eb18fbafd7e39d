"""Notices: what a person is told before she decides. Released sets that never change (PIPL art. 17, 23, 30)."""

import datetime
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import rfc8785

from shared import problems
from shared.contracts.vocabulary import Vocabulary

DATA: Final = Path(__file__).resolve().parent.parent / "data" / "notices"
PROMINENT: Final = "zh-Hans"
# Where a tag names a place and no script (RFC 5646, 4.1), the script that is read there.
SCRIPTS: Final = dict.fromkeys(("zh-tw", "zh-hk", "zh-mo"), "zh-Hant")
TAKEN: Final = 2  # versions of a notice that a consent may name: the current one, and the one before

UNKNOWN = problems.kind(
    422, "notice-unknown", "There is no such notice", "Show a notice of /directory/notices and name its id and version."
)
OF_ANOTHER_PURPOSE = problems.kind(
    422,
    "notice-of-another-purpose",
    "This notice is about another purpose",
    "Show the notice whose id is the purpose of the consent.",
)
OUTDATED = problems.kind(
    422,
    "notice-outdated",
    "This version of the notice is not shown any more",
    "Show the version in `current` and ask again.",
)
NOT_OFFERED = problems.kind(
    422,
    "notice-language-not-offered",
    "The notice does not exist in this language",
    "Show it in one of the languages in `offered` and name that one.",
)


class NoticesError(Exception):
    """The released notices cannot be trusted; the app must not start. The text says what to do."""


class Sensitive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of sensitive information: why it is needed and what it may mean for her (PIPL art. 30)."""

    kind: str
    label: str
    necessity: str
    effect: str


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notice in one language; `fields` and `sensitive` introduce the lists that follow them."""

    title: str
    controller: str
    purpose: str
    method: str
    fields: str
    field_names: tuple[str, ...]
    sensitive: str
    sensitive_kinds: tuple[Sensitive, ...]
    recipient: str
    storage: str
    withdrawal: str
    refusal: str
    rights: str
    guardian: str


@dataclass(frozen=True)
class Notice:
    """One version of the notice about one purpose, whose code is its id; `previous` is the digest of the one before."""

    id: str
    version: int
    released: datetime.date
    previous: str | None
    fields: tuple[str, ...]
    sensitive: tuple[str, ...]
    texts: dict[str, Text]

    @property
    def revision(self) -> str:
        """What this version is called where one text has to name it."""
        return f"{self.id}/{self.version}"

    @cached_property
    def form(self) -> str:
        """The RFC 8785 form that the digest is taken over."""
        return rfc8785.dumps(msgspec.to_builtins(self)).decode()

    @cached_property
    def digest(self) -> str:
        """The SHA-256, in hex, of its form: of all languages together, so that it tells nobody which one was read."""
        return hashlib.sha256(self.form.encode()).hexdigest()


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of one language: the sentences, and what purposes, kinds and fields are called in it."""

    text: dict[str, str]
    purposes: dict[str, str]
    sensitive: dict[str, dict[str, str]]
    fields: dict[str, str]

    def about(self, purpose: str, fields: tuple[str, ...], sensitive: tuple[str, ...]) -> Text:
        """The text about one purpose."""
        named = self.purposes[purpose]
        made: dict[str, Any] = {name: said.replace("{purpose}", named) for name, said in self.text.items()}
        made["sensitive"] = self.text["sensitive"] if sensitive else ""
        made["field_names"] = [self.fields.get(name, name) for name in fields]
        made["sensitive_kinds"] = [{"kind": kind, **self.sensitive[kind]} for kind in sensitive]
        return msgspec.convert(made, Text)


class Covered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the notice of one purpose speaks of, as the signed release had it, and the digest it was released with."""

    fields: tuple[str, ...]
    sensitive: tuple[str, ...]
    digest: str


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The notices that were released together under one version."""

    released: datetime.date
    purposes: dict[str, Covered]


@lru_cache(maxsize=2)
def released(folder: Path = DATA) -> Mapping[str, tuple[Notice, ...]]:
    """Every notice by its id, oldest version first. Raises NoticesError when one is not what was released."""
    found: dict[str, tuple[Notice, ...]] = {}
    for version in sorted(int(each.name) for each in folder.iterdir()):
        for notice in _made(folder / str(version), version, found):
            found[notice.id] = (*found.get(notice.id, ()), notice)
    return found


def _made(folder: Path, version: int, earlier: Mapping[str, tuple[Notice, ...]]) -> list[Notice]:
    release = msgspec.json.decode((folder / "release.json").read_bytes(), type=Release)
    files = sorted(folder.glob("*.json"), key=lambda file: (file.stem != PROMINENT, file.stem))
    words = {file.stem: _words(file) for file in files if file.stem != "release"}
    made = []
    for code, covered in release.purposes.items():
        texts = {language: own.about(code, covered.fields, covered.sensitive) for language, own in words.items()}
        before = earlier[code][-1].digest if code in earlier else None
        notice = Notice(code, version, release.released, before, covered.fields, covered.sensitive, texts)
        if notice.digest != covered.digest:
            raise NoticesError(f"notice {notice.revision} is not what was released, but {notice.digest}: restore it")
        made.append(notice)
    return made


def _words(file: Path) -> Words:
    return msgspec.convert(json.loads(file.read_text("utf-8")), Words)


def check_complete(closed: Vocabulary, notices: Mapping[str, tuple[Notice, ...]]) -> None:
    """Raises NoticesError unless each purpose of the signed release has a notice that names all its fields."""
    for code, purpose in closed.purposes.items():
        kinds = {
            kind for each in purpose.services if each in closed.services for kind in closed.services[each].sensitive
        }
        told = notices[code][-1] if code in notices else None
        if not told or set(told.fields) != closed.fields_of(purpose.services) or set(told.sensitive) != kinds:
            raise NoticesError(f"no notice speaks of all that the signed release has for {code}: release the next")


def find(notice: str, version: int | None = None) -> Notice | None:
    """One version of a notice; the current one without a version."""
    versions = released().get(notice, ())
    return next((each for each in reversed(versions) if version in (None, each.version)), None)


def shown(notice: str, version: int, language: str, purpose: str, fields: Collection[str]) -> Notice:
    """The notice that a decision says was shown. Raises a problem when it cannot have been, or says something else."""
    found = find(notice, version)
    if found is None:
        raise UNKNOWN()
    if found.id != purpose:
        raise OF_ANOTHER_PURPOSE()
    versions = released()[notice]
    if found not in versions[-TAKEN:] or not set(fields) <= set(found.fields):
        raise OUTDATED(current=versions[-1].version)
    if language not in found.texts:
        raise NOT_OFFERED(offered=list(found.texts))
    return found


def lookup(language: str, notice: Notice) -> str:
    """The language of the notice that comes nearest (RFC 4647, 3.4); the prominent one when none does."""
    offered = {each.lower(): each for each in notice.texts}
    parts = SCRIPTS.get(language.lower(), language).lower().split("-")
    while parts:
        if found := offered.get("-".join(parts)):
            return found
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()
    return PROMINENT
