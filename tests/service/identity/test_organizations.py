"""Organisations: proposed by one administrator of the centre, let in by another, suspended, closed, under contract."""

import uuid
from datetime import date
from typing import Any

import httpx
import pytest

from services.identity.commands import contracts
from tests.service.identity.offices import CENTRE, EDUCATION, HOUSING, TOWN, Offices, came, day

SOCIAL = {"kind": "social_organisation", "parent": TOWN, "name": "甘亭社会工作服务中心"}
INDICATORS = {"referrals_answered_within_days": 5, "outcomes_confirmed_share": 80}


async def state(offices: Offices, organization: str) -> str:
    everything = (await offices.get("/administered-organizations", "centre-1")).json()["organizations"]
    return str(next(each["state"] for each in everything if each["id"] == organization))


async def listed(offices: Offices) -> set[str]:
    return {each["id"] for each in (await offices.get("/organizations")).json()["organizations"]}


def contract(since: int, until: int) -> dict[str, Any]:
    return {"starts_on": day(since), "ends_on": day(until), "indicators": INDICATORS}


async def test_two_people_let_an_organisation_in(offices: Offices) -> None:
    made = await offices.proposed(services=["EDU-01"])
    assert made not in await listed(offices)
    assert (await offices.get(f"/organizations/{made}")).status_code == 404
    assert came(await offices.confirm("centre-1", made)) == (409, "second-person-needed")
    assert (await offices.confirm("centre-2", made)).json()["state"] == "active"
    assert made in await listed(offices)
    shown = (await offices.get(f"/organizations/{made}")).json()
    assert (shown["state"], shown["parent"], shown["services"]) == ("active", EDUCATION, ["EDU-01"])
    (fact,) = await offices.told("organization.registered", organization=made)
    assert (fact["state"], fact["kind"], fact["services"]) == ("active", "school", ["EDU-01"])


async def test_the_second_person_confirms_what_they_read(offices: Offices) -> None:
    made = await offices.proposed()
    assert came(await offices.post("centre-2", f"/organizations/{made}:confirm")) == (428, "if-match-missing")
    async with offices.as_("centre-1") as client:
        path, read = f"/v1/organizations/{made}", {"if-match": '"1"'}
        assert (await client.put(path, json={"name": "另一学校"}, headers=read)).is_success
    async with offices.as_("centre-2") as client:
        assert came(await client.post(f"{path}:confirm", headers=read)) == (412, "version-stale")
    assert (await offices.confirm("centre-2", made)).json()["name"] == "另一学校"


async def test_whoever_changes_a_proposal_does_not_confirm_it(offices: Offices) -> None:
    made = await offices.proposed(**SOCIAL)
    async with offices.as_("centre-2") as client:
        changed = await client.put(f"/v1/organizations/{made}", json={"name": "社工站"}, headers={"if-match": '"1"'})
    assert (changed.status_code, came(await offices.confirm("centre-2", made))) == (200, (409, "second-person-needed"))
    assert (await offices.post("centre-1", f"/organizations/{made}/contracts", contract(0, 9))).is_success
    assert came(await offices.confirm("centre-1", made)) == (409, "second-person-needed"), "the contract is theirs"
    assert (await offices.confirm("centre-2", made)).json()["state"] == "active"


async def test_before_the_second_person_nobody_hears_of_it(offices: Offices) -> None:
    dropped = await offices.proposed()
    assert (await offices.post("centre-1", f"/organizations/{dropped}:close")).json()["state"] == "closed"
    made = await offices.confirmed()
    await offices.told("organization.registered", organization=made)
    assert not offices.heard("organization.registered", organization=dropped)
    assert not offices.heard("organization.closed", organization=dropped)


WRONG: list[Any] = [
    pytest.param({"name": "鄠邑区公安局"}, "party-forbidden", id="police by name"),
    pytest.param({"kind": "police"}, "party-forbidden", id="police by kind"),
    pytest.param({"services": ["EDU-99"]}, "service-not-offered", id="no service"),
    pytest.param({"services": ["EMP-07"]}, "service-not-offered", id="information is nobody's"),
    pytest.param({"kind": "department"}, "organisation-misplaced", id="a department under a department"),
    pytest.param({"kind": "service_centre"}, "organisation-misplaced", id="a second top"),
    pytest.param({"district": "621124"}, "organisation-misplaced", id="another region"),
    pytest.param({"id": HOUSING}, "conflict", id="an id that is taken"),
]


