"""Staff: invited, given roles, moved, gone; by whoever answers for them, never by themselves."""

import asyncio
import re
import secrets
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from services.identity.rules import secrets as digests
from tests.service.identity.offices import CENTRE, EDUCATION, HOUSING, Offices, came
from tests.support.sign_in import CALLBACK, KEY, FrontEnd

PASSWORD = "correct horse battery staple 接力"
Codes = tuple[str, str]  # of whoever proposed, and of whoever approved


def somebody(offices: Offices, organization: str = EDUCATION, *roles: str) -> dict[str, Any]:
    return {"id": offices.fresh("work"), "organization": organization, "roles": list(roles) or ["officer"]}


async def proposed(offices: Offices, who: str, body: dict[str, Any]) -> str:
    """The first code."""
    answer = await offices.post(who, "/staff", body)
    assert (answer.status_code, answer.json()["state"]) == (201, "invited"), answer.text
    return str(answer.json()["invitation"])


async def approved(offices: Offices, staff: str, by: str = "centre-2") -> str:
    """The second code."""
    answer = await offices.post(by, f"/staff/{staff}:approve")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["approval"])


async def invited(offices: Offices, who: str, body: dict[str, Any]) -> Codes:
    """Both codes, from two people."""
    return await proposed(offices, who, body), await approved(offices, body["id"])


async def joined(offices: Offices, codes: Codes) -> str:
    """Take the invitation; the secret of the new authenticator."""
    answer, totp = await opened(offices, codes)
    assert answer.status_code == 200, answer.text
    return totp


async def join(offices: Offices, codes: Codes) -> httpx.Response:
    """Take the invitation, whatever comes of it."""
    return (await opened(offices, codes))[0]


