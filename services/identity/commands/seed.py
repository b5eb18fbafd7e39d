"""What an installation begins with: organisations, clients, staff and who is invited, from one file."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from services.identity.commands import passwords
from services.identity.queries import people, seed
from services.identity.rules.organizations import check_organization
from services.identity.rules.staff import check_roles
from services.identity.tables import Client, Invitation, Organization, Staff
from shared import outbox
from shared.contracts import vocabulary
from shared.contracts.events import ClientRegistered, OrganizationRegistered
from shared.runtime import Runtime
from shared.settings import SettingsError


async def take_in(runtime: Runtime) -> None:
    """Take organisations, clients and staff from the seed file; the same file changes nothing."""
    path = runtime.settings.seed_file
    if path is None:
        return
    content = json.loads(path.read_text())
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    async with runtime.sessions() as session, session.begin():
        for entry in content["organizations"]:
            check_organization(entry["name"], entry["kind"], closed)
            if await _put(session, Organization, "organization", entry):
                await outbox.emit(session, entry["organization"], OrganizationRegistered.model_validate(entry))
        for entry in content["clients"]:
            if await _put(session, Client, "client", entry):
                event = ClientRegistered(client=entry["client"], organization=entry["organization"])
                await outbox.emit(session, entry["client"], event)
        invited = {entry["staff"]: entry for entry in content.get("invitations", ())}
        for entry in content["staff"]:
            check_roles(tuple(entry["roles"]))
            if entry["staff"] in invited:
                await _invite(session, entry, invited[entry["staff"]])
            else:
                await _put(session, Staff, "staff", entry)
        for entry in content.get("credentials", ()):
            await _credential(session, runtime, entry)


async def _put(session: AsyncSession, table: type[SQLModel], noun: str, entry: dict[str, Any]) -> bool:
    """Insert or update a row by its id, which the file calls by its noun; True when something changed."""
    values = {"id" if key == noun else key: value for key, value in entry.items()}
    row = await seed.known(session, table, values["id"])
    ended = getattr(row, "state", "active") == "revoked"
    if ended or (row is not None and all(getattr(row, key) == value for key, value in values.items())):
        return False
    await session.merge(table(**values))
    await session.flush()
    return True


async def _invite(session: AsyncSession, member: dict[str, Any], invitation: dict[str, str]) -> None:
    """Let a member of staff join by a code, of which the file holds the SHA-256.

    The file is read at every start: for whoever joined, left, or was invited anew since, it opens nothing any more.
    """
    name, now = member["staff"], datetime.now(UTC)
    known = await seed.known(session, Staff, name)
    if known is None:
        await _put(session, Staff, "staff", member | {"state": "invited"})
    elif known.state != "invited" or await seed.is_invited(session, name, now):
        return
    expires = datetime.fromisoformat(invitation["expires_at"])
    if expires > now:
        session.add(Invitation(code=bytes.fromhex(invitation["sha256"]), staff=name, expires_at=expires))


async def _credential(session: AsyncSession, runtime: Runtime, entry: dict[str, str]) -> None:
    """The demonstration's staff get their passwords from the installation; anybody else chooses their own."""
    if runtime.settings.environment == "production":
        raise SettingsError("identity cannot start: in production a seed file may not hold credentials.")
    if await people.password(session, entry["staff"]) is None:
        await passwords.put(session, runtime.settings, entry["staff"], entry["password_hash"], entry["totp"])
