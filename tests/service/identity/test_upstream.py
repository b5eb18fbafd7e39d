"""A provider that signs staff in and lies, is broken or is away: nobody gets in by it, and a page says so."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from joserfc.jwk import ECKey

from deploy.local import ports
from tests.support import apps, provider, sign_in
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.provider import SUBJECT, US, Provider
from tests.support.sign_in import FrontEnd, claims_of, code_of

BACK = "/sign-in/upstream-back"
AN_HOUR = 3600  # seconds


@pytest.fixture(scope="module")
async def elsewhere() -> AsyncIterator[Provider]:
    async with provider.running() as running:
        yield running


@pytest.fixture(scope="module")
async def ours(
    postgres: TestServer, elsewhere: Provider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningApp]:
    place = tmp_path_factory.mktemp("upstream")
    async with apps.running("identity", postgres, place, **configured(place, elsewhere.issuer)) as running:
        yield running


def configured(place: Path, issuer: str) -> dict[str, Any]:
    """What an operator sets for the provider, with one member of staff who has an account there."""
    seed = sign_in.seed(place, {"staff-1": ["officer"]})
    content = json.loads(seed.read_text())
    content["staff"][0]["upstream"] = SUBJECT
    seed.write_text(json.dumps(content))
    (place / "upstream.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return {"seed_file": seed, "upstream_issuer": issuer, "upstream_client": US}


@pytest.fixture
async def desk(ours: RunningApp, elsewhere: Provider, tmp_path: Path) -> AsyncIterator[FrontEnd]:
    elsewhere.described, elsewhere.said, elsewhere.published, elsewhere.signing = {}, {}, None, None
    async with ours.as_() as http:
        yield FrontEnd(ours, http, tmp_path)


async def back(desk: FrontEnd, elsewhere: Provider, **asked: str) -> httpx.Response:
    """Sent there, signed in, and back."""
    await desk.open(**asked)
    sent = await desk.send("/upstream")
    return await desk.http.get(f"{BACK}?{urlencode(elsewhere.answer(sent.headers['location']))}")


async def test_whom_the_provider_vouches_for_is_signed_in(desk: FrontEnd, elsewhere: Provider) -> None:
    claims = claims_of((await desk.redeem(await back(desk, elsewhere))).json()["access_token"])
    assert (claims["sub"], claims["roles"], claims["amr"]) == ("staff-1", ["officer"], ["upstream"])


LIES: list[Any] = [
    pytest.param({"aud": "them"}, id="for another client"),
    pytest.param({"aud": [US, "them"]}, id="for others too"),
    pytest.param({"iss": "https://other.test"}, id="of another issuer"),
    pytest.param({"nonce": "another"}, id="for another request"),
    pytest.param({"exp": 1}, id="run out"),
]


@pytest.mark.parametrize("said", LIES)
async def test_an_id_token_that_is_not_for_us_signs_nobody_in(
    desk: FrontEnd, elsewhere: Provider, said: dict[str, Any]
) -> None:
    elsewhere.said = said
    refused = await back(desk, elsewhere)
    assert (refused.status_code, "location" in refused.headers) == (403, False)
    assert "did not vouch for you" in refused.text
    assert "jieli_session" not in desk.http.cookies


SURE: list[Any] = [
    pytest.param({"acr": "aal3"}, True, id="a passkey there"),
    pytest.param({"acr": None, "amr": ["pwd", "mfa"]}, True, id="two factors, as RFC 8176 says it"),
    pytest.param({"acr": "aal1"}, False, id="a password alone"),
    pytest.param({"acr": None, "amr": ["pwd"]}, False, id="a password alone, as RFC 8176 says it"),
    pytest.param({"acr": None}, False, id="nothing said"),
    pytest.param({"acr": ["aal2"], "amr": "mfa"}, False, id="said in another form"),
    pytest.param({"acr": "2", "amr": [["mfa"], None, 2]}, False, id="nothing that we know"),
]


@pytest.mark.parametrize(("said", "enough"), SURE)
async def test_only_who_signed_in_surely_there_is_signed_in_here(
    desk: FrontEnd, elsewhere: Provider, said: dict[str, Any], enough: bool
) -> None:
    elsewhere.said = said
    answer = await back(desk, elsewhere)
    if enough:
        assert code_of(answer)
    else:
        assert (answer.status_code, "二次验证" in answer.text) == (403, True)
        assert "jieli_session" not in desk.http.cookies


async def test_a_key_that_the_provider_does_not_publish_signs_nobody_in(desk: FrontEnd, elsewhere: Provider) -> None:
    elsewhere.signing = ECKey.generate_key("P-256")
    assert (await back(desk, elsewhere)).status_code == 403
    elsewhere.signing, elsewhere.published = None, {"keys": "none"}
    assert (await back(desk, elsewhere)).status_code == 403


async def test_somebody_else_there_is_nobody_here(desk: FrontEnd, elsewhere: Provider) -> None:
    elsewhere.said = {"sub": "somebody-else"}
    refused = await back(desk, elsewhere)
    assert (refused.status_code, "Nobody here is known by this account" in refused.text) == (403, True)


async def test_who_signed_in_there_long_ago_is_not_freshly_signed_in_here(desk: FrontEnd, elsewhere: Provider) -> None:
    """RFC 9470: the service that wants a fresh proof gets one, whoever does the asking."""
    elsewhere.said = {"auth_time": int(time.time()) - AN_HOUR}
    refused = await back(desk, elsewhere, max_age="300")
    assert (refused.status_code, elsewhere.asked["max_age"]) == (403, "300")
    answer = await back(desk, elsewhere)
    assert "max_age" not in elsewhere.asked
    claims = claims_of((await desk.redeem(answer)).json()["access_token"])
    assert claims["auth_time"] == elsewhere.said["auth_time"]
    assert (await desk.open(max_age="300")).headers["location"] == "/sign-in"
    assert code_of(await desk.open(max_age=str(2 * AN_HOUR)))


BROKEN: list[Any] = [
    pytest.param({"pushed_authorization_request_endpoint": None}, id="takes no pushed requests"),
    pytest.param({"authorization_endpoint": "http://op.example/authorize"}, id="over no TLS"),
    pytest.param({"pushed_authorization_request_endpoint": "https://[nowhere"}, id="no address"),
    pytest.param({"authorization_endpoint": 7}, id="no page"),
    pytest.param({"issuer": "https://other.test"}, id="somebody else"),
]


@pytest.mark.parametrize("described", BROKEN)
async def test_a_provider_that_cannot_be_used_is_away(
    desk: FrontEnd, elsewhere: Provider, described: dict[str, Any]
) -> None:
    elsewhere.described = described
    await desk.open()
    page = await desk.send("/upstream")
    assert (page.status_code, "您单位的登录服务没有应答" in page.text) == (503, True)


async def test_a_provider_that_is_away_is_said_to_be(postgres: TestServer, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{ports.free()}"
    async with apps.running("identity", postgres, tmp_path, **configured(tmp_path, nobody)) as running:
        async with running.as_() as http:
            desk = FrontEnd(running, http, tmp_path)
            await desk.open()
            page = await desk.send("/upstream")
            assert (page.status_code, "您单位的登录服务没有应答" in page.text) == (503, True)
            assert (await http.get("/sign-in")).status_code == 200, "the sign-in can be tried again"


@pytest.mark.parametrize("path", ["/par", "/token"])
async def test_whoever_waits_for_a_silent_provider_keeps_nobody_else_waiting(
    postgres: TestServer, tmp_path: Path, path: str
) -> None:
    """With one connection to the database, all pages work while the provider says nothing."""
    async with provider.running() as silent:
        silent.silent = {path}
        told = configured(tmp_path, silent.issuer)
        async with apps.running("identity", postgres, tmp_path, database_pool=1, **told) as running:
            async with running.as_() as http, running.as_() as other, asyncio.TaskGroup() as group:
                waits = group.create_task(back(FrontEnd(running, http, tmp_path), silent))
                await silent.waited_for.wait()
                assert (await other.get("/v1/organizations")).status_code == 200
                silent.speaks.set()
            assert code_of(waits.result())
