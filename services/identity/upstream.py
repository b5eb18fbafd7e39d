"""An OpenID Connect provider that signs staff in for us: found by its metadata, asked with PAR, PKCE and DPoP."""

import contextlib
import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from services.identity.rules import secrets
from services.identity.rules import upstream as rules
from services.identity.rules.authorization import is_guarded
from services.identity.rules.clients import CLIENT_ASSERTION
from shared.contracts import proofs
from shared.settings import Settings

KEY = "upstream.pem"  # file in the secrets directory: our key at the provider
ALGORITHMS = ["ES256"]
BACK = "/sign-in/upstream-back"
LIMIT = httpx.Timeout(5, connect=2)


def check(settings: Settings) -> None:
    """SettingsError when a provider is configured, and not who we are there, or not over TLS."""
    if not settings.upstream_issuer:
        return
    settings.require("upstream_client")
    if not is_guarded(settings.upstream_issuer):
        raise settings.error("JIELI_UPSTREAM_ISSUER must be https, or a loopback address.")
    try:
        ECKey.import_key(settings.key_file(KEY))
    except proofs.MALFORMED:
        raise settings.error(f"{settings.secrets_dir / KEY} is no EC key (PEM).") from None


@dataclass(frozen=True)
class Asked:
    """What one request to the provider is held against when the browser comes back.

    `max_age` is how many seconds ago they may have signed in there, if the client here wants to know; `at` when it
    was asked (seconds since 1970).
    """

    verifier: str
    nonce: str
    state: str
    max_age: int | None
    at: int


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for, by its `sub`, and when they signed in there (seconds since 1970)."""

    subject: str
    signed_in_at: int


@dataclass(frozen=True)
class Provider:
    """The configured provider, with its metadata (OpenID Connect Discovery 1.0)."""

    settings: Settings
    key: ECKey
    metadata: Mapping[str, Any]
    http: httpx.AsyncClient

    @property
    def back(self) -> str:
        """Where the provider sends the browser."""
        return (self.settings.sign_in_url or self.settings.public_url) + BACK

    async def address(self, asked: Asked) -> str:
        """Push the request (RFC 9126); where to send the browser."""
        challenge = urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
        form = {
            "response_type": "code",
            "scope": f"openid {self.settings.upstream_scope}".strip(),
            "redirect_uri": self.back,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({} if asked.max_age is None else {"max_age": str(asked.max_age)}),
        }
        pushed = await self._post("pushed_authorization_request_endpoint", form, 201)
        query = {"client_id": self.settings.upstream_client, "request_uri": pushed.get("request_uri", "")}
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(query)}"

    async def vouched(self, asked: Asked, code: str) -> Vouched:
        """Who signed in there, by an ID token that is the provider's, for us, for this request."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back}
        granted = await self._post("token_endpoint", form | {"code_verifier": asked.verifier}, 200)
        published: Any = await self._get(self._endpoint("jwks_uri"))
        try:
            keys = KeySet.import_key_set(published)
            claims = jwt.decode(str(granted["id_token"]), keys, algorithms=ALGORITHMS).claims
        except proofs.MALFORMED:
            raise rules.UPSTREAM_INVALID("The ID token is not the provider's.") from None
        after, now = 0 if asked.max_age is None else asked.at - asked.max_age, int(time.time())
        wanted = rules.Wanted(self.settings.upstream_issuer, self.settings.upstream_client, asked.nonce, after)
        rules.check_identity(claims, wanted, now)
        rules.check_sure(claims, self.settings.upstream_sure.split())
        return Vouched(str(claims["sub"]), rules.signed_in_at(claims, now) or now)

    def _endpoint(self, name: str) -> str:
        """An address from the metadata; 503 `upstream-away` when there is none that may be used."""
        found = self.metadata.get(name)
        if not isinstance(found, str) or not is_guarded(found):
            raise rules.UPSTREAM_AWAY(f"Its metadata has no {name} over TLS.")
        return found

    async def _post(self, endpoint: str, form: dict[str, str], status: int) -> dict[str, Any]:
        answer = await self._sent(endpoint, form)
        nonce = answer.headers.get("dpop-nonce", "")
        if nonce and answer.status_code == httpx.codes.BAD_REQUEST:
            answer = await self._sent(endpoint, form, nonce=nonce)
        if answer.status_code != status:
            raise rules.UPSTREAM_INVALID(f"The provider refused: {answer.status_code}.")
        return rules.read(answer.text)

    async def _sent(self, endpoint: str, form: dict[str, str], **more: object) -> httpx.Response:
        """One request with a fresh proof; `more` holds the nonce where the provider wants one (RFC 9449, 8)."""
        address = self._endpoint(endpoint)
        public = self.key.as_dict(private=False)
        proof = self._signed({"htm": "POST", "htu": address, **more}, typ="dpop+jwt", jwk=public)
        return await self.http.post(address, data=form | self._proves(), headers={"dpop": proof})

    async def _get(self, address: str) -> dict[str, Any]:
        return rules.read((await self.http.get(address)).text)

    def _proves(self) -> dict[str, str]:
        name = self.settings.upstream_client
        claims = {"iss": name, "sub": name, "aud": self.settings.upstream_issuer, "exp": int(time.time()) + 60}
        return {"client_id": name, "client_assertion_type": CLIENT_ASSERTION, "client_assertion": self._signed(claims)}

    def _signed(self, claims: dict[str, object], **header: object) -> str:
        said = {"iat": int(time.time()), "jti": secrets.fresh()} | claims
        return jwt.encode({"alg": "ES256", **header}, said, self.key, algorithms=ALGORITHMS)


@contextlib.asynccontextmanager
async def provider(settings: Settings) -> AsyncIterator[Provider]:
    """The provider that the settings name; 503 `upstream-away` when it does not answer, or as somebody else."""
    key = ECKey.import_key((settings.secrets_dir / KEY).read_text())
    try:
        async with httpx.AsyncClient(timeout=LIMIT, trust_env=False) as http:
            answer = await http.get(f"{settings.upstream_issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = rules.read(answer.text)
            if metadata.get("issuer") != settings.upstream_issuer:
                raise rules.UPSTREAM_AWAY("What answers there is not the configured issuer.")
            yield Provider(settings, key, metadata, http)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise rules.UPSTREAM_AWAY() from None