@pytest.mark.parametrize(("changed", "code"), WRONG)
async def test_what_has_no_place_in_the_tree_is_refused(offices: Offices, changed: dict[str, Any], code: str) -> None:
    body = {"id": offices.fresh("org"), "name": "学校", "kind": "school", "parent": EDUCATION, "district": "610118"}
    assert came(await offices.post("centre-1", "/organizations", body | changed)) == (409, code)


async def test_a_line_of_somebodys_own_is_no_office_line(offices: Offices) -> None:
    body = {"id": offices.fresh("org"), "name": "学校", "kind": "school", "parent": EDUCATION, "district": "610118"}
    mobile = await offices.post("centre-1", "/organizations", body | {"office_phone": "13800000000"})
    assert came(mobile) == (422, "body-invalid")
    landline = await offices.post("centre-1", "/organizations", body | {"office_phone": "029-84812345"})
    assert landline.json()["office_phone"] == "029-84812345"


@pytest.mark.parametrize("who", ["other-centre-1", "education-1"])
async def test_only_the_service_centre_above_has_a_say(offices: Offices, who: str) -> None:
    made = await offices.proposed()
    body = {"id": offices.fresh("org"), "name": "学校", "kind": "school", "parent": EDUCATION, "district": "610118"}
    answers = [await offices.post(who, "/organizations", body)]
    answers += [
        await offices.post(who, f"/organizations/{made}:{verb}") for verb in ("confirm", "suspend", "resume", "close")
    ]
    answers.append(await offices.post(who, f"/organizations/{made}/contracts", contract(0, 1)))
    path, headers = f"/v1/organizations/{made}", {"if-match": '"1"'}
    async with offices.as_(who) as client:
        answers.append(await client.put(path, json={"name": "学校"}, headers=headers))
    assert {came(answer) for answer in answers} == {(404, "not-found")}


async def test_a_centre_cannot_stop_itself(offices: Offices) -> None:
    for verb in ("suspend", "close"):
        assert came(await offices.post("centre-1", f"/organizations/{CENTRE}:{verb}")) == (404, "not-found")


async def test_a_suspended_organisation_is_not_shown_and_comes_back(offices: Offices) -> None:
    made = await offices.confirmed()
    assert (await offices.post("centre-1", f"/organizations/{made}:suspend")).json()["state"] == "suspended"
    assert made not in await listed(offices)
    assert came(await offices.post("centre-1", f"/organizations/{made}:suspend")) == (409, "state-conflict")
    alone = await offices.post("centre-1", f"/organizations/{made}:resume")
    assert came(alone) == (409, "second-person-needed"), "whoever suspended it"
    assert (await offices.post("centre-2", f"/organizations/{made}:resume")).json()["state"] == "active"
    assert made in await listed(offices)
    for subject, now in (("suspended", "suspended"), ("resumed", "active")):
        (fact,) = await offices.told(f"organization.{subject}", organization=made)
        assert fact["state"] == now


async def test_what_others_depend_on_is_not_closed(offices: Offices) -> None:
    made = await offices.confirmed("community", TOWN)
    await offices.confirmed("school", made)
    await offices.member(made, "counter")
    refused = await offices.post("centre-1", f"/organizations/{made}:close")
    assert came(refused) == (409, "organisation-in-use")
    assert (refused.json()["children"], refused.json()["clients"], refused.json()["staff"]) == (1, 0, 1)
    assert await state(offices, made) == "active"


async def test_closed_is_for_good(offices: Offices) -> None:
    made = await offices.confirmed()
    assert (await offices.post("centre-1", f"/organizations/{made}:close")).json()["state"] == "closed"
    assert (await offices.told("organization.closed", organization=made))[0]["state"] == "closed"
    for verb in ("confirm", "suspend", "resume", "close"):
        answer = await offices.post("centre-2", f"/organizations/{made}:{verb}")
        assert (came(answer), answer.json()["allowed"]) == ((409, "state-conflict"), [])
    async with offices.as_("centre-1") as client:
        changed = await client.put(f"/v1/organizations/{made}", json={"name": "学校"}, headers={"if-match": '"3"'})
    assert came(changed) == (409, "state-conflict")


