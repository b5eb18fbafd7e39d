"""Residents sign in at the portal in a real browser: a code to the phone, then a passkey of their own."""

from playwright.async_api import Browser as Chromium

from tests.browser import flows
from tests.browser.tab import Tab, tab
from tests.support.relying import FrontEnd


async def test_with_a_code_to_the_phone(person: Tab, portal: FrontEnd, phone: str) -> None:
    claims = await flows.resident(person, portal, phone)
    assert (claims["kind"], claims["acr"]) == ("resident", "aal1")
    assert phone not in str(claims)


async def test_with_a_passkey_as_the_same_person(person: Tab, portal: FrontEnd, phone: str) -> None:
    await person.authenticator()
    first = await flows.resident(person, portal, phone)
    await flows.add_passkey(person, portal)
    again = await flows.passkey(person, portal, prompt="login", acr_values="aal2")
    assert (again["sub"], again["acr"]) == (first["sub"], "aal2")


async def test_a_resident_is_not_let_in_at_the_desk(person: Tab, portal: FrontEnd, desk: FrontEnd, phone: str) -> None:
    await person.authenticator()
    await flows.resident(person, portal, phone)
    await flows.add_passkey(person, portal)
    await person.open(desk.address())
    await person.click(flows.PASSKEY)
    await person.reads("这个账号不能登录这个应用")


async def test_a_wrong_code_is_said_and_another_can_be_had(person: Tab, portal: FrontEnd, phone: str) -> None:
    await person.open(portal.address())
    await flows.send(person, portal, phone)
    right = await person.page.locator("#code").input_value()
    await person.fill(code=f"{(int(right) + 1) % 10**8:08d}")
    await person.click(flows.SIGN_IN)
    await person.reads("输入的内容不符")
    await person.page.get_by_role("link", name="再发一次").click()
    await flows.send(person, portal, phone)
    await person.click(flows.SIGN_IN)
    assert flows.granted(portal, await person.arrived(portal.callback))["kind"] == "resident"


async def test_what_is_no_number_is_said(person: Tab, portal: FrontEnd) -> None:
    await person.open(portal.address())
    await person.fill(phone="12345")
    await person.click(flows.SEND)
    await person.reads("这不是电话号码")


async def test_without_scripts(chromium: Chromium, portal: FrontEnd, phone: str) -> None:
    async with tab(chromium, java_script_enabled=False) as person:
        assert (await flows.resident(person, portal, phone))["kind"] == "resident"


async def test_one_may_go_back_without_signing_in(person: Tab, portal: FrontEnd) -> None:
    await person.open(portal.address())
    await person.click(flows.BACK)
    assert "error=access_denied" in await person.arrived(portal.callback)


async def test_without_a_passkey_the_other_way_stays(person: Tab, portal: FrontEnd, phone: str) -> None:
    await person.authenticator()
    await person.open(portal.address())
    await person.click(flows.PASSKEY)
    await person.reads("没有用上通行密钥")
    await flows.send(person, portal, phone)
    await person.click(flows.SIGN_IN)
    assert flows.granted(portal, await person.arrived(portal.callback))["kind"] == "resident"


async def test_an_authenticator_that_does_not_know_its_owner_is_not_enough(
    person: Tab, portal: FrontEnd, phone: str
) -> None:
    authenticator = await person.authenticator()
    await flows.resident(person, portal, phone)
    await flows.add_passkey(person, portal)
    await authenticator.verifies(False)
    await person.open(portal.address(prompt="login"))
    await person.click(flows.PASSKEY)
    await person.reads("没有用上通行密钥")
