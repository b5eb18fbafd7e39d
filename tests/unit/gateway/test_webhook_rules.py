"""What partners are told, how it is signed, to which addresses, and how often it is tried."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway.webhooks import rules
from services.referrals.rules import states
from shared.problems import Problem
from tests.support import receiver

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_the_published_example_of_standard_webhooks_is_signed_as_published() -> None:
    """github.com/standard-webhooks/standard-webhooks, the example that its libraries test."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = rules.signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [secret])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_whatever_is_changed_the_signature_does_not_hold(part: str) -> None:
    secret, content, at = b"k" * 32, b"{}", int(datetime.now(UTC).timestamp())
    headers = rules.signed("msg_1", at, content, [secret])
    receiver.verify(rules.shown(secret), headers, content)
    changed = {"webhook-id": "msg_2", "webhook-timestamp": str(at + 1)}
    headers |= {part: changed[part]} if part in changed else {}
    with pytest.raises(receiver.Forged):
        receiver.verify(
            rules.shown(b"o" * 32 if part == "secret" else secret), headers, b"[]" if part == "body" else content
        )


def test_a_message_says_which_referral_where_it_stands_and_nothing_else() -> None:
    said = json.loads(rules.body("r-1", "accepted", NOW))
    assert said == {
        "type": "referral.state_changed",
        "timestamp": "2026-11-28T12:00:00Z",
        "data": {"referral": "r-1", "state": "accepted"},
    }


def test_what_ends_a_referral_is_what_its_table_of_states_says() -> None:
    assert set(states.STATES) - states.OPEN == rules.ENDS


@pytest.mark.parametrize("before", [None, "draft", "awaiting_consent"])
@pytest.mark.parametrize("after", states.STATES)
def test_until_she_consents_the_recipient_hears_nothing_and_nothing_of_a_refusal(
    before: str | None, after: str
) -> None:
    assert rules.tells(before, after) == (after == "requested")


@pytest.mark.parametrize("before", sorted(set(states.STATES) - {"draft", "awaiting_consent"}))
@pytest.mark.parametrize("after", sorted(set(states.STATES) - {"draft", "awaiting_consent"}))
def test_afterwards_it_hears_of_each_change_once(before: str, after: str) -> None:
    assert rules.tells(before, after) == (before != after)


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/hook",
        "https://",
        "https://user:password@partner.example/",
        "https://partner.example/#part",
        "https://partner.example/a b",
        "https://partner.example:99999/",
        "https://partner.example:0/",
        "https://partner.example:8443/",
        "https://1.2.3.999/",
        "https://partner.0x7f/",
        "https://[v1.a]/",
        "https://[2606:4700::1%25a]/",
        "ftp://partner.example/",
        "file://partner.example/a",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://172.16.3.4/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[2002:808:808::]/",
        "https://[2001::1]/",
        "https://[2001:1ff::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff:fff::1]/",
        "https://[2606:4700::5efe:a00:1]/",
        "https://[2606:4700::200:5efe:a00:1]/",
        "https://[::10.0.0.1]/",
        "https://[64:ff9b:1::a00:1]/",
        "https://[5f00::1]/",
        "https://[4000::1]/",
        "https://[100::1]/",
        "https://192.0.0.9/",
        "https://192.88.99.1/",
        "https://168.63.129.16/",
        "https://198.18.0.1/",
        "https://192.0.2.1/",
        "https://240.0.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
        "http://localhost:8080/",
        "https://partner.example/" + "a" * 1000,
        "https://partner.example/学校",
        "",
    ],
)
def test_an_address_of_the_inside_or_of_nowhere_is_not_taken(url: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.address(url, local=False)
    assert refused.value.kind.code == "webhook-address-unfit"


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example/hook",
        "https://partner.example:443/?a=b",
        "https://8.8.8.8/",
        "https://168.63.129.17/",
        "https://[2606:4700:4700::1111]/",
        "https://[2001:200::1]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::808:808]/",
    ],
)
def test_a_public_https_address_is_taken(url: str) -> None:
    assert rules.address(url, local=False).geturl() == url


def test_in_development_a_receiver_on_this_machine_is_taken_and_still_nobody_else_inside() -> None:
    for url in ("http://localhost:8080/", "http://127.0.0.1/", "https://[::1]:8443/"):
        assert rules.address(url, local=True)
    for url in ("http://partner.example/", "https://10.0.0.1/", "https://169.254.169.254/"):
        with pytest.raises(Problem):
            rules.address(url, local=True)


def test_tries_are_spread_over_three_days_further_apart_each_time_and_then_end() -> None:
    waits: list[timedelta] = []
    while following := rules.next_try(len(waits) + 1, NOW):
        waits.append(following - NOW)
    assert waits == sorted(waits)
    assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=4)
    assert len({rules.next_try(4, NOW) for _ in range(10)}) > 1, "what failed together would come back together"


def test_what_happens_at_one_moment_is_not_told_at_one_moment() -> None:
    delays = {rules.first_try(NOW) - NOW for _ in range(200)}
    assert max(delays) - min(delays) > timedelta(seconds=rules.JITTER / 2)
    assert max(delays) <= timedelta(seconds=rules.JITTER)
