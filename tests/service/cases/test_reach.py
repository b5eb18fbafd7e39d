"""Who sees what, what a bad call gets, and what lies in the tables."""

import asyncio
import uuid
from typing import Any

import asyncpg
import pytest

from services.cases.rules.states import ROLES
from shared.contracts.events import OrganizationRegistered, OrganizationResumed, OrganizationSuspended
from tests.service.cases.story import CANARIES, COMMITTEE, OTHER_COMMITTEE, Story, application
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.grants import Caller
from tests.support.postgres import TestServer
from tests.support.until import until

TERMS = {"terms": [{"text": "退还", "due": "2999-01-01"}]}
MEDIATOR_VERBS: dict[str, Any] = {
    "screen": {"in_scope": True},
    "invite": None,
    "notify": {"signed_by": list(ROLES)},
    "open-session": {"no_interest": True},
    "draft": TERMS,
    "seal": None,
    "follow-up": {"result": "performed"},
}
PARTY_VERBS: dict[str, Any] = {
    "sign": {"terms_hash": "0" * 64},
    "report": {"reports": [{"term": 1, "result": "performed"}]},
    "stop": None,
}


def strangers(app: RunningApp) -> list[Caller]:
    return [
        grants.staff(app.settings, OTHER_COMMITTEE, "mediator"),
        grants.staff(app.settings, COMMITTEE, "coordinator"),
        grants.resident(app.settings),
    ]


async def test_a_stranger_finds_nothing_by_any_verb(story: Story) -> None:
    await story.until("in_session")
    unknown = Story(story.app)
    unknown.case = str(uuid.uuid4())
    for stranger in strangers(story.app):
        verbs = MEDIATOR_VERBS if stranger.kind == "internal" else PARTY_VERBS
        missing = await unknown.get(stranger)
        seen = await story.get(stranger)
        assert (seen.status_code, seen.text) == (404, missing.text)
        for verb, body in verbs.items():
            answer = await story.do(stranger, verb, body)
            assert (answer.status_code, answer.text) == (404, missing.text), verb


@pytest.mark.parametrize("kind", ["public", "exchange", "region", "platform"])
async def test_other_kinds_of_call_are_refused(story: Story, kind: Any) -> None:
    await story.until("applied")
    for path in ("/v1/cases", f"/v1/cases/{story.case}", "/v1/me/cases", f"/v1/me/cases/{story.case}"):
        caller = Caller(story.app.settings, kind, subject=story.applicant.claims["subject"])
        assert (await story.get(caller, path)).status_code == 403


async def test_a_list_holds_ids_types_states_and_dates_only(story: Story) -> None:
    await story.until("applied")
    for caller, path in ((story.mediator, "/v1/cases"), (story.applicant, "/v1/me/cases")):
        found: list[dict[str, Any]] = []
        cursor = ""
        while cursor is not None:
            answer = (await story.get(caller, f"{path}?limit=20{cursor and '&cursor=' + cursor}")).json()
            found += answer["cases"]
            cursor = answer["next"]
        mine = [line for line in found if line["case"] == story.case]
        assert mine == [{"case": story.case, "state": "applied", "dispute_type": "rent_deposit", "due": None}]
    assert (await story.get(grants.resident(story.app.settings), "/v1/me/cases")).json()["cases"] == []
    other = await story.get(grants.staff(story.app.settings, OTHER_COMMITTEE, "mediator"), "/v1/cases?limit=200")
    assert story.case not in other.text


async def test_the_mediator_sees_the_fields_of_the_grant(story: Story) -> None:
    await story.until("performed")
    everything = (await story.get(story.mediator)).json()["fields"]
    assert everything["statement"] == CANARIES["statement"]
    assert everything["applicant"]["name"] == CANARIES["applicant"]
    assert everything["respondent"] == {"name": CANARIES["name"], "contact": CANARIES["contact"]}
    assert everything["respondent_statement"] == CANARIES["own"]
    assert everything["terms"][0]["text"] == CANARIES["term"]
    assert everything["reports"][0]["reports"] == {"applicant": "performed"}
    assert everything["follow_ups"] == [{"result": "performed", "note": CANARIES["note"]}]
    narrow = grants.staff(story.app.settings, COMMITTEE, "mediator", fields=("request", "unheard-of"))
    assert (await story.get(narrow)).json()["fields"] == {"request": CANARIES["request"]}


