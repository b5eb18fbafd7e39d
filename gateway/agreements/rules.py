"""What a data-sharing agreement is, when one is refused, and the terms that the decision reads from it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal

import msgspec
import rfc8785

from shared import problems
from shared.contracts.vocabulary import Vocabulary
from shared.states import Machine, moves

ID = r"^[a-z0-9][a-z0-9-]{2,99}$"
Id = Annotated[str, msgspec.Meta(pattern=ID)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
State = Literal["draft", "offered", "agreed", "active", "suspended", "expired", "terminated"]
# The bases of PIPL 13 on which a hand-over between organisations may rest; consent is asked on top in every case.
BasisKind = Literal["consent", "statutory_duty", "public_emergency"]

# 政务数据共享条例 29: records of use stay for at least three years.
LOG_FLOOR_DAYS = 1095
# How many different people one agreement may reach in a day, at most; an agreement can only lower it (product line 3).
PEOPLE_PER_DAY = 500
YEARS = range(2000, 2100)  # in which an agreement begins and ends
OPERATIONS = frozenset({"read_referral", "answer_referral", "file_record"})
_MANY = re.compile(r"list|search|find|query|count|export|bulk|batch|roster|subscribe|watch|all|\*")

MACHINE = Machine(
    "agreement",
    "draft",
    moves(
        {
            "offer": ("draft", "offered"),
            "take_back": ("offered", "draft"),
            "agree": ("offered", "agreed"),
            "activate": ("agreed|suspended", "active"),
            "suspend": ("active", "suspended"),
            "expire": ("offered|agreed|active|suspended", "expired"),
            "terminate": ("draft|offered|agreed|active|suspended", "terminated"),
        }
    ),
)

AGREEMENT_GONE = problems.kind(
    404, "agreement-not-found", "No such agreement", "See GET /v1/agreements for all of them."
)
AGREEMENT_UNREADABLE = problems.kind(
    409,
    "agreement-unreadable",
    "The text of this version cannot be read any more",
    "It opens nothing, as `errors` says why: end it (:terminate, with the reason) and agree on one of another id.",
)
_PLACE = re.compile(r" - at `\$(.*)`$")

_ORDER = ("draft", "offered", "agreed", "active", "suspended", "expired", "terminated")


def after_file(state: str, declared: str) -> str:
    """The state after a file that declares one: it moves a version on, never lifts a suspension or revives an end."""
    return max(state, declared, key=_ORDER.index)


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One side: an organisation of a region; `clients` are the systems that may call for it, none meaning all."""

    region: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    organisation: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    kind: str
    clients: tuple[str, ...] = ()


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The legal basis and the article that it stands in (政务数据共享条例 20)."""

    kind: BasisKind
    article: Text


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field that may be released, how it is made coarser, and why the consumer needs it (PIPL 6)."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    need: Text = ""
    sensitivity: str = "none"
    transform: Literal["none", "year"] = "none"


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much may be asked; the third number counts different people."""

    per_minute: Count
    per_day: Count
    distinct_people_per_day: Count


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One immutable version of an agreement: the provider's centre hands over, the consumer's department receives."""

    agreement_id: Id
    version: Count
    supersedes: Count | None = None
    state: State
    provider: Party
    consumer: Party
    services: tuple[str, ...]
    purposes: tuple[str, ...]
    legal_basis: Basis
    scenario: Text
    necessity: Text
    impact_assessment: Text
    sharing_class: Literal["unconditional", "conditional", "none"]
    operations: tuple[str, ...]
    preview_fields: tuple[Field, ...]
    fields: tuple[Field, ...]
    subject_scope: Literal["people named in a consented referral or case between these parties"]
    consent: Literal["consent", "separate_consent"]
    valid_from: Moment
    valid_until: Moment
    rate: Rate
    retention_days: Count
    onward: bool = False
    log_floor_days: Count = LOG_FLOOR_DAYS


class Named(msgspec.Struct, frozen=True):
    """Which organisation of which region a side is; nobody's where the text does not say."""

    region: str
    organisation: str


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What a version's end needs of it: read whatever else of its text does not fit any more."""

    agreement_id: str
    version: int
    state: str
    provider: Named
    consumer: Named
    sharing_class: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the impact of one purpose on people was assessed under (PIPL 55), and until when that holds."""

    id: str
    until: date


@dataclass(frozen=True, slots=True)
class Finding:
    """Why an agreement is refused: a stable code, where, and the line of design/product.md that it would cross."""

    code: str
    at: tuple[str | int, ...]
    detail: str
    line: int | None = None

    def __str__(self) -> str:
        crossed = f" (it crosses line {self.line} of the product's lines)" if self.line else ""
        return f"{self.code}: {self.detail}{crossed}"


@dataclass(frozen=True, slots=True)
class Terms:
    """An agreement as the decision reads it: sets and maps made once, so that a call costs microseconds."""

    agreement_id: str
    version: int
    hash: str
    consent_hash: str
    state: str
    provider: str
    consumer: str
    clients: frozenset[str]
    operations: frozenset[str]
    services_by_purpose: Mapping[str, frozenset[str]]
    basis: str
    preview: Mapping[str, Field]
    full: Mapping[str, Field]
    ever: frozenset[str]
    catalogued: frozenset[str]
    separate: bool
    valid_from: datetime
    valid_until: datetime
    rate: Rate


def misfit(error: msgspec.ValidationError) -> dict[str, str]:
    """What of a text is no agreement, as an entry of `errors`."""
    said = str(error)
    place = _PLACE.search(said)
    pointer = re.sub(r"\.|\[", "/", place[1]).replace("]", "") if place else ""
    return {"code": "not-an-agreement", "pointer": pointer, "reason": _PLACE.sub("", said)}


def content_hash(agreement: Agreement) -> str:
    """SHA-256 of the RFC 8785 form of everything but the state, which moves while a version stays what it is."""
    body = msgspec.to_builtins(agreement)
    del body["state"]
    body |= {"valid_from": _utc(agreement.valid_from), "valid_until": _utc(agreement.valid_until)}
    return _sha256(body)


def consent_hash(agreement: Agreement) -> str:
    """What a consent binds to: purposes, fields, recipient, storage. Another rate voids no consent (PIPL 14, 23)."""

    def listed(fields: tuple[Field, ...]) -> list[dict[str, str]]:
        named = sorted(fields, key=lambda field: field.path)
        return [{"path": f.path, "sensitivity": f.sensitivity, "transform": f.transform} for f in named]

    return _sha256(
        {
            "purposes": sorted(agreement.purposes),
            "preview_fields": listed(agreement.preview_fields),
            "fields": listed(agreement.fields),
            "recipient": {"region": agreement.consumer.region, "organisation": agreement.consumer.organisation},
            "storage": {"retention_days": agreement.retention_days, "onward": agreement.onward},
        }
    )


def sensitive(agreement: Agreement) -> tuple[str, ...]:
    """The kinds of sensitive information among the agreement's fields (PIPL 28), sorted."""
    kinds = {field.sensitivity for field in (*agreement.preview_fields, *agreement.fields)}
    return tuple(sorted(kinds - {"none"}))


