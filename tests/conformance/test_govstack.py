"""The facade speaks GovStack Consent 1.1.0: every answer validates and holds nothing the standard does not name."""

import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml
from joserfc import jws
from joserfc.jwk import ECKey
from jsonschema import Draft202012Validator, FormatChecker

from services.registry.govstack import PREFIX
from tests.conformance import vectors
from tests.conformance.test_hsds import closed
from tests.service.registry.test_consents import decision
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer

[FILE] = vectors.files("govstack-consent", "consent-openapi.yaml")
STANDARD = yaml.safe_load(FILE.read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in STANDARD["paths"].items()
    for method, operation in methods.items()
}
SCHOOL = "school_enrolment"
RECORD = "/service/individual/record"
# What is not served, each for its reason in services/registry/README.md.
REFUSED = {
    *("configPolicyCreate", "configPolicyUpdate", "configPolicyDelete"),
    *("configDataAgreementCreate", "configDataAgreementUpdate", "configDataAgreementDelete"),
    *("configIndividualCreate", "configIndividualRead", "configIndividualList"),
    *("serviceIndividualCreate", "serviceIndividualRead", "serviceIndividualUpdate", "serviceIndividualList"),
    *("configWebhookCreate", "configWebhookRead", "configWebhookUpdate", "configWebhookDelete", "configWebhookList"),
    *("serviceVerificationConsentRecordList", "serviceVerificationConsentRecordRead"),
    *("auditConsentRecordList", "auditConsentRecordRead"),
    *("serviceIndividualConsentRecordDraftCreate", "serviceIndividualConsentRecordSignatureCreate"),
    *("serviceIndividualSignatureCreate", "serviceIndividualSignatureUpdate"),
    "serviceIndividualConsentRecordDeleteAll",
}
# Taken from the token, which alone says who she is; a history of policies that has no place for one.
NOT_READ = {
    "serviceIndividualConsentRecordCreate": {"individualId", "revisionId"},
    "configPolicyRevisionsList": {"offset", "limit"},
}


def check(answer: Any, operation: str) -> None:
    """The answer against what the standard says of the operation, with every member in it named there."""
    form = OPERATIONS[operation][2]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = closed(form | {"required": sorted(form["properties"]), "components": STANDARD["components"]})
    errors = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(answer)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


