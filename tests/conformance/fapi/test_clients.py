"""FAPI 2.0 Security Profile, 5.3.3: clients. Ours are identity, where a provider signs staff in, and the demonstration.

The provider is a real one: the identity of the other region.
"""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from demo import says
from demo.client import Region
from demo.front_end import Browser
from demo.front_end import FrontEnd as Reference
from tests.support import apps, provider, sign_in
from tests.support.apps import RunningApp
from tests.support.authenticators import Staff
from tests.support.launched import Installation
from tests.support.postgres import TestServer
from tests.support.relying import FrontEnd as Provider
from tests.support.relying import code_of
from tests.support.sign_in import CALLBACK, FrontEnd, claims_of

HOME = "http://127.0.0.1"  # where the browser finds our pages; nobody listens, the tests call the app itself
BACK = "/sign-in/upstream-back"
MEMBER = "staff-621124-coordinator"


@dataclass
class Away:
    """A desk of ours, and the browser of a member of staff whom the provider knows."""

    desk: FrontEnd
    there: Browser

    async def leave(self) -> str:
        """Where our page sends the browser."""
        await self.desk.open()
        answer = await self.desk.send("/upstream")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def signed_in(self) -> dict[str, str]:
        """The provider's answer for a member of staff who is signed in there."""
        answer = self.there.http.get(f"/v1/authorize?{urlsplit(await self.leave()).query}")
        assert answer.headers["location"].startswith(HOME + BACK), answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def back(self, answer: dict[str, str]) -> httpx.Response:
        """The browser brings the answer."""
        return await self.desk.http.get(f"{BACK}?{urlencode(answer)}")


def seed(directory: Path) -> Path:
    """One member of staff, known at the provider as MEMBER."""
    path = sign_in.seed(directory, {"staff-1": ["officer"]})
    content = json.loads(path.read_text())
    content["staff"][0]["upstream"] = MEMBER
    path.write_text(json.dumps(content))
    return path


@pytest.fixture(scope="session")
async def registered(platform: Installation, there: Region) -> AsyncIterator[str]:
    """Our client at the provider, with the address that we come back to."""
    client = f"org-{there.code}-centre-desk"
    change = f"UPDATE client SET redirect_uris = array_{{}}(redirect_uris, '{HOME}{BACK}') WHERE id = '{client}'"  # noqa: S608 - a test's own words
    await platform.rows(there.code, "identity", change.format("append"))
    yield client
    await platform.rows(there.code, "identity", change.format("remove"))


@pytest.fixture(scope="session")
async def ours(
    postgres: TestServer, there: Region, registered: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningApp]:
    """Our identity, whose staff are signed in by the provider."""
    place = tmp_path_factory.mktemp("upstream")
    key = next(each["key_file"] for each in there.clients if each["client"] == registered)
    shutil.copy(key, place / "upstream.pem")
    provider_settings = {
        "upstream_issuer": there.gateway_url,
        "upstream_client": registered,
        "upstream_scope": "staff",
        "sign_in_url": HOME,
    }
    async with apps.running("identity", postgres, place, seed_file=seed(place), **provider_settings) as running:
        yield running


@pytest.fixture(scope="session")
def there_signed_in(there: Region) -> Browser:
    """A browser in which a member of staff is signed in at the provider."""
    member = Staff(MEMBER, there.staff_file)
    desk = Provider(there, "desk", there.callback, Browser.fresh(there.gateway_url))
    desk.open()
    answer = desk.browser.fill("password", staff=MEMBER, password=member.password, code=member.code())
    assert desk.redeem(code_of(answer.headers["location"])).status_code == 200
    return desk.browser


@pytest.fixture
async def away(ours: RunningApp, there_signed_in: Browser, tmp_path: Path) -> AsyncIterator[Away]:
    async with ours.as_() as http:
        yield Away(FrontEnd(ours, http, tmp_path), there_signed_in)


