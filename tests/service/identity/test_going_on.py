"""Another front end gets nothing of whoever is signed in before they say so, and of staff of others nothing at all."""

import random
from collections.abc import Callable

from demo import family
from tests.support.sign_in import FrontEnd, claims_of, code_of

Unused = Callable[[], str]


def another(front_end: FrontEnd, client: str) -> FrontEnd:
    """Another client, with a key of its own, that sends the same browser."""
    return FrontEnd(front_end.identity, front_end.http, front_end.directory, client, front_end.kind)


async def signed_in(desk: FrontEnd, name: str) -> None:
    await desk.open()
    assert (await desk.redeem(await desk.password(name))).status_code == 200


async def test_staff_see_whose_front_end_it_is_and_go_on_by_a_button(desk: FrontEnd, unused: Unused) -> None:
    name = unused()
    await signed_in(desk, name)
    centre = another(desk, "centre-desk")
    assert (await centre.open()).headers["location"] == "/sign-in"
    shown = await centre.page()
    for said in ("centre-desk", "便民服务中心", f"Go on as {name}", "Or sign in anew"):
        assert said in shown
    granted = (await centre.redeem(await centre.send("/go-on"))).json()
    assert claims_of(granted["access_token"])["sub"] == name
    assert code_of(await centre.open()), "asked once in a session"


async def test_a_resident_too(portal: FrontEnd) -> None:
    await portal.open()
    answer = await portal.send("/code", code=await portal.phone(family.phone(random.SystemRandom())))
    assert (await portal.redeem(answer)).status_code == 200
    other = another(portal, "other-portal")
    assert (await other.open(max_age="300")).headers["location"] == "/sign-in"
    shown = await other.page()
    assert "住建局" in shown and "You are signed in at this browser" in shown
    code_of(await other.send("/go-on"))


async def test_a_key_that_is_held_down_presses_no_button(desk: FrontEnd, portal: FrontEnd, unused: Unused) -> None:
    await signed_in(desk, unused())
    centre = another(desk, "centre-desk")
    await centre.open()
    await portal.open()
    answer = await portal.send("/code", code=await portal.phone(family.phone(random.SystemRandom())))
    assert (await portal.redeem(answer)).status_code == 200
    other = another(portal, "other-portal")
    await other.open()
    for shown in (await centre.page(), await other.page()):
        assert "/sign-in/go-on" in shown
        assert "autofocus" not in shown


async def test_whoever_goes_back_gave_nothing(desk: FrontEnd, unused: Unused) -> None:
    await signed_in(desk, unused())
    centre = another(desk, "centre-desk")
    await centre.open()
    assert "error=access_denied" in (await centre.send(":cancel")).headers["location"]
    assert (await centre.open()).headers["location"] == "/sign-in"


async def test_no_other_site_presses_the_button(desk: FrontEnd, unused: Unused) -> None:
    await signed_in(desk, unused())
    await another(desk, "centre-desk").open()
    assert (await desk.http.post("/sign-in/go-on", data={"form": "0" * 64})).status_code == 400


async def test_who_is_not_signed_in_well_enough_signs_in(desk: FrontEnd, unused: Unused) -> None:
    await signed_in(desk, unused())
    await desk.open(prompt="login")
    assert "Go on as" not in await desk.page()
    assert (await desk.send("/go-on")).status_code == 200, "the page again"
    assert "jieli_session" in desk.http.cookies


async def test_staff_sign_in_at_front_ends_of_their_own_organisation_or_one_above(
    desk: FrontEnd, unused: Unused
) -> None:
    name = unused()
    await signed_in(desk, name)
    elsewhere = another(desk, "other-desk")
    assert (await elsewhere.open()).headers["location"] == "/sign-in"
    assert "Go on as" not in await elsewhere.page()
    assert (await elsewhere.send("/go-on")).status_code == 200, "the page again"
    refused = await elsewhere.password(name, desk.shown(name, 1))
    assert (refused.status_code, "not of your organisation" in refused.text) == (403, True)
