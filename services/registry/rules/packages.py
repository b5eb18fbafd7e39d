"""How files for the directory are opened: a CSV of offers, or an HSDS 3.1 package as zip of CSVs or tabular JSON."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.registry.rules.offers import COLUMNS, Fault, Found, Row
from shared.contracts import clock

FORMS: Final = ("csv", "hsds-csv", "hsds-json")
MAX_BYTES: Final = 256 * 1024 * 1024  # of a package when it is unpacked
MAX_ROWS: Final = 500_000  # of one table
MAX_CELL: Final = 2_000
# The tables of HSDS 3.1 from which offers are read; other tables of the standard are passed over.
READ: Final = frozenset(
    "organization organization_identifier service location service_at_location address language schedule"
    " service_capacity attribute".split()
)
OTHERS: Final = frozenset(
    "program phone service_area accessibility cost_option required_document funding taxonomy taxonomy_term url unit"
    " metadata meta_table_description".split()
)
SCHEME: Final = "jieli"  # of an organisation's identifier here
CODE: Final = "catalogue-code"
WAITING: Final = "waiting-list"
_MEMBER: Final = re.compile(r"(?:[^/]+/)?([a-z_]+?)\.csv")
_PLURALS: Final = {"organizations": "organization", "services": "service", "attributes": "attribute"}

Line = tuple[int, Row]
Tables = Mapping[str, Sequence[Line]]


class BadPackage(ValueError):
    """The file as a whole cannot be read."""


def rows(form: str, content: bytes) -> Iterator[Found]:
    """The rows of a file in their order, each with file and line; the same file gives the same rows again.

    Raises BadPackage, also midway, when the file is not what its form says.
    """
    if form == "csv":
        return _offers(content)
    tables = _unpacked(content) if form == "hsds-csv" else _tabular(content)
    return _Package.of(tables).offers()


def _offers(content: bytes) -> Iterator[Found]:
    for line, cells, wrong in _read("offers.csv", content, COLUMNS):
        yield Found("offers.csv", line, cells, wrong)


def _read(file: str, content: bytes, wanted: Sequence[str] = ()) -> Iterator[tuple[int, Row, tuple[Fault, ...]]]:
    """Each row with the line it begins on, and what is wrong with it; with `wanted`, the header must be just that."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = next(reader, [])
        if wanted and tuple(header) != tuple(wanted):
            raise BadPackage(f"{file}: the header must read: " + ",".join(wanted))
        begins = reader.line_num + 1
        for number, cells in enumerate(reader):
            if number >= MAX_ROWS:
                raise BadPackage(f"{file}: more than {MAX_ROWS} rows")
            if cells:
                yield begins, *_row(file, begins, header, cells)
            begins = reader.line_num + 1
    except UnicodeDecodeError:
        raise BadPackage(f"{file}: not UTF-8; save it as CSV UTF-8") from None
    except csv.Error:
        raise BadPackage(f"{file}: not valid CSV") from None


def _row(file: str, line: int, header: Sequence[str], cells: Sequence[str]) -> tuple[Row, tuple[Fault, ...]]:
    if len(cells) != len(header):
        return {}, (Fault(file, line, "", f"the row has {len(cells)} cells; it must have {len(header)}"),)
    long = [name for name, cell in zip(header, cells, strict=True) if len(cell) > MAX_CELL or "\x00" in cell]
    wrong = tuple(Fault(file, line, name[:64], f"at most {MAX_CELL} characters and no NUL") for name in long)
    return dict(zip(header, cells, strict=True)), wrong