async def get(registry: RunningApp, path: str, caller: grants.Caller | None = None, **params: Any) -> Any:
    async with registry.as_(caller) as client:
        answer = await client.get(PREFIX + path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def send(registry: RunningApp, caller: grants.Caller, method: str, path: str, body: Any) -> tuple[int, Any]:
    async with registry.as_(caller) as client:
        answer = await client.request(method, PREFIX + path, json=body)
    return answer.status_code, answer.json()


async def given(registry: RunningApp, caller: grants.Caller, **changes: Any) -> Any:
    status, answer = await send(registry, caller, "POST", f"{RECORD}/data-agreement/{SCHOOL}/", decision(**changes))
    assert status == 200, answer
    return answer


@pytest.fixture(scope="module")
async def registry(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def person(registry: RunningApp) -> grants.Caller:
    return grants.resident(registry.settings, str(uuid.uuid4()))


def test_the_check_notices_what_the_standard_does_not_name() -> None:
    policy = {"id": "x", "name": "x", "version": "1", "url": "x"}
    check({"policies": [policy]}, "configPolicyList")
    with pytest.raises(AssertionError, match="policies"):
        check({"policies": [policy | {"sector": "x"}]}, "configPolicyList")
    with pytest.raises(AssertionError, match="policies"):
        check({"policies": [{"id": "x", "name": "x", "version": "1"}]}, "configPolicyList")


def served(registry: RunningApp) -> dict[str, Any]:
    """What the app has under the prefix, by the standard's names of operations."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in registry.app.openapi()["paths"].items()
        if path.startswith(PREFIX)
        for method, operation in methods.items()
    }


def test_every_operation_of_the_standard_is_served_at_its_path_or_refused(registry: RunningApp) -> None:
    own = served(registry)
    assert set(own) == set(OPERATIONS) - REFUSED
    for name, (method, path, operation) in own.items():
        theirs_method, theirs, described = OPERATIONS[name]
        assert method == theirs_method
        assert bare(path.removeprefix(PREFIX)) == bare(theirs)
        assert queries(described) - NOT_READ.get(name, set()) == queries(operation), name


def bare(path: str) -> str:
    """The path whatever its members are called."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def queries(operation: dict[str, Any]) -> set[str]:
    return {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}


async def test_every_policy_validates(registry: RunningApp) -> None:
    listed = await get(registry, "/config/policies/")
    check(listed, "configPolicyList")
    assert len(listed["policies"]) == 11
    for policy in listed["policies"]:
        for part, operation in (("config", "configPolicyRead"), ("service", "servicePolicyRead")):
            read = await get(registry, f"/{part}/policy/{policy['id']}/")
            check(read, operation)
            assert read["policy"] == policy
        alone = await get(registry, f"/config/policy/{policy['id']}/revisions/")
        check(alone, "configPolicyRevisionsList")
        assert alone == {"policy": policy}


async def test_every_data_agreement_validates(registry: RunningApp) -> None:
    listed = await get(registry, "/config/data-agreements/")
    check(listed, "configDataAgreementList")
    for part, operation in (
        ("service/verification", "serviceVerificationDataAgreementList"),
        ("audit", "auditDataAgreementList"),
    ):
        also = await get(registry, f"/{part}/data-agreements/")
        check(also, operation)
        assert also["dataAgreements"] == listed["dataAgreement"]
    for agreement in listed["dataAgreement"]:
        for part, operation in (("config", "configDataAgreementRead"), ("service", "serviceDataAgreementRead")):
            read = await get(registry, f"/{part}/data-agreement/{agreement['id']}/")
            check(read, operation)
            assert read["dataAgreement"] == agreement
        alone = await get(registry, f"/audit/data-agreement/{agreement['id']}/")
        check(alone, "auditDataAgreementRead")
        assert alone == {"dataAgreement": agreement}


async def test_a_revision_is_the_notice_under_its_digest(registry: RunningApp) -> None:
    revision = (await get(registry, f"/config/policy/{SCHOOL}/"))["revision"]
    async with registry.as_() as anybody:
        notice = (await anybody.get(f"/directory/notices/{SCHOOL}")).json()
    assert revision["serializedHash"] == sha256(revision["serializedSnapshot"]) == notice["digest"]
    assert json.loads(revision["serializedSnapshot"])["texts"] == notice["texts"]
    at_it = await get(registry, f"/config/policy/{SCHOOL}/", revisionId=revision["id"])
    assert at_it["revision"] == revision
    [policy] = (await get(registry, "/config/policies/", revisionId=revision["id"]))["policies"]
    assert policy == at_it["policy"]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_lists_come_in_parts(registry: RunningApp) -> None:
    whole = (await get(registry, "/config/policies/"))["policies"]
    assert (await get(registry, "/config/policies/", offset=3, limit=2))["policies"] == whole[3:5]
    assert (await get(registry, "/config/policies/", offset=11))["policies"] == []


async def test_a_consent_is_given_and_read_in_the_standards_words(registry: RunningApp, person: grants.Caller) -> None:
    made = await given(registry, person)
    check(made, "serviceIndividualConsentRecordCreate")
    record, agreement = made["consentRecord"], (await get(registry, f"/service/data-agreement/{SCHOOL}/"))
    assert record["optIn"] is True and record["dataAgreement"] == agreement["dataAgreement"]
    assert record["dataAgreementRevisionHash"] == agreement["revision"]["serializedHash"]
    newest = await get(registry, f"{RECORD}/data-agreement/{SCHOOL}/", person)
    check(newest, "serviceIndividualConsentRecordRead")
    assert newest == {"consentRecord": record}
    async with registry.as_(person) as client:
        own = (await client.get(f"/v1/me/consents/{record['id']}")).json()
    assert (own["state"], own["receipt"]) == ("given", record["signature"]["verificationJwsHeader"])


async def test_the_signature_is_the_receipt(registry: RunningApp, person: grants.Caller) -> None:
    signature = (await given(registry, person))["consentRecord"]["signature"]
    async with registry.as_() as anybody:
        [key] = (await anybody.get("/directory/receipt-keys")).json()["keys"]
    read = jws.deserialize_compact(signature["verificationJwsHeader"], ECKey.import_key(key), algorithms=["ES256"])
    assert read.payload.decode() == signature["payload"] == signature["verificationPayload"]
    assert sha256(signature["payload"]) == signature["verificationPayloadHash"]


async def test_her_consents_are_listed_newest_first(registry: RunningApp, person: grants.Caller) -> None:
    made = [(await given(registry, person, recipient=f"org-{n}"))["consentRecord"] for n in range(3)]
    mine = decision(purpose="housing_help", fields=["姓名"], sensitive=[])
    mine["notice"] = mine["notice"] | {"id": "housing_help"}
    status, other = await send(registry, person, "POST", f"{RECORD}/data-agreement/housing_help/", mine)
    assert status == 200, other
    listed = await get(registry, f"{RECORD}/consent-record/", person)
    check(listed, "serviceIndividualConsentRecordList")
    assert listed["consentRecords"] == [other["consentRecord"], *made[::-1]]
    part = await get(registry, f"{RECORD}/consent-record/", person, offset=1, limit=2)
    assert part["consentRecords"] == made[:0:-1]
    of_it = await get(registry, f"{RECORD}/data-agreement/{SCHOOL}/all/", person)
    check(of_it, "serviceIndividualDataAgreementConsentRecordList")
    assert of_it["consentRecords"] == made[::-1]
    part = await get(registry, f"{RECORD}/data-agreement/{SCHOOL}/all/", person, offset=2)
    assert part["consentRecords"] == made[:1]


async def test_opting_out_withdraws_and_the_chain_goes_on(registry: RunningApp, person: grants.Caller) -> None:
    made = await given(registry, person)
    path = f"{RECORD}/consent-record/{made['consentRecord']['id']}/"
    body = {"consentRecord": made["consentRecord"] | {"optIn": False}}
    for _ in range(2):
        status, back = await send(registry, person, "PUT", path, body)
        assert status == 200, back
        check(back, "serviceIndividualConsentRecordUpdate")
        assert back["consentRecord"]["optIn"] is False
        assert back["revision"]["predecessorHash"] == made["revision"]["serializedHash"]
        assert sha256(back["revision"]["serializedSnapshot"]) == back["revision"]["serializedHash"]
    assert sha256(made["revision"]["serializedSnapshot"]) == made["revision"]["serializedHash"]
    async with registry.as_(person) as client:
        own = (await client.get(f"/v1/me/consents/{made['consentRecord']['id']}")).json()
    assert own["state"] == "withdrawn"


async def test_nothing_else_of_a_record_changes(registry: RunningApp, person: grants.Caller) -> None:
    record = (await given(registry, person))["consentRecord"]
    path = f"{RECORD}/consent-record/{record['id']}/"
    for change in (
        {"optIn": True},
        {"optIn": False, "state": "unsigned"},
        {"optIn": False, "dataAgreementRevisionHash": "0" * 64},
        {"optIn": False, "individual": {"id": "somebody"}},
    ):
        status, answer = await send(registry, person, "PUT", path, {"consentRecord": record | change})
        assert (status, answer["code"]) == (422, "body-invalid"), change
    assert (await get(registry, f"{RECORD}/data-agreement/{SCHOOL}/", person))["consentRecord"]["optIn"] is True


async def test_the_path_and_the_body_have_to_agree(registry: RunningApp, person: grants.Caller) -> None:
    status, answer = await send(registry, person, "POST", f"{RECORD}/data-agreement/housing_help/", decision())
    assert (status, answer["code"]) == (422, "body-invalid")


async def test_a_refusal_is_a_no_and_is_kept_nowhere_in_clear(registry: RunningApp, person: grants.Caller) -> None:
    key = {"idempotency-key": str(uuid.uuid4())}
    body = decision(decision="refused")
    async with registry.as_(person) as client:
        path = f"{PREFIX}{RECORD}/data-agreement/{SCHOOL}/"
        made = await client.post(path, json=body, headers=key)
        again = await client.post(path, json=body, headers=key)
    assert made.json()["consentRecord"]["optIn"] is False
    assert (again.status_code, again.json()["code"]) == (409, "answer-shown-once")


async def test_another_persons_records_are_not_there(registry: RunningApp, person: grants.Caller) -> None:
    record = (await given(registry, person))["consentRecord"]
    other = grants.resident(registry.settings)
    assert (await get(registry, f"{RECORD}/consent-record/", other)) == {"consentRecords": []}
    body = {"consentRecord": record | {"optIn": False}}
    status, answer = await send(registry, other, "PUT", f"{RECORD}/consent-record/{record['id']}/", body)
    assert (status, answer["code"]) == (404, "not-found")
    async with registry.as_(other) as client:
        assert (await client.get(f"{PREFIX}{RECORD}/data-agreement/{SCHOOL}/")).status_code == 404
