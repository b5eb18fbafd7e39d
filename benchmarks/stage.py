"""The stage: a platform of its own, one consented and accepted referral, and each measured part in a process alone."""

import contextlib
import io
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil

from demo import client, family
from demo.scene import EDUCATION, Scene
from demo.story import settling
from demo.tokens import Token
from deploy.local import places, ports
from tests.support.launched import Installation

REGION = "610118"
PLENTY = {"per_minute": 6_000, "per_day": 200_000, "distinct_people_per_day": 500}  # the ceiling; 400 are measured


@dataclass
class Stage:
    """What the measurements stand on."""

    installation: Installation
    environ: dict[str, str]
    urls: dict[str, str] = field(default_factory=dict)
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    referral: str = ""
    fields: str = ""
    person: str = ""
    medical: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, installation: Installation) -> "Stage":
        """Read the region's settings as the launcher wrote them."""
        place = next(found for found in places.regions(installation.environ) if found.code == REGION)
        return cls(installation, json.loads(place.environment.read_text()))

    def grant(self, service: str, **said: Any) -> dict[str, Any]:
        """What a ready-made grant for a service says."""
        return {"service": service, "key": self.environ[f"JIELI_{service.upper()}_GRANT_KEY"], "said": said}

    def app(self, app: str, **settings: str) -> str:
        """One app in a process of its own on a free port; its address."""
        port = ports.free()
        changed = {f"JIELI_{app.upper()}_PORT": str(port), "JIELI_LOG_LEVEL": "ERROR"} | settings
        command = [sys.executable, "-m", "deploy.local.region", "--apps", app]
        self._start(command, self.environ | changed | {"PYTHONPATH": str(places.ROOT), "PATH": os.environ["PATH"]})
        return self._up(port, "/ready")

    def before(self, referrals: str) -> dict[str, str]:
        """The settings of a gateway before this service of referrals."""
        addresses = json.loads(self.environ["JIELI_GATEWAY_SERVICE_URLS"]) | {"referrals": referrals}
        return {"JIELI_GATEWAY_SERVICE_URLS": json.dumps(addresses)}

    def bare(self, upstream: str, like: Mapping[str, Any]) -> str:
        """The bare proxy before `upstream`; its address."""
        port = ports.free()
        command = [sys.executable, "-m", "uvicorn", "benchmarks.proxy:app", "--port", str(port)]
        command += ["--log-level", "critical", "--no-access-log", "--lifespan", "off"]
        environ = {"PYTHONPATH": str(places.ROOT), "PATH": os.environ["PATH"]}
        self._start(command, environ | {"BENCH_UPSTREAM": upstream, "BENCH_GRANT": json.dumps(like)})
        return self._up(port, "/health")

    def _start(self, command: list[str], environ: dict[str, str]) -> None:
        self.started.append(subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT))

    def _up(self, port: int, path: str) -> str:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(url + path, timeout=5).status_code < 500:
                    return url
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError(f"{url} did not come up")

    def cpu(self) -> dict[int, float]:
        """CPU seconds used so far by each started process."""
        times = {process.pid: psutil.Process(process.pid).cpu_times() for process in self.started}
        return {pid: spent.user + spent.system for pid, spent in times.items()}

    def close(self) -> None:
        """End what was started here, by its own process."""
        for process in self.started:
            process.terminate()
            process.wait(30)

    async def settle_referral(self) -> None:
        """A family's school referral, consented and accepted, through the public API."""
        regions = self.installation.regions()
        here, home = regions["receiving"], regions["sending"]
        made = family.fresh(random.SystemRandom())
        parent = here.resident("parent", made.parent.phone)
        scene = Scene(here, home, made, parent, parent)
        settling.keep_record(parent, made.parent, here.code)
        scene.child = settling.add_child(parent, made.child)
        settling.three_needs(scene)
        settling.three_consents(scene)
        office = here.system("office", "org-610118-education", EDUCATION)
        settling.accept(office, scene.referral("EDU-01"), EDUCATION)
        self.referral, self.medical = scene.referral("EDU-01"), scene.referrals["HEA-01"]
        agreed = scene.referrals["EDU-01"]["consent_request"]["fields"]
        self.fields = ",".join(agreed)
        path = f"/v1/referrals/{self.referral}?fields={quote(self.fields)}"
        client.until("the accepted referral", lambda: office.get(path, EDUCATION, quiet=True).status_code == 200)
        query = f"SELECT person, fields FROM referral WHERE id = '{self.referral}'"  # noqa: S608 - an id made by us
        (row,) = await self.installation.rows(REGION, "referrals", query)
        self.person = str(row["person"])

    def token(self) -> Token:
        """A fresh token of the education office's system."""
        return self.installation.regions()["receiving"].system("office", "org-610118-education", EDUCATION).token

    def resident(self) -> Token:
        """A fresh token of a resident."""
        return self.installation.regions()["receiving"].resident("writer", family.phone(random.SystemRandom())).token


def silently() -> contextlib.AbstractContextManager[object]:
    """The story's helpers print; here only figures should."""
    return contextlib.redirect_stdout(io.StringIO())


def installation(directory: Path) -> Installation:
    """A platform of its own, started."""
    made = Installation.rated(directory, "centre-housing", **PLENTY)
    made.launch()
    made.wait_ready()
    return made