def _unpacked(content: bytes) -> Tables:
    tables: dict[str, list[Line]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = [each for each in package.infolist() if each.filename.endswith(".csv")]
            if sum(each.file_size for each in members) > MAX_BYTES:
                raise BadPackage(f"the package unpacks to more than {MAX_BYTES} bytes")
            for member in members:
                found = _MEMBER.fullmatch(member.filename)
                table = _table(found[1] if found else member.filename)
                if table in READ or table == "contact":
                    tables[table] = _lines(table, package.read(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise BadPackage("not a zip file that can be opened") from None
    return tables


def _lines(table: str, content: bytes) -> list[Line]:
    lines = []
    for line, cells, wrong in _read(f"{table}.csv", content):
        if wrong:
            raise BadPackage(f"{table}.csv, line {line}: {wrong[0].reason}")
        lines.append((line, cells))
    return lines


def _tabular(content: bytes) -> Tables:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise BadPackage("not valid JSON") from None
    if not isinstance(document, dict) or not all(isinstance(each, list) for each in document.values()):
        raise BadPackage("must be an object of tables, each a list of rows")
    named = {_table(name.removesuffix(".csv")): listed for name, listed in document.items()}
    wanted = {table: listed for table, listed in named.items() if table in READ or table == "contact"}
    return {
        table: [(at, _texts(table, at, row)) for at, row in enumerate(listed, 2)] for table, listed in wanted.items()
    }


def _table(name: str) -> str:
    table = _PLURALS.get(name, name)
    if table not in READ | OTHERS | {"contact"}:
        raise BadPackage(f"{name[:64]} is no table of HSDS 3.1")
    return table


def _texts(table: str, line: int, row: Any) -> Row:
    if not isinstance(row, dict) or any(isinstance(value, dict | list) for value in row.values()):
        raise BadPackage(f"{table}, row {line - 1}: must be an object of plain values")
    cells = {name: "" if value is None else _plain(value) for name, value in row.items()}
    if any(len(cell) > MAX_CELL or "\x00" in cell for cell in cells.values()):
        raise BadPackage(f"{table}, row {line - 1}: at most {MAX_CELL} characters and no NUL")
    return cells


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


@dataclass
class _Package:
    """The tables of a package, each by what refers to it."""

    tables: Tables
    by: dict[tuple[str, str], dict[str, list[Row]]] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Tables) -> "_Package":
        if tables.get("contact"):
            raise BadPackage("contact holds people: the directory lists none; send the package without this table")
        if "service_at_location" not in tables:
            raise BadPackage("there is no table service_at_location")
        return cls(tables)

    def offers(self) -> Iterator[Found]:
        placed = {row.get("service_id", "") for _, row in self.tables["service_at_location"]}
        for line, row in self.tables["service_at_location"]:
            yield self._offer(line, row)
        for line, row in self.tables.get("service", ()):
            if row.get("id", "") not in placed:
                fault = Fault("service", line, "id", "the service stands at no location in service_at_location")
                yield Found("service", line, {}, (fault,))

    def _offer(self, line: int, row: Row) -> Found:
        service = self._one("service", "id", row.get("service_id", ""))
        location = self._one("location", "id", row.get("location_id", ""))
        wrong = [
            Fault("service_at_location", line, name, f"{table} has no row of this id")
            for name, table, found in (("service_id", "service", service), ("location_id", "location", location))
            if not found
        ]
        if wrong:
            return Found("service_at_location", line, {}, tuple(wrong))
        return Found("service_at_location", line, self._cells(row, service, location))

    def _cells(self, row: Row, service: Row, location: Row) -> Row:
        address = self._one("address", "location_id", location["id"])
        capacity = self._one("service_capacity", "service_id", service["id"])
        told = {
            each.get("link_type", ""): each.get("value", "")
            for each in self._all("attribute", "link_id", service["id"])
        }
        identifiers = self._all("organization_identifier", "organization_id", service.get("organization_id", ""))
        found = {
            "key": row.get("id", ""),
            "service": told.get(CODE, ""),
            "organization": next(
                (each.get("identifier", "") for each in identifiers if each.get("identifier_scheme") == SCHEME), ""
            ),
            "place": location.get("name", ""),
            "address": address.get("address_1", ""),
            "district": location.get("external_identifier", ""),
            "postal_code": address.get("postal_code", ""),
            "languages": "|".join(each.get("code", "") for each in self._linked("language", service, location)),
            "hours": ";".join(_opening(each) for each in self._hours(row, service, location)),
            "standing": service.get("status", ""),
            "assured_on": service.get("assured_date", "")[:10],
            "available": capacity.get("available", "").removesuffix(".0"),
            "maximum": capacity.get("maximum", "").removesuffix(".0"),
            "waiting": told.get(WAITING, ""),
            "next_place_on": told.get("next-place", ""),
            "capacity_on": _china(capacity.get("updated", "")),
        }
        return found

    def _hours(self, row: Row, service: Row, location: Row) -> list[Row]:
        own = self._all("schedule", "service_at_location_id", row.get("id", ""))
        return own or self._linked("schedule", service, location)

    def _linked(self, table: str, service: Row, location: Row) -> list[Row]:
        """What hangs on the service, or else on the location."""
        return self._all(table, "service_id", service["id"]) or self._all(table, "location_id", location["id"])

    def _one(self, table: str, member: str, value: str) -> Row:
        return next(iter(self._all(table, member, value)), {})

    def _all(self, table: str, member: str, value: str) -> list[Row]:
        if (table, member) not in self.by:
            index: dict[str, list[Row]] = {}
            for _, row in self.tables.get(table, ()):
                index.setdefault(row.get(member, ""), []).append(row)
            self.by[table, member] = index
        return self.by[table, member].get(value, []) if value else []


def _opening(schedule: Row) -> str:
    return f"{schedule.get('byday', '')} {schedule.get('opens_at', '')[:5]}-{schedule.get('closes_at', '')[:5]}"


def _china(moment: str) -> str:
    """The day of a moment in China; what is no moment is left for the checks to name."""
    try:
        return str(clock.day_of(datetime.fromisoformat(moment)))
    except (ValueError, OverflowError):
        return moment