async def test_5_3_3_1_a_sound_client_is_served(away: Away) -> None:
    """1, 2, 5, and 5.3.3.2, 1 to 3: bound tokens, private_key_jwt for the issuer, a pushed code flow with PKCE.

    The provider refuses everything else, as the tests of 5.3.2 show; so whoever gets through does all of it.
    """
    answer = await away.back(await away.signed_in())
    claims = claims_of((await away.desk.redeem(answer)).json()["access_token"])
    assert (claims["sub"], claims["roles"], claims["acr"]) == ("staff-1", ["officer"], "aal2")


async def test_5_3_3_1_04_no_open_redirector(away: Away) -> None:
    """The address that the provider sends browsers to leads to our own client alone, whatever comes with it."""
    answer = await away.signed_in()
    back = await away.back(answer | {"redirect_uri": "https://evil.test", "next": "https://evil.test"})
    assert back.headers["location"].startswith(CALLBACK)


async def test_5_3_3_1_08_a_nonce_of_the_server_is_used(postgres: TestServer, there: Region, tmp_path: Path) -> None:
    """A server may want a nonce in the proof (RFC 9449, 8): the request is made again with it, once."""
    async with provider.running() as elsewhere:
        settings = {"upstream_issuer": elsewhere.issuer, "upstream_client": "us", "sign_in_url": HOME}
        shutil.copy(there.clients[0]["key_file"], tmp_path / "upstream.pem")
        async with apps.running("identity", postgres, tmp_path, seed_file=seed(tmp_path), **settings) as running:
            async with running.as_() as http:
                desk = FrontEnd(running, http, tmp_path)
                await desk.open()
                answer = await desk.send("/upstream")
                assert answer.headers["location"] == f"{elsewhere.issuer}/authorize?client_id=us&request_uri=urn%3Ax"
                assert elsewhere.nonces == [None, provider.NONCE]
                elsewhere.described = {"issuer": "https://other.test"}
                refused = await desk.send("/upstream")
    assert (refused.status_code, "location" in refused.headers) == (503, False), "5.3.3.1, 11: another issuer"


async def test_5_3_3_1_12_nobody_is_sent_away_against_their_will(away: Away) -> None:
    """The flow begins with a button on our page: a form of another site does not begin it (CSRF)."""
    await away.desk.open()
    answer = await away.desk.http.post("/sign-in/upstream", data={"form": "0" * 64})
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_5_3_3_2_04_an_answer_serves_the_browser_that_asked(away: Away, ours: RunningApp, tmp_path: Path) -> None:
    """Verifier, state and nonce are made for one request and one browser: a code cannot be injected into another."""
    answer = await away.signed_in()
    async with ours.as_() as http:
        thief = Away(FrontEnd(ours, http, tmp_path), away.there)
        own = parse_qs(urlsplit(await thief.leave()).query)
        assert own and (await thief.back(answer)).status_code == 403
        kept = await thief.desk.http.get("/sign-in")
        assert kept.status_code == 200, "still signing in, and not signed in"
    assert (await away.back(answer)).status_code == 303


@pytest.mark.parametrize("wrong", [{"iss": ""}, {"iss": "https://evil.test"}, {"state": "y" * 43}, {"code": ""}])
async def test_5_3_3_2_05_an_answer_says_whose_it_is(away: Away, wrong: dict[str, str]) -> None:
    """`iss` of the answer is checked (RFC 9207): what another server gave is not sent to the one we asked."""
    refused = await away.back(await away.signed_in() | wrong)
    assert (refused.status_code, "location" in refused.headers) == (403, False)


@pytest.mark.parametrize("iss", ["", "&iss=https%3A%2F%2Fevil.test"])
def test_5_3_3_2_05_the_demonstration_checks_it_too(here: Region, iss: str) -> None:
    """The reference that partners' developers read does not fall for a mix-up either."""
    client = f"org-{here.code}-centre-portal"
    portal = Reference(here.gateway_url, client, here.callback, lambda: here._proved(client))
    mixed_up = httpx.Response(303, headers={"location": f"{here.callback}?code={'x' * 43}{iss}"})
    with pytest.raises(says.Disappointed, match="another server"):
        portal.sign_in("resident", lambda browser: mixed_up)
