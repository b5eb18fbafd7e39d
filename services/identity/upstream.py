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
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from services.identity.rules import secrets
from services.identity.rules import upstream as rules
from services.identity.rules.clients import CLIENT_ASSERTION
from shared.settings import Settings

KEY = "upstream.pem"  # file in the secrets directory: our key at the provider
ALGORITHMS = ["ES256"]
BACK = "/sign-in/upstream-back"
LIMIT = httpx.Timeout(5, connect=2)


def check(settings: Settings) -> None:
    """SettingsError when a provider is configured and our key for it is missing."""
    if settings.upstream_issuer:
        settings.key_file(KEY)


@dataclass(frozen=True)
class Asked:
    """What one request to the provider is held against when the browser comes back."""

    verifier: str
    nonce: str
    state: str


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
        }
        pushed = await self._post("pushed_authorization_request_endpoint", form, 201)
        query = {"client_id": self.settings.upstream_client, "request_uri": pushed["request_uri"]}
        return f"{self.metadata['authorization_endpoint']}?{urlencode(query)}"

    async def subject(self, asked: Asked, code: str) -> str:
        """Who signed in there: the `sub` of an ID token that is the provider's, for us, for this request."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back}
        granted = await self._post("token_endpoint", form | {"code_verifier": asked.verifier}, 200)
        keys = KeySet.import_key_set(await self._get(str(self.metadata["jwks_uri"])))  # type: ignore[arg-type]  # as it came
        try:
            claims = jwt.decode(str(granted["id_token"]), keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError):
            raise rules.UPSTREAM_INVALID("The ID token is not the provider's.") from None
        settings = self.settings
        rules.check_identity(
            claims, (settings.upstream_issuer, settings.upstream_client, asked.nonce), int(time.time())
        )
        return str(claims["sub"])

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
        address = str(self.metadata[endpoint])
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
            answer = await http.get(f"{settings.upstream_issuer}/.well-known/openid-configuration")
            metadata = rules.read(answer.text)
            if metadata.get("issuer") != settings.upstream_issuer:
                raise rules.UPSTREAM_AWAY("What answers there is not the configured issuer.")
            yield Provider(settings, key, metadata, http)
    except httpx.HTTPError:
        raise rules.UPSTREAM_AWAY() from None
