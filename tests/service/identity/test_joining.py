"""Staff join by an invitation, choose their own proofs, and sign in with them."""

import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import text

from services.identity.rules import secrets as digests
from tests.support.sign_in import FrontEnd, claims_of

GOOD = "correct horse battery staple 接力"


async def invite(desk: FrontEnd, name: str, state: str = "invited", days: int = 7) -> str:
    """An invitation as the seed or an administrator leaves it."""
    code = secrets.token_urlsafe(32)
    row = {"code": digests.digest(code), "staff": name, "until": datetime.now(UTC) + timedelta(days=days)}
    async with desk.identity.runtime.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO staff (id, organization, roles, state) VALUES (:staff, 'org-a', '{officer}', :state)"
                " ON CONFLICT (id) DO UPDATE SET state = :state"
            ),
            row | {"state": state},
        )
        await connection.execute(
            text("INSERT INTO invitation (code, staff, expires_at) VALUES (:code, :staff, :until)"), row
        )
    return code


async def shown(desk: FrontEnd, invitation: str) -> tuple[httpx.Response, str]:
    """The page that an invitation opens, and the authenticator's secret on it."""
    page = await desk.http.post("/sign-in/join", data={"invitation": invitation})
    found = re.search(r'name="totp" value="([A-Z2-7]+)"', page.text)
    return page, found[1] if found else ""


async def join(desk: FrontEnd, invitation: str, password: str = GOOD, step: int = 0) -> tuple[httpx.Response, str]:
    """Go through both pages."""
    _, totp = await shown(desk, invitation)
    code = pyotp.TOTP(totp or "A" * 32).generate_otp(int(time.time()) // 30 + step)
    form = {"invitation": invitation, "password": password, "totp": totp or "A" * 32, "code": code}
    return await desk.http.post("/sign-in/joined", data=form), totp


async def signed_in(desk: FrontEnd, name: str, totp: str) -> httpx.Response:
    await desk.open(prompt="login")
    code = pyotp.TOTP(totp).generate_otp(int(time.time()) // 30 + 1)
    return await desk.send("/password", staff=name, password=GOOD, code=code)


async def test_whoever_was_invited_chooses_and_signs_in(desk: FrontEnd) -> None:
    invitation = await invite(desk, "staff-joins")
    answer, totp = await join(desk, invitation)
    assert answer.status_code == 200, answer.text
    granted = (await desk.redeem(await signed_in(desk, "staff-joins", totp))).json()
    assert claims_of(granted["access_token"])["sub"] == "staff-joins"


async def test_an_invitation_serves_once(desk: FrontEnd) -> None:
    invitation = await invite(desk, "staff-once")
    assert (await join(desk, invitation))[0].status_code == 200
    assert (await join(desk, invitation))[0].status_code == 403


async def test_a_new_invitation_ends_what_was_there(desk: FrontEnd) -> None:
    name = "staff-again"
    _, old = await join(desk, await invite(desk, name))
    granted = (await desk.redeem(await signed_in(desk, name, old))).json()
    await join(desk, await invite(desk, name, "active"))
    refused = await desk.token({"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
    assert (await signed_in(desk, name, old)).status_code == 403


WRONG: list[Any] = [
    pytest.param({"password": "short"}, 422, id="short"),
    pytest.param({"password": "password1234"}, 422, id="guessed"),
    pytest.param({"password": "staff-weak12"}, 422, id="own name"),
    pytest.param({"step": 40}, 403, id="another code"),
]


@pytest.mark.parametrize(("changed", "status"), WRONG)
async def test_what_is_not_good_enough_changes_nothing(desk: FrontEnd, changed: dict[str, Any], status: int) -> None:
    invitation = await invite(desk, "staff-weak")
    assert (await join(desk, invitation, **changed))[0].status_code == status
    assert (await join(desk, invitation))[0].status_code == 200


@pytest.mark.parametrize("totp", ["A" * 17, "A" * 31, "A" * 16, "1" * 32])
async def test_only_an_authenticator_of_ours_is_kept(desk: FrontEnd, totp: str) -> None:
    form = {"invitation": await invite(desk, "staff-odd"), "password": GOOD, "totp": totp, "code": "123456"}
    assert (await desk.http.post("/sign-in/joined", data=form)).status_code == 422


@pytest.mark.parametrize(("state", "days"), [("left", 7), ("invited", -1)])
async def test_whoever_left_or_came_too_late_does_not_join(desk: FrontEnd, state: str, days: int) -> None:
    invitation = await invite(desk, f"staff-{state}-late", state, days)
    page, totp = await shown(desk, invitation)
    assert (page.status_code, totp) == (403, "")
