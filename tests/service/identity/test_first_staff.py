"""The first administrators join by a code that the installation was made with; a start never opens it a second time."""

import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.identity.commands import seed
from tests.service.identity.test_joining import invite, join
from tests.support.apps import RunningApp
from tests.support.sign_in import FrontEnd


@dataclass
class Installation:
    """One seed file, taken in at every start of identity."""

    identity: RunningApp
    file: Path
    staff: str

    def write(self, expires_in: timedelta = timedelta(days=7)) -> bytes:
        """A file with a fresh code; its SHA-256."""
        code = hashlib.sha256(secrets.token_urlsafe(32).encode())
        expires = datetime.now(UTC) + expires_in
        content = {
            "organizations": [],
            "clients": [],
            "staff": [{"staff": self.staff, "organization": "org-a", "roles": ["administrator"]}],
            "invitations": [{"staff": self.staff, "sha256": code.hexdigest(), "expires_at": expires.isoformat()}],
        }
        self.file.write_text(json.dumps(content))
        return code.digest()

    async def start(self) -> None:
        """What identity does at its start."""
        settings = self.identity.settings.model_copy(update={"seed_file": self.file})
        runtime = self.identity.runtime
        await seed.take_in(type(runtime)(settings, runtime.engine, runtime.sessions, runtime.telemetry, runtime.vault))

    async def run(self, statement: str, **more: object) -> list[Any]:
        """A statement about the member of staff."""
        async with self.identity.runtime.engine.begin() as connection:
            found = await connection.execute(text(statement), {"staff": self.staff, **more})
            return list(found.scalars()) if found.returns_rows else []

    async def codes(self) -> list[bytes]:
        """The codes by which she may join now."""
        return await self.run("SELECT code FROM invitation WHERE staff = :staff AND expires_at > now()")

    async def state(self) -> str:
        """Where she stands."""
        [state] = await self.run("SELECT state FROM staff WHERE id = :staff")
        return str(state)


@pytest.fixture
def installation(identity: RunningApp, tmp_path: Path) -> Installation:
    return Installation(identity, tmp_path / "seed.json", f"first-{uuid.uuid4()}")


async def test_the_first_start_invites_and_the_next_changes_nothing(installation: Installation) -> None:
    code = installation.write()
    for _ in range(2):
        await installation.start()
        assert (await installation.state(), await installation.codes()) == ("invited", [code])


@pytest.mark.parametrize("since", ["active", "left"])
async def test_whoever_joined_or_left_is_not_invited_again_by_a_start(installation: Installation, since: str) -> None:
    installation.write()
    await installation.start()
    await installation.run("DELETE FROM invitation WHERE staff = :staff")
    await installation.run("UPDATE staff SET state = :since WHERE id = :staff", since=since)
    await installation.start()
    assert (await installation.state(), await installation.codes()) == (since, [])


async def test_a_code_that_was_replaced_opens_nothing_after_a_start(installation: Installation) -> None:
    installation.write()
    await installation.start()
    fresh = secrets.token_bytes(32)
    await installation.run("UPDATE invitation SET code = :fresh WHERE staff = :staff", fresh=fresh)
    await installation.start()
    assert await installation.codes() == [fresh]


async def test_whoever_did_not_join_in_time_is_invited_by_a_new_code(installation: Installation) -> None:
    installation.write(expires_in=timedelta(seconds=-1))
    await installation.start()
    assert (await installation.state(), await installation.codes()) == ("invited", [])
    code = installation.write()
    await installation.start()
    assert await installation.codes() == [code]


async def test_the_operator_lets_in_again_who_joined_and_lost_everything(installation: Installation) -> None:
    installation.write()
    await installation.start()
    await installation.run("DELETE FROM invitation WHERE staff = :staff")
    await installation.run("UPDATE staff SET state = 'active' WHERE id = :staff")
    await installation.run("INSERT INTO password VALUES (:staff, 'x', 'x', 0)")
    code = installation.write(timedelta(days=7, hours=1))
    await installation.start()
    assert (await installation.state(), await installation.codes()) == ("active", [code])
    assert await installation.run("SELECT staff FROM password WHERE staff = :staff") == []
    await installation.run("DELETE FROM invitation WHERE staff = :staff")
    await installation.start()
    assert await installation.codes() == [], "it was taken"


async def test_a_code_from_before_somebody_joined_opens_nothing(installation: Installation, desk: FrontEnd) -> None:
    installation.write(timedelta(days=6))
    await installation.start()
    installation.write()
    await installation.run("DELETE FROM invitation WHERE staff = :staff")
    assert (await join(desk, await invite(desk, installation.staff)))[0].status_code == 200
    await installation.start()
    assert (await installation.state(), await installation.codes()) == ("active", [])


async def test_nobody_is_let_in_again_who_left(installation: Installation) -> None:
    installation.write()
    await installation.start()
    await installation.run("UPDATE staff SET state = 'left' WHERE id = :staff")
    await installation.run("DELETE FROM invitation WHERE staff = :staff")
    installation.write(timedelta(days=7, hours=1))
    await installation.start()
    assert (await installation.state(), await installation.codes()) == ("left", [])


async def test_the_operator_stands_in_where_nobody_is_left_to_approve(installation: Installation) -> None:
    old = installation.write()
    await installation.start()
    await installation.run("UPDATE staff SET state = 'active' WHERE id = :staff")
    await installation.run("UPDATE invitation SET code = sha256(code), proposed_by = 'admin-2' WHERE staff = :staff")
    await installation.run("UPDATE invitation SET expires_at = expires_at + interval '1 h' WHERE staff = :staff")
    await installation.start()
    assert await installation.codes() != [old]
    await installation.run("UPDATE staff SET proposed_by = 'admin-2', approved_by = 'admin-3' WHERE id = :staff")
    code = installation.write(timedelta(days=7, hours=2))
    await installation.start()
    assert await installation.codes() == [code]
    assert await installation.run("SELECT coalesce(proposed_by, approved_by) FROM staff WHERE id = :staff") == [None]