async def test_a_party_sees_the_matter_and_never_the_others_own_words(story: Story) -> None:
    await story.until("in_session")
    applicant, respondent = await story.get(story.applicant), await story.get(story.respondent)
    assert (applicant.json()["request"], respondent.json()["request"]) == (CANARIES["request"],) * 2
    assert (applicant.json()["statement"], respondent.json()["statement"]) == (CANARIES["statement"], CANARIES["own"])
    assert CANARIES["own"] not in applicant.text
    assert respondent.json()["respondent"] is None
    for private in ("statement", "applicant", "contact"):
        assert CANARIES[private] not in respondent.text
    assert (applicant.json()["role"], applicant.json()["allowed"]) == ("applicant", ["stop"])


async def test_notices_stand_on_every_case_alike(story: Story) -> None:
    await story.apply(dispute_type="marriage_family")
    assert [notice["code"] for notice in (await story.get(story.applicant)).json()["notices"]] == [
        "rights_and_duties",
        "duty_article_25",
        "protection_order",
    ]
    await story.apply(dispute_type="labour")
    assert [notice["code"] for notice in (await story.get(story.mediator)).json()["notices"]] == [
        "rights_and_duties",
        "duty_article_25",
    ]


async def test_a_verb_wants_the_version_that_was_read(story: Story) -> None:
    await story.until("applied")
    path = f"/v1/cases/{story.case}:screen"
    blind = await story.post(story.mediator, path, {"in_scope": True})
    stale = await story.post(story.mediator, path, {"in_scope": True}, if_match='"0"')
    assert (blind.status_code, stale.status_code) == (428, 412)


async def test_the_same_key_gives_the_same_answer_and_one_case(story: Story) -> None:
    key = str(uuid.uuid4())
    first = await story.post(story.applicant, "/v1/me/cases", application(), idempotency_key=key)
    again = await story.post(story.applicant, "/v1/me/cases", application(), idempotency_key=key)
    assert (again.status_code, again.content) == (201, first.content)
    other = await story.post(story.applicant, "/v1/me/cases", application(request="别的"), idempotency_key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await story.get(story.applicant, "/v1/me/cases")).json()["cases"]) == 1


async def test_of_two_answers_at_once_one_counts(story: Story) -> None:
    await story.until("inviting")
    code = story.code()
    answers = await asyncio.gather(story.answer("accepted", code), story.answer("refused", code))
    assert sorted(answer.status_code for answer in answers) == [200, 404]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"dispute_type": "religion"}, "dispute-type-unknown", id="type not in the release"),
        pytest.param({"dispute_type": 7}, "body-invalid", id="wrong type"),
        pytest.param({"committee": "org-nowhere"}, "committee-unknown", id="no such committee"),
        pytest.param({"statement": ""}, "body-invalid", id="empty"),
        pytest.param({"statement": "x" * 4001}, "body-invalid", id="too long"),
        pytest.param({"request": "a\u0000b"}, "body-invalid", id="control character"),
        pytest.param({"respondent": {"name": "\u202a" * 151, "contact": "1"}}, "body-invalid", id="over-long name"),
        pytest.param({"respondent": {"name": "\u0007", "contact": "1"}}, "body-invalid", id="name that rings"),
        pytest.param({"referral": "not-a-uuid"}, "body-invalid", id="not an id"),
        pytest.param({"tags": ["x"]}, "body-invalid", id="unknown member"),
    ],
)
async def test_a_bad_application_is_refused_and_leaves_nothing(story: Story, change: dict[str, Any], code: str) -> None:
    answer = await story.apply(**change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await story.get(story.applicant, "/v1/me/cases")).json()["cases"] == []


