"""The typed client against a running platform: tokens, what is answered, what is refused."""

import pytest
from jieli_client import Client, Refused, Terms

from deploy.local import demonstration, places
from tests.support import documented
from tests.support.launched import Installation

EDUCATION = Terms("agr-610118-centre-education", "school_enrolment")
NOWHERE = "0198aaaa-0000-7000-8000-000000000000"


def of(platform: Installation, system: str) -> Client:
    place = next(each for each in places.regions(platform.environ) if each.code == "610118")
    key = (demonstration.keys(place) / f"{system}.pem").read_text()
    return Client(place.gateway_url, system, key, documented.client())


@pytest.fixture(scope="module")
def client(platform: Installation) -> Client:
    return of(platform, "org-610118-education-system")


def code(refused: "pytest.ExceptionInfo[Refused]") -> tuple[int, str]:
    return refused.value.status, refused.value.code


def test_what_is_public_is_read_without_a_token(client: Client) -> None:
    assert client.gateway_agreement(EDUCATION.agreement)["state"] == "active"
    assert client.registry_service("EDU-01")["id"]
    assert not client._tokens


def test_its_inbox_and_its_webhook(platform: Installation) -> None:
    client = of(platform, "org-610118-housing-system")
    assert "referrals" in client.referrals_inbox(limit=5)
    assert client.told.decision and client.told.receipt and not client.told.limits
    kept = client.gateway_keep_webhook({"url": "http://127.0.0.1:9/jieli"})
    assert kept["secret"] and kept["state"] == "active"
    assert client.gateway_rotate_webhook_secret()["secret"] != kept["secret"]
    assert client.gateway_read_webhook()["url"] == "http://127.0.0.1:9/jieli"
    assert client.gateway_replay_dead_letters() == {"replayed": 0}
    client.gateway_remove_webhook()
    with pytest.raises(Refused) as refused:
        client.gateway_read_webhook()
    assert code(refused) == (404, "webhook-not-registered")


def test_a_token_is_bound_to_its_terms(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.referrals_read_referral(NOWHERE, terms=EDUCATION, fields="姓名")
    assert code(refused) == (404, "not-found") and refused.value.decision
    with pytest.raises(Refused) as refused:
        client.referrals_accept_referral(NOWHERE, terms=Terms(EDUCATION.agreement, "health_service"))
    assert refused.value.status in (400, 403)


def test_somebody_elses_key_gets_no_token(client: Client) -> None:
    stranger = Client(client.gateway_url, "org-610118-medical-system", client.key, client.http)
    with pytest.raises(Refused) as refused:
        stranger.referrals_inbox()
    assert code(refused) == (401, "invalid-client")
