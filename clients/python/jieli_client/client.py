"""The client itself: tokens of an organisation's system (RFC 7523), each bound to a key (RFC 9449)."""

import hashlib
import json
import time
import uuid
import warnings
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from jieli_client.calls import Asked, Refused, Terms, Told, tag
from jieli_client.operations import Operations

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WRITES = frozenset({"POST", "PUT"})
EARLY = 30  # seconds before its end at which a token is not used any more


@dataclass
class Client(Operations):
    """Calls one region as one client; `key` is the client's private key (PEM), which leaves this process never.

    `told` is what the last answer told of itself; a client is for one thread.
    """

    gateway_url: str
    client: str
    key: str = field(repr=False)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30), repr=False)
    told: Told = field(default_factory=Told, init=False)
    _holder: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"), repr=False)
    _tokens: dict[Terms | None, tuple[float, str]] = field(default_factory=dict, repr=False)

    def call(self, asked: Asked) -> Any:
        """The answer: JSON, bytes or nothing; a write has a fresh Idempotency-Key unless one is given."""
        headers = {"content-type": asked.media} if asked.media else {}
        if asked.terms:
            headers |= {"jieli-agreement": asked.terms.agreement, "jieli-purpose": asked.terms.purpose}
        if asked.if_match is not None:
            headers["if-match"] = tag(asked.if_match)
        if asked.method in WRITES:
            headers["idempotency-key"] = asked.idempotency_key or str(uuid.uuid4())
        if asked.token:
            headers |= self.shown(asked.method, asked.path, asked.terms)
        query = {name: str(value) for name, value in asked.query.items() if value is not None}
        content, url = _content(asked.body, asked.media), self.gateway_url + asked.path
        answer = self.http.request(asked.method, url, params=query, content=content, headers=headers)
        self.told = Told.by(answer.headers)
        if answer.status_code == 401:
            self._tokens.pop(asked.terms, None)
        if "deprecation" in answer.headers:
            ends = answer.headers.get("sunset", "a day to be told")
            warnings.warn(f"{asked.method} {asked.path} ends on {ends}", DeprecationWarning, stacklevel=3)
        return _read(answer)

    def shown(self, method: str, path: str, terms: Terms | None) -> dict[str, str]:
        """The headers that show the caller: the token, and a proof of its key for this one call."""
        token = self._token(terms)
        digest = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        proof = self._proof(method, self.gateway_url + path, ath=digest)
        return {"authorization": f"DPoP {token}", "dpop": proof}

    def _token(self, terms: Terms | None) -> str:
        """A token for these terms, asked for anew shortly before it ends."""
        until, known = self._tokens.get(terms, (0.0, ""))
        if until > time.time():
            return known
        url = f"{self.gateway_url}/v1/token"
        form = {"grant_type": "client_credentials", "client_id": self.client, "client_assertion_type": ASSERTION}
        form["client_assertion"] = self._assertion()
        if terms:
            detail = {"type": "data_sharing_agreement", "identifier": terms.agreement, "purpose": terms.purpose}
            form["authorization_details"] = json.dumps([detail])
        said = _read(self.http.post(url, data=form, headers={"dpop": self._proof("POST", url)}))
        self._tokens[terms] = (time.time() + float(said["expires_in"]) - EARLY, said["access_token"])
        return str(said["access_token"])

    def _assertion(self) -> str:
        now = int(time.time())
        who = {"iss": self.client, "sub": self.client, "aud": self.gateway_url}
        claims = who | {"iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
        return jwt.encode({"alg": "ES256"}, claims, ECKey.import_key(self.key), algorithms=["ES256"])

    def _proof(self, method: str, url: str, **more: str) -> str:
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self._holder.as_dict(private=False)}
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time()), **more}
        return jwt.encode(header, claims, self._holder, algorithms=["ES256"])


def _content(body: object, media: str) -> bytes | None:
    if body is None:
        return None
    if media == "application/json":
        return json.dumps(body, ensure_ascii=False).encode()
    return str(httpx.QueryParams(body) if isinstance(body, dict) else body).encode()


def _read(answer: httpx.Response) -> Any:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 400:
        said = answer.json() if kind.endswith("json") else {}
        problem = said if "code" in said else {"code": said.get("error", ""), **said}
        raise Refused(answer.status_code, problem, Told.by(answer.headers))
    if not answer.content:
        return None
    return answer.json() if kind.endswith("json") else answer.content
