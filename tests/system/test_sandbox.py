"""The sandbox: a partner is told of each referral by its webhook, and answered as the file says when it reads it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jieli_client import Client, Refused, Terms, collection

from deploy.local import places
from gateway.webhooks import rules
from tests.support import documented, receiver
from tests.support.launched import Installation
from tests.support.receiver import Receiver
from tests.support.until import until


@pytest.fixture(scope="module")
async def partner() -> AsyncIterator[Receiver]:
    async with receiver.receiver() as made:
        yield made


@dataclass
class Sandbox:
    """The file, the client that it is for, and the secret of that one's webhook."""

    written: dict[str, Any]
    client: Client
    secret: str


@pytest.fixture(scope="module")
async def sandbox(platform: Installation, partner: Receiver) -> Sandbox:
    """Made once the office's system has registered a webhook, which fails at the first message."""
    office = platform.regions()["receiving"]
    held = next(each for each in office.clients if each["client"] == "org-610118-education-system")
    key = await asyncio.to_thread(Path(held["key_file"]).read_text)
    client = Client(office.gateway_url, held["client"], key, documented.client())
    kept = await asyncio.to_thread(client.gateway_keep_webhook, {"url": partner.url})
    secret = kept["secret"] or (await asyncio.to_thread(client.gateway_rotate_webhook_secret))["secret"]
    assert secret
    partner.answers = [500]
    command = [sys.executable, "-m", "demo.sandbox"]
    ran = await asyncio.to_thread(
        subprocess.run, command, env=platform.environ, cwd=places.ROOT, capture_output=True, text=True, timeout=100
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    return Sandbox(json.loads((platform.run / "sandbox.json").read_text("utf-8")), client, secret)


async def test_the_office_is_told_of_each_change_and_only_of_what_was_consented_to(
    sandbox: Sandbox, partner: Receiver
) -> None:
    """And once more of what it answered 500 to."""
    cases = {case["name"]: case["referral"] for case in sandbox.written["cases"]}
    consented = ("requested", "accepted", "she withdrew", "the day's calls are used up")
    wanted = {
        *((cases[name], "requested") for name in consented),
        *((value, "requested") for name, value in sandbox.written["variables"].items() if name.endswith("referral")),
        *((cases["accepted"], "accepted"), (cases["she withdrew"], "revoked")),
    }

    async def all_told() -> bool:
        return len(partner.told) > len(wanted)

    await until(all_told, rules.JITTER + 20)
    assert partner.told[0].id in [each.id for each in partner.told[1:]]
    for each in partner.told:
        receiver.verify(sandbox.secret, each.headers, each.body)
    told = [(each.said["data"]["referral"], each.said["data"]["state"]) for each in partner.told[1:]]
    assert sorted(told) == sorted(wanted)


async def test_each_case_is_answered_as_the_file_and_the_page_say(sandbox: Sandbox) -> None:
    told = {case["name"]: (case["status"], case["code"], case["step"]) for case in sandbox.written["cases"]}
    assert {case["name"]: await met(sandbox.client, case) for case in sandbox.written["cases"]} == told
    page = (places.ROOT / "docs" / "quick-start.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+) \| (\d{3}) \| `?([a-z-]*)`? ?\| ?(\d*) ?\|$", page, re.MULTILINE)
    assert {name: (int(status), code, int(step) if step else None) for name, status, code, step in rows} == told


async def met(client: Client, case: dict[str, Any]) -> tuple[int, str, int | None]:
    """What comes of a case; a gateway that was too busy to know is asked again, as 503 says."""

    async def known() -> tuple[int, str, int | None] | None:
        found = await asyncio.to_thread(tried, client, case)
        return found if found[0] != 503 else None

    found = await until(known)
    assert found
    return found


def tried(client: Client, case: dict[str, Any]) -> tuple[int, str, int | None]:
    """Status, code and step of one try."""
    terms, referral = Terms(case["agreement"], case["purpose"]), case["referral"]
    try:
        if case["accept"]:
            client.referrals_accept_referral(referral, terms=terms, if_match=case["if_match"])
        else:
            answer = client.referrals_read_referral(referral, terms=terms, fields=case["fields"])
            assert sorted(answer["fields"]) == sorted(case["fields"].split(","))
        return 200, "", None
    except Refused as refused:
        assert refused.decision or refused.status == 503, "what was refused names its decision"
        return refused.status, refused.code, refused.problem.get("step")


async def test_while_the_bus_rests_nothing_is_decided_on_an_old_consent(
    platform: Installation, sandbox: Sandbox
) -> None:
    case = next(each for each in sandbox.written["cases"] if each["name"] == "accepted")
    number = int((platform.run / "610118" / "nats" / "nats.pid").read_text("ascii"))

    async def refused() -> bool:
        return (await asyncio.to_thread(tried, sandbox.client, case))[1] == "projection-stale"

    os.kill(number, signal.SIGSTOP)
    try:
        await until(refused)
        assert sandbox.client.told.retry_after
    finally:
        os.kill(number, signal.SIGCONT)
    assert (await met(sandbox.client, case))[0] == 200


def test_the_collection_runs_and_each_answer_is_what_the_document_says(sandbox: Sandbox) -> None:
    """The client holds each against it; whoever read the file with another tool would be answered the same."""
    text = (places.ROOT / "docs" / "partners.http").read_text("utf-8")
    answers = list(collection.run(sandbox.client, text, sandbox.written["variables"]))
    assert [f"{name}: {answer.text}" for name, answer in answers if answer.is_error] == []
    assert len(answers) == text.count("\n###") + text.startswith("###")


def test_whoever_has_no_platform_is_told_to_start_one(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT), "JIELI_RUN_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "demo.sandbox"], env=environ, cwd=places.ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1 and "make run" in ran.stderr
