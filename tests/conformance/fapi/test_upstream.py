"""Staff of one region signed in by the other region's identity, as its operators would set it up: a real provider."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from demo.client import Actor, Region
from demo.front_end import Browser, staff
from demo.tokens import Token
from tests.support import room
from tests.support.launched import Installation
from tests.support.relying import FrontEnd, code_of
from tests.support.sign_in import claims_of

HERE, THERE = "610118", "621124"
CLIENT = f"identity-{HERE}"  # our client there
BACK = "/sign-in/upstream-back"
OFFICER, KNOWN = f"staff-{HERE}-education", f"staff-{THERE}-health"  # the same person, here and there
UNKNOWN = f"staff-{THERE}-coordinator"  # somebody there alone


@dataclass
class Regions:
    """Both regions, after our operators and theirs set it up; the browsers of those who signed in there, by name."""

    platform: Installation
    signed_in: dict[str, Browser] = field(default_factory=dict)

    @property
    def here(self) -> Region:
        """Where staff work."""
        return self.platform.regions()["receiving"]

    @property
    def there(self) -> Region:
        """Where they are signed in."""
        return self.platform.regions()["sending"]


@dataclass
class Person:
    """A member of staff at a desk of ours."""

    regions: Regions
    desk: FrontEnd

    @classmethod
    def at(cls, regions: Regions) -> "Person":
        """In a browser that nobody used with us before."""
        here = regions.here
        return cls(regions, FrontEnd(here, "desk", here.callback, Browser.fresh(here.gateway_url)))

    def leaves(self, **asked: str) -> httpx.Response:
        """Presses the button; where our page sends the browser."""
        assert self.desk.open(**asked).headers["location"] == "/sign-in"
        return self.desk.browser.fill("upstream")

    def vouched(self, name: str) -> dict[str, str]:
        """Signs in at the provider, which then knows them; what the browser comes back with."""
        there = self.regions.there
        sent = urlsplit(self.leaves().headers["location"])
        assert (sent.netloc, sent.path) == (f"{THERE}.localhost:{urlsplit(there.gateway_url).port}", "/v1/authorize")
        known = self.regions.signed_in.get(name)
        browser = known or Browser.fresh(there.gateway_url)
        answer = browser.http.get(f"{sent.path}?{sent.query}")
        if known is None:
            assert answer.headers["location"] == "/sign-in"
            answer = staff(name, there.staff_file)(browser)
            self.regions.signed_in[name] = browser
        elif answer.headers["location"] == "/sign-in":
            answer = browser.fill("go-on")
        assert answer.headers["location"].startswith(f"{home(self.regions.platform)}{BACK}?"), answer.text
        return {part: values[0] for part, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def comes_back(self, answer: dict[str, str]) -> httpx.Response:
        """The browser brings the answer."""
        return self.desk.browser.http.get(f"{BACK}?{urlencode(answer)}")

    def is_signed_in(self) -> bool:
        """Whether somebody is signed in at the browser."""
        return "jieli_session" in self.desk.browser.http.cookies


def home(platform: Installation) -> str:
    """Where browsers find our pages."""
    return f"http://{HERE}.localhost:{platform.environ[f'JIELI_PORT_BASE_{HERE}']}"


def register(platform: Installation, key: ECKey) -> None:
    """Two administrators of the other region let our identity be a client there."""
    there = platform.regions()["sending"]
    first = there.staff("an administrator", f"staff-{THERE}-administrator")
    centre = f"org-{THERE}-centre"
    second = there.staff("another administrator", f"staff-{THERE}-second-administrator")
    client = {
        "id": CLIENT,
        "organization": centre,
        "grants": ["authorization_code"],
        "signs_in": ["staff"],
        "redirect_uris": [home(platform) + BACK],
        "jwk": key.as_dict(private=False),
    }
    assert first.post("/v1/clients", client).status_code == 201
    assert second.post(f"/v1/clients/{CLIENT}:approve").json()["state"] == "active"


def configure(platform: Installation, key: ECKey, directory: Path) -> None:
    """Our operators put the key, the accounts of our staff there, and the settings in place."""
    own = platform.run / HERE / "secrets"
    (own / "identity" / "upstream.pem").write_bytes(key.as_pem(private=True))
    seed = json.loads((own / "seed.json").read_text())
    for member in seed["staff"]:
        if member["staff"] == OFFICER:
            member["upstream"] = KNOWN
    (directory / "seed.json").write_text(json.dumps(seed))
    settings = {
        "UPSTREAM_ISSUER": platform.regions()["sending"].gateway_url,
        "UPSTREAM_CLIENT": CLIENT,
        "UPSTREAM_SCOPE": "staff",
        "SEED_FILE": str(directory / "seed.json"),
    }
    platform.environ |= {f"JIELI_{HERE}_IDENTITY_{name}": value for name, value in settings.items()}


@pytest.fixture(scope="module")
def regions() -> Iterator[Regions]:
    with room.folder("upstream") as folder:
        made, key = Installation.fresh(folder), ECKey.generate_key("P-256")
        try:
            made.launch()
            made.wait_ready()
            register(made, key)
            configure(made, key, folder)
            assert made.stop() == 0
            made.launch()
            made.wait_ready()
            yield Regions(made)
        finally:
            made.remove()


@pytest.fixture
def person(regions: Regions) -> Person:
    return Person.at(regions)


def test_staff_sign_in_at_the_other_region_and_work_here(regions: Regions, person: Person) -> None:
    answer = person.comes_back(person.vouched(KNOWN))
    granted = person.desk.redeem(code_of(answer.headers["location"])).json()
    claims = claims_of(granted["access_token"])
    assert (claims["iss"], claims["sub"], claims["roles"]) == (regions.here.gateway_url, OFFICER, ["officer"])
    token = Token(granted["access_token"], person.desk.key, regions.here.gateway_url)
    officer = Actor(regions.here, "an officer", token)
    assert officer.get("/v1/referrals", quiet=True).status_code == 200
    assert person.is_signed_in()


def test_whoever_has_to_sign_in_anew_does_so_at_the_provider(regions: Regions, person: Person) -> None:
    """A desk that asks for a fresh proof (RFC 9470) does not get the session of hours ago."""
    person.vouched(KNOWN)
    sent = urlsplit(person.leaves(prompt="login").headers["location"])
    assert regions.signed_in[KNOWN].http.get(f"{sent.path}?{sent.query}").headers["location"] == "/sign-in"


def test_a_password_of_ours_signs_no_staff_in_any_more(regions: Regions, person: Person) -> None:
    assert person.desk.open().headers["location"] == "/sign-in"
    page = staff(OFFICER, regions.here.staff_file)(person.desk.browser)
    assert (page.status_code, "工作人员请用本单位账号登录" in page.text) == (403, True)
    assert not person.is_signed_in()


def test_whom_only_the_provider_knows_is_refused(person: Person) -> None:
    page = person.comes_back(person.vouched(UNKNOWN))
    assert (page.status_code, "Nobody here is known by this account" in page.text) == (403, True)
    assert not person.is_signed_in()


def refused(person: Person, answer: dict[str, str]) -> None:
    """The answer signs nobody in, and a page says so."""
    page = person.comes_back(answer)
    assert (page.status_code, "您单位的登录服务没有确认您的身份" in page.text) == (403, True), page.text
    assert not person.is_signed_in()


@pytest.mark.parametrize("wrong", [{"state": "y" * 43}, {"iss": "https://evil.test"}, {"iss": ""}, {"code": "y" * 43}])
def test_an_answer_that_was_changed_on_the_way_is_refused(person: Person, wrong: dict[str, str]) -> None:
    refused(person, person.vouched(KNOWN) | wrong)


def test_an_answer_for_another_browser_is_refused_even_with_the_right_state(regions: Regions, person: Person) -> None:
    """A thief's own code, put into the person's answer, would sign her in as the thief."""
    thief = Person.at(regions)
    stolen = thief.vouched(UNKNOWN)
    refused(person, person.vouched(KNOWN) | {"code": stolen["code"]})


def test_an_answer_serves_once(person: Person) -> None:
    answer = person.vouched(KNOWN)
    assert person.comes_back(answer).status_code == 303
    again = person.comes_back(answer)
    assert (again.status_code, "location" in again.headers) == (400, False)


async def test_an_id_token_for_another_request_is_refused(regions: Regions, person: Person) -> None:
    answer = person.vouched(KNOWN)
    mixed_up = f"UPDATE authorization_request SET nonce = 'another' WHERE client = '{CLIENT}'"  # noqa: S608 - a test's own words
    await regions.platform.rows(THERE, "identity", mixed_up)
    refused(person, answer)


def test_a_provider_that_does_not_answer_is_said_to_be_away(regions: Regions, person: Person) -> None:
    provider = int((regions.platform.run / THERE / "apps.pid").read_text())
    os.kill(provider, signal.SIGSTOP)
    try:
        page = person.leaves()
    finally:
        os.kill(provider, signal.SIGCONT)
    assert (page.status_code, "您单位的登录服务没有应答" in page.text) == (503, True)
    assert person.comes_back(person.vouched(KNOWN)).status_code == 303
