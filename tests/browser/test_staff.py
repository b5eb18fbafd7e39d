"""Staff sign in at the desk in a real browser: password and authenticator, then a passkey of their own."""

from collections.abc import Callable

from playwright.async_api import Browser as Chromium
from playwright.async_api import Route

from tests.browser import flows
from tests.browser.tab import Tab, tab
from tests.support.authenticators import Staff
from tests.support.relying import FrontEnd

Unused = Callable[[], Staff]


async def test_with_password_and_authenticator(person: Tab, desk: FrontEnd, staff: Unused) -> None:
    member = staff()
    claims = await flows.staff(person, desk, member)
    assert (claims["sub"], claims["acr"]) == (member.name, "aal2")
    assert "state=as-it-was" in person.page.url and "iss=http" in person.page.url
    await person.open(desk.address())
    assert await person.arrived(desk.callback), "whoever is signed in is not asked again"


async def test_before_a_front_end_gets_anything_of_a_sign_in_the_person_sees_whose_it_is(
    person: Tab, desk: FrontEnd, staff: Unused
) -> None:
    """As if the code of the first sign-in had never been redeemed: this front end has nothing of the session yet."""
    member = staff()
    await person.open(desk.address())
    await flows.by_password(person, desk, member)
    await person.open(desk.address())
    await person.reads("鄠邑区便民服务中心")
    button = f"以 {member.name} 继续 Go on as {member.name}"
    assert (await person.focused())["name"] != button, "no key that is held down presses it"
    await person.click(button)
    assert flows.granted(desk, await person.arrived(desk.callback))["sub"] == member.name


async def test_with_a_passkey_that_they_added(person: Tab, desk: FrontEnd, staff: Unused) -> None:
    member = staff()
    authenticator = await person.authenticator()
    await flows.staff(person, desk, member)
    await flows.add_passkey(person, desk)
    assert len(await authenticator.credentials()) == 1
    claims = await flows.passkey(person, desk, prompt="login")
    assert (claims["sub"], claims["acr"]) == (member.name, "aal2")


async def test_a_wrong_password_is_said_and_the_right_one_still_works(
    person: Tab, desk: FrontEnd, staff: Unused
) -> None:
    member = staff()
    await person.open(desk.address())
    await person.fill(staff=member.name, password="not the password at all", code=member.code())
    await person.click(flows.SIGN_IN)
    alert = person.page.get_by_role("alert").first
    assert "输入的内容不符" in await alert.inner_text() and "does not fit" in await alert.inner_text()
    assert (await person.focused())["name"] == "staff"
    await person.fill(staff=member.name, password=member.password, code=member.code())
    await person.click(flows.SIGN_IN)
    assert flows.granted(desk, await person.arrived(desk.callback))["sub"] == member.name


async def test_by_the_keyboard_alone(person: Tab, desk: FrontEnd, staff: Unused) -> None:
    member = staff()
    await person.open(desk.address())
    order = [await person.focused()]
    for _ in range(5):
        await person.press("Tab")
        order.append(await person.focused())
    assert [each["name"] for each in order] == ["staff", "password", "code", flows.SIGN_IN, flows.PASSKEY, flows.BACK]
    assert min(each["outline"] for each in order) >= 2, "the focus can be seen"
    await person.press(*["Shift+Tab"] * 5)
    await person.type(member.name)
    await person.press("Tab")
    await person.type(member.password)
    await person.press("Tab")
    await person.type(member.code())
    await person.press("Enter")
    assert flows.granted(desk, await person.arrived(desk.callback))["sub"] == member.name


async def test_without_scripts(chromium: Chromium, desk: FrontEnd, staff: Unused) -> None:
    member = staff()
    async with tab(chromium, java_script_enabled=False) as person:
        await person.open(desk.address())
        assert not await person.page.locator("#passkey").is_visible(), "what needs scripts is not offered"
        assert (await flows.staff(person, desk, member))["sub"] == member.name


async def test_an_impatient_second_click_sends_nothing_twice(person: Tab, desk: FrontEnd, staff: Unused) -> None:
    member, sent = staff(), []
    await person.open(desk.address())
    await person.fill(staff=member.name, password=member.password, code=member.code())
    box = await person.page.get_by_role("button", name=flows.SIGN_IN, exact=True).bounding_box()
    assert box

    async def slow(route: Route) -> None:
        sent.append(route.request.method)
        if len(sent) == 1:
            await person.page.mouse.click(box["x"] + 9, box["y"] + 9)
        await route.continue_()

    await person.page.route("**/sign-in/password", slow)
    await person.page.mouse.click(box["x"] + 9, box["y"] + 9)
    assert flows.granted(desk, await person.arrived(desk.callback))["sub"] == member.name
    assert sent == ["POST"]
