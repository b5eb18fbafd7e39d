"""Proof: the parent reads who saw what, and checks it with a program that shares no code with the platform."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from demo import says
from demo.client import until
from demo.scene import Scene

VERIFIER = Path(__file__).resolve().parents[2] / "verify"


def who_saw_what(scene: Scene) -> None:
    """Every access, in plain words, with its proof."""
    accesses = _accesses(scene)
    for access in accesses:
        who = access["who"]["organisation_name"] or f"地区 {access['who']['region']}"
        fields = "、".join(access["fields"]["sent"]) or "-"
        if access["kind"] != "self":
            result = f"{access['result']} ({access['reason']})" if access["reason"] else access["result"]
            says.note(f"{who}: {access['why']['zh']}, {access['operation']}: {result}; {fields}")
    results = {(access["operation"], access["who"]["organisation"], access["result"]) for access in accesses}
    reads = ("read_referral", "org-610118-education", "released")
    says.expect("she sees that the education office read", reads in results, True)
    says.expect("she sees the medical office's refused call", _refusal(accesses), "consent-withdrawn")
    entry = next(a for a in accesses if (a["operation"], a["result"]) == ("read_referral", "released"))
    check(scene, entry["entries"][0]["entry"])


def _accesses(scene: Scene) -> list[dict[str, Any]]:
    answer = scene.parent.get("/v1/me/accesses?limit=200", quiet=True)
    says.sent(scene.parent.who, "GET", "/v1/me/accesses?limit=200")
    says.expect("the parent reads her log", answer.status_code, 200)
    accesses: list[dict[str, Any]] = answer.json()["accesses"]
    return accesses


def _refusal(accesses: list[dict[str, Any]]) -> str | None:
    medical = [a for a in accesses if a["who"]["organisation"] == "org-610118-medical" and a["reason"]]
    return str(medical[0]["reason"]) if medical else None


def check(scene: Scene, entry: int) -> None:
    """Take one entry's proof to the separate verifier; a changed bundle must fail."""
    path = f"/v1/me/accesses/{entry}/proof"
    until("a checkpoint over the entry", lambda: scene.parent.get(path, quiet=True).status_code == 200)
    bundle = scene.parent.get(path, quiet=True).json()
    says.sent(scene.parent.who, "GET", path)
    key = scene.here.http.get("/v1/log/key").text
    verdict = verify(key, bundle)
    says.note(verdict.stdout.strip().replace("\n", "\n       "))
    says.expect("jieli-verify: the entry is in the signed log", verdict.returncode, 0)
    forged = {**bundle, "entry": bundle["entry"].replace("org-610118-education", "org-610118-housing")}
    verdict = verify(key, forged)
    says.note(verdict.stdout.strip().splitlines()[-1] if verdict.stdout.strip() else verdict.stderr.strip())
    says.expect("jieli-verify: a changed entry does not verify", verdict.returncode, 1)


def verify(key: str, bundle: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    """Run the verifier as its own program, with nothing of the platform on its path."""
    with tempfile.TemporaryDirectory() as folder:
        key_file, bundle_file = Path(folder, "log.key"), Path(folder, "bundle.json")
        key_file.write_text(key)
        bundle_file.write_text(json.dumps(bundle, ensure_ascii=False))
        command = [sys.executable, "-m", "jieli_verify", "proof", "--key", str(key_file), str(bundle_file)]
        environment = {"PYTHONPATH": str(VERIFIER), "PATH": os.environ["PATH"]}
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)  # noqa: S603 - our own verifier
