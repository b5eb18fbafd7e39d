"""The sandbox: a partner is told of each referral by its webhook, and answered as the file says when it reads it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jieli_client import Client, Refused, Terms

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
    """Made once the office's system has registered a webhook."""
    office = platform.regions()["receiving"]
    held = next(each for each in office.clients if each["client"] == "org-610118-education-system")
    key = await asyncio.to_thread(Path(held["key_file"]).read_text)
    client = Client(office.gateway_url, held["client"], key, documented.client())
    kept = await asyncio.to_thread(client.gateway_keep_webhook, {"url": partner.url})
    secret = kept["secret"] or (await asyncio.to_thread(client.gateway_rotate_webhook_secret))["secret"]
    assert secret
    command = [sys.executable, "-m", "demo.sandbox"]
    ran = await asyncio.to_thread(
        subprocess.run, command, env=platform.environ, cwd=places.ROOT, capture_output=True, text=True, timeout=100
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    return Sandbox(json.loads((platform.run / "sandbox.json").read_text("utf-8")), client, secret)


async def test_the_office_is_told_of_each_change_and_only_of_what_was_consented_to(
    sandbox: Sandbox, partner: Receiver
) -> None:
    cases = {case["name"]: case["referral"] for case in sandbox.written["cases"]}
    wanted = {
        *((cases[name], "requested") for name in ("requested", "accepted", "she withdrew")),
        *((cases["accepted"], "accepted"), (cases["she withdrew"], "revoked")),
    }

    async def all_told() -> bool:
        return len(partner.told) >= len(wanted)

    await until(all_told, rules.JITTER + 20)
    for each in partner.told:
        receiver.verify(sandbox.secret, each.headers, each.body)
    told = [(each.said["data"]["referral"], each.said["data"]["state"]) for each in partner.told]
    assert sorted(told) == sorted(wanted)


def test_each_case_is_answered_as_the_file_says(sandbox: Sandbox) -> None:
    met = {}
    for case in sandbox.written["cases"]:
        terms = Terms(case["agreement"], case["purpose"])
        try:
            answer = sandbox.client.referrals_read_referral(case["referral"], terms=terms, fields=case["fields"])
            met[case["name"]] = (200, "")
            assert sorted(answer["fields"]) == sorted(case["fields"].split(","))
        except Refused as refused:
            met[case["name"]] = (refused.status, refused.code)
    assert met == {case["name"]: (case["status"], case["code"]) for case in sandbox.written["cases"]}


def test_whoever_has_no_platform_is_told_to_start_one(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT), "JIELI_RUN_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "demo.sandbox"], env=environ, cwd=places.ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1 and "make run" in ran.stderr
