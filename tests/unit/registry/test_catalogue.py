"""The catalogue file: all sixty services are read, every bad row is named, and the signed release closes the list."""

import csv
import io
import pathlib
from collections.abc import Callable

import pytest

import services.registry
from services.registry.rules import catalogue
from shared.contracts import vocabulary

CONTENT = (pathlib.Path(services.registry.__file__).parent / "data" / "service-catalogue.csv").read_bytes()


def shipped() -> tuple[catalogue.Service, ...]:
    return catalogue.parse(CONTENT, signed())


def signed() -> catalogue.Signed:
    return catalogue.signed_by(vocabulary.load())


def altered(alter: Callable[[list[dict[str, str]]], None]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(CONTENT.decode())))
    alter(rows)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, catalogue.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def bad_rows(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(catalogue.BadCatalogue) as bad:
        catalogue.parse(content, signed())
    assert all(row.reason for row in bad.value.rows)
    return [(row.line, row.column) for row in bad.value.rows]


def test_the_shipped_catalogue_is_inside_its_own_closed_list() -> None:
    assert {service.code for service in shipped()} == set(vocabulary.load().services)
    for service in shipped():
        listed = vocabulary.load().services[service.code]
        assert (service.fields, service.sensitive) == (listed.fields, listed.sensitive)


def test_a_service_names_its_fields_clock_and_sensitive_kinds() -> None:
    by_code = {service.code: service for service in shipped()}
    school = by_code["EDU-01"]
    assert {"儿童姓名", "监护人关系"} <= set(school.fields)
    assert school.sensitive == ("minor",) and school.guardian_if_under14
    assert (by_code["HOU-04"].finish_days, by_code["HOU-04"].sla_unit) == (30, "calendar_day")
    assert by_code["HEA-01"].finish_days is None and by_code["HEA-01"].finish_unit == "immediate"


def test_information_only_services_ask_for_nothing() -> None:
    for service in shipped():
        if service.kind == "info":
            assert service.fields == () and service.sensitive == ()


def test_every_bad_row_is_named_with_its_line() -> None:
    def alter(rows: list[dict[str, str]]) -> None:
        rows[0]["domain"] = "policing"
        rows[3]["kind"] = ""
        rows[3]["sla_days_default"] = "soon"
        rows[9]["name_zh"] = " "
        rows[11]["code"] = rows[2]["code"]

    assert bad_rows(altered(alter))[:4] == [(2, "domain"), (5, "kind"), (5, "kind"), (5, "sla_days_default")]
    assert {(11, "name_zh"), (13, "code")} <= set(bad_rows(altered(alter)))


@pytest.mark.parametrize(
    ("column", "cell"),
    [("code", "POL-01"), ("data_fields", "姓名|民族"), ("kind", "mediation"), ("lead_dept_zh", "某市公安局")],
)
def test_what_the_signed_release_does_not_hold_is_refused(column: str, cell: str) -> None:
    assert (2, column) in bad_rows(altered(lambda rows: rows[0].update({column: cell})))


def test_a_forbidden_body_may_stand_on_an_information_page_only() -> None:
    police_run = next(service for service in shipped() if "公安" in service.department_zh)
    assert police_run.kind == "info"


def test_a_row_after_a_cell_with_line_breaks_keeps_its_line_number() -> None:
    def alter(rows: list[dict[str, str]]) -> None:
        rows[0]["notes"] = "one\ntwo\nthree"
        rows[1]["domain"] = "policing"

    assert bad_rows(altered(alter)) == [(5, "domain")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"code,name\nEMP-01,x\n",
        "\ufeff".encode("utf-16"),
        CONTENT.splitlines(keepends=True)[0] + b"EMP-01,too,short\n",
        CONTENT.splitlines(keepends=True)[0] + b'"EMP-01\n',
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_whole(content: bytes) -> None:
    assert bad_rows(content)


def test_rows_of_the_wrong_shape_are_named_beside_the_others() -> None:
    lines = CONTENT.decode().splitlines(keepends=True)
    lines[1] = lines[1].replace(",employment,", ",policing,", 1)
    lines[3] = lines[3].rstrip("\r\n") + ",one more\r\n"
    lines[5] = "too,short\r\n"
    assert {(2, "domain"), (4, ""), (6, "")} <= set(bad_rows("".join(lines).encode()))


def test_where_the_quoting_breaks_is_named() -> None:
    lines = CONTENT.decode().splitlines(keepends=True)
    lines[6] = '"EMP"x,' + lines[6]
    assert bad_rows("".join(lines).encode())[-1] == (7, "")


def test_control_characters_and_overlong_cells_are_named() -> None:
    def alter(rows: list[dict[str, str]]) -> None:
        rows[0]["notes"] = "\x07"
        rows[1]["notes"] = "x" * (catalogue.MAX_CELL + 1)

    assert bad_rows(altered(alter)) == [(2, "notes"), (3, "notes")]


def test_a_byte_order_mark_changes_nothing() -> None:
    assert catalogue.parse(b"\xef\xbb\xbf" + CONTENT, signed()) == shipped()
