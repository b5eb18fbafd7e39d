"""A consent wants a fresh proof of who somebody is, and says how to come back with one (RFC 9470)."""

import random
import time
from collections.abc import Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from demo import family
from demo.client import Actor
from demo.tokens import Token
from deploy.local import places
from services.identity.rules import keys
from tests.support.launched import Installation
from tests.support.sign_in import claims_of
from tests.system.test_foreign_ids import consent, refer


@pytest.fixture(scope="module")
def person(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("somebody", family.phone(random.SystemRandom()))


def aged(platform: Installation, token: Token, seconds: int) -> Token:
    """The token of somebody who signed in earlier, as identity itself would sign it."""
    region = next(found for found in places.regions(platform.environ) if found.code == "610118")
    files = keys.in_order([path.name for path in (region.secrets / "identity").iterdir()])
    key = ECKey.import_key((region.secrets / "identity" / files[-1]).read_text())
    key.ensure_kid()
    claims = claims_of(token.value) | {"auth_time": int(time.time()) - seconds}
    signed = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=["ES256"])
    return Token(signed, token.key, token.gateway_url)


def test_a_consent_after_five_minutes_asks_for_another_sign_in(platform: Installation, person: Actor) -> None:
    made = refer(person)
    late = Actor(person.region, "somebody, later", aged(platform, person.token, 301))
    assert late.get("/v1/me/referrals").status_code == 200
    refused = late.post("/v1/me/consents", consent(made))
    assert (refused.status_code, refused.json()["code"]) == (401, "authentication-too-old")
    challenge = refused.headers["www-authenticate"]
    assert challenge.startswith('DPoP error="insufficient_user_authentication", max_age="300"')
    assert refused.json()["max_age"] == 300


def test_a_client_that_follows_the_challenge_is_let_through(platform: Installation, person: Actor) -> None:
    made = refer(person)
    late = Actor(person.region, "somebody, later", aged(platform, person.token, 301), person.sign_in)
    assert late.post("/v1/me/consents", consent(made)).status_code == 201
    assert claims_of(late.token.value)["auth_time"] > time.time() - 60
