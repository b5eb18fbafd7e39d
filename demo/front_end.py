"""A front end: people sign in on the platform's own pages, the front end gets a code for it (RFC 9126, RFC 7636)."""

import hashlib
import json
import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
from joserfc.jwk import ECKey

from demo import says, tokens
from demo.tokens import Token

STEP = 30  # seconds that a code of an authenticator is shown (RFC 6238)
_FORM = re.compile(r'name="form" value="([0-9a-f]+)"')
_CODE = re.compile(r"\d{8}")
# The newest authenticator step that each member of staff used, since each serves once.
_used: dict[str, int] = {}


@dataclass(frozen=True)
class FrontEnd:
    """One front end: its client, the address that it is called back at, and how it proves itself."""

    gateway_url: str
    client: str
    callback: str
    proof: Callable[[], dict[str, str]]

    def sign_in(self, kind: str, pages: "Callable[[Browser], httpx.Response]", **asked: str) -> Token:
        """Somebody signs in on `pages`; a token for them, bound to a fresh key."""
        key = ECKey.generate_key("P-256")
        verifier = secrets.token_urlsafe(48)
        with Browser.fresh(self.gateway_url) as browser:
            browser.open(self.client, self._pushed(kind, verifier, asked))
            code = self._code(pages(browser))
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return self._token(form | {"redirect_uri": self.callback}, key)

    def _pushed(self, kind: str, verifier: str, asked: Mapping[str, str]) -> str:
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        form = {
            "response_type": "code",
            "scope": kind,
            "redirect_uri": self.callback,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **asked,
            **self.proof(),
        }
        answer = httpx.post(f"{self.gateway_url}/v1/par", data=form, trust_env=False)
        return str(_expected(answer, 201)["request_uri"])

    def _code(self, answer: httpx.Response) -> str:
        back: str = answer.headers.get("location", "")
        if not back.startswith(self.callback):
            raise says.Disappointed(f"not signed in: {answer.status_code} {answer.text[:400]}")
        said = parse_qs(urlsplit(back).query)
        if said.get("iss") != [self.gateway_url]:
            raise says.Disappointed("this answer is another server's (RFC 9207)")
        return said["code"][0]

    def _token(self, form: dict[str, str], key: ECKey) -> Token:
        shown = {"dpop": tokens.proof(key, "POST", f"{self.gateway_url}/v1/token")}
        answer = httpx.post(f"{self.gateway_url}/v1/token", data=form | self.proof(), headers=shown, trust_env=False)
        granted = _expected(answer, 200)
        return Token(str(granted["access_token"]), key, self.gateway_url, str(granted.get("refresh_token", "")))


@dataclass(frozen=True)
class Browser:
    """A browser of one person: keeps cookies, fills forms in."""

    http: httpx.Client

    @classmethod
    def fresh(cls, gateway_url: str) -> "Browser":
        """One without cookies."""
        return cls(httpx.Client(base_url=gateway_url, trust_env=False, timeout=30))

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def open(self, client: str, request_uri: str) -> httpx.Response:
        """Open what the front end asked for."""
        return self.http.get("/v1/authorize", params={"client_id": client, "request_uri": request_uri})

    def fill(self, step: str, **typed: str) -> httpx.Response:
        """Send the form of a step."""
        page = self.http.get("/sign-in")
        found = _FORM.search(page.text)
        form = found[1] if found else ""
        return self.http.post(f"/sign-in/{step}", data={"form": form, **typed})


def resident(phone: str, messages: Path) -> Callable[[Browser], httpx.Response]:
    """A resident types her number and the code that reached it."""

    def pages(browser: Browser) -> httpx.Response:
        before = len(_received(messages, phone))
        browser.fill("phone", phone=phone)
        deadline = time.monotonic() + 10
        while len(_received(messages, phone)) == before and time.monotonic() < deadline:
            time.sleep(0.02)
        if len(_received(messages, phone)) == before:
            raise says.Disappointed(f"no code reached {phone}")
        return browser.fill("code", code=_received(messages, phone)[-1])

    return pages


def staff(name: str, kept: Path) -> Callable[[Browser], httpx.Response]:
    """A member of staff types password and authenticator code."""

    def pages(browser: Browser) -> httpx.Response:
        proof = json.loads(kept.read_text())[name]
        while True:
            step = max(int(time.time()) // STEP, _used.get(name, 0) + 1)
            while step > int(time.time()) // STEP + 1:
                time.sleep(0.5)
            _used[name] = step
            code = pyotp.TOTP(proof["totp"]).generate_otp(step)
            answer = browser.fill("password", staff=name, password=proof["password"], code=code)
            if answer.status_code != httpx.codes.FORBIDDEN or step > int(time.time()) // STEP:
                return answer

    return pages


def _received(messages: Path, phone: str) -> list[str]:
    """The codes that reached a number so far."""
    if not messages.exists():
        return []
    lines = [json.loads(line) for line in messages.read_text(encoding="utf-8").splitlines()]
    found = [_CODE.search(line["text"]) for line in lines if line["to"].endswith(phone)]
    return [code[0] for code in found if code]


def _expected(answer: httpx.Response, status: int) -> dict[str, object]:
    if answer.status_code != status:
        raise says.Disappointed(f"not granted: {answer.status_code} {answer.text}")
    said: dict[str, object] = answer.json()
    return said
