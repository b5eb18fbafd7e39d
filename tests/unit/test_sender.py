"""Messages to phones: what is sent, what may be tried again, what is refused, and that nothing of it is logged."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared import sender
from shared.problems import Problem
from shared.settings import Settings, SettingsError
from tests.support import apps
from tests.support.phones import Phones, phones

NUMBER = "+8613900001234"
TEXT = 'code "12345678" \\ 确认码\n{to}'


@pytest.fixture
async def gateway() -> AsyncIterator[Phones]:
    async with phones() as made:
        yield made


def settings(directory: Path, **more: object) -> Settings:
    addresses = {"DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1/nothing"}
    return apps.settings("registry", addresses, directory, **more)


def over_http(gateway: Phones, directory: Path, **more: object) -> sender.Sender:
    return sender.of(settings(directory, sender="http", sender_url=gateway.url, **more))


async def refusal(sending: sender.Sender) -> str:
    with pytest.raises(Problem) as raised:
        await sending.send(NUMBER, TEXT)
    assert NUMBER not in str(raised.value.body())
    return raised.value.kind.code


async def test_a_message_arrives_as_it_was_written_in_the_gateways_own_form(gateway: Phones, tmp_path: Path) -> None:
    (tmp_path / "sms.token").write_text("a-token-of-the-gateway\n")
    body = '{"messages": [{"destinations": ["{to}"], "content": {"text": "{text}"}}], "sign": "接力"}'
    sending = over_http(gateway, tmp_path, sender_body=body, sender_token_file="sms.token")
    await sending.send(NUMBER, TEXT)
    [(_, authorization, received)] = gateway.asked
    assert authorization == "Bearer a-token-of-the-gateway"
    assert received == {"messages": [{"destinations": [NUMBER], "content": {"text": TEXT}}], "sign": "接力"}


@pytest.mark.parametrize("answer", [301, 401, 403, 408, 429, 500, 502, 503])
async def test_what_is_no_fault_of_the_message_may_be_tried_again(gateway: Phones, tmp_path: Path, answer: int) -> None:
    gateway.answers = [answer]
    sending = over_http(gateway, tmp_path)
    assert await refusal(sending) == "message-not-sent"
    await sending.send(NUMBER, TEXT)
    assert gateway.received == [{"to": NUMBER, "text": TEXT}]


@pytest.mark.parametrize("answer", [400, 404, 422])
async def test_a_message_that_the_gateway_does_not_take_is_refused(
    gateway: Phones, tmp_path: Path, answer: int
) -> None:
    gateway.answers = [answer]
    assert await refusal(over_http(gateway, tmp_path)) == "message-refused"


async def test_a_silent_gateway_and_none_at_all_may_be_tried_again(gateway: Phones, tmp_path: Path) -> None:
    gateway.silent = True
    assert await refusal(sender.Http(gateway.url, '"{to}{text}"', patience=0.2)) == "message-not-sent"
    assert await refusal(sender.Http("http://127.0.0.1:1/", '"{to}{text}"')) == "message-not-sent"
    assert await refusal(sender.Http(gateway.url, '"{to}{text}"', Path("no-token-here"))) == "message-not-sent"


async def test_apprise_reaches_the_service_behind_its_address(
    gateway: Phones, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    url = f"json://127.0.0.1:{gateway.port}/to/{{to}}"
    sending = sender.of(settings(tmp_path, sender="apprise", sender_url=url))
    await sending.send(NUMBER, TEXT)
    [(path, _, received)] = gateway.asked
    assert (path, received["message"]) == (f"/to/{NUMBER}", TEXT)
    gateway.answers = [500]
    assert await refusal(sending) == "message-not-sent"
    assert not [line for line in caplog.records if line.name == "apprise"]


async def test_a_file_takes_a_line_a_message_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    sending = sender.of(settings(tmp_path, messages_file=file))
    await sending.send(NUMBER, TEXT)
    await sending.send(NUMBER, "again")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["to"], line["text"]) for line in lines] == [(NUMBER, TEXT), (NUMBER, "again")]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"messages_file": None}, "JIELI_MESSAGES_FILE"),
        ({"sender": "http", "sender_url": "https://sms.example", "sender_token_file": "none"}, "none cannot be read"),
        ({"sender": "http", "sender_url": "https://sms.example", "sender_token_file": "short"}, "placeholder"),
        ({"sender": "apprise", "sender_url": "nothing-known://{to}"}, "JIELI_SENDER_URL"),
    ],
)
def test_an_app_that_could_send_nothing_does_not_start(tmp_path: Path, more: dict[str, Any], named: str) -> None:
    (tmp_path / "short").write_text("change-me-change-me")
    with pytest.raises(SettingsError, match=named):
        sender.check(settings(tmp_path, **more))
