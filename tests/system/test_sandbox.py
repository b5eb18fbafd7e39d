"""The sandbox's referrals answer a partner as its file says, one for each refusal that reading may meet."""

import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest
from jieli_client import Client, Refused, Terms

from deploy.local import places
from tests.support.launched import Installation


@pytest.fixture(scope="module")
def sandbox(platform: Installation) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "demo.sandbox"],
        env=platform.environ,
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    written: dict[str, Any] = json.loads((platform.run / "sandbox.json").read_text("utf-8"))
    return written


def test_each_case_is_answered_as_the_file_says(sandbox: dict[str, Any]) -> None:
    with open(sandbox["key_file"], encoding="utf-8") as file:
        http = httpx.Client(timeout=30, trust_env=False)
        client = Client(sandbox["gateway_url"], sandbox["client"], file.read(), http)
    met = {}
    for case in sandbox["cases"]:
        terms = Terms(case["agreement"], case["purpose"])
        try:
            answer = client.referrals_read_referral(case["referral"], terms=terms, fields=case["fields"])
            met[case["name"]] = (200, "")
            assert sorted(answer["fields"]) == sorted(case["fields"].split(","))
        except Refused as refused:
            met[case["name"]] = (refused.status, refused.code)
    assert met == {case["name"]: (case["status"], case["code"]) for case in sandbox["cases"]}


def test_whoever_has_no_platform_is_told_to_start_one(tmp_path: Any) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT), "JIELI_RUN_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "demo.sandbox"], env=environ, cwd=places.ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1 and "make run" in ran.stderr
