"""`python -m benchmarks.peers <pocketbase>`: a referral created and read here, and a record in PocketBase, in one run.

The argument is PocketBase's programme, no part of this project. Not like for like: PocketBase is one process in
Go over SQLite, and what it is asked to check is that whoever calls is signed in and, for reading, that the record is
theirs. It knows no agreement, purpose, consent, field list per recipient, quota or proof of who read what, keeps no
event for others, seals nothing and has no second region; its token is not bound to a key. Here a create is a resident's
intake, and a read is an office's governed read: gateway, service, PostgreSQL and NATS, with a durable log entry before
and after each. So the ratio is the price of all that, where one core more or less serves everything.
"""

import argparse
import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from benchmarks import reads
from benchmarks.figures import Side, table
from benchmarks.stage import Stage, installation, silently
from benchmarks.writes import NEED
from demo.scene import EDUCATION
from deploy.local import ports

ROUNDS, SECONDS = 3, 4.0
RESULT = Path(__file__).parent / "results" / "peers.md"
RECORDS = "/api/collections/referrals/records"
OWN = "@request.auth.id != '' && owner = @request.auth.id"
COLLECTION = {
    "name": "referrals",
    "type": "base",
    "fields": [
        {"name": "owner", "type": "text", "required": True},
        {"name": "service", "type": "text", "required": True},
        {"name": "answers", "type": "json", "required": True},
    ],
    "createRule": OWN,
    "viewRule": OWN,
}


def pocketbase(program: str, directory: Path, stage: Stage) -> tuple[str, str, str]:
    """PocketBase started with one collection and one user: its address, the user's id and token."""
    email, password = "a@example.org", secrets.token_hex(16)
    data = ["--dir", str(directory / "pocketbase")]
    subprocess.run([program, "superuser", "upsert", email, password, *data], check=True, capture_output=True)
    base = f"http://127.0.0.1:{ports.free()}"
    command = [program, "serve", "--http", base.removeprefix("http://"), *data]
    stage.started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    with httpx.Client(base_url=base, transport=httpx.HTTPTransport(retries=20), timeout=10) as http:
        signed_in = {"identity": email, "password": password}
        administrator = _json(http.post("/api/collections/_superusers/auth-with-password", json=signed_in))["token"]
        _json(http.post("/api/collections", json=COLLECTION, headers={"authorization": administrator}))
        _json(
            http.post("/api/collections/users/records", json={**signed_in, "email": email, "passwordConfirm": password})
        )
        user = _json(http.post("/api/collections/users/auth-with-password", json=signed_in))
    return base, user["record"]["id"], user["token"]


def plans(stage: Stage, program: str, directory: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """What is sent to whom, by what is measured and by side."""
    base, owner, token = pocketbase(program, directory, stage)
    record = {"owner": owner, **NEED}
    theirs = {"bases": [base], "headers": {"authorization": token, "content-type": "application/json"}}
    made = _json(httpx.post(base + RECORDS, json=record, headers={"authorization": token}))
    service = stage.app("referrals")
    gateway = stage.app("gateway", **stage.before(service))
    intake = json.dumps({"needs": [NEED], "told": True}, ensure_ascii=False)
    resident = {"bases": [gateway], "headers": {"content-type": "application/json"}, "token": stage.resident().plain()}
    terms = {"jieli-agreement": EDUCATION.agreement, "jieli-purpose": EDUCATION.purpose}
    office = {"bases": [gateway], "headers": terms, "token": stage.token().plain()}
    create, read = {"method": "POST", "seconds": SECONDS}, {"method": "GET", "expect": 200, "seconds": SECONDS}
    path = f"/v1/referrals/{stage.referral}?fields={quote(stage.fields)}"
    return {
        "created": {
            "PocketBase": create | theirs | {"targets": [RECORDS], "body": json.dumps(record), "expect": 200},
            "Jieli": create | resident | {"targets": ["/v1/me/intakes"], "body": intake, "expect": 201},
        },
        "read": {
            "PocketBase": read | theirs | {"targets": [f"{RECORDS}/{made['id']}?fields=service,answers"]},
            "Jieli": read | office | {"targets": [path]},
        },
    }


def compare(stage: Stage, program: str, directory: Path) -> dict[str, list[Side]]:
    """By what is measured and the number of connections, both sides."""
    found: dict[str, list[Side]] = {}
    for what, sent in plans(stage, program, directory).items():
        for connections in (1, 8):
            sides = {name: Side(name) for name in sent}
            for _ in range(ROUNDS):
                for name, plan in sent.items():
                    reads.loaded(plan | {"connections": connections}, sides[name], stage)
            found[f"{what}, {connections} connection{'s' * (connections > 1)}"] = list(sides.values())
    return found


def _json(answer: httpx.Response) -> dict[str, Any]:
    return dict(answer.raise_for_status().json())


def main() -> int:
    """Measure, print, write; exit 1 when a side did not answer as expected."""
    parser = argparse.ArgumentParser(description="Jieli and PocketBase side by side.")
    parser.add_argument("pocketbase", help="PocketBase's programme")
    program = parser.parse_args().pocketbase
    with tempfile.TemporaryDirectory(prefix="jieli-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
        made = installation(Path(folder))
        stage = Stage.of(made)
        try:
            with silently():
                asyncio.run(stage.settle_referral())
            found = compare(stage, program, Path(folder))
        finally:
            stage.close()
            made.remove()
    page = [f"# Beside a peer that enforces less\n\n{(__doc__ or '').partition(chr(10) * 2)[2]}"]
    page += [f"{table(title, sides)}\n" for title, sides in found.items()]
    RESULT.write_text("\n".join(page))
    print("\n".join(page))
    wrong = sum(side.wrong for sides in found.values() for side in sides)
    print(f"answers that were not as expected: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