async def opened(offices: Offices, codes: Codes) -> tuple[httpx.Response, str]:
    """Go through the pages that the link opens."""
    both = dict(zip(("invitation", "approval"), codes, strict=True))
    async with offices.identity.as_() as http:
        page = (await http.post("/sign-in/join", data=both)).text
        found = re.search(r'name="totp" value="([A-Z2-7]+)"', page)
        totp = found[1] if found else "A" * 32
        code = pyotp.TOTP(totp).generate_otp(int(time.time()) // 30)
        form = both | {"password": PASSWORD, "totp": totp, "code": code}
        return await http.post("/sign-in/joined", data=form), totp


async def seen(offices: Offices, who: str) -> dict[str, dict[str, Any]]:
    """Whom an administrator sees, by page."""
    return {each["id"]: each for each in await offices.listed(who, "staff")}


async def sign_in(offices: Offices, name: str) -> str:
    """An open session of somebody, as a sign-in leaves it; its id."""
    row = {"id": uuid.uuid4(), "staff": name, "cookie": secrets.token_bytes(32)}
    await offices.run(
        "INSERT INTO session (id, kind, subject, level, method, cookie, state, authenticated_at, used_at, ends_at)"
        " VALUES (:id, 'staff', :staff, 'aal2', 'passkey', :cookie, 'open', now(), now(), now() + interval '1 hour')",
        row,
    )
    return str(row["id"])


async def test_whoever_is_invited_joins_once(offices: Offices) -> None:
    body = somebody(offices, EDUCATION, "officer", "counter")
    invitation = await invited(offices, "education-1", body)
    two = {"proposed_by": "education-1", "approved_by": "centre-2"}
    waiting = body | two | {"roles": ["counter", "officer"], "state": "invited"}
    assert (await seen(offices, "education-2"))[body["id"]] == waiting
    assert (await join(offices, invitation)).status_code == 200
    assert (await seen(offices, "education-2"))[body["id"]] == waiting | {"state": "active"}, "who the two were is kept"
    fact = {"staff": body["id"], "organization": EDUCATION, "roles": ["counter", "officer"]}
    assert await offices.told("staff.joined", staff=body["id"]) == [fact]
    assert (await join(offices, invitation)).status_code == 403


async def test_the_code_is_shown_once_and_kept_nowhere(offices: Offices) -> None:
    body, headers = somebody(offices), {"idempotency-key": str(uuid.uuid4())}
    async with offices.as_("education-1") as client:
        first, again = [await client.post("/v1/staff", json=body, headers=headers) for _ in range(2)]
    code = first.json()["invitation"]
    assert first.json()["link"] == f"http://gateway.test/sign-in/join#{code}"
    assert first.headers["cache-control"] == "no-store"
    assert (came(again), code in again.text) == ((409, "answer-shown-once"), False)
    second = await approved(offices, body["id"])
    kept = await offices.run("SELECT code, approval FROM invitation WHERE staff = :staff", {"staff": body["id"]})
    assert [tuple(row) for row in kept] == [(digests.digest(code), digests.digest(second.replace("-", "")))]
    answers = await offices.run("SELECT answer FROM idempotency WHERE answer IS NOT NULL", {})
    assert not [row for row in answers if {code.encode(), second.encode()} & {*row.answer.split(b'"')}]


async def test_neither_of_the_two_who_invite_can_become_whom_they_invite(offices: Offices) -> None:
    body = somebody(offices, EDUCATION, "administrator")
    first = await proposed(offices, "education-1", body)
    assert (await join(offices, (first, ""))).status_code == 403
    second = await approved(offices, body["id"], "education-2")
    for codes in ((first, ""), (first, "0" * 20), ("x", second), (second, first), (second, second)):
        assert (await join(offices, codes)).status_code == 403, codes
    assert (await join(offices, (first, second.replace("-", " ").lower()))).status_code == 200


async def test_who_lost_everything_is_not_taken_over_by_whoever_invites_them_anew(offices: Offices) -> None:
    office = await offices.confirmed()
    only = await offices.member(office, "administrator")
    first = (await offices.post("centre-1", f"/staff/{only}:invite")).json()["invitation"]
    assert (await join(offices, (first, ""))).status_code == 403
    assert came(await offices.post("centre-1", f"/staff/{only}:approve")) == (409, "second-person-needed")
    told = (await seen(offices, "centre-2"))[only]
    assert (told["proposed_by"], told["approved_by"]) == ("centre-1", None)
    assert (await join(offices, (first, await approved(offices, only)))).status_code == 200


async def test_who_approves_is_somebody_else_and_has_to_do_with_it(offices: Offices) -> None:
    body, again = somebody(offices), await offices.member(EDUCATION, "administrator")
    await proposed(offices, "education-1", body)
    await offices.post("education-1", f"/staff/{again}:invite")
    by = {"education-1": (409, "second-person-needed"), "other-centre-1": (404, "not-found")}
    for who, answer in by.items():
        assert came(await offices.post(who, f"/staff/{body['id']}:approve")) == answer, who
    oneself = await offices.post(again, f"/staff/{again}:approve", organization=EDUCATION)
    assert came(oneself) == (409, "not-for-oneself")
    await approved(offices, body["id"], "education-2")
    assert came(await offices.post("centre-2", f"/staff/{body['id']}:approve")) == (404, "not-found")
    assert came(await offices.post("centre-2", "/staff/education-3:approve")) == (404, "not-found")


async def test_while_an_office_is_suspended_nobody_gets_a_role_or_moves(offices: Offices) -> None:
    office = await offices.confirmed()
    first, second = [await offices.member(office, "administrator") for _ in range(2)]
    officer = await offices.member(office, "officer")
    await offices.post("centre-1", f"/organizations/{office}:suspend")
    for who, body in ((officer, {"roles": ["administrator"]}), (first, {"roles": ["counter"]})):
        assert came(await offices.post("centre-1", f"/staff/{who}:assign", body)) == (409, "state-conflict")
    moved = await offices.post("centre-1", f"/staff/{second}:move", {"organization": HOUSING})
    assert came(moved) == (409, "state-conflict")
    assert came(await offices.post("centre-1", f"/organizations/{office}:resume")) == (409, "second-person-needed")
    assert (await offices.post("centre-2", f"/organizations/{office}:resume")).status_code == 200
    answer = await offices.post(first, f"/staff/{officer}:assign", {"roles": ["counter"]}, office)
    assert answer.json()["roles"] == ["counter"]


async def test_a_centre_alone_becomes_nobody_of_an_office_that_it_suspends(offices: Offices) -> None:
    office = await offices.confirmed()
    await offices.member(office, "administrator")
    officer = await offices.member(office, "officer")
    await offices.post("centre-1", f"/organizations/{office}:suspend")
    first = (await offices.post("centre-2", f"/staff/{officer}:invite")).json()["invitation"]
    await offices.post("centre-2", f"/organizations/{office}:resume")
    assert (await join(offices, (first, ""))).status_code == 403


ROLES: list[Any] = [
    pytest.param(["administrator", "officer"], "roles-apart", id="gives powers and works"),
    pytest.param(["data_protection_officer", "coordinator"], "roles-apart", id="watches and works"),
    pytest.param(["mediator", "officer"], "roles-apart", id="mediates and decides"),
    pytest.param(["watcher"], "role-unknown", id="no role"),
]


@pytest.mark.parametrize(("roles", "code"), ROLES)
async def test_roles_that_are_kept_apart_are_refused(offices: Offices, roles: list[str], code: str) -> None:
    assert came(await offices.post("education-1", "/staff", somebody(offices, EDUCATION, *roles))) == (409, code)
    member = await offices.member(EDUCATION, "officer")
    assert came(await offices.post("education-1", f"/staff/{member}:assign", {"roles": roles})) == (409, code)


@pytest.mark.parametrize("name", ["Wang Xiaoming", "王小明", "w", "-x-", "a" * 65, "wang@example.org"])
async def test_a_work_id_is_no_name(offices: Offices, name: str) -> None:
    answer = await offices.post("education-1", "/staff", somebody(offices) | {"id": name})
    assert came(answer) == (422, "body-invalid")


async def acts_on(offices: Offices, who: str, member: str, organization: str) -> list[tuple[int, str]]:
    """What comes of every act of somebody, on a member and on the organisation."""
    return [
        came(await offices.post(who, "/staff", somebody(offices, organization))),
        came(await offices.post(who, f"/staff/{member}:invite")),
        came(await offices.post(who, f"/staff/{member}:assign", {"roles": ["counter"]})),
        came(await offices.post(who, f"/staff/{member}:leave")),
    ]


DONE = [(201, ""), (201, ""), (200, ""), (200, "")]
NOTHING = [(404, "not-found")] * 4


@pytest.mark.parametrize(
    ("who", "organization", "outcome"),
    [
        pytest.param("education-1", EDUCATION, DONE, id="the own organisation's"),
        pytest.param("education-1", HOUSING, NOTHING, id="another's"),
        pytest.param("centre-1", EDUCATION, NOTHING, id="the centre, where there is an administrator"),
        pytest.param("centre-1", HOUSING, DONE, id="the centre, where there is none"),
        pytest.param("other-centre-1", HOUSING, NOTHING, id="a centre that is not above"),
        pytest.param("centre-1", CENTRE, DONE, id="the centre's own"),
    ],
)
async def test_who_answers_for_staff(
    offices: Offices, who: str, organization: str, outcome: list[tuple[int, str]]
) -> None:
    member = await offices.member(organization, "officer")
    assert await acts_on(offices, who, member, organization) == outcome
    assert (member in await seen(offices, who)) is (outcome == DONE)


async def test_the_first_administrator_takes_over_from_the_centre(offices: Offices) -> None:
    office = await offices.confirmed()
    first = somebody(offices, office, "administrator")
    invitation = await invited(offices, "centre-1", first)
    member = await offices.member(office, "officer")
    assert member in await seen(offices, "centre-1")
    await join(offices, invitation)
    assert member not in await seen(offices, "centre-1")
    assert came(await offices.post("centre-1", f"/staff/{member}:leave")) == (404, "not-found")
    answer = await offices.post(first["id"], f"/staff/{member}:leave", organization=office)
    assert answer.json()["state"] == "left"


async def test_the_centre_helps_an_only_administrator_who_lost_everything(offices: Offices) -> None:
    office = await offices.confirmed()
    only = await offices.member(office, "administrator")
    assert (await offices.post("centre-1", f"/staff/{only}:invite")).status_code == 201
    assert came(await offices.post("centre-1", f"/staff/{only}:leave")) == (409, "last-administrator")


async def test_nobody_changes_themselves(offices: Offices) -> None:
    for verb, body in (("invite", None), ("assign", {"roles": ["counter"]}), ("move", {"organization": HOUSING})):
        answer = await offices.post("education-1", f"/staff/education-1:{verb}", body)
        assert came(answer) == (409, "not-for-oneself"), verb


async def test_an_active_organisation_keeps_an_administrator(offices: Offices) -> None:
    office = await offices.confirmed()
    first, second = [await offices.member(office, "administrator") for _ in range(2)]
    assert (await offices.post(first, f"/staff/{second}:leave", organization=office)).status_code == 200
    assert came(await offices.post(first, f"/staff/{first}:leave", organization=office)) == (409, "last-administrator")
    for verb, body in (("assign", {"roles": ["counter"]}), ("move", {"organization": HOUSING})):
        answer = await offices.post("centre-1", f"/staff/{first}:{verb}", body)
        assert came(answer) == (409, "last-administrator"), verb
    await offices.post("centre-1", f"/organizations/{office}:suspend")
    assert (await offices.post("centre-2", f"/staff/{first}:leave")).json()["state"] == "left"
    assert (await offices.post("centre-1", f"/organizations/{office}:close")).json()["state"] == "closed"


async def test_two_administrators_cannot_take_the_role_from_one_another_at_once(offices: Offices) -> None:
    office = await offices.confirmed()
    one, other = [await offices.member(office, "administrator") for _ in range(2)]
    body = {"roles": ["counter"]}
    answers = await asyncio.gather(
        offices.post(one, f"/staff/{other}:assign", body, office),
        offices.post(other, f"/staff/{one}:assign", body, office),
    )
    assert sorted(came(answer) for answer in answers) == [(200, ""), (409, "last-administrator")]


async def test_new_roles_want_a_new_sign_in(offices: Offices) -> None:
    member = await offices.member(EDUCATION, "officer")
    held = await sign_in(offices, member)
    answer = await offices.post("education-1", f"/staff/{member}:assign", {"roles": ["counter", "registrar"]})
    assert answer.json()["roles"] == ["counter", "registrar"]
    await offices.told("session.ended", session=held)
    fact = {"staff": member, "organization": EDUCATION, "roles": ["counter", "registrar"]}
    assert await offices.told("staff.assigned", staff=member) == [fact]


async def test_whoever_moves_gets_roles_where_they_come_to(offices: Offices) -> None:
    office = await offices.confirmed()
    host = await offices.member(office, "administrator")
    member = await offices.member(EDUCATION, "officer")
    held = await sign_in(offices, member)
    moved = await offices.post("education-1", f"/staff/{member}:move", {"organization": office})
    assert (moved.json()["organization"], moved.json()["roles"]) == (office, [])
    await offices.told("session.ended", session=held)
    fact = {"staff": member, "organization": office, "roles": []}
    assert await offices.told("staff.moved", staff=member) == [fact]
    body = {"roles": ["counter"]}
    assert came(await offices.post("education-1", f"/staff/{member}:assign", body)) == (404, "not-found")
    assert (await offices.post(host, f"/staff/{member}:assign", body, office)).json()["roles"] == ["counter"]


async def test_whoever_invited_somebody_that_moved_has_no_way_in_there(offices: Offices) -> None:
    body, unknown = somebody(offices), await join(offices, ("A" * 43, "A" * 20))
    code = await invited(offices, "education-1", body)
    moved = await offices.post("education-1", f"/staff/{body['id']}:move", {"organization": CENTRE})
    assert moved.json()["state"] == "invited"
    late = await join(offices, code)
    assert (late.status_code, unknown.status_code) == (403, 403)


async def test_nobody_moves_to_where_nobody_is_taken_in(offices: Offices) -> None:
    member, closed = await offices.member(EDUCATION, "officer"), await offices.proposed()
    for target, answer in (
        ("org-nowhere", (409, "conflict")),
        (EDUCATION, (409, "conflict")),
        (closed, (409, "state-conflict")),
    ):
        moved = await offices.post("education-1", f"/staff/{member}:move", {"organization": target})
        assert came(moved) == answer, target


async def test_whoever_leaves_is_gone_for_good(offices: Offices) -> None:
    body = somebody(offices)
    await join(offices, await invited(offices, "education-1", body))
    member, held = body["id"], await sign_in(offices, body["id"])
    assert (await offices.post("education-1", f"/staff/{member}:leave")).json()["state"] == "left"
    await offices.told("session.ended", session=held)
    await offices.told("staff.left", staff=member)
    left = "SELECT 1 FROM password WHERE staff = :staff UNION SELECT 1 FROM invitation WHERE staff = :staff"
    assert not await offices.run(left, {"staff": member})
    for verb, change in (("invite", None), ("assign", {"roles": ["counter"]}), ("move", {"organization": HOUSING})):
        assert came(await offices.post("education-1", f"/staff/{member}:{verb}", change)) == (409, "state-conflict")
    assert came(await offices.post("education-1", f"/staff/{member}:leave")) == (409, "state-conflict")
    assert came(await offices.post("education-1", "/staff", body)) == (409, "conflict")


async def test_whoever_never_joined_leaves_in_silence(offices: Offices) -> None:
    silent, loud = somebody(offices), await offices.member(EDUCATION, "officer")
    invitation = await invited(offices, "education-1", silent)
    for member in (silent["id"], loud):
        assert (await offices.post("education-1", f"/staff/{member}:leave")).json()["state"] == "left"
    await offices.told("staff.left", staff=loud)
    assert not offices.heard("staff.left", staff=silent["id"])
    assert (await join(offices, invitation)).status_code == 403


async def test_lost_credentials_end_at_once_and_a_fresh_code_opens_new_ones(offices: Offices) -> None:
    body = somebody(offices)
    old = await invited(offices, "education-1", body)
    await join(offices, old)
    held = await sign_in(offices, body["id"])
    fresh = await offices.post("education-2", f"/staff/{body['id']}:invite")
    assert fresh.json()["state"] == "active"
    then = fresh.json()["invitation"], await approved(offices, body["id"])
    await offices.told("session.ended", session=held)
    assert not await offices.run("SELECT 1 FROM password WHERE staff = :staff", {"staff": body["id"]})
    newest = await offices.post("education-2", f"/staff/{body['id']}:invite")
    now = newest.json()["invitation"], await approved(offices, body["id"])
    assert (await join(offices, then)).status_code == 403
    assert (await join(offices, now)).status_code == 200
    assert len(await offices.told("staff.joined", staff=body["id"])) == 1


async def test_nobody_is_taken_into_what_is_not_active(offices: Offices) -> None:
    office = await offices.proposed()
    assert came(await offices.post("centre-1", "/staff", somebody(offices, office))) == (409, "state-conflict")


async def front_end(offices: Offices, directory: Path) -> FrontEnd:
    """The centre's desk, where staff sign in."""
    body = {"id": offices.fresh("desk"), "organization": CENTRE, "grants": ["authorization_code"]}
    body |= {"jwk": KEY.as_dict(private=False), "signs_in": ["staff"], "redirect_uris": [CALLBACK]}
    assert (await offices.post("centre-1", "/clients", body)).status_code == 201
    assert (await offices.post("centre-2", f"/clients/{body['id']}:approve")).status_code == 200
    return FrontEnd(offices.identity, offices.identity.as_(), directory, str(body["id"]))


async def test_staff_of_a_suspended_organisation_are_signed_in_no_more(offices: Offices, tmp_path: Path) -> None:
    office, desk = await offices.confirmed(), await front_end(offices, tmp_path)
    body = somebody(offices, office, "counter")
    totp = await joined(offices, await invited(offices, "centre-1", body))

    async def signs_in(step: int) -> httpx.Response:
        await desk.open(prompt="login")
        code = pyotp.TOTP(totp).generate_otp(int(time.time()) // 30 + step)
        return await desk.send("/password", staff=body["id"], password=PASSWORD, code=code)

    granted = (await desk.redeem(await signs_in(0))).json()
    await offices.post("centre-1", f"/organizations/{office}:suspend")
    refresh = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    assert (await desk.token(refresh)).json()["error"] == "invalid_grant"
    assert (await signs_in(1)).status_code == 403
    await offices.post("centre-2", f"/organizations/{office}:resume")
    assert (await desk.token(refresh)).status_code == 200
    await desk.http.aclose()
