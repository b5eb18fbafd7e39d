"""What another site cannot do with the browser of somebody who is signing in."""

from tests.browser import flows
from tests.browser.tab import Tab
from tests.support.relying import FrontEnd

FRAME = """(address) => new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.onload = done;
    frame.src = address;
    document.body.append(frame);
})"""
SEND = """([address, typed]) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: address });
    for (const [name, value] of Object.entries(typed))
        form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    form.submit();
}"""


def page(front_end: FrontEnd, path: str) -> str:
    origin: str = front_end.metadata["authorization_endpoint"].removesuffix("/v1/authorize")
    return origin + path


async def test_show_the_page_in_a_frame_of_its_own(person: Tab, portal: FrontEnd) -> None:
    await person.open(portal.address())
    await person.open(portal.callback)
    await person.page.evaluate(FRAME, page(portal, "/sign-in"))
    await person.page.frames[1].wait_for_url("chrome-error://chromewebdata/", wait_until="commit")
    assert any("frame-ancestors" in said for said in person.wrong)
    person.wrong.clear()


async def test_send_a_form_of_the_page(person: Tab, portal: FrontEnd, phone: str) -> None:
    await person.open(portal.address())
    form = await person.page.locator("input[name=form]").first.input_value()
    await person.open(portal.callback)
    await person.page.evaluate(SEND, [page(portal, "/sign-in/phone"), {"form": form, "phone": phone}])
    await person.reads("不能继续")


async def test_end_the_session_of_whoever_is_signed_in(person: Tab, portal: FrontEnd, phone: str) -> None:
    await flows.resident(person, portal, phone)
    await flows.account(person, portal)
    action = await person.page.locator("form[action$=':end']").get_attribute("action")
    form = await person.page.locator("form[action$=':end'] input[name=form]").input_value()
    await person.open(portal.callback)
    await person.page.evaluate(SEND, [page(portal, str(action)), {"form": form}])
    await person.reads("未登录")
    await flows.account(person, portal)
    await person.reads("本次")
