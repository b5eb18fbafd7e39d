"""Files for the directory are opened whatever comes: rows with their lines, or one plain reason why not."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import packages
from tests.service.registry import offers

LINKED = {
    "service": [{"id": "s", "organization_id": "o", "status": "active", "assured_date": "2026-06-01"}],
    "location": [{"id": "l", "name": "草堂小学", "external_identifier": "610118"}],
    "service_at_location": [{"id": "p", "service_id": "s", "location_id": "l"}],
    "organization_identifier": [
        {"organization_id": "o", "identifier_scheme": "other", "identifier": "no"},
        {"organization_id": "o", "identifier_scheme": "jieli", "identifier": "org-610118-education"},
    ],
    "attribute": [{"link_id": "s", "link_type": "catalogue-code", "value": "EDU-01"}],
    "schedule": [{"location_id": "l", "byday": "MO", "opens_at": "09:00:00", "closes_at": "17:00:00"}],
    "service_capacity": [{"service_id": "s", "available": 2.0, "maximum": None, "updated": "2026-10-31T16:30:00Z"}],
}


def test_lines_of_a_csv_are_those_of_a_text_editor() -> None:
    content = offers.as_csv([offers.row(address="a\nb"), offers.row()]) + b"\r\n1,2\r\n"
    found = list(packages.rows("csv", content))
    assert [each.line for each in found] == [2, 4, 6]
    assert [len(each.faults) for each in found] == [0, 0, 1]


@pytest.mark.parametrize(("form", "write"), [("hsds-csv", offers.package), ("hsds-json", offers.tabular)])
def test_an_offer_is_put_together_from_its_tables(form: str, write: Callable[..., bytes]) -> None:
    [found] = packages.rows(form, write(LINKED))
    cells = found.cells
    assert (cells["key"], cells["service"], cells["organization"]) == ("p", "EDU-01", "org-610118-education")
    assert (cells["hours"], cells["available"], cells["capacity_on"]) == ("MO 09:00-17:00", "2", "2026-11-01")
    assert set(cells) == set(packages.COLUMNS)


def test_a_package_in_a_folder_and_other_tables_are_passed_over() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("datapackage.json", "{}")
        for table, rows in (LINKED | {"funding": [{"id": "f", "source": "x"}]}).items():
            file.writestr(f"package/{table}.csv", offers.as_csv(rows, list(rows[0])))
    assert len(list(packages.rows("hsds-csv", packed.getvalue()))) == 1


@pytest.mark.parametrize("form", packages.FORMS)
@pytest.mark.parametrize("content", [b"", b"\x00", b"{}", b"[]", b"PK\x03\x04", b'{"service": [1]}', b'"' * 9])
def test_what_is_no_such_file_is_refused_with_a_reason(form: str, content: bytes) -> None:
    with pytest.raises(packages.BadPackage, match=r"\w"):
        list(packages.rows(form, content))


def test_people_are_not_taken_in() -> None:
    with pytest.raises(packages.BadPackage, match="people"):
        packages.rows("hsds-json", offers.tabular(LINKED | {"contact": [{"id": "c", "name": "x"}]}))
    assert len(list(packages.rows("hsds-json", offers.tabular(LINKED | {"contact": []})))) == 1


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_BYTES", 100)
    with pytest.raises(packages.BadPackage, match="100 bytes"):
        packages.rows("hsds-csv", offers.package(LINKED))


@given(st.sampled_from(packages.FORMS), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(form: str, content: bytes) -> None:
    try:
        list(packages.rows(form, content))
    except packages.BadPackage as bad:
        assert str(bad)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
TABLES = st.dictionaries(
    st.sampled_from(sorted(packages.READ)),
    st.lists(st.dictionaries(st.sampled_from(["id", "service_id", "location_id"]), VALUES)),
)  # fmt: skip


@given(TABLES)
def test_any_tables_are_read_or_refused(tables: dict[str, list[dict[str, object]]]) -> None:
    try:
        found = list(packages.rows("hsds-json", json.dumps(tables).encode()))
    except packages.BadPackage:
        return
    assert all(each.faults or set(each.cells) == set(packages.COLUMNS) for each in found)
