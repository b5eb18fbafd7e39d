"""Consents: one per recipient, refused without trace in clear, taken back in one step, chained, and with a receipt."""

import asyncio
import datetime
import json
import uuid
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import text

from services.registry.queries import consents as queries
from services.registry.queries import reach
from shared.contracts import clock
from shared.door import evidence
from shared.grants import Actor
from tests.service.registry.conftest import CHILD, subject_of
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

NOTICE = {"id": "school_enrolment", "version": 1, "language": "zh-Hant", "channel": "web"}
TODAY = clock.day_of(datetime.datetime.now(datetime.UTC))


def decision(**changes: Any) -> dict[str, Any]:
    return {
        "referral": str(uuid.uuid4()),
        "recipient": "org-610118-education",
        "purpose": "school_enrolment",
        "agreement": "agr-education",
        "agreement_version": 1,
        "consent_hash": "a" * 64,
        "fields": ["儿童姓名", "出生日期"],
        "sensitive": ["minor"],
        "notice": NOTICE,
        "decision": "given",
        "expires_on": str(TODAY + datetime.timedelta(days=180)),
    } | changes


def about(purpose: str) -> dict[str, Any]:
    """What is otherwise in a decision for another purpose."""
    return {"purpose": purpose, "fields": ["姓名"], "notice": NOTICE | {"id": purpose}}


