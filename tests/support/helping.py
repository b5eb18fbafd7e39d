"""Residents signed in at the portal: one who lets another one help her, against identity alone."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.identity.commands import exchanges
from services.identity.rules.clients import TOKEN_EXCHANGE
from services.identity.rules.helping import DECLARED
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.counter import person_of
from tests.support.sign_in import FrontEnd


@dataclass
class Resident:
    """Somebody signed in by a code to their phone; `refresh` is what keeps them signed in."""

    portal: FrontEnd
    phone: str
    person: str = ""
    access: str = ""
    refresh: str = ""

    async def sign_in(self) -> "Resident":
        """At the portal."""
        await self.portal.open(prompt="login")
        code = await self.portal.phone(self.phone)
        granted = (await self.portal.redeem(await self.portal.send("/code", code=code))).json()
        self.access, self.refresh = granted["access_token"], granted["refresh_token"]
        self.person = person_of(self.identity, self.access)
        return self

    @property
    def identity(self) -> RunningApp:
        """The identity that they signed in to."""
        return self.portal.identity

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Call as the gateway would let them; identity knows them by their own id."""
        async with self.identity.as_(grants.resident(self.identity.settings, self.person)) as http:
            return await http.post(path, json=body, headers=headers)

    async def get(self, path: str) -> list[dict[str, Any]]:
        """The delegations of a list of their own."""
        async with self.identity.as_(grants.resident(self.identity.settings, self.person)) as http:
            found: list[dict[str, Any]] = (await http.get(path)).json()["delegations"]
        return found

    async def invite(self, days: int = 30) -> str:
        """The code for whoever is to help."""
        answer = await self.post("/v1/me/helper-invitations", {"days": days})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["code"])

    async def bring(self, code: str, *declares: str, **headers: str) -> httpx.Response:
        """Type somebody's code, with all that a helper declares unless told otherwise."""
        said = list(declares) or sorted(DECLARED)
        return await self.post("/v1/me/helping", {"code": code, "declares": said}, **headers)

    async def help(self, person: "Resident", days: int = 30) -> str:
        """Help that somebody asked for; its id."""
        answer = await self.bring(await person.invite(days))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def end(self, delegation: str) -> httpx.Response:
        """End what one gave or was given."""
        return await self.post(f"/v1/me/helpers/{delegation}:end")

    async def exchange(self, delegation: str, **changed: Any) -> httpx.Response:
        """Ask for a token for the person (RFC 8693)."""
        key = changed.pop("key", None)
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": delegation,
            "subject_token_type": exchanges.DELEGATION,
            "actor_token": self.refresh,
            "actor_token_type": exchanges.REFRESH,
        }
        return await self.portal.token(form | changed, key)
