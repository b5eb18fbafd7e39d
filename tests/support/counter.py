"""An officer at a counter and the person before them, against identity alone."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from services.identity.commands import exchanges, tokens
from services.identity.rules.clients import TOKEN_EXCHANGE
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.sign_in import FrontEnd, claims_of
from tests.support.until import until

CODE = re.compile(r"\d{8}")


@dataclass
class Officer:
    """A member of staff, signed in at the desk; `refresh` is what keeps them signed in."""

    desk: FrontEnd
    name: str
    organisation: str = "org-a"
    refresh: str = ""

    async def sign_in(self) -> "Officer":
        """At the desk, by password and authenticator."""
        await self.desk.open(prompt="login")
        granted = (await self.desk.redeem(await self.desk.password(self.name))).json()
        self.refresh = granted["refresh_token"]
        return self

    @property
    def identity(self) -> RunningApp:
        """The identity that they work with."""
        return self.desk.identity

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Call as the gateway would let them."""
        caller = grants.staff(self.identity.settings, self.organisation, "counter", name=self.name)
        async with self.identity.as_(caller) as http:
            return await http.post(path, json=body, headers=headers)

    async def ask(self, phone: str, task: str = "intake") -> tuple[str, str]:
        """Ask for a person's presence; its id, and the code that reached her phone."""
        before = len(self.desk.received(phone))
        answer = await self.post("/v1/presences", {"task": task, "phone": phone})
        assert answer.status_code == 201, answer.text

        async def arrived() -> list[str]:
            return self.desk.received(phone)[before:]

        return str(answer.json()["id"]), (await until(arrived))[0]

    async def confirm(self, presence: str, code: str) -> httpx.Response:
        """Type the code that the person said."""
        return await self.post(f"/v1/presences/{presence}:confirm", {"code": code})

    async def present(self, phone: str, task: str = "intake") -> str:
        """A presence that is proved."""
        presence, code = await self.ask(phone, task)
        assert (await self.confirm(presence, code)).json()["state"] == "confirmed"
        return presence

    async def exchange(self, presence: str, **changed: Any) -> httpx.Response:
        """Ask for a token for the person (RFC 8693)."""
        key = changed.pop("key", None)
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": presence,
            "subject_token_type": exchanges.PRESENCE,
            "actor_token": self.refresh,
            "actor_token_type": exchanges.REFRESH,
        }
        return await self.desk.token(form | changed, key)


def person_of(identity: RunningApp, token: str) -> str:
    """Whom a token is for, as only the gateway can tell."""
    return tokens.minting(identity.settings).hidden.open(claims_of(token)["person"]) or ""
