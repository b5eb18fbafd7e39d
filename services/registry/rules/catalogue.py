"""How a catalogue file is read: every bad row is named with line and reason, and none is applied if any is bad."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.contracts import vocabulary

MAX_CELL: Final = 2_000
COLUMNS: Final = (
    "code", "name_zh", "name_en", "domain", "kind", "lead_dept_zh", "lead_dept_en", "entry_level", "who_may_apply",
    "data_fields", "materials_zh", "deadline_accept", "deadline_finish", "deadline_unit", "sla_days_default",
    "applicant_time_limit", "legal_source", "source_url", "cross_region", "mode", "fee", "sensitive_pi",
    "separate_consent", "guardian_if_under14", "grade", "notes",
)  # fmt: skip
KINDS: Final = frozenset({"referral", "info", "filing", "mediation", "rights"})
DOMAINS: Final = frozenset(
    {
        "employment", "labour_rights", "social_insurance", "health", "education", "housing", "residence",
        "social_assistance", "legal", "culture", "complaints",
    }
)  # fmt: skip
LEVELS: Final = frozenset({"community", "town", "district"})
UNITS: Final = frozenset({"working_day", "calendar_day", "immediate", "local_guide"})
# "none", and remarks in brackets such as "biometric(at police only)": what the department does, not what is asked here.
_NOT_ASKED: Final = re.compile(r"none|.*\(.*\)")
_WEB: Final = re.compile(r"https?://\S+")
_CODE: Final = re.compile(r"[A-Z]{3}-[0-9]{2}")
_DAYS: Final = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Service:
    """One service as the catalogue describes it. `fields` is the closed list of what may be asked for it."""

    code: str
    name_zh: str
    name_en: str
    domain: str
    kind: str
    department_zh: str
    department_en: str
    level: str
    who_may_apply: str
    fields: tuple[str, ...]
    sensitive: tuple[str, ...]
    materials: tuple[str, ...]
    finish_days: int | None
    finish_unit: str
    sla_days: int | None
    sla_unit: str
    legal_source: str
    source_url: str
    mode: str
    fee: str
    separate_consent: bool
    guardian_if_under14: bool
    grade: str


@dataclass(frozen=True)
class Signed:
    """What the signed release closes: fields and kind of each service code, and bodies that get no personal data."""

    fields: Mapping[str, frozenset[str]]
    kinds: Mapping[str, str]
    is_forbidden_body: Callable[[str], bool]


@dataclass(frozen=True, order=True)
class BadRow:
    """A row that cannot be taken: its line in the file (the header is line 1), the column, and why."""

    line: int
    column: str
    reason: str


class BadCatalogue(ValueError):
    """At least one row is bad; nothing of the file was applied."""

    def __init__(self, rows: Iterable[BadRow]) -> None:
        self.rows = tuple(sorted(rows))
        super().__init__(f"{len(self.rows)} bad rows")


Row = Mapping[str, str]


def parse(content: bytes, signed: Signed) -> tuple[Service, ...]:
    """The services of a catalogue file, in its order.

    Raises BadCatalogue with every bad row.
    """
    numbered, bad = _rows(content)
    bad.extend(row for line, cells in numbered for row in _faults(line, cells, signed))
    bad.extend(_repeated(numbered))
    if bad:
        raise BadCatalogue(sorted(bad, key=lambda row: row.line))
    return tuple(_service(cells) for _, cells in numbered)


def signed_by(release: vocabulary.Vocabulary) -> Signed:
    """The closed list of a verified release."""
    return Signed(
        fields={code: frozenset(service.fields) for code, service in release.services.items()},
        kinds={code: service.kind for code, service in release.services.items()},
        is_forbidden_body=lambda name: release.forbidden(name, "department") is not None,
    )


def _rows(content: bytes) -> tuple[list[tuple[int, Row]], list[BadRow]]:
    """The rows that have the right shape, with the line each begins on; and those that have not."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadCatalogue([BadRow(1, "", "the file is not UTF-8; save it as CSV UTF-8")]) from None
    rows: list[tuple[int, Row]] = []
    bad: list[BadRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(reader, [])) != COLUMNS:
            raise BadCatalogue([BadRow(1, "", "the header must read: " + ",".join(COLUMNS))])
        begins = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(COLUMNS):
                bad.append(BadRow(begins, "", f"the row has {len(cells)} cells; it must have {len(COLUMNS)}"))
            elif cells:
                rows.append((begins, dict(zip(COLUMNS, cells, strict=True))))
            begins = reader.line_num + 1
    except csv.Error as error:
        bad.append(BadRow(reader.line_num, "", f"not valid CSV from here on: {error}"))
    return rows, bad


