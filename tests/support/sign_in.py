"""A front end and a browser against identity alone: what the sign-in suites stand on."""

import base64
import hashlib
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
from joserfc.jwk import ECKey

from deploy.local.secrets import staff as proofs_of
from tests.support.apps import RunningApp
from tests.support.assertions import assertion, proof
from tests.support.until import until

ISSUER = "http://gateway.test"
CALLBACK = "https://desk.test/callback"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY = ECKey.generate_key("P-256")
CENTRE = "org-centre"
PLACE = {"parent": CENTRE, "district": "610118", "services": []}
_FORM = re.compile(r'name="form" value="([0-9a-f]+)"')


def seed(directory: Path, staff: dict[str, list[str]]) -> Path:
    """A seed file with a system, desks, portals, and these staff with their roles; `other...` are of org-b and have
    another password."""
    proofs_of(directory / "staff.json", [name for name in staff if name.startswith("other")])
    kept = proofs_of(directory / "staff.json", list(staff))
    clients = [
        ("desk", "org-a", ["staff"]),
        ("portal", "org-a", ["resident"]),
        ("a-system", "org-a", []),
        ("another-system", "org-a", []),
        ("centre-desk", CENTRE, ["staff"]),
        ("other-desk", "org-b", ["staff"]),
        ("other-portal", "org-b", ["resident"]),
    ]
    public = KEY.as_dict(private=False)
    content = {
        "organizations": [
            {"organization": CENTRE, "name": "便民服务中心", "kind": "service_centre", **PLACE, "parent": None},
            {"organization": "org-a", "name": "教育局", "kind": "department", **PLACE},
            {"organization": "org-b", "name": "住建局", "kind": "department", **PLACE},
        ],
        "clients": [
            {
                "client": name,
                "organization": organization,
                "jwk": public,
                "signs_in": kinds,
                "redirect_uris": [CALLBACK] if kinds else [],
            }
            for name, organization, kinds in clients
        ],
        "staff": [
            {"staff": name, "organization": "org-b" if name.startswith("other") else "org-a", "roles": roles}
            for name, roles in staff.items()
        ],
        "credentials": [
            {"staff": name, "password_hash": each["password_hash"], "totp": each["totp"]} for name, each in kept.items()
        ],
    }
    path = directory / "seed.json"
    path.write_text(json.dumps(content))
    return path


@dataclass
class FrontEnd:
    """One browser at one front end; everything about the flow is in the test's hands."""

    identity: RunningApp
    http: httpx.AsyncClient
    directory: Path
    client: str = "desk"
    kind: str = "staff"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def proves(self) -> dict[str, str]:
        """What proves the client (RFC 7523)."""
        signed = assertion(KEY, self.client, self.client, ISSUER)
        return {"client_assertion_type": ASSERTION, "client_assertion": signed}

    @property
    def asked(self) -> dict[str, str]:
        """A sound authorization request."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        return {
            "response_type": "code",
            "scope": self.kind,
            "redirect_uri": CALLBACK,
            "state": "as-it-was",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }

    async def push(self, dpop: str = "", **changed: str) -> httpx.Response:
        """Push the request, with changes; an empty value leaves one out."""
        form = {name: value for name, value in (self.asked | self.proves() | changed).items() if value}
        return await self.http.post("/v1/par", data=form, headers={"dpop": dpop} if dpop else {})

    async def open(self, **changed: str) -> httpx.Response:
        """Push and open."""
        pushed = (await self.push(**changed)).json()
        query = {"client_id": self.client, "request_uri": pushed["request_uri"]}
        return await self.http.get("/v1/authorize", params=query)

    async def page(self) -> str:
        """The page shown now."""
        return (await self.http.get("/sign-in")).text

    async def send(self, step: str, **typed: str) -> httpx.Response:
        """Send a form of the page."""
        found = _FORM.search(await self.page())
        return await self.http.post(f"/sign-in{step}", data={"form": found[1] if found else "", **typed})

    def proof(self, staff: str) -> dict[str, str]:
        """Password and authenticator secret of a member of staff; of nobody's, anything."""
        kept: dict[str, dict[str, str]] = json.loads((self.directory / "staff.json").read_text())
        return kept.get(staff, {"password": "x" * 16, "totp": pyotp.random_base32()})

    def shown(self, staff: str, step: int = 0) -> str:
        """What the authenticator shows; `step` moves its clock."""
        return pyotp.TOTP(self.proof(staff)["totp"]).generate_otp(int(time.time()) // 30 + step)

    async def password(self, staff: str, code: str = "", password: str = "") -> httpx.Response:
        """Type password and authenticator code, the right ones unless others are given."""
        given = password or self.proof(staff)["password"]
        return await self.send("/password", staff=staff, password=given, code=code or self.shown(staff))

    async def phone(self, number: str) -> str:
        """Ask for a code; the code that reached the number."""
        before = len(self.received(number))
        assert (await self.send("/phone", phone=number)).status_code == 200

        async def arrived() -> list[str]:
            return self.received(number)[before:]

        return (await until(arrived))[0]

    def received(self, number: str) -> list[str]:
        """The codes that reached a number."""
        path = self.identity.settings.messages_file
        lines = path.read_text().splitlines() if path and path.exists() else []
        mine = [line for line in map(json.loads, lines) if line["to"][-11:] == number[-11:]]
        return [re.findall(r"\d{8}", line["text"])[0] for line in mine]

    async def redeem(self, answer: httpx.Response, **changed: str) -> httpx.Response:
        """Exchange the code that came back."""
        form = {"grant_type": "authorization_code", "code": code_of(answer), "code_verifier": self.verifier}
        return await self.token(form | {"redirect_uri": CALLBACK} | changed)

    async def token(self, form: dict[str, str], key: ECKey | None = None) -> httpx.Response:
        """Ask the token endpoint."""
        shown = {"dpop": proof(key or self.key, f"{ISSUER}/v1/token")}
        return await self.http.post("/v1/token", data=self.proves() | form, headers=shown)


def code_of(answer: httpx.Response) -> str:
    """The code in the address that the browser is sent to."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def claims_of(token: str) -> dict[str, Any]:
    """What a token says; for looking, not for believing."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found