async def test_nothing_is_registered_below_what_is_not_active(offices: Offices) -> None:
    below = {"id": offices.fresh("org"), "name": "学校", "kind": "school", "district": "610118"}
    made = await offices.proposed("community", TOWN)
    answer = await offices.post("centre-1", "/organizations", below | {"parent": made})
    assert came(answer) == (409, "state-conflict")


async def test_a_change_wants_the_version_that_was_read(offices: Offices) -> None:
    made = await offices.confirmed()
    read = await offices.get(f"/organizations/{made}")
    body = {"name": "甘亭中学", "services": ["EDU-02"], "office_phone": "12345", "office_address": "人民路1号"}
    async with offices.as_("centre-1") as client:
        path = f"/v1/organizations/{made}"
        assert came(await client.put(path, json=body)) == (428, "if-match-missing")
        changed = await client.put(path, json=body, headers={"if-match": read.headers["etag"]})
        assert changed.status_code == 200
        stale = await client.put(path, json=body, headers={"if-match": read.headers["etag"]})
        police = body | {"name": "公安局"}
        named = await client.put(path, json=police, headers={"if-match": changed.headers["etag"]})
    assert (came(stale), came(named)) == ((412, "version-stale"), (409, "party-forbidden"))
    shown = (await offices.get(f"/organizations/{made}")).json()
    assert {key: shown[key] for key in ("office_phone", "office_address")} == dict(list(body.items())[2:])


async def put(offices: Offices, who: str, organization: str, **body: Any) -> httpx.Response:
    """Change what one has just read."""
    version = (await seen(offices, who, organization))["version"]
    async with offices.as_(who) as client:
        return await client.put(f"/v1/organizations/{organization}", json=body, headers={"if-match": f'"{version}"'})


async def seen(offices: Offices, who: str, organization: str) -> dict[str, Any]:
    """An organisation as administrators see it."""
    every = (await offices.get("/administered-organizations", who)).json()["organizations"]
    return dict(next(each for each in every if each["id"] == organization))


@pytest.mark.parametrize("new", [{"name": "甘亭中学"}, {"name": "甘亭学校", "services": ["EDU-02"]}])
async def test_a_new_name_and_other_services_wait_for_a_second_person(offices: Offices, new: dict[str, Any]) -> None:
    made = await offices.confirmed()
    changed = await put(offices, "centre-1", made, **new)
    waits = {"name": new["name"], "services": new.get("services", [])}
    assert (changed.json()["name"], changed.json()["services"]) == ("甘亭学校", [])
    assert (changed.json()["proposed"], changed.json()["proposed_by"]) == (waits, "centre-1")
    shown = (await offices.get(f"/organizations/{made}")).json()
    assert (shown["name"], shown["services"], "proposed" in shown) == ("甘亭学校", [], False)
    assert came(await offices.confirm("centre-1", made)) == (409, "second-person-needed")
    assert not offices.heard("organization.registered", organization=made, **waits)
    done = (await offices.confirm("centre-2", made)).json()
    assert (done["name"], done["services"], done["proposed"]) == (*waits.values(), None)
    assert await offices.told("organization.registered", organization=made, **waits)
    assert came(await offices.confirm("centre-1", made)) == (409, "state-conflict"), "nothing waits any more"


async def test_whoever_changes_a_change_proposes_it_and_may_take_it_back(offices: Offices) -> None:
    made = await offices.confirmed()
    await put(offices, "centre-1", made, name="甘亭中学")
    await put(offices, "centre-2", made, name="甘亭小学")
    assert came(await offices.confirm("centre-2", made)) == (409, "second-person-needed")
    await put(offices, "centre-2", made, name="甘亭学校")
    assert (await seen(offices, "centre-1", made))["proposed"] is None
    assert came(await offices.confirm("centre-1", made)) == (409, "state-conflict")


async def test_the_centres_own_change_is_confirmed_by_a_colleague(offices: Offices) -> None:
    changed = await put(offices, "centre-1", CENTRE, name="鄠邑区便民服务中心")
    assert changed.json()["proposed"]["name"] == "鄠邑区便民服务中心"
    assert came(await offices.confirm("centre-1", CENTRE)) == (409, "second-person-needed")
    assert (await offices.confirm("centre-2", CENTRE)).json()["name"] == "鄠邑区便民服务中心"


