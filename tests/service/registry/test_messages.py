"""Messages on their way to phones: kept until they left, tried again, and none holds up another."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.registry import sealing
from services.registry.queries import reach
from services.registry.schemas.records import MessageSealed
from services.registry.tables import Message
from shared import ids
from shared.door import evidence
from tests.service.registry.conftest import sent_all
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.phones import Phones, phones
from tests.support.postgres import TestServer

NUMBER = "+8613900001234"


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[Phones]:
    async with phones() as made:
        yield made


@pytest.fixture(scope="module")
async def registry(
    postgres: TestServer, gateway: Phones, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningApp]:
    directory = tmp_path_factory.mktemp("registry")
    async with apps.running("registry", postgres, directory, sender="http", sender_url=gateway.url) as running:
        yield running


async def post(registry: RunningApp, *texts: str, written: datetime | None = None) -> None:
    """Put messages on their way, all in one transaction."""
    vault, owner = registry.runtime.vault, str(uuid.uuid4())
    async with registry.runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        for text in texts:
            fresh = ids.new() if written is None else uuid.UUID(int=int(written.timestamp() * 1000) << 80)
            message = MessageSealed(to=NUMBER, text=text)
            with evidence("job", "test"):
                sealed = await sealing.seal(vault, owner, f"message.sealed/{fresh}", message, sealing.Size.MESSAGE)
            session.add(Message(id=fresh, subject=owner, sealed=sealed))
    registry.runtime.stir()


def texts(gateway: Phones) -> list[Any]:
    return [message["text"] for message in gateway.received]


async def test_a_message_is_tried_again_until_it_left_and_then_it_is_gone(
    registry: RunningApp, gateway: Phones
) -> None:
    gateway.answers = [503, 429]
    await post(registry, "busy twice")
    await sent_all(registry)
    assert gateway.received[-1] == {"to": NUMBER, "text": "busy twice"}
    assert texts(gateway).count("busy twice") == 1


async def test_a_message_that_cannot_leave_yet_does_not_hold_up_the_next(registry: RunningApp, gateway: Phones) -> None:
    gateway.answers = [503]
    await post(registry, "first", "second")
    await sent_all(registry)
    assert texts(gateway)[-2:] == ["second", "first"]


async def test_a_message_that_is_refused_is_not_tried_again(registry: RunningApp, gateway: Phones) -> None:
    before = len(gateway.asked)
    gateway.answers = [400]
    await post(registry, "wrong number", "right number")
    await sent_all(registry)
    asked = [body["text"] for _, _, body in gateway.asked[before:]]
    assert asked == ["wrong number", "right number"]
    assert texts(gateway)[-1] == "right number"


async def test_a_code_that_has_run_out_is_not_sent_for_ever(registry: RunningApp, gateway: Phones) -> None:
    before = len(gateway.asked)
    gateway.answers = [503]
    await post(registry, "of long ago", written=datetime(2026, 1, 1, tzinfo=UTC))
    await sent_all(registry)
    assert [body["text"] for _, _, body in gateway.asked[before:]] == ["of long ago"]
