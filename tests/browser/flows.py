"""What staff and residents do on the pages to be signed in."""

from typing import Any

from tests.browser.tab import Tab
from tests.support.authenticators import Staff
from tests.support.relying import FrontEnd, code_of, codes, newest
from tests.support.sign_in import claims_of

SIGN_IN = "登录 Sign in"
SEND = "发送验证码 Send me a code"
PASSKEY = "使用通行密钥 Use a passkey"
ADD = "添加通行密钥 Add a passkey"
BACK = "不登录，返回 Go back without signing in"


async def staff(person: Tab, desk: FrontEnd, member: Staff, **asked: str) -> dict[str, Any]:
    """By password and authenticator; what the access token says."""
    await person.open(desk.address(**asked))
    return granted(desk, await by_password(person, desk, member))


async def by_password(person: Tab, desk: FrontEnd, member: Staff) -> str:
    """Password and authenticator, typed in; the address that it leads back to."""
    await person.fill(staff=member.name, password=member.password, code=member.code())
    await person.click(SIGN_IN)
    return await person.arrived(desk.callback)


async def resident(person: Tab, portal: FrontEnd, phone: str, **asked: str) -> dict[str, Any]:
    """By a code to the phone; what the access token says."""
    await person.open(portal.address(**asked))
    await send(person, portal, phone)
    await person.click(SIGN_IN)
    return granted(portal, await person.arrived(portal.callback))


async def send(person: Tab, portal: FrontEnd, phone: str) -> None:
    """Ask for a code and type it in."""
    before = len(codes(portal.region, phone))
    await person.fill(phone=phone)
    await person.click(SEND)
    await person.fill(code=await newest(portal.region, phone, before))


async def passkey(person: Tab, front_end: FrontEnd, **asked: str) -> dict[str, Any]:
    """By a passkey; what the access token says."""
    await person.open(front_end.address(**asked))
    await person.click(PASSKEY)
    return granted(front_end, await person.arrived(front_end.callback))


async def account(person: Tab, front_end: FrontEnd) -> None:
    """The page of one's own sign-in."""
    await person.open(front_end.metadata["authorization_endpoint"].replace("/v1/authorize", "/account"))


async def add_passkey(person: Tab, front_end: FrontEnd) -> None:
    """A new passkey at one's own page."""
    await account(person, front_end)
    await person.click(ADD)
    await person.page.get_by_role("button", name="删除通行密钥").first.wait_for()


def granted(front_end: FrontEnd, back: str) -> dict[str, Any]:
    """What the access token says that the code in this address is worth."""
    answer = front_end.redeem(code_of(back))
    assert answer.status_code == 200, answer.text
    return claims_of(answer.json()["access_token"])