async def test_a_social_organisation_is_let_in_by_a_contract_in_force(offices: Offices) -> None:
    made = await offices.proposed(**SOCIAL)
    for since, until in ((-30, -1), (10, 20)):
        assert (await offices.post("centre-1", f"/organizations/{made}/contracts", contract(since, until))).is_success
        refused = await offices.confirm("centre-2", made)
        assert came(refused) == (409, "contract-not-in-force")
    assert (await offices.post("centre-1", f"/organizations/{made}/contracts", contract(0, 9))).status_code == 201
    assert (await offices.confirm("centre-2", made)).json()["state"] == "active"
    shown = (await offices.get(f"/organizations/{made}")).json()["contracts"]
    assert [(each["starts_on"], each["indicators"]) for each in shown] == [
        (day(since), INDICATORS) for since in (-30, 0, 10)
    ]


async def test_contracts_are_sound_one_at_a_time_and_for_social_organisations(offices: Offices) -> None:
    made = await offices.proposed(**SOCIAL)
    path = f"/organizations/{made}/contracts"
    assert (await offices.post("centre-1", path, contract(0, 9))).is_success
    assert came(await offices.post("centre-1", path, contract(9, 20))) == (409, "contract-overlaps")
    assert came(await offices.post("centre-1", path, contract(9, 8))) == (422, "body-invalid")
    nothing = contract(30, 40) | {"indicators": {}}
    assert came(await offices.post("centre-1", path, nothing)) == (422, "body-invalid")
    assert came(await offices.post("centre-1", path, contract(30, 40) | {"score": 1})) == (422, "body-invalid")
    office = await offices.post("centre-1", f"/organizations/{HOUSING}/contracts", contract(0, 9))
    assert came(office) == (409, "not-by-contract")


async def test_whoever_suspended_it_neither_ends_its_staff_nor_invites_them_anew(offices: Offices) -> None:
    made = await offices.confirmed()
    member = await offices.member(made, "administrator")
    await offices.post("centre-1", f"/organizations/{made}:suspend")
    for verb in ("leave", "invite"):
        answer = await offices.post("centre-1", f"/staff/{member}:{verb}")
        assert came(answer) == (409, "second-person-needed"), verb
    for verb in ("invite", "leave"):
        assert (await offices.post("centre-2", f"/staff/{member}:{verb}")).is_success, verb


async def test_when_the_contract_ends_the_social_organisation_is_suspended(offices: Offices) -> None:
    under, over = [await offices.proposed(**SOCIAL) for _ in range(2)]
    for made in (under, over):
        assert (await offices.post("centre-1", f"/organizations/{made}/contracts", contract(-5, 5))).is_success
        assert (await offices.confirm("centre-2", made)).is_success
    values = {"made": over, "until": date.fromisoformat(day(-1))}
    await offices.run("UPDATE contract SET ends_on = :until WHERE organization = :made", values)
    await contracts.sweep(offices.identity.runtime)
    assert [await state(offices, made) for made in (under, over)] == ["active", "suspended"]
    assert (await offices.told("organization.suspended", organization=over))[0]["state"] == "suspended"
    assert came(await offices.post("centre-1", f"/organizations/{over}:resume")) == (409, "contract-not-in-force")
    assert (await offices.post("centre-1", f"/organizations/{over}/contracts", contract(0, 30))).is_success
    alone = await offices.post("centre-1", f"/organizations/{over}:resume")
    assert came(alone) == (409, "second-person-needed"), "whoever registered the contract"
    assert (await offices.post("centre-2", f"/organizations/{over}:resume")).json()["state"] == "active"


async def test_the_same_key_proposes_once(offices: Offices) -> None:
    body = {"id": offices.fresh("org"), "name": "学校", "kind": "school", "parent": EDUCATION, "district": "610118"}
    headers = {"idempotency-key": str(uuid.uuid4())}
    async with offices.as_("centre-1") as client:
        first, again = [await client.post("/v1/organizations", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, first.json(), first.headers["etag"]) == (201, again.json(), again.headers["etag"])


async def test_an_administrator_sees_the_own_part_of_the_tree_in_every_state(offices: Offices) -> None:
    made = await offices.proposed()
    for who, sees in (("centre-1", True), ("other-centre-1", False), ("education-1", False)):
        seen = (await offices.get("/administered-organizations", who)).json()["organizations"]
        assert (made in {each["id"] for each in seen}) is sees
        assert all(each["contracts"] is not None for each in seen)
