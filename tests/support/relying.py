"""A front end against the running gateway, found by its metadata; everything that it sends is in the test's hands."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc.jwk import ECKey

from demo.client import Region
from demo.front_end import Browser
from tests.support.assertions import assertion, proof
from tests.support.until import until

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FORM = re.compile(r'name="form" value="([0-9a-f]+)"')


@dataclass
class FrontEnd:
    """The portal (for residents) or the desk (for staff) of a region's service centre, with a fresh key and verifier.

    `callback` is where the browser comes back; `browser` keeps the cookies of one person.
    """

    region: Region
    name: str
    callback: str
    browser: Browser
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def client(self) -> str:
        """The client's id."""
        return f"org-{self.region.code}-centre-{self.name}"

    @property
    def signing_key(self) -> ECKey:
        """The key that proves the client."""
        return signing_key(self.region, self.client)

    @property
    def http(self) -> httpx.Client:
        """Connections to the gateway without anybody's cookies."""
        return self.region.http

    @property
    def metadata(self) -> dict[str, Any]:
        """What the server says of itself (RFC 8414)."""
        found: dict[str, Any] = self.http.get("/.well-known/oauth-authorization-server").json()
        return found

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return f"{self.region.gateway_url}/v1/token"

    @property
    def challenge(self) -> str:
        """The PKCE challenge (RFC 7636, 4.2)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    @property
    def asked(self) -> dict[str, str]:
        """A sound authorization request."""
        return {
            "response_type": "code",
            "scope": "resident" if self.name == "portal" else "staff",
            "redirect_uri": self.callback,
            "state": "as-it-was",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }

    def proves(self, **claims: object) -> dict[str, str]:
        """What proves the client (RFC 7523, 2.2); `claims` change the assertion."""
        signed = assertion(self.signing_key, self.client, self.client, self.region.gateway_url, **claims)
        return {"client_assertion_type": ASSERTION, "client_assertion": signed}

    def push(self, dpop: str = "", **changed: str) -> httpx.Response:
        """Push the request, with changes; an empty value leaves one out."""
        form = {name: value for name, value in (self.asked | self.proves() | changed).items() if value}
        return self.http.post("/v1/par", data=form, headers={"dpop": dpop} if dpop else {})

    def address(self, **changed: str) -> str:
        """Where the browser is sent: the authorization endpoint with a pushed request."""
        pushed = self.push(**changed)
        assert pushed.status_code == 201, pushed.text
        query = {"client_id": self.client, "request_uri": pushed.json()["request_uri"]}
        return f"{self.metadata['authorization_endpoint']}?{urlencode(query)}"

    def open(self, **changed: str) -> httpx.Response:
        """Push, and open it in the browser."""
        return self.browser.http.get(f"/v1/authorize?{urlsplit(self.address(**changed)).query}")

    def form(self, path: str = "/sign-in") -> str:
        """What a form of the page carries, so that no other site can send it."""
        found = _FORM.search(self.browser.http.get(path).text)
        return found[1] if found else ""

    def code(self, **changed: str) -> str:
        """A code for whoever is signed in at the browser, where they went on to this client before."""
        return code_of(self.open(**changed).headers["location"])

    def redeem(self, code: str, **changed: str) -> httpx.Response:
        """Exchange a code, with changes; an empty value leaves one out."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": self.verifier}
        return self.token({**form, "redirect_uri": self.callback, **changed})

    def token(self, form: dict[str, str], dpop: str | None = None) -> httpx.Response:
        """Ask the token endpoint, as this client and with this key unless the form or `dpop` say otherwise."""
        shown = proof(self.key, self.token_url) if dpop is None else dpop
        sent = {name: value for name, value in (self.proves() | form).items() if value}
        return self.http.post("/v1/token", data=sent, headers={"dpop": shown} if shown else {})


def signing_key(region: Region, client: str) -> ECKey:
    """The private key of a client of the demonstration."""
    entry = next(each for each in region.clients if each["client"] == client)
    return ECKey.import_key(Path(entry["key_file"]).read_text())


def code_of(location: str) -> str:
    """The code in the address that a browser comes back to."""
    return parse_qs(urlsplit(location).query)["code"][0]


def codes(region: Region, phone: str) -> list[str]:
    """The codes that reached a phone so far."""
    path = region.messages_file
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [re.findall(r"\d{8}", line["text"])[0] for line in map(json.loads, lines) if line["to"].endswith(phone)]


async def newest(region: Region, phone: str, before: int = 0) -> str:
    """The code that reaches a phone which got `before` codes so far."""

    async def arrived() -> list[str]:
        return codes(region, phone)[before:]

    return (await until(arrived))[0]
