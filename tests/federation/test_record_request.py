"""One record from one region to another: asked by the person, confirmed by the person, signed between the gateways."""

import asyncio
import json
import random
import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from demo import family
from demo.client import Actor, Region, until
from demo.scene import Scene
from demo.story import exchange, settling
from gateway.federation import signatures
from gateway.federation.signatures import Message
from tests.support.launched import Installation
from tests.support.until import until as arrived

PATH = "/federation/v1/record-requests"


@pytest.fixture(scope="module")
def regions(platform: Installation) -> dict[str, Region]:
    return platform.regions()


def someone(regions: dict[str, Region], at_home: bool) -> Scene:
    """A parent here with a child; with a filed vaccination record at home, or unknown there."""
    made = family.fresh(random.SystemRandom())
    here, home = regions["receiving"], regions["sending"]
    scene = Scene(
        here,
        home,
        made,
        here.resident("parent", made.parent.phone),
        home.resident("parent, at home", made.parent.phone),
    )
    if at_home:
        settling.at_home(scene)
    settling.keep_record(scene.parent, made.parent, here.code)
    scene.child = settling.add_child(scene.parent, made.child)
    return scene


def ask(scene: Scene) -> str:
    body = {"record_type": "vaccination", "region": scene.home.code, "dependant": scene.child, "told": True}
    answer = scene.parent.post("/v1/me/record-requests", body)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_the_record_comes_only_with_the_code_from_home_and_stands_in_both_logs(regions: dict[str, Region]) -> None:
    scene = someone(regions, at_home=True)
    exchange.record_from_home(scene)
    here = _operations(scene.parent)
    assert {("send_record_request", "released"), ("receive_record", "released")} <= here
    assert ("release_record", "released") in _operations(scene.parent_at_home)


def _operations(actor: Actor) -> set[tuple[str, str]]:
    def read() -> set[tuple[str, str]]:
        listed = actor.get("/v1/me/accesses?limit=200", quiet=True).json()["accesses"]
        return {(entry["operation"], entry["result"]) for entry in listed if entry["kind"] == "region"}

    found: set[tuple[str, str]] = until("the log", lambda: _settled(read()))
    return found


