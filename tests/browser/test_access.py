"""Pages for everybody: contrast in both themes, names, sizes, languages, small windows, large letters, focus."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.browser import flows
from tests.browser.tab import Tab
from tests.support.relying import FrontEnd

MEASURES = Path(__file__).with_name("measures.js").read_text("utf-8")
SMALL = {"width": 320, "height": 640}
FOCUSED = """() => {
    const found = [];
    for (const at of document.querySelectorAll('input:not([type=hidden]), button, a')) {
        if (!at.checkVisibility()) continue;
        at.focus({ focusVisible: true });
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) found.push(at.outerHTML);
    }
    return found;
}"""


async def at_the_desk(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.open(desk.address())


async def after_a_mistake(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.open(desk.address())
    await person.fill(staff="nobody", password="wrong", code="000000")
    await person.click(flows.SIGN_IN)
    await person.reads("输入的内容不符")


async def at_the_portal(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.open(portal.address())


async def with_a_code(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.open(portal.address())
    await flows.send(person, portal, phone)


async def without_a_passkey(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.authenticator()
    await person.open(portal.address())
    await person.click(flows.PASSKEY)
    await person.reads("没有用上通行密钥")


async def where_one_goes_on(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.open(portal.address())
    await flows.send(person, portal, phone)
    await person.click(flows.SIGN_IN)
    await person.arrived(portal.callback)
    await person.open(portal.address())
    await person.reads("您已在此浏览器登录")


async def at_ones_own_page(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.authenticator()
    await flows.resident(person, portal, phone)
    await flows.add_passkey(person, portal)


async def where_it_cannot_go_on(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str) -> None:
    await person.open(portal.address().replace("request_uri%3A", "request_uri%3Ax"))
    await person.reads("不能继续")


Reach = Callable[[Tab, FrontEnd, FrontEnd, str], Awaitable[None]]
PAGES: list[Reach] = [
    at_the_desk,
    after_a_mistake,
    at_the_portal,
    with_a_code,
    without_a_passkey,
    where_one_goes_on,
    at_ones_own_page,
    where_it_cannot_go_on,
]


@pytest.mark.parametrize("reach", PAGES, ids=lambda reach: reach.__name__)
async def test_a_page_is_for_everybody(person: Tab, desk: FrontEnd, portal: FrontEnd, phone: str, reach: Reach) -> None:
    await reach(person, desk, portal, phone)
    for theme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=theme)
        assert await person.page.evaluate(MEASURES) == [], theme
    assert await person.page.evaluate(FOCUSED) == [], "the focus can be seen"
    await person.page.set_viewport_size(SMALL)
    assert await person.page.evaluate(MEASURES) == [], "in a small window"
    await person.page.set_viewport_size({"width": 640, "height": 900})
    await person.page.evaluate("(size) => { document.documentElement.style.fontSize = size }", "200%")
    assert await person.page.evaluate(MEASURES) == [], "with large letters"


async def test_the_measures_find_what_is_wrong(person: Tab, portal: FrontEnd) -> None:
    await person.open(portal.callback)
    await person.page.set_content(
        "<p style='color:#999;width:3000px'>pale</p><button></button>"
        "<input name=x style='height:10px;border-color:#eee'>"
    )
    found = " ".join(await person.page.evaluate(MEASURES))
    for each in ("contrast", "edge", "target", "label", "nothing says", "h1", "title", "language", "wide", "English"):
        assert each in found, each