async def decided(registry: RunningApp, caller: grants.Caller, **changes: Any) -> str:
    async with registry.as_(caller) as client:
        answer = await client.post("/v1/me/consents", json=decision(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def refusal(registry: RunningApp, caller: grants.Caller, **changes: Any) -> tuple[int, str]:
    async with registry.as_(caller) as client:
        answer = await client.post("/v1/me/consents", json=decision(**changes))
    return answer.status_code, answer.json()["code"]


async def facts(registry: RunningApp, what: str, consent: str) -> list[dict[str, Any]]:
    async def told() -> list[dict[str, Any]]:
        events = registry.bus.events(f"registry.consent.{what}.v1")
        return [event for event in events if event["consent"] == consent]

    return await until(told)


async def digest(registry: RunningApp) -> str:
    """The digest of the notice, as anybody reads it."""
    async with registry.as_() as anybody:
        return str((await anybody.get("/directory/notices/school_enrolment")).json()["digest"])


async def read(registry: RunningApp, caller: grants.Caller, consent: str) -> dict[str, Any]:
    async with registry.as_(caller) as client:
        return dict((await client.get(f"/v1/me/consents/{consent}")).json())


async def test_a_consent_is_given_read_and_told(registry: RunningApp, person: grants.Caller) -> None:
    consent = await decided(registry, person)
    shown = await read(registry, person, consent)
    assert (shown["state"], shown["fields"], shown["subject_role"]) == ("given", ["儿童姓名", "出生日期"], "self")
    [told] = await facts(registry, "given", consent)
    assert told["separate"] == ["minor"] and told["seal"] == "seal-of-a-test"
    assert "Hant" not in json.dumps(told) and "notice" not in told


async def test_the_receipt_proves_what_was_decided(registry: RunningApp, person: grants.Caller) -> None:
    receipt = (await read(registry, person, await decided(registry, person)))["receipt"]
    async with registry.as_() as anybody:
        [key] = (await anybody.get("/directory/receipt-keys")).json()["keys"]
    claims = json.loads(jws.deserialize_compact(receipt, ECKey.import_key(key), algorithms=["ES256"]).payload)
    assert (claims["decision"], claims["recipient"]) == ("given", "org-610118-education")
    assert "d" not in key and "Hant" not in json.dumps(claims)
    assert (claims["notice"], claims["notice_digest"]) == ("school_enrolment/1", await digest(registry))


async def proved(registry: RunningApp, how: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A consent that was proved so, as the person reads it and as it was told."""
    subject = str(uuid.uuid4())
    person = grants.Caller(
        registry.settings,
        "self",
        actor=Actor("resident", subject),
        subject=subject,
        seal="seal-of-a-test",
        proved_by=how,
    )
    consent = await decided(registry, person)
    [told] = await facts(registry, "given", consent)
    return await read(registry, person, consent), told


@pytest.mark.parametrize("how", ["own_device", "code_at_counter"])
async def test_a_consent_that_she_gave_herself_opens_at_once(registry: RunningApp, how: str) -> None:
    shown, told = await proved(registry, how)
    assert (shown["proved_by"], shown["opens_at"], told["opens_at"]) == (how, None, None)


async def test_a_consent_on_paper_alone_waits_a_day_and_its_receipt_says_so(registry: RunningApp) -> None:
    shown, told = await proved(registry, "paper")
    opens_at = datetime.datetime.fromisoformat(told["opens_at"])
    assert opens_at - datetime.datetime.fromisoformat(shown["decided_at"]) == datetime.timedelta(hours=24)
    claims = json.loads(jws.extract_compact(shown["receipt"].encode()).payload)
    assert (claims["proved_by"], claims["opens_at"]) == ("paper", shown["opens_at"])


async def test_what_was_shown_is_sealed_with_its_digest(registry: RunningApp, person: grants.Caller) -> None:
    shown = await read(registry, person, await decided(registry, person))
    assert shown["notice"] == NOTICE | {"digest": await digest(registry)}


async def test_without_a_language_the_notice_was_shown_in_chinese(registry: RunningApp, person: grants.Caller) -> None:
    bare = {name: value for name, value in NOTICE.items() if name != "language"}
    shown = await read(registry, person, await decided(registry, person, notice=bare))
    assert shown["notice"]["language"] == "zh-Hans"


async def test_a_refusal_of_the_notice_says_which_languages_there_are(
    registry: RunningApp, person: grants.Caller
) -> None:
    async with registry.as_(person) as client:
        answer = await client.post("/v1/me/consents", json=decision(notice=NOTICE | {"language": "ug"}))
    assert answer.json()["offered"] == ["zh-Hans", "en", "zh-Hant"]


async def test_withdrawing_takes_one_step_and_again_changes_nothing(
    registry: RunningApp, person: grants.Caller
) -> None:
    consent = await decided(registry, person)
    async with registry.as_(person) as client:
        for _ in range(2):
            assert (await client.post(f"/v1/me/consents/{consent}:withdraw")).status_code == 200
    assert (await read(registry, person, consent))["state"] == "withdrawn"
    assert len(await facts(registry, "withdrawn", consent)) == 1


async def test_two_withdrawals_at_once_are_one(registry: RunningApp, person: grants.Caller) -> None:
    consent = await decided(registry, person)
    async with registry.as_(person) as client:
        answers = await asyncio.gather(*(client.post(f"/v1/me/consents/{consent}:withdraw") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await facts(registry, "withdrawn", consent)) == 1


async def test_a_refusal_is_kept_tells_no_fields_and_is_not_asked_again(
    registry: RunningApp, person: grants.Caller
) -> None:
    consent = await decided(registry, person, decision="refused")
    assert (await read(registry, person, consent))["state"] == "refused"
    [told] = await facts(registry, "refused", consent)
    assert told["fields"] == [] and told["expires_at"] is None
    assert await refusal(registry, person) == (409, "consent-refused-recently")
    assert await decided(registry, person, recipient="org-610118-medical")
    async with registry.as_(person) as client:
        answer = await client.post(f"/v1/me/consents/{consent}:withdraw")
    assert (answer.status_code, answer.json()["code"]) == (409, "consent-not-live")


async def test_in_the_table_a_refusal_looks_like_a_consent(registry: RunningApp, person: grants.Caller) -> None:
    given = await decided(registry, person)
    refused = await decided(registry, person, recipient="org-610118-medical", decision="refused")
    async with registry.runtime.sessions() as session:
        await reach.visible_to_platform(session)
        rows = [await queries.consent(session, subject_of(person), uuid.UUID(each)) for each in (given, refused)]
        shapes = [{key: type(value) for key, value in row.model_dump().items()} for row in rows]
        with evidence("job", "test"):
            chains = [await queries.chain(session, registry.runtime.vault, row) for row in rows]
    assert shapes[0] == shapes[1]
    assert len(rows[0].sealed) == len(rows[1].sealed)
    assert [len(chain) for chain in chains] == [1, 1]


async def test_the_chain_of_events_holds(registry: RunningApp, person: grants.Caller) -> None:
    consent = await decided(registry, person)
    async with registry.as_(person) as client:
        await client.post(f"/v1/me/consents/{consent}:withdraw")
    async with registry.runtime.sessions() as session:
        await reach.visible_to_platform(session)
        row = await queries.consent(session, subject_of(person), uuid.UUID(consent))
        with evidence("job", "test"):
            links = await queries.chain(session, registry.runtime.vault, row)
    assert [event.kind for _, event in links] == ["given", "withdrawn"]
    assert {event.notice for _, event in links} == {f"school_enrolment/1/web/{await digest(registry)}"}


async def test_a_history_that_was_altered_is_not_shown_as_true(registry: RunningApp, person: grants.Caller) -> None:
    consent = await decided(registry, person)
    async with registry.runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        cut = text("UPDATE consent SET head = repeat('0', 64) WHERE id = :consent")
        await session.execute(cut, {"consent": uuid.UUID(consent)})
    async with registry.as_(person) as client:
        answer = await client.get(f"/v1/me/consents/{consent}")
    assert (answer.status_code, answer.json()["code"]) == (500, "consent-chain-broken")


async def test_a_live_consent_is_not_given_twice(registry: RunningApp, person: grants.Caller) -> None:
    referral = str(uuid.uuid4())
    consent = await decided(registry, person, referral=referral)
    assert await refusal(registry, person, referral=referral) == (409, "consent-already-given")
    async with registry.as_(person) as client:
        await client.post(f"/v1/me/consents/{consent}:withdraw")
    assert await decided(registry, person, referral=referral)


async def test_a_guardian_decides_for_the_own_dependant_only(registry: RunningApp, person: grants.Caller) -> None:
    async with registry.as_(person) as client:
        child = (await client.post("/v1/me/dependants", json=CHILD)).json()["id"]
    consent = await decided(registry, person, dependant=child)
    assert (await read(registry, person, consent))["subject_role"] == "guardian"
    stranger = grants.resident(registry.settings)
    assert await refusal(registry, stranger, dependant=child) == (404, "not-found")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": "policing"}, "consent-purpose-unknown"),
        ({"fields": ["民族"]}, "consent-field-not-on-list"),
        ({"fields": ["银行账户"]}, "consent-field-not-on-list"),
        ({"sensitive": ["religion"]}, "consent-sensitive-unknown"),
        ({"expires_on": str(TODAY - datetime.timedelta(days=1))}, "consent-expiry"),
        ({"expires_on": str(TODAY + datetime.timedelta(days=400))}, "consent-expiry"),
        ({"fields": []}, "body-invalid"),
        ({"consent_hash": "short"}, "body-invalid"),
        ({"decision": "perhaps"}, "body-invalid"),
        ({"extra": {}}, "body-invalid"),
        ({"agreement_version": "1"}, "body-invalid"),
        ({"agreement_version": True}, "body-invalid"),
        ({"fields": "儿童姓名"}, "body-invalid"),
        ({"notice": NOTICE | {"language": "no tag"}}, "body-invalid"),
        ({"notice": NOTICE | {"id": "school"}}, "notice-unknown"),
        ({"notice": NOTICE | {"version": 2}}, "notice-unknown"),
        ({"notice": NOTICE | {"id": "housing_help"}}, "notice-of-another-purpose"),
        ({"notice": NOTICE | {"language": "ug"}}, "notice-language-not-offered"),
    ],
)
async def test_bad_decisions_have_stable_codes(
    registry: RunningApp, person: grants.Caller, change: dict[str, Any], code: str
) -> None:
    assert await refusal(registry, person, **change) == (422, code)


async def test_another_person_neither_reads_nor_withdraws_it(registry: RunningApp, person: grants.Caller) -> None:
    consent = await decided(registry, person)
    async with registry.as_(grants.resident(registry.settings)) as other:
        assert (await other.get(f"/v1/me/consents/{consent}")).status_code == 404
        assert (await other.post(f"/v1/me/consents/{consent}:withdraw")).status_code == 404
        assert (await other.get("/v1/me/consents")).json()["consents"] == []


async def test_consents_come_in_pages_newest_first(registry: RunningApp, person: grants.Caller) -> None:
    made = [await decided(registry, person) for _ in range(3)]
    async with registry.as_(person) as client:
        first = (await client.get("/v1/me/consents", params={"limit": 2})).json()
        rest = (await client.get("/v1/me/consents", params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["id"] for each in first["consents"] + rest["consents"]] == made[::-1]
    assert rest["next"] is None


async def frozen(registry: RunningApp, caller: grants.Caller, verb: str) -> httpx.Response:
    async with registry.as_(caller) as client:
        return await client.post(f"/v1/me/freeze{verb}")


async def test_freezing_closes_every_live_consent_and_ends_none(registry: RunningApp, person: grants.Caller) -> None:
    live, over = (
        await decided(registry, person),
        await decided(registry, person, **about("health_service")),
    )
    async with registry.as_(person) as client:
        await client.post(f"/v1/me/consents/{over}:withdraw")
    assert (await frozen(registry, person, "")).json()["frozen"] is True
    assert (await frozen(registry, person, "")).status_code == 200
    [_] = await facts(registry, "frozen", live)
    assert (await read(registry, person, live))["state"] == "given"
    assert await refusal(registry, person, **about("housing_help")) == (409, "consents-frozen")
    assert (await frozen(registry, person, ":end")).json() == {"frozen": False, "since": None}
    [_] = await facts(registry, "thawed", live)
    told = registry.bus.events("registry.consent.frozen.v1") + registry.bus.events("registry.consent.thawed.v1")
    assert over not in [event["consent"] for event in told]


async def test_a_refusal_is_taken_while_all_is_frozen(registry: RunningApp, person: grants.Caller) -> None:
    await frozen(registry, person, "")
    await decided(registry, person, decision="refused")
