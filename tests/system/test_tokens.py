"""A partner's first token, by public libraries alone, and everything that a token is worth nothing without."""

import hashlib
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.launched import Installation
from tests.support.until import until

PATH = "/v1/referrals"
WITHIN = 5.0  # seconds until a revocation bites


def signed(key: ECKey, claims: dict[str, Any], **header: Any) -> str:
    times = {"iat": int(time.time()), "jti": str(uuid.uuid4())}
    return jwt.encode({"alg": "ES256", **header}, times | claims, key, algorithms=["ES256"])


def proof(key: ECKey, method: str, url: str, token: str = "") -> str:
    digest = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    claims = {"htm": method, "htu": url, **({"ath": digest} if token else {})}
    return signed(key, claims, typ="dpop+jwt", jwk=key.as_dict(private=False))


@dataclass
class Partner:
    """A department's developer: knows the gateway's address, the client's name and its private key."""

    http: httpx.Client
    client: str
    key: ECKey

    @property
    def metadata(self) -> dict[str, Any]:
        """Found from a refused call, as RFC 9728 describes it."""
        refused = self.http.get(PATH)
        assert refused.status_code == 401
        where = refused.headers["www-authenticate"].partition('resource_metadata="')[2].rstrip('"')
        issuer = self.http.get(where).json()["authorization_servers"][0]
        found: dict[str, Any] = self.http.get(f"{issuer}/.well-known/oauth-authorization-server").json()
        assert found["issuer"] == issuer
        return found

    def proves(self, server: dict[str, Any]) -> dict[str, str]:
        claims = {"iss": self.client, "sub": self.client, "aud": server["issuer"], "exp": int(time.time()) + 60}
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": signed(self.key, claims),
        }

    def token(self, holder: ECKey) -> str:
        server = self.metadata
        form = {"grant_type": "client_credentials", **self.proves(server)}
        shown = {"dpop": proof(holder, "POST", server["token_endpoint"])}
        answer = self.http.post(server["token_endpoint"], data=form, headers=shown)
        assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")
        return str(answer.json()["access_token"])

    def revoke(self, token: str) -> None:
        server = self.metadata
        form = {"token": token, **self.proves(server)}
        assert self.http.post(server["revocation_endpoint"], data=form).status_code == 200

    def url(self, path: str = PATH) -> str:
        return str(self.http.base_url).rstrip("/") + path

    def inbox(self, token: str, holder: ECKey, **changed: str) -> httpx.Response:
        headers = {"authorization": f"DPoP {token}", "dpop": proof(holder, "GET", self.url(), token)} | changed
        return self.http.get(PATH, headers=headers)


@pytest.fixture(scope="module")
def partner(platform: Installation) -> Partner:
    here = platform.regions()["receiving"]
    client = next(entry for entry in here.clients if entry["organization"] == "org-610118-education")
    key = ECKey.import_key(Path(client["key_file"]).read_text())
    return Partner(httpx.Client(base_url=here.gateway_url, trust_env=False), client["client"], key)


def test_a_client_finds_its_way_gets_a_token_and_calls(partner: Partner) -> None:
    holder = ECKey.generate_key("P-256")
    assert partner.inbox(partner.token(holder), holder).status_code == 200


STOLEN: list[Any] = [
    pytest.param(lambda p, t, k: p.inbox(t, ECKey.generate_key("P-256")), "proof-invalid", id="another key"),
    pytest.param(lambda p, t, k: p.inbox(t, k, dpop=""), "proof-invalid", id="no proof"),
    pytest.param(lambda p, t, k: p.inbox(t, k, authorization=f"Bearer {t}"), "token-missing", id="as a bearer"),
    pytest.param(lambda p, t, k: p.inbox(t + "x", k), "token-invalid", id="altered"),
    pytest.param(
        lambda p, t, k: p.inbox(t, k, dpop=proof(k, "GET", p.url("/v1/cases"), t)), "proof-invalid", id="another path"
    ),
    pytest.param(
        lambda p, t, k: p.inbox(t, k, dpop=proof(k, "POST", p.url(), t)), "proof-invalid", id="another method"
    ),
    pytest.param(lambda p, t, k: p.inbox(t, k, dpop=proof(k, "GET", p.url())), "proof-invalid", id="no token in it"),
    pytest.param(
        lambda p, t, k: p.http.get(f"{PATH}?access_token={t}", headers={"dpop": proof(k, "GET", p.url(), t)}),
        "token-missing",
        id="in the query",
    ),
    pytest.param(
        lambda p, t, k: p.http.get(
            PATH,
            headers=[("authorization", f"DPoP {t}"), *(("dpop", proof(k, "GET", p.url(), t)) for _ in range(2))],
        ),
        "proof-invalid",
        id="two proofs",
    ),
]


@pytest.mark.parametrize(("call", "code"), STOLEN)
def test_a_token_is_worth_nothing_without_its_key(
    partner: Partner, call: Callable[[Partner, str, ECKey], httpx.Response], code: str
) -> None:
    holder = ECKey.generate_key("P-256")
    answer = call(partner, partner.token(holder), holder)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"].startswith("DPoP ")


def test_a_proof_serves_one_request(partner: Partner) -> None:
    holder = ECKey.generate_key("P-256")
    token = partner.token(holder)
    shown = proof(holder, "GET", partner.url(), token)
    assert partner.inbox(token, holder, dpop=shown).status_code == 200
    again = partner.inbox(token, holder, dpop=shown)
    assert (again.status_code, again.json()["code"]) == (401, "proof-invalid")


async def test_a_revoked_token_is_refused_within_five_seconds(partner: Partner) -> None:
    holder = ECKey.generate_key("P-256")
    token, kept = partner.token(holder), partner.token(holder)
    assert partner.inbox(token, holder).status_code == 200
    partner.revoke(token)

    async def refused() -> bool:
        answer = partner.inbox(token, holder)
        return answer.status_code == 401 and answer.json()["code"] == "token-revoked"

    await until(refused, WITHIN)
    assert partner.inbox(kept, holder).status_code == 200