def permitted(agreement: Agreement, purpose: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The agreement's services that this purpose serves; empty for a purpose that it does not name."""
    if purpose not in agreement.purposes:
        return frozenset()
    return frozenset(code for code in agreement.services if vocabulary.purpose_of(code) == purpose)


def terms(agreement: Agreement, vocabulary: Vocabulary) -> Terms:
    """The terms of a validated agreement."""
    return Terms(
        agreement_id=agreement.agreement_id,
        version=agreement.version,
        hash=content_hash(agreement),
        consent_hash=consent_hash(agreement),
        state=agreement.state,
        provider=agreement.provider.organisation,
        consumer=agreement.consumer.organisation,
        clients=frozenset(agreement.consumer.clients),
        operations=frozenset(agreement.operations),
        services_by_purpose={code: permitted(agreement, code, vocabulary) for code in agreement.purposes},
        basis=agreement.legal_basis.kind,
        preview={field.path: field for field in agreement.preview_fields},
        full={field.path: field for field in agreement.fields},
        ever=frozenset(field.path for field in (*agreement.preview_fields, *agreement.fields)),
        catalogued=vocabulary.fields_of(frozenset(vocabulary.services)),
        separate=agreement.consent == "separate_consent",
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
        rate=agreement.rate,
    )


def validate(agreement: Agreement, vocabulary: Vocabulary) -> list[Finding]:
    """Everything that stands against this agreement, in the order of its text; empty means that it may be in force."""
    return [
        *_parties(agreement, vocabulary),
        *_reasons(agreement, vocabulary),
        *_operations(agreement),
        *_fields(agreement, vocabulary),
        *_conditions(agreement),
    ]


def _parties(agreement: Agreement, vocabulary: Vocabulary) -> Iterator[Finding]:
    for side, party in (("provider", agreement.provider), ("consumer", agreement.consumer)):
        reason = vocabulary.forbidden(party.name, party.kind) or vocabulary.forbidden(party.organisation, party.kind)
        if reason:
            yield Finding("party-forbidden", (side,), reason, 5)
        for client in party.clients:
            if vocabulary.forbidden(client, party.kind):
                yield Finding(
                    "party-forbidden", (side, "clients"), "a client acts for a body that cannot be a party", 5
                )
    if agreement.provider.organisation == agreement.consumer.organisation:
        yield Finding("parties-same", ("consumer",), "inside one organisation no agreement is needed: name two")


def _reasons(agreement: Agreement, vocabulary: Vocabulary) -> Iterator[Finding]:
    if not agreement.purposes:
        yield Finding("purpose-missing", ("purposes",), "name at least one purpose of the closed list", 5)
    for place, purpose in enumerate(agreement.purposes):
        if purpose not in vocabulary.purposes:
            yield Finding(
                "purpose-not-on-list", ("purposes", place), f"'{purpose}' is not a purpose of the closed list", 5
            )
    if not agreement.services:
        yield Finding("service-missing", ("services",), "name at least one service of the catalogue", 5)
    for place, service in enumerate(agreement.services):
        yield from _service(agreement, vocabulary, place, service)
    for name in ("scenario", "necessity", "impact_assessment"):
        if not getattr(agreement, name).strip():
            yield Finding("reason-missing", (name,), f"say the {name.replace('_', ' ')} (政务数据共享条例 20, PIPL 55)")
    if not agreement.legal_basis.article.strip():
        yield Finding("reason-missing", ("legal_basis", "article"), "name the article of law")
    if agreement.sharing_class == "none":
        yield Finding("sharing-class-none", ("sharing_class",), "what may not be shared needs no agreement (条例 14)")


def _service(agreement: Agreement, vocabulary: Vocabulary, place: int, service: str) -> Iterator[Finding]:
    at = ("services", place)
    if service not in vocabulary.services:
        yield Finding("service-unknown", at, f"'{service}' is not a service of the catalogue", 5)
    elif vocabulary.purpose_of(service) is None:
        yield Finding("service-informs-only", at, f"nothing is stored or sent for '{service}'", 5)
    elif vocabulary.purpose_of(service) not in agreement.purposes:
        yield Finding("service-not-of-purpose", at, f"no purpose of the agreement serves '{service}'", 5)


def _operations(agreement: Agreement) -> Iterator[Finding]:
    if not agreement.operations:
        yield Finding("operation-missing", ("operations",), f"name at least one of {', '.join(sorted(OPERATIONS))}")
    for place, operation in enumerate(agreement.operations):
        if operation in OPERATIONS:
            continue
        if _MANY.search(operation.lower()):
            detail = f"'{operation}' would reach many people; nobody can list, search, count or watch people"
            yield Finding("operation-lists-people", ("operations", place), detail, 3)
        else:
            detail = f"'{operation}' is not one of {', '.join(sorted(OPERATIONS))}"
            yield Finding("operation-unknown", ("operations", place), detail)


def _fields(agreement: Agreement, vocabulary: Vocabulary) -> Iterator[Finding]:
    full = {field.path for field in agreement.fields}
    for part in ("preview_fields", "fields"):
        fields: tuple[Field, ...] = getattr(agreement, part)
        if not fields:
            yield Finding("fields-missing", (part,), "an empty list shares nothing and hides what is meant", 7)
        if len({field.path for field in fields}) < len(fields):
            yield Finding("field-twice", (part,), "a field stands in the list twice")
        for place, field in enumerate(fields):
            yield from _field(agreement, vocabulary, (part, place), field)
    for place, field in enumerate(agreement.preview_fields):
        if field.path not in full:
            detail = f"'{field.path}' would be seen before acceptance and not after"
            yield Finding("preview-beyond-fields", ("preview_fields", place), detail, 7)


def _field(agreement: Agreement, vocabulary: Vocabulary, at: tuple[str, int], field: Field) -> Iterator[Finding]:
    if field.path not in vocabulary.fields_of(agreement.services):
        yield Finding("field-unknown", (*at, "path"), f"no service of the agreement asks for '{field.path}'", 5)
    if not field.need.strip():
        yield Finding("field-without-need", (*at, "path"), f"say why the consumer needs '{field.path}' (PIPL 6)", 7)
    if field.sensitivity not in ("none", *vocabulary.release.sensitive_kinds):
        kinds = ", ".join(("none", *vocabulary.release.sensitive_kinds))
        yield Finding("sensitivity-unknown", (*at, "sensitivity"), f"'{field.sensitivity}' is not one of {kinds}")


def _conditions(agreement: Agreement) -> Iterator[Finding]:
    for member in ("valid_from", "valid_until"):
        if getattr(agreement, member).year not in YEARS:
            yield Finding("validity-out-of-range", (member,), f"name a year from {YEARS[0]} to {YEARS[-1]}")
    if agreement.valid_until <= agreement.valid_from:
        yield Finding("validity-empty", ("valid_until",), "it ends before it begins")
    if sensitive(agreement) and agreement.consent != "separate_consent":
        yield Finding("consent-too-weak", ("consent",), "sensitive information wants separate consent (PIPL 29)", 7)
    if agreement.rate.distinct_people_per_day > PEOPLE_PER_DAY:
        detail = f"the ceiling is {PEOPLE_PER_DAY} people a day; an agreement can only lower it"
        yield Finding("rate-over-ceiling", ("rate", "distinct_people_per_day"), detail, 3)
    if agreement.onward:
        yield Finding("onward-transfer", ("onward",), "each recipient needs its own agreement and consent", 7)
    if agreement.log_floor_days < LOG_FLOOR_DAYS:
        detail = f"records of use stay for at least {LOG_FLOOR_DAYS} days (政务数据共享条例 29)"
        yield Finding("log-floor-low", ("log_floor_days",), detail, 8)
    if agreement.supersedes is not None and agreement.supersedes >= agreement.version:
        yield Finding("version-order", ("supersedes",), "a version can only supersede an earlier one")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _sha256(document: object) -> str:
    return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(document))).hexdigest()
