"""A region's offices and those who administer them, against identity alone."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey
from sqlalchemy import text

from shared.contracts import clock
from shared.grants import Actor
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.assertions import assertion, proof
from tests.support.sign_in import ASSERTION, ISSUER
from tests.support.until import until

CENTRE, TOWN, EDUCATION, HOUSING = "org-centre", "org-town", "org-education", "org-housing"
TREE = {
    CENTRE: ("便民服务中心", "service_centre", None),
    "org-other-centre": ("另一便民服务中心", "service_centre", None),
    TOWN: ("甘亭街道办事处", "town_street", CENTRE),
    EDUCATION: ("教育局", "department", CENTRE),
    HOUSING: ("住房和城乡建设局", "department", CENTRE),
}
STAFF = {
    "centre-1": (CENTRE, ["administrator"]),
    "centre-2": (CENTRE, ["administrator"]),
    "other-centre-1": ("org-other-centre", ["administrator"]),
    "education-1": (EDUCATION, ["administrator"]),
    "education-2": (EDUCATION, ["administrator"]),
    "education-3": (EDUCATION, ["officer"]),
    "housing-1": (HOUSING, ["officer"]),
}


def seed(directory: Path) -> Path:
    """The seed file of these offices; nobody of the housing office administers it."""
    place = {"district": "610118", "services": []}
    content = {
        "organizations": [
            {"organization": org, "name": name, "kind": kind, "parent": parent, **place}
            for org, (name, kind, parent) in TREE.items()
        ],
        "clients": [],
        "staff": [{"staff": each, "organization": org, "roles": roles} for each, (org, roles) in STAFF.items()],
    }
    path = directory / "offices.json"
    path.write_text(json.dumps(content))
    return path


def day(offset: int) -> str:
    """A day from today, where the contracts are."""
    return str(clock.day_of(datetime.now(UTC)) + timedelta(days=offset))


@dataclass
class Offices:
    """The running identity; `as_` acts as an administrator."""

    identity: RunningApp

    def fresh(self, noun: str) -> str:
        """An id that nobody else uses."""
        return f"{noun}-{uuid.uuid4().hex[:12]}"

    @asynccontextmanager
    async def as_(self, staff: str, organization: str = "") -> AsyncIterator[httpx.AsyncClient]:
        """A client that acts as this administrator, of their office unless another is given."""
        actor = Actor("staff", staff, organization or STAFF[staff][0], ("administrator",))
        async with self.identity.as_(grants.Caller(self.identity.settings, "internal", actor=actor)) as client:
            yield client

    async def post(self, staff: str, path: str, body: Any = None, organization: str = "") -> httpx.Response:
        """One act."""
        async with self.as_(staff, organization) as client:
            return await client.post(f"/v1{path}", json=body) if body is not None else await client.post(f"/v1{path}")

    async def get(self, path: str, staff: str = "", organization: str = "") -> httpx.Response:
        """One look, by the public unless somebody is named."""
        if staff:
            async with self.as_(staff, organization) as client:
                return await client.get(f"/v1{path}")
        async with self.identity.as_() as client:
            return await client.get(f"/v1{path}")

    async def listed(self, staff: str, noun: str) -> list[dict[str, Any]]:
        """Everything in a list, page by page."""
        answer = (await self.get(f"/{noun}?limit=3", staff)).json()
        found = list(answer[noun])
        while answer["next"]:
            answer = (await self.get(f"/{noun}?limit=3&cursor={answer['next']}", staff)).json()
            found += answer[noun]
        return found

    async def proposed(self, kind: str = "school", parent: str = EDUCATION, **changed: Any) -> str:
        """A proposed organisation."""
        body = {"id": self.fresh("org"), "name": "甘亭学校", "kind": kind, "parent": parent, "district": "610118"}
        answer = await self.post("centre-1", "/organizations", body | changed)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def confirmed(self, kind: str = "school", parent: str = EDUCATION, **changed: Any) -> str:
        """An organisation that two people let in."""
        made = await self.proposed(kind, parent, **changed)
        answer = await self.confirm("centre-2", made)
        assert answer.status_code == 200, answer.text
        return made

    async def confirm(self, staff: str, organization: str) -> httpx.Response:
        """Read an organisation as its administrators see it, and confirm just that."""
        every = (await self.get("/administered-organizations", staff)).json()["organizations"]
        version = next((each["version"] for each in every if each["id"] == organization), 0)
        async with self.as_(staff) as client:
            headers = {"if-match": f'"{version}"'}
            return await client.post(f"/v1/organizations/{organization}:confirm", headers=headers)

    async def member(self, organization: str, *roles: str, state: str = "active") -> str:
        """A member of staff as the seed would bring them."""
        name = self.fresh("work")
        row = {"id": name, "organization": organization, "roles": list(roles), "state": state}
        await self.run(
            "INSERT INTO staff (id, organization, roles, state) VALUES (:id, :organization, :roles, :state)", row
        )
        return name

    async def run(self, statement: str, values: dict[str, Any]) -> list[Any]:
        """A statement behind the app's back."""
        async with self.identity.runtime.engine.begin() as connection:
            found = await connection.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []

    async def told(self, subject: str, **of: str) -> list[dict[str, Any]]:
        """The facts of this subject about somebody or something, once there is one."""

        async def found() -> list[dict[str, Any]]:
            every = self.identity.bus.events(f"identity.{subject}.v1")
            return [each for each in every if of.items() <= each.items()]

        return await until(found)

    def heard(self, subject: str, **of: str) -> bool:
        """Whether such a fact was published so far."""
        return any(of.items() <= each.items() for each in self.identity.bus.events(f"identity.{subject}.v1"))

    async def token(self, client: str, key: ECKey, **form: str) -> httpx.Response:
        """Ask for a token with a client's own key."""
        signed = assertion(key, client, client, ISSUER)
        asked = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": signed}
        shown = {"dpop": proof(ECKey.generate_key("P-256"), f"{ISSUER}/v1/token")}
        async with self.identity.as_() as http:
            return await http.post("/v1/token", data=asked | form, headers=shown)


def came(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem code."""
    return answer.status_code, answer.json().get("code", "")