@pytest.mark.parametrize(
    ("state", "verb", "body", "code"),
    [
        ("applied", "screen", {"in_scope": False}, "body-invalid"),
        ("applied", "screen", {"in_scope": True, "reason": "other_place"}, "body-invalid"),
        ("notified", "open-session", {"no_interest": False}, "body-invalid"),
        ("in_session", "draft", {"terms": []}, "body-invalid"),
        ("in_session", "draft", {"terms": [{"text": "还", "due": "soon"}]}, "body-invalid"),
        ("applied", "screen", {"in_scope": "yes"}, "body-invalid"),
        ("in_session", "draft", {"terms": [{"text": "还", "due": 1_900_000_000}]}, "body-invalid"),
        ("in_session", "draft", {"terms": [{"text": "还", "due": "2020-01-01"}]}, "term-past"),
    ],
)
async def test_a_bad_verb_changes_nothing(story: Story, state: str, verb: str, body: Any, code: str) -> None:
    await story.until(state)
    answer = await story.do(story.mediator, verb, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await story.get(story.mediator)).json()["state"] == state


async def test_no_word_of_anybody_lies_in_clear(postgres: TestServer, story: Story) -> None:
    await story.until("performed")
    for url in (story.app.settings.owner_database_url, story.app.settings.keys_owner_database_url):
        dump = await _everything(url)
        assert story.case in dump or "person_key" in dump
        for canary in CANARIES.values():
            assert canary not in dump
            assert canary.encode().hex() not in dump
        assert story.code() not in dump


async def _everything(url: str) -> str:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'cases')"
        )
        rows = [
            f"{table} {list(row.values())}"
            for schema, table in tables
            for row in await connection.fetch(f"SELECT t::text FROM {schema}.{table} t")  # noqa: S608 - catalogue names
        ]
        return "\n".join(rows)
    finally:
        await connection.close()


async def test_when_a_key_is_destroyed_the_words_are_gone_and_the_case_stands(story: Story) -> None:
    await story.until("in_session")
    await story.app.runtime.vault.destroy(str(story.applicant.claims["subject"]))
    seen = (await story.get(story.mediator)).json()
    assert seen["state"] == "in_session"
    assert (seen["fields"]["statement"], seen["fields"]["respondent"]) == (None, None)
    assert seen["fields"]["respondent_statement"] == CANARIES["own"]


async def test_the_history_of_a_case_cannot_be_changed(story: Story) -> None:
    await story.until("screening")
    connection = await asyncpg.connect(story.app.settings.database_url.replace("postgresql+asyncpg", "postgresql"))
    try:
        rows = await connection.fetch(
            "SELECT verb, after, by FROM history WHERE case_id = $1 ORDER BY version", story.case
        )
        assert [tuple(row.values()) for row in rows] == [
            ("apply", "applied", "applicant"),
            ("screen in_scope", "screening", f"staff-of-{COMMITTEE}"),
        ]
        for change in ("UPDATE history SET verb = 'x'", "DELETE FROM history"):
            with pytest.raises(asyncpg.RaiseError):
                await connection.execute(change)
    finally:
        await connection.close()


async def test_a_body_that_is_no_committee_or_may_not_act_gets_no_cases(
    postgres: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = {"organization": "org-x", "name": "调解委员会", "district": apps.REGION}
    committee = told | {"kind": "mediation_committee"}

    async with apps.running("cases", postgres, tmp_path_factory.mktemp("cases-x")) as app:
        person = grants.resident(app.settings)

        async def applies() -> int:
            async with app.as_(person) as client:
                return (await client.post("/v1/me/cases", json=application())).status_code

        async def taken() -> bool:
            return await applies() == 201

        async def refused() -> bool:
            return await applies() == 422

        assert await refused()
        await app.receive("identity", "org-x", 1, OrganizationRegistered.model_validate(committee))
        await until(taken)
        await app.receive(
            "identity", "org-x", 2, OrganizationSuspended.model_validate(committee | {"state": "suspended"})
        )
        await until(refused)
        await app.receive("identity", "org-x", 3, OrganizationResumed.model_validate(committee))
        await until(taken)
        await app.receive("identity", "org-x", 4, OrganizationRegistered.model_validate(told | {"kind": "department"}))
        await until(refused)