def _settled(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return set() if any(result == "open" for _, result in found) else found


def test_five_wrong_codes_close_it_even_for_the_right_one(regions: dict[str, Region]) -> None:
    scene = someone(regions, at_home=True)
    before = exchange.messages(scene)
    request = ask(scene)
    code = until("the code", lambda: exchange.code_of(scene, before))
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    assert [exchange.confirm(scene, request, wrong) for _ in range(5)] == [403] * 5
    assert exchange.confirm(scene, request, code) == 403
    assert scene.parent.get(f"/v1/me/record-requests/{request}", quiet=True).json()["state"] == "requested"


async def test_someone_unknown_there_gets_the_same_answers_and_no_message(
    regions: dict[str, Region], platform: Installation
) -> None:
    scene = someone(regions, at_home=False)
    before = exchange.messages(scene)
    request = ask(scene)

    async def delivered() -> bool:
        rows = await platform.rows("610118", "gateway", "SELECT request FROM delivery WHERE state = 'delivered'")
        return request in {row["request"] for row in rows}

    await arrived(delivered)
    assert exchange.confirm(scene, request, "00000000") == 403
    assert exchange.confirm(scene, str(uuid.uuid4()), "00000000") == 403
    assert exchange.messages(scene) == before


@pytest.fixture
def signed(platform: Installation, regions: dict[str, Region]) -> Callable[..., httpx.Response]:
    """Sends what the receiving region's gateway could have sent, or what an attacker would."""
    path = platform.run / "610118" / "secrets" / "gateway" / "federation.pem"
    key = ECKey.import_key(path.read_text())
    home = regions["sending"]

    def send(body: bytes, sign: bytes | None = None, **change: Any) -> httpx.Response:
        media = change.get("media", "application/json")
        headers = {"content-type": media, "idempotency-key": change.get("key", str(uuid.uuid4()))}
        url = home.gateway_url + change.get("path", PATH)
        message = Message("POST", url, headers)
        signatures.sign(
            message, sign or body, change.get("private", key.private_key), change.get("kid", key.thumbprint())
        )
        sent = dict(message.headers)
        for _ in range(change.get("again", 0)):
            httpx.post(url, content=body, headers=sent, timeout=10)
        return httpx.post(url, content=body, headers=sent, timeout=10)

    return send


def request_body() -> bytes:
    claims = {"name": "无此人", "birth_date": "2018-01-01"}
    return json.dumps({"request": str(uuid.uuid4()), "record_type": "vaccination", "claims": claims}).encode()


def test_a_peers_message_is_taken_and_receipted(signed: Callable[..., httpx.Response]) -> None:
    answer = signed(request_body())
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    assert re.search(r"signature", " ".join(answer.headers), re.IGNORECASE)


def test_the_same_message_again_has_the_same_answer_and_another_body_is_refused(
    signed: Callable[..., httpx.Response],
) -> None:
    body, key = request_body(), str(uuid.uuid4())
    assert signed(body, key=key).json() == signed(body, key=key).json()
    other = signed(request_body(), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "message-key-reused")


async def test_the_same_message_many_times_at_once_is_handled_once(
    signed: Callable[..., httpx.Response], platform: Installation
) -> None:
    body, key = request_body(), str(uuid.uuid4())
    before = await entries(platform)
    answers = await asyncio.gather(*(asyncio.to_thread(signed, body, key=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {202, 409}, [answer.text for answer in answers]
    taken = [answer.json() for answer in answers if answer.status_code == 202]
    assert taken and all(answer == taken[0] for answer in taken)
    busy = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert busy <= {"message-in-flight"}
    assert signed(body, key=key).json() == taken[0]
    assert await entries(platform) == before + 2


async def entries(platform: Installation) -> int:
    """How many entries the other region's log has about messages that came in."""
    query = "SELECT count(*) AS n FROM log_entry WHERE convert_from(body, 'UTF8') LIKE '%receive_record_request%'"
    return int((await platform.rows("621124", "gateway", query))[0]["n"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": ""}, "idempotency-key-missing"),
        ({"key": "k" * 6000}, "idempotency-key-missing"),
        ({"media": "text/plain"}, "media-type-unsupported"),
    ],
)
async def test_a_message_without_a_usable_key_or_form_is_refused_before_anything_happens(
    signed: Callable[..., httpx.Response], platform: Installation, change: dict[str, str], code: str
) -> None:
    before = await entries(platform)
    answer = signed(request_body(), **change)
    assert (answer.status_code < 500, answer.json()["code"]) == (True, code)
    assert await entries(platform) == before


def test_an_answer_to_nothing_that_can_be_named_is_refused(signed: Callable[..., httpx.Response]) -> None:
    for odd in ("\u0000", "x", None, ["a"]):
        body = json.dumps({"request": odd, "record_type": "vaccination", "record": {}}).encode()
        answer = signed(body, path="/federation/v1/record-answers")
        assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")


def test_a_replayed_signature_is_refused(signed: Callable[..., httpx.Response]) -> None:
    answer = signed(request_body(), again=1)
    assert (answer.status_code, answer.json()["code"]) == (401, "nonce-used")


def test_a_tampered_body_is_refused(signed: Callable[..., httpx.Response]) -> None:
    answer = signed(request_body(), sign=request_body())
    assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid")


def test_a_key_that_nobody_pinned_is_refused(signed: Callable[..., httpx.Response]) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    assert signed(request_body(), private=stranger).json()["code"] == "signature-invalid"
    assert signed(request_body(), private=stranger, kid="stranger").json()["code"] == "peer-unknown"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'"x"', b"{"])
def test_what_is_no_request_is_refused(signed: Callable[..., httpx.Response], body: bytes) -> None:
    assert signed(body).status_code in (400, 422)
