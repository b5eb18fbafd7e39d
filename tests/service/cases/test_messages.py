"""An invitation goes out or it was not made: whoever sends messages may be away or refuse the number."""

from collections.abc import AsyncIterator

import pytest

from tests.service.cases.story import CANARIES, Story, register_committees
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.phones import Phones, phones
from tests.support.postgres import TestServer


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[Phones]:
    async with phones() as made:
        yield made


@pytest.fixture(scope="module")
async def cases(
    postgres: TestServer, gateway: Phones, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningApp]:
    directory = tmp_path_factory.mktemp("cases")
    async with apps.running("cases", postgres, directory, sender="http", sender_url=gateway.url) as running:
        await register_committees(running)
        yield running


@pytest.mark.parametrize(("answer", "told"), [(503, (503, "message-not-sent")), (400, (409, "message-refused"))])
async def test_an_invitation_that_did_not_leave_was_not_made(
    story: Story, gateway: Phones, answer: int, told: tuple[int, str]
) -> None:
    await story.until("screening")
    gateway.answers = [answer]
    failed = await story.do(story.mediator, "invite")
    assert (failed.status_code, failed.json()["code"]) == told
    assert CANARIES["contact"] not in failed.text
    assert (await story.get(story.applicant)).json()["state"] == "screening"
    assert (await story.do(story.mediator, "invite")).status_code == 200
    assert gateway.received[-1]["to"] == CANARIES["contact"]
