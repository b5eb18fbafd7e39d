"""People with a sign-in and a record, and two records of one of them, for tests of duplicates and merges."""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from tests.service.registry.conftest import RECORD, sent_all
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

CODE = re.compile(r"\b[0-9]{8}\b")


def named(**values: Any) -> dict[str, Any]:
    """A record of somebody whom nobody else resembles."""
    fresh = "".join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes)
    without_number = RECORD | {"document_type": None, "document_number": None}
    return without_number | {"name": f"阿{fresh[:4]}·买{fresh[4:8]}", "phone": phone()} | values


def phone() -> str:
    return f"139{uuid.uuid4().int % 10**8:08d}"


@dataclass
class Person:
    """Somebody with a sign-in and a record."""

    registry: RunningApp
    caller: grants.Caller
    record: dict[str, Any]

    @classmethod
    async def of(cls, registry: RunningApp, record: dict[str, Any]) -> "Person":
        caller = grants.resident(registry.settings, seal=f"seal-{uuid.uuid4()}")
        person = cls(registry, caller, record)
        assert (await person.put("/v1/me/record", record)).status_code == 200
        return person

    async def put(self, path: str, body: Any) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.put(path, json=body)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.post(path, json=body) if body is not None else await client.post(path)

    async def get(self, path: str) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.get(path)

    def messages(self) -> list[str]:
        """What reached her contact."""
        path = self.registry.settings.messages_file
        assert path is not None
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line["text"] for line in lines if line["to"].endswith(self.record["phone"][-8:])]

    async def code(self) -> str:
        """The newest code in a message to her contact."""

        async def arrived() -> list[str]:
            return [text for text in self.messages() if CODE.search(text)]

        found = CODE.search((await until(arrived))[-1])
        assert found
        return found.group()

    async def compare(self, **body: str) -> str:
        """A comparison that was looked at; its answer says nothing else."""
        answer = await self.post("/v1/me/record:compare", body)
        assert answer.status_code == 202 and answer.json()["state"] == "asked"
        comparison = str(answer.json()["id"])

        async def looked_at() -> bool:
            async with self.registry.runtime.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
                row = await connection.execute(text("SELECT state FROM comparison WHERE id = :id"), {"id": comparison})
                return bool(row.scalar_one() != "asked")

        await until(looked_at)
        await sent_all(self.registry)
        return comparison

    async def prove(self, comparison: str, code: str) -> httpx.Response:
        return await self.post(f"/v1/me/comparisons/{comparison}:prove", {"code": code})

    async def join(self, other: "Person") -> str:
        """Look, prove, merge."""
        comparison = await self.compare()
        assert (await self.prove(comparison, await other.code())).status_code == 200
        merged = await self.post("/v1/me/record:merge", {"comparison": comparison})
        assert (merged.status_code, merged.json()["state"]) == (201, "merged"), merged.text
        return str(merged.json()["id"])

    async def everything(self) -> dict[str, Any]:
        """All that she can read of herself."""
        paths = ("record", "dependants", "name-writings", "record-requests")
        read = {path: (await self.get(f"/v1/me/{path}")) for path in paths}
        return {path: (answer.json(), answer.headers.get("etag")) for path, answer in read.items()}


async def pair(registry: RunningApp) -> tuple[Person, Person]:
    """Two records of one person: the one before, and the one of the phone that she has now."""
    before = await Person.of(registry, named())
    typed = before.record["name"].replace("·", ".")
    return before, await Person.of(registry, before.record | {"name": typed, "phone": phone()})
