"""A governed read through one gateway and through two, against a bare proxy and the service called directly."""

import json
import subprocess
import sys
from typing import Any
from urllib.parse import quote

from benchmarks.figures import Side
from benchmarks.stage import Stage
from demo.scene import EDUCATION
from deploy.local import places

ROUNDS, SECONDS = 3, 4.0


def loaded(plan: dict[str, Any], side: Side, stage: Stage) -> None:
    """One round of one side."""
    before = sum(stage.cpu().values())
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
        cwd=places.ROOT,
    )
    found = json.loads(made.stdout)
    side.rates.append(len(found["latencies"]) / found["seconds"])
    side.latencies += found["latencies"]
    side.wrong += found["wrong"]
    side.cpu_ms.append((sum(stage.cpu().values()) - before) * 1000 / max(1, len(found["latencies"])))


def compare(stage: Stage) -> dict[int, list[Side]]:
    """By number of connections: bare proxy, gateway with everything on, service directly, two gateways."""
    service = stage.app("referrals")
    like = stage.grant(
        "referrals",
        kind="exchange",
        actor={"type": "client", "id": "org-610118-education-system", "organisation": "org-610118-education"},
        subject=stage.person,
        purpose=EDUCATION.purpose,
        operation="read_referral",
        agreement={"id": EDUCATION.agreement, "version": 1},
        fields=stage.fields.split(","),
    )
    bare = stage.bare(service, like)
    gateway = stage.app("gateway", **stage.before(service))
    path = f"/v1/referrals/{stage.referral}?fields={quote(stage.fields)}"
    common = {"method": "GET", "targets": [path], "expect": 200, "seconds": SECONDS}
    headers = {"jieli-agreement": EDUCATION.agreement, "jieli-purpose": EDUCATION.purpose}
    plans: dict[str, dict[str, Any]] = {
        "bare proxy, checks nothing": {"bases": [bare], "headers": {}},
        "gateway, everything on": {"bases": [gateway], "headers": headers, "token": stage.token().plain()},
        "service directly, with a grant": {"bases": [service], "headers": {}, "grant": like},
    }
    found: dict[int, list[Side]] = {}
    for connections in (1, 32):
        if connections > 1:
            both = plans["gateway, everything on"]["bases"] + [stage.app("gateway", **stage.before(service))]
            plans["two gateways, half of it each"] = plans["gateway, everything on"] | {"bases": both}
        sides = {name: Side(name) for name in plans}
        for _ in range(ROUNDS):
            for name, plan in plans.items():
                loaded(common | plan | {"connections": connections}, sides[name], stage)
        found[connections] = list(sides.values())
    return found
