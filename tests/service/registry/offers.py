"""Files of offers for the tests of the directory, and the way to send them."""

import base64
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from services.registry.rules.offers import COLUMNS
from shared.contracts.events import OrganizationRegistered
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

EDUCATION = "org-610118-education"
SCHOOL = {
    "key": "school-1", "service": "EDU-01", "organization": EDUCATION, "place": "鄠邑区第一小学",
    "address": "画展街1号", "district": "610118", "postal_code": "710300", "languages": "zh|ug",
    "hours": "MO-FR 09:00-12:00;MO-FR 14:00-17:30", "standing": "active", "assured_on": "2026-06-01",
    "available": "12", "maximum": "40", "waiting": "open", "next_place_on": "2027-02-15", "capacity_on": "2026-11-01",
}  # fmt: skip


def row(**changed: str) -> dict[str, str]:
    """A row of a file, good unless it was changed."""
    return SCHOOL | changed


def as_csv(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS) -> bytes:
    """A CSV file as a spreadsheet would write it."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(columns), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def package(tables: Mapping[str, list[dict[str, Any]]]) -> bytes:
    """An HSDS package as zip of CSVs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for table, rows in tables.items():
            columns = list(dict.fromkeys(name for each in rows for name in each))
            file.writestr(f"{table}.csv", as_csv(rows, columns))
    return packed.getvalue()


def tabular(tables: Mapping[str, list[dict[str, Any]]]) -> bytes:
    """The same package as tabular JSON."""
    return json.dumps({f"{table}.csv": rows for table, rows in tables.items()}).encode()


def coordinator(registry: RunningApp) -> httpx.AsyncClient:
    """Somebody who keeps the directory."""
    return registry.as_(grants.staff(registry.settings, "org-610118-centre", "coordinator"))


def officer(registry: RunningApp, organization: str = EDUCATION) -> httpx.AsyncClient:
    """Somebody of an organisation that offers something."""
    return registry.as_(grants.staff(registry.settings, organization, "officer"))


async def announce(client: httpx.AsyncClient, content: bytes, form: str = "csv", parts: int = 1) -> str:
    """Announce a file; the path of its import."""
    told = {"form": form, "parts": parts, "sha256": hashlib.sha256(content).hexdigest()}
    answer = await client.post("/v1/directory-imports", json=told)
    assert answer.status_code == 201, answer.text
    return f"/v1/directory-imports/{answer.json()['id']}"


async def put(client: httpx.AsyncClient, path: str, number: int, content: bytes) -> httpx.Response:
    """Send one part."""
    return await client.put(f"{path}/parts/{number}", json={"content": base64.b64encode(content).decode()})


async def take_in(registry: RunningApp, content: bytes, form: str = "csv") -> dict[str, Any]:
    """Send a file in two parts and wait for what becomes of it."""
    middle = max(1, len(content) // 2)
    async with coordinator(registry) as client:
        path = await announce(client, content, form, 2)
        for number, part in enumerate((content[:middle], content[middle:]), 1):
            assert (await put(client, path, number, part)).status_code == 200
        sent = await client.post(f"{path}:send")
        assert (sent.status_code, sent.json()["state"]) == (200, "checking"), sent.text
    return await ended(registry, path)


async def ended(registry: RunningApp, path: str) -> dict[str, Any]:
    """Wait until a file is applied or refused; with its faults."""

    async def over() -> dict[str, Any]:
        async with coordinator(registry) as client:
            found = (await client.get(path)).json()
            if found["state"] not in ("applied", "refused"):
                return {}
            faults = (await client.get(f"{path}/faults", params={"limit": 200})).json()["items"]
        return dict(found | {"faults": faults})

    return await until(over, 60)


async def registered(
    registry: RunningApp, slug: str = EDUCATION, name: str = "鄠邑区教育局", sequence: int = 1
) -> None:
    """Have the directory learn of an organisation."""
    told = OrganizationRegistered(
        organization=slug, name=name, kind="department", parent="org-610118-centre", district="610118",
        services=("EDU-01", "EDU-02", "HEA-01"),
    )  # fmt: skip
    await registry.receive("identity", slug, sequence, told)

    async def learned() -> bool:
        async with registry.as_() as anybody:
            return (await anybody.get(f"/directory/organizations/{slug}")).status_code == 200

    await until(learned)
