"""An authenticator of its own making (WebAuthn, 6): it keeps one key for the sign-in's pages and verifies its owner."""

import hashlib
import json
import re
import secrets
import struct
from dataclasses import dataclass, field

import cbor2
import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from tests.support.sign_in import ISSUER, FrontEnd

PARTY = "gateway.test"
PRESENT_VERIFIED, WITH_KEY = 0x05, 0x40  # flags (6.1): the owner was there and verified; the key is in it
_FORM = re.compile(r'name="form" value="([0-9a-f]+)"')


@dataclass
class Authenticator:
    """One authenticator in the hands of whoever uses a browser."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    used: int = 0

    @property
    def shown(self) -> str:
        """How the page names the passkey."""
        return bytes_to_base64url(self.name)

    async def add(self, browser: FrontEnd) -> httpx.Response:
        """Make a passkey at one's own page; the answer to the first of its two requests that is refused."""
        asked = await self.ask(browser)
        return await self.keep(browser, asked) if asked.status_code == httpx.codes.OK else asked

    async def ask(self, browser: FrontEnd) -> httpx.Response:
        """What the page wants signed for a new passkey."""
        return await browser.http.post("/account/passkey-options", data=await self.form(browser))

    async def keep(self, browser: FrontEnd, asked: httpx.Response) -> httpx.Response:
        """Hand over the new passkey."""
        form = await self.form(browser)
        return await browser.http.post("/account/passkeys", data=form | {"credential": self._made(asked.json())})

    async def sign_in(self, browser: FrontEnd) -> httpx.Response:
        """Sign a challenge of the page that is open."""
        asked = await browser.send("/passkey-options")
        return await browser.send("/passkey", credential=self._signed(asked.json()))

    async def form(self, browser: FrontEnd) -> dict[str, str]:
        """What the forms of one's own page carry."""
        found = _FORM.search((await browser.http.get("/account")).text)
        return {"form": found[1] if found else ""}

    def _made(self, options: dict[str, str]) -> str:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}  # RFC 9053, 7.1
        held = bytes(16) + struct.pack(">H", len(self.name)) + self.name + cbor2.dumps(cose)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._data(WITH_KEY) + held}
        return self._answer("webauthn.create", options, attestationObject=cbor2.dumps(attested))

    def _signed(self, options: dict[str, str]) -> str:
        data = self._data()
        said = hashlib.sha256(self._client("webauthn.get", options)).digest()
        signature = self.key.sign(data + said, ec.ECDSA(hashes.SHA256()))
        return self._answer("webauthn.get", options, authenticatorData=data, signature=signature)

    def _data(self, more: int = 0) -> bytes:
        self.used += 1
        return hashlib.sha256(PARTY.encode()).digest() + struct.pack(">BI", PRESENT_VERIFIED | more, self.used)

    def _client(self, kind: str, options: dict[str, str]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": ISSUER}).encode()

    def _answer(self, kind: str, options: dict[str, str], **said: bytes) -> str:
        response = said | {"clientDataJSON": self._client(kind, options)}
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": self.shown, "rawId": self.shown, "type": "public-key", "response": encoded})
