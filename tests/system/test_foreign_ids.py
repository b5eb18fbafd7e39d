"""Other people's ids, odd spellings of one's own, and bodies that lie, tried through the gateway by a resident."""

import json
import random
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo import family
from demo.client import Actor
from tests.support.launched import Installation
from tests.support.until import until

NEED = {"service": "HOU-04", "answers": {"姓名": "某人", "争议": "押金"}}
UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"
ASKED = ("agreement", "agreement_version", "consent_hash", "purpose", "recipient", "fields", "sensitive")
UNENDED = """
SELECT decision FROM log_entry WHERE phase = 'intent' AND convert_from(body, 'UTF8')::jsonb ->> 'verdict' = 'permit'
EXCEPT SELECT decision FROM log_entry WHERE phase = 'outcome'
"""


@pytest.fixture(scope="module")
def owner(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("owner", family.phone(random.SystemRandom()))


@pytest.fixture(scope="module")
def other(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("other", family.phone(random.SystemRandom()))


def refer(person: Actor) -> dict[str, Any]:
    """A referral of the person, waiting for her consent."""
    made: dict[str, Any] = person.post("/v1/me/intakes", {"needs": [NEED], "told": True}).json()["referrals"][0]
    return made


def notice(made: dict[str, Any], channel: str = "web") -> dict[str, Any]:
    """The notice that she saw: the one of the purpose."""
    return {"id": made["consent_request"]["purpose"], "version": 1, "language": "zh-Hans", "channel": channel}


def consent(made: dict[str, Any], **changes: object) -> dict[str, Any]:
    """The body that consents to what was shown."""
    return {
        **{name: made["consent_request"][name] for name in ASKED},
        "referral": made["id"],
        "notice": notice(made),
        "decision": "given",
        "expires_on": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
        **changes,
    }


@pytest.fixture(scope="module")
def referral(owner: Actor) -> dict[str, Any]:
    return refer(owner)


@pytest.fixture(scope="module")
def given(owner: Actor, referral: dict[str, Any]) -> str:
    answer = owner.post("/v1/me/consents", consent(referral))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("decision", ["given", "refused"])
def test_nobody_decides_for_another_and_time_does_not_tell_that_there_is_a_referral(
    other: Actor, referral: dict[str, Any], decision: str
) -> None:
    seen = []
    for named in (referral["id"], UNKNOWN):
        began = time.monotonic()
        answer = other.post("/v1/me/consents", consent(referral, referral=named, decision=decision))
        assert answer.status_code == 404
        seen.append(({**answer.json(), "decision": ""}, time.monotonic() - began))
    (foreign, slow), (unknown, as_slow) = seen
    assert foreign == unknown
    assert abs(slow - as_slow) < 1.5


BODIES = [
    pytest.param(b'{"referral": "\xff"}', 400, id="not UTF-8"),
    pytest.param(b'{"referral": "a\\u0000b"}', 422, id="a zero byte"),
    pytest.param(b'{"referral": null}', 422, id="null"),
    pytest.param(b'{"referral": "x"}', 422, id="no id"),
    pytest.param(b"[]", 422, id="a list"),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
def test_a_consent_that_names_no_referral_is_refused_at_once(other: Actor, body: bytes, status: int) -> None:
    headers = other.token.headers("POST", "/v1/me/consents") | {
        "content-type": "application/json",
        "idempotency-key": str(uuid.uuid4()),
    }
    began = time.monotonic()
    answer = other.region.http.post("/v1/me/consents", content=body, headers=headers)
    assert (answer.status_code, time.monotonic() - began < 1) == (status, True), answer.text


async def test_an_odd_id_is_no_withdrawal_that_is_carried_for_ever(
    platform: Installation, owner: Actor, given: str
) -> None:
    for odd in ("abc", "..", "not-an-id", given.upper(), given.replace("-", "")):
        assert owner.post(f"/v1/me/consents/{odd}:withdraw").status_code == 404
    assert owner.get(f"/v1/me/consents/{given}").json()["state"] == "given"

    async def nothing_waits() -> bool:
        waiting = await platform.rows("610118", "gateway", "SELECT consent FROM withdrawal WHERE NOT forwarded")
        return not waiting

    await until(nothing_waits)


async def test_what_is_anothers_looks_like_nothing_and_every_intent_has_its_end(
    platform: Installation, owner: Actor, other: Actor, referral: dict[str, Any], given: str
) -> None:
    async def known_to_the_gateway() -> bool:
        rows = await platform.rows("610118", "gateway", "SELECT id FROM consent")
        return given in {row["id"] for row in rows}

    await until(known_to_the_gateway)
    tries = [
        other.get(f"/v1/me/referrals/{referral['id']}"),
        other.get(f"/v1/me/consents/{given}"),
        other.post(f"/v1/me/consents/{given}:withdraw"),
        other.post(f"/v1/me/referrals/{referral['id']}:cancel", {}),
        other.post(f"/v1/me/referrals/{referral['id']}:confirm", {}),
    ]
    assert [answer.status_code for answer in tries] == [404] * len(tries)
    assert owner.get(f"/v1/me/consents/{given}").json()["state"] == "given"

    async def every_call_ended() -> bool:
        return not await platform.rows("610118", "gateway", UNENDED)

    await until(every_call_ended, 5)


def test_of_two_members_with_one_name_both_sides_take_the_same(
    owner: Actor, other: Actor, referral: dict[str, Any]
) -> None:
    mine = refer(other)
    body = json.dumps(consent(mine, referral="here"))
    doubled = body.replace('"referral": "here"', f'"referral": "{mine["id"]}", "referral": "{referral["id"]}"')
    headers = other.token.headers("POST", "/v1/me/consents") | {
        "content-type": "application/json",
        "idempotency-key": str(uuid.uuid4()),
    }
    assert other.region.http.post("/v1/me/consents", content=doubled.encode(), headers=headers).status_code == 404
