"""One's own sign-in: passkeys and sessions, seen and ended in a real browser."""

from playwright.async_api import Browser as Chromium

from tests.browser import flows
from tests.browser.tab import Tab, tab
from tests.support.relying import FrontEnd

END = "退出登录"
REMOVE = "删除通行密钥"


async def test_a_session_elsewhere_is_seen_and_ended(
    chromium: Chromium, person: Tab, portal: FrontEnd, phone: str
) -> None:
    async with tab(chromium) as elsewhere:
        await flows.resident(elsewhere, portal, phone)
        await flows.resident(person, portal, phone)
        await flows.account(person, portal)
        listed = person.page.get_by_role("listitem").filter(has=person.page.get_by_role("button", name=END))
        assert await listed.count() == 2
        await listed.filter(has_not_text="本次").get_by_role("button").click()
        await person.page.wait_for_url("**/account")
        assert await listed.count() == 1 and "本次" in await listed.inner_text()
        await flows.account(elsewhere, portal)
        await elsewhere.reads("未登录")


async def test_this_session_is_ended(person: Tab, portal: FrontEnd, phone: str) -> None:
    await flows.resident(person, portal, phone)
    await flows.account(person, portal)
    await person.page.get_by_role("button", name=END).click()
    await person.reads("未登录")
    assert "jieli_session" not in {cookie["name"] for cookie in await person.page.context.cookies()}
    await person.open(portal.address())
    await person.reads("手机号码")


async def test_a_passkey_that_was_removed_opens_nothing(person: Tab, portal: FrontEnd, phone: str) -> None:
    authenticator = await person.authenticator()
    await flows.resident(person, portal, phone)
    await flows.add_passkey(person, portal)
    await person.page.get_by_role("button", name=REMOVE).click()
    await person.reads("还没有")
    assert len(await authenticator.credentials()) == 1, "the authenticator still has it"
    await person.open(portal.address(prompt="login"))
    await person.click(flows.PASSKEY)
    await person.reads("输入的内容不符")


async def test_one_authenticator_keeps_one_passkey_for_one_account(person: Tab, portal: FrontEnd, phone: str) -> None:
    await person.authenticator()
    await flows.resident(person, portal, phone)
    await flows.add_passkey(person, portal)
    await person.click(flows.ADD)
    await person.reads("没有添加通行密钥")


async def test_nobody_is_signed_in_at_a_fresh_browser(person: Tab, portal: FrontEnd) -> None:
    await flows.account(person, portal)
    await person.reads("未登录")
