"""What an installation begins with: organisations, clients, staff and who is invited, from one file."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import clients, invitations, organizations, passwords, staff
from services.identity.queries import clients as known_clients
from services.identity.queries import organizations as tree
from services.identity.queries import people, seed
from services.identity.rules import clients as client_rules
from services.identity.rules.clients import CLIENT, KEY
from services.identity.rules.organizations import ORGANIZATION, check_organization, check_place, check_services
from services.identity.rules.staff import STAFF, check_roles
from services.identity.tables import Client, Invitation, Organization, Staff
from shared.contracts import vocabulary
from shared.contracts.events import OrganizationRegistered, StaffJoined
from shared.contracts.vocabulary import Vocabulary
from shared.problems import Problem
from shared.runtime import Runtime
from shared.settings import SettingsError

Entry = dict[str, Any]

log = structlog.get_logger()


@dataclass(frozen=True)
class Taking:
    """One start that takes the file in.

    What is there already is administered, not seeded: of a known organisation nothing is taken, of a known member of
    staff the account at the upstream provider alone. A client that two people registered stays as they did it.
    """

    session: AsyncSession
    runtime: Runtime
    closed: Vocabulary

    async def organization(self, entry: Entry) -> None:
        """An organisation, in force at once; whoever holds the file vouches for it."""
        if await tree.exists(self.session, entry["organization"]):
            return
        check_organization(entry["name"], entry["kind"], self.closed)
        check_services(entry["services"], self.closed)
        parent = await tree.locked(self.session, entry["parent"]) if entry["parent"] else None
        check_place(entry["organization"], entry["kind"], await tree.place(self.session, parent) if parent else None)
        told = {key: entry[key] for key in ("name", "kind", "parent", "district", "services")}
        state = ORGANIZATION.after(ORGANIZATION.initial, "confirm")
        row = Organization(id=entry["organization"], **told, state=state)
        self.session.add(row)
        await self.session.flush()
        await organizations.tell(self.session, row, OrganizationRegistered)

    async def client(self, entry: Entry) -> None:
        """A client that may act at once; its addresses, and a key that was never there, are the file's again."""
        row = await known_clients.locked(self.session, entry["client"])
        if row is not None and (row.proposed_by or row.state == "revoked"):
            return
        signs_in, redirect_uris = entry.get("signs_in", []), entry.get("redirect_uris", [])
        usual = client_rules.AUTHORIZATION_CODE if signs_in else client_rules.CLIENT_CREDENTIALS
        told = {"grants": entry.get("grants", [usual]), "signs_in": signs_in, "redirect_uris": redirect_uris}
        client_rules.check_grants(**told)
        if row is None:
            state = CLIENT.after(CLIENT.initial, "approve")
            row = Client(id=entry["client"], organization=entry["organization"], state=state, **told)
            self.session.add(row)
            await self.session.flush()
            await clients.tell(self.session, row)
        row.grants, row.signs_in, row.redirect_uris = told.values()
        await self._key(row, client_rules.public(entry["jwk"]))

    async def _key(self, row: Client, jwk: dict[str, str]) -> None:
        keys = await known_clients.keys(self.session, [row.id])
        if client_rules.thumbprint(jwk) in {each.id for each in keys}:
            return
        for each in keys:
            if KEY.allowed(each.state):
                each.state = KEY.after(each.state, "retire")
        await clients.add(self.session, row, jwk, state=KEY.after(KEY.initial, "approve"))

    async def member(self, entry: Entry, invitation: Entry | None) -> None:
        """A member of staff who acts at once, or who is invited."""
        check_roles(entry["roles"])
        row = await seed.known(self.session, Staff, entry["staff"])
        if row is None:
            state = STAFF.initial if invitation else STAFF.after(STAFF.initial, "join")
            told = {"organization": entry["organization"], "roles": entry["roles"]}
            row = Staff(id=entry["staff"], **told, state=state)
            self.session.add(row)
            await self.session.flush()
            if invitation is None:
                await staff.tell(self.session, row, StaffJoined)
        await self._account(row, entry.get("upstream", row.upstream))
        if invitation:
            await self._invite(row, invitation)

    async def _account(self, row: Staff, upstream: str | None) -> None:
        """Their account at the upstream provider, which is nobody else's."""
        holder = await seed.holder(self.session, upstream) if upstream else None
        if holder not in (None, row.id):
            settings = self.runtime.settings
            raise settings.error(f"{settings.seed_file}: staff {holder} and {row.id} have the same `upstream`.")
        row.upstream = upstream

    async def _invite(self, row: Staff, invitation: Entry) -> None:
        """Let a member of staff join by a code, of which the file holds the SHA-256.

        The file is read at every start: for whoever left, or joined or was invited anew since, it opens nothing any
        more. A code later than all of these is the operator's act and ends what they sign in by: the last administrator
        may have lost it, and nobody else is left to invite them.
        """
        expires, now = datetime.fromisoformat(invitation["expires_at"]), datetime.now(UTC)
        known = (now, row.invited_until, await seed.invited_until(self.session, row.id))
        if row.state not in STAFF.moves["join"][0] and expires > now:
            log.warning("operator_invitation_not_taken", detail=row.id)
        if row.state not in STAFF.moves["join"][0] or expires <= max(filter(None, known)):
            return
        await invitations.end_credentials(self.session, row.id)
        row.proposed_by = row.approved_by = None
        code, row.invited_until = bytes.fromhex(invitation["sha256"]), expires
        self.session.add(Invitation(code=code, staff=row.id, expires_at=expires))
        log.warning("operator_invites", detail=row.id)

    async def credential(self, entry: Entry) -> None:
        """The demonstration's staff get their passwords from the installation; anybody else chooses their own."""
        settings = self.runtime.settings
        if settings.environment == "production":
            raise SettingsError("identity cannot start: in production a seed file may not hold credentials.")
        if await people.password(self.session, entry["staff"]) is None:
            await passwords.put(self.session, settings, entry["staff"], entry["password_hash"], entry["totp"])


async def take_in(runtime: Runtime) -> None:
    """Take organisations, clients and staff from the seed file; SettingsError names in one line what is wrong in it."""
    path = runtime.settings.seed_file
    if path is None:
        return
    try:
        await _take(runtime, json.loads(path.read_text()))
    except Problem as problem:
        raise runtime.settings.error(f"{path}: {problem.kind.title.lower()}. {problem.detail}") from None


async def _take(runtime: Runtime, content: Entry) -> None:
    """All of a file or nothing; the same file again changes nothing."""
    invited = {entry["staff"]: entry for entry in content.get("invitations", ())}
    async with runtime.sessions() as session, session.begin():
        taking = Taking(session, runtime, vocabulary.load(runtime.settings.vocabulary_key))
        for entry in content["organizations"]:
            await taking.organization(entry)
        for entry in content["clients"]:
            await taking.client(entry)
        for entry in content["staff"]:
            await taking.member(entry, invited.get(entry["staff"]))
        for entry in content.get("credentials", ()):
            await taking.credential(entry)
