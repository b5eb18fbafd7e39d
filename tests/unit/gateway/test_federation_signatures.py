"""A message between regions holds only as it was signed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import Headers

from gateway.federation import rules, signatures
from gateway.federation.signatures import Message, Reply
from shared.problems import Problem

KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = ec.generate_private_key(ec.SECP256R1())
BODY = b'{"request":"r-1"}'
URL = "http://127.0.0.1:7200/federation/v1/record-requests"


def signed(body: bytes = BODY) -> Message:
    message = Message("POST", URL, Headers({"content-type": "application/json", "idempotency-key": "message-key-1"}))
    signatures.sign(message, body, KEY, "thumbprint")
    return message


def answered(message: Message) -> Reply:
    reply = Reply(202, message, {"content-type": "application/json"})
    signatures.sign(reply, b"{}", KEY, "thumbprint")
    return reply


def set_header(name: str, value: str) -> Callable[[Message], None]:
    def change(message: Message) -> None:
        message.headers[name] = value

    return change


def aim(message: Message) -> None:
    message.url = URL.replace("requests", "answers")


def redirect(message: Message) -> None:
    message.url = URL.replace("7200", "7300")


def use_get(message: Message) -> None:
    message.method = "GET"


def uncover(message: Message) -> None:
    covered = message.headers["signature-input"]
    message.headers["signature-input"] = covered.replace(' "idempotency-key"', "")


def test_a_message_as_it_was_signed_holds_and_names_its_nonce() -> None:
    message = signed()
    assert signatures.key_id(message) == "thumbprint"
    proof = signatures.verify(message, BODY, KEY.public_key())
    assert len(proof.nonce) >= 16
    assert proof.expires <= datetime.now(UTC) + timedelta(seconds=rules.LIFETIME)


def test_two_messages_never_share_a_nonce() -> None:
    nonces = {signatures.verify(signed(), BODY, KEY.public_key()).nonce for _ in range(20)}
    assert len(nonces) == 20


@pytest.mark.parametrize(
    "change",
    [
        aim,
        redirect,
        use_get,
        uncover,
        set_header("idempotency-key", "other-key-1"),
        set_header("content-type", "text/csv"),
    ],
)
def test_whatever_is_altered_on_the_way_is_refused(change: Callable[[Message], None]) -> None:
    message = signed()
    change(message)
    with pytest.raises(Problem) as refused:
        signatures.verify(message, BODY, KEY.public_key())
    assert refused.value.kind is rules.SIGNATURE_INVALID


def test_another_body_or_another_key_is_refused() -> None:
    with pytest.raises(Problem):
        signatures.verify(signed(), b'{"request":"r-2"}', KEY.public_key())
    with pytest.raises(Problem):
        signatures.verify(signed(), BODY, STRANGER.public_key())


def test_an_unsigned_message_is_refused() -> None:
    with pytest.raises(Problem):
        signatures.verify(Message("POST", URL, {"content-type": "application/json"}), BODY, KEY.public_key())


def test_an_answer_belongs_to_its_request() -> None:
    reply = answered(signed())
    signatures.verify(reply, b"{}", KEY.public_key())
    reply.request.headers["idempotency-key"] = "another-message"
    with pytest.raises(Problem):
        signatures.verify(reply, b"{}", KEY.public_key())


def test_tries_come_slower_and_end_after_three_days() -> None:
    waits = [rules.wait(attempt).total_seconds() for attempt in range(1, 30)]
    assert waits == sorted(waits)
    assert waits[-1] == 900
    now = datetime.now(UTC)
    assert not rules.hopeless(now - timedelta(hours=71), now)
    assert rules.hopeless(now - timedelta(hours=73), now)
