"""An ordinary client of the platform: tokens bound to a key, for systems and for people, then JSON over HTTP."""

import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from demo import says, tokens
from demo.front_end import FrontEnd, resident, staff
from demo.tokens import Token

CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PATIENCE = 20.0  # seconds for what arrives by event
TOKEN_LIFETIME = 600  # seconds
# What a call asks for that wants a fresh proof of who one is (RFC 9470, 3).
MAX_AGE = re.compile(r'error="insufficient_user_authentication".* max_age="(\d+)"')


# (gateway, staff) -> until when their token is used again, and the token.
_signed_in: dict[tuple[str, str], tuple[float, Token]] = {}


class NotRunning(Exception):
    """The platform does not answer."""


@dataclass
class Region:
    """One region as its demonstration credentials describe it."""

    code: str
    name: str
    gateway_url: str
    messages_file: Path
    log_public_key: str
    callback: str
    staff_file: Path
    clients: list[dict[str, str]]
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.gateway_url, timeout=30, trust_env=False)

    @classmethod
    def read(cls, code: str, facts: dict[str, Any]) -> "Region":
        """From the demonstration's credentials."""
        names = ("name", "gateway_url", "log_public_key", "callback", "clients")
        read: dict[str, Any] = {name: Path(facts[name]) for name in ("messages_file", "staff_file")}
        return cls(code=code, **read, **{name: facts[name] for name in names})

    def resident(self, who: str, phone: str) -> "Actor":
        """A person, signed in at the portal by a code to her phone."""

        def sign_in(**asked: str) -> Token:
            return self.front_end("portal").sign_in("resident", resident(phone, self.messages_file), **asked)

        return Actor(self, who, sign_in(), sign_in)

    def staff(self, who: str, name: str) -> "Actor":
        """A member of staff, signed in at the desk; once for each, since an authenticator's code serves once."""
        known = _signed_in.get((self.gateway_url, name))
        if known is None or known[0] < time.monotonic():
            token = self.front_end("desk").sign_in("staff", staff(name, self.staff_file))
            known = _signed_in[self.gateway_url, name] = (time.monotonic() + TOKEN_LIFETIME / 2, token)
        return Actor(self, who, known[1])

    def system(self, who: str, organisation: str, *terms: "Terms") -> "Actor":
        """A department's own system, proved by its key (private_key_jwt); its token is bound to `terms` (RFC 9396)."""
        form = {"grant_type": "client_credentials", **self._proved(f"{organisation}-system")}
        if terms:
            form["authorization_details"] = json.dumps([each.detail for each in terms])
        return Actor(self, who, self._token(form))

    def front_end(self, name: str) -> FrontEnd:
        """The service centre's front end of this name: portal for residents, desk for staff."""
        client = f"org-{self.code}-centre-{name}"
        return FrontEnd(self.gateway_url, client, self.callback, lambda: self._proved(client))

    def key(self, name: str) -> ECKey:
        """A client's own key."""
        client = next(entry for entry in self.clients if entry["client"] == name)
        return ECKey.import_key(Path(client["key_file"]).read_text())

    def _proved(self, name: str) -> dict[str, str]:
        """What proves a client (RFC 7523)."""
        now = int(time.time())
        times = {"iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
        key = self.key(name)
        claims = {"iss": name, "sub": name, "aud": self.gateway_url, **times}
        signed = jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])
        return {"client_id": name, "client_assertion_type": CLIENT_ASSERTION, "client_assertion": signed}

    def _token(self, form: dict[str, str]) -> Token:
        key = ECKey.generate_key("P-256")
        proof = tokens.proof(key, "POST", f"{self.gateway_url}/v1/token")
        answer = self.http.post("/v1/token", data=form, headers={"dpop": proof})
        if answer.status_code != 200:
            raise says.Disappointed(f"no token: {answer.status_code} {answer.text}")
        return Token(str(answer.json()["access_token"]), key, self.gateway_url)


@dataclass(frozen=True)
class Terms:
    """Under which agreement, for which purpose."""

    agreement: str
    purpose: str

    @property
    def detail(self) -> dict[str, str]:
        """What a token is asked to be bound to (RFC 9396)."""
        return {"type": "data_sharing_agreement", "identifier": self.agreement, "purpose": self.purpose}


@dataclass
class Actor:
    """Somebody with a token; every call is shown. Whoever can sign in does so again where a call asks for it."""

    region: Region
    who: str
    token: Token
    sign_in: Callable[..., Token] | None = None

    def get(self, path: str, terms: Terms | None = None, quiet: bool = False) -> httpx.Response:
        """Read something."""
        return self._call("GET", path, None, self._named(terms), quiet)

    def post(
        self, path: str, body: object = None, terms: Terms | None = None, if_match: str = "", key: str = ""
    ) -> httpx.Response:
        """Do something; a fresh Idempotency-Key unless one is given."""
        headers = self._named(terms) | {"idempotency-key": key or str(uuid.uuid4())}
        if if_match:
            headers["if-match"] = if_match
        return self._call("POST", path, body, headers)

    def put(self, path: str, body: object, if_match: str = "") -> httpx.Response:
        """Write something as a whole."""
        headers = {"idempotency-key": str(uuid.uuid4())}
        if if_match:
            headers["if-match"] = if_match
        return self._call("PUT", path, body, headers)

    def _named(self, terms: Terms | None) -> dict[str, str]:
        return {"jieli-agreement": terms.agreement, "jieli-purpose": terms.purpose} if terms else {}

    def _call(
        self, method: str, path: str, body: object, headers: dict[str, str], quiet: bool = False
    ) -> httpx.Response:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            headers["content-type"] = "application/json"
        answer = self._sent(method, path, content, headers)
        asked = MAX_AGE.search(answer.headers.get("www-authenticate", ""))
        if asked and self.sign_in:
            self.token = self.sign_in(max_age=asked[1])
            answer = self._sent(method, path, content, headers)
        if not quiet:
            says.sent(self.who, method, path, body)
            says.answered(answer.status_code, answer.text)
        return answer

    def _sent(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> httpx.Response:
        shown = headers | self.token.headers(method, path)
        return self.region.http.request(method, path, content=content, headers=shown)


def until(what: str, look: Callable[[], Any]) -> Any:
    """The first true answer of `look`; what arrives by event needs a moment, never a fixed one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise says.Disappointed(f"waited {PATIENCE:.0f} s in vain for {what}")


def regions(credentials: Path) -> dict[str, Region]:
    """The regions of the running installation, by role."""
    try:
        facts: dict[str, Any] = json.loads(credentials.read_text())
        found = {entry["role"]: Region.read(code, entry) for code, entry in facts.items()}
        for region in found.values():
            region.http.get("/health").raise_for_status()
    except (OSError, httpx.HTTPError) as error:
        raise NotRunning("the platform does not answer: start it with `make run` in another shell") from error
    return found