def _faults(line: int, row: Row, signed: Signed) -> Iterable[BadRow]:
    for column, cell in row.items():
        if len(cell) > MAX_CELL or any(ord(character) < 0x20 and character != "\n" for character in cell):
            yield BadRow(line, column, f"at most {MAX_CELL} characters and no control characters")
    for column, (accepts, reason) in _CHECKS.items():
        if not accepts(row[column]):
            yield BadRow(line, column, reason)
    if row["kind"] != "info" and len(set(_list(row["data_fields"]))) != len(_list(row["data_fields"])):
        yield BadRow(line, "data_fields", "a field is named twice")
    yield from _outside(line, row, signed)


def _outside(line: int, row: Row, signed: Signed) -> Iterable[BadRow]:
    if row["kind"] != "info" and signed.is_forbidden_body(row["lead_dept_zh"]):
        yield BadRow(line, "lead_dept_zh", "this body receives no personal data; only kind info can name it")
    if row["code"] not in signed.fields:
        yield BadRow(line, "code", "the service is not in the signed release")
        return
    if row["kind"] != signed.kinds[row["code"]]:
        yield BadRow(line, "kind", "the kind differs from the signed release")
    if not _asked(row) <= signed.fields[row["code"]]:
        yield BadRow(line, "data_fields", "a field is not in the signed release for this service")


def _repeated(numbered: Iterable[tuple[int, Row]]) -> Iterable[BadRow]:
    first: dict[str, int] = {}
    for line, row in numbered:
        earlier = first.setdefault(row["code"], line)
        if earlier != line:
            yield BadRow(line, "code", f"the code stands already on line {earlier}")


def _one_of(allowed: frozenset[str]) -> tuple[Callable[[str], bool], str]:
    return allowed.__contains__, "must be one of " + ", ".join(sorted(allowed))


def _is_days(cell: str) -> bool:
    return cell == "" or _DAYS.fullmatch(cell) is not None


_REQUIRED: Final = (lambda cell: cell.strip() != "", "must not be empty")
_YES_NO: Final = _one_of(frozenset({"Y", "N"}))
_CHECKS: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "code": (lambda cell: _CODE.fullmatch(cell) is not None, "must look like EMP-01"),
    "name_zh": _REQUIRED,
    "name_en": _REQUIRED,
    "domain": _one_of(DOMAINS),
    "kind": _one_of(KINDS),
    "lead_dept_zh": _REQUIRED,
    "entry_level": _one_of(LEVELS),
    "deadline_finish": (lambda cell: cell == "immediate" or _is_days(cell), "must be days, immediate, or empty"),
    "deadline_unit": _one_of(UNITS),
    "sla_days_default": (_is_days, "must be days or empty"),
    "separate_consent": _YES_NO,
    "guardian_if_under14": _YES_NO,
    "grade": _one_of(frozenset("ABC")),
    "source_url": (lambda cell: cell == "" or _WEB.match(cell) is not None, "must be a web address or empty"),
}


def _list(cell: str, separator: str = "|") -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(separator) if part.strip())


def _asked(row: Row) -> frozenset[str]:
    # Services of kind info store and send nothing, whatever the department asks at its own counter.
    return frozenset() if row["kind"] == "info" else frozenset(_list(row["data_fields"]))


def _service(row: Row) -> Service:
    asked = row["kind"] != "info"
    return Service(
        code=row["code"],
        name_zh=row["name_zh"].strip(),
        name_en=row["name_en"].strip(),
        domain=row["domain"],
        kind=row["kind"],
        department_zh=row["lead_dept_zh"].strip(),
        department_en=row["lead_dept_en"].strip(),
        level=row["entry_level"],
        who_may_apply=row["who_may_apply"].strip(),
        fields=_list(row["data_fields"]) if asked else (),
        sensitive=tuple(kind for kind in _list(row["sensitive_pi"]) if asked and not _NOT_ASKED.fullmatch(kind)),
        materials=_list(row["materials_zh"], ";"),
        finish_days=int(row["deadline_finish"]) if _DAYS.fullmatch(row["deadline_finish"]) else None,
        finish_unit=row["deadline_unit"],
        sla_days=int(row["sla_days_default"]) if row["sla_days_default"] else None,
        sla_unit="calendar_day" if row["deadline_unit"] == "calendar_day" else "working_day",
        legal_source=row["legal_source"].strip(),
        source_url=row["source_url"],
        mode=row["mode"].strip(),
        fee=row["fee"].strip(),
        separate_consent=row["separate_consent"] == "Y",
        guardian_if_under14=row["guardian_if_under14"] == "Y",
        grade=row["grade"],
    )
