"""An ordinary client of the platform: tokens by signed assertion (RFC 7523), bound to a key, then JSON over HTTP."""

import json
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
from demo.tokens import Token

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PATIENCE = 20.0  # seconds for what arrives by event


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
    issuer: dict[str, str]
    clients: list[dict[str, str]]
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.gateway_url, timeout=30, trust_env=False)

    @classmethod
    def read(cls, code: str, facts: dict[str, Any]) -> "Region":
        """From the demonstration's credentials."""
        names = ("name", "gateway_url", "log_public_key", "issuer", "clients")
        return cls(code=code, messages_file=Path(facts["messages_file"]), **{name: facts[name] for name in names})

    def resident(self, who: str, name: str) -> "Actor":
        """A person, signed in by the demonstration's issuer."""
        return Actor(self, who, self._vouched(f"resident:{name}"))

    def staff(self, who: str, staff: str) -> "Actor":
        """A member of staff, signed in by the demonstration's issuer."""
        return Actor(self, who, self._vouched(f"staff:{staff}"))

    def system(self, who: str, organisation: str, *terms: "Terms") -> "Actor":
        """A department's own system, proved by its key (private_key_jwt); its token is bound to `terms` (RFC 9396)."""
        client = next(entry for entry in self.clients if entry["organization"] == organisation)
        name = client["client"]
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": CLIENT_ASSERTION,
            "client_assertion": self._assertion(client["key_file"], name, name),
        }
        if terms:
            form["authorization_details"] = json.dumps([each.detail for each in terms])
        return Actor(self, who, self._token(form))

    def _vouched(self, subject: str) -> Token:
        signed = self._assertion(self.issuer["key_file"], self.issuer["issuer"], subject)
        return self._token({"grant_type": JWT_BEARER, "assertion": signed})

    def _assertion(self, key_file: str, issuer: str, subject: str) -> str:
        now = int(time.time())
        times = {"iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
        claims = {"iss": issuer, "sub": subject, "aud": self.gateway_url, **times}
        key = ECKey.import_key(Path(key_file).read_text())
        return jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])

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


@dataclass(frozen=True)
class Actor:
    """Somebody with a token; every call is shown."""

    region: Region
    who: str
    token: Token

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
        headers |= self.token.headers(method, path)
        answer = self.region.http.request(method, path, content=content, headers=headers)
        if not quiet:
            says.sent(self.who, method, path, body)
            says.answered(answer.status_code, answer.text)
        return answer


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
