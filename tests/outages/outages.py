"""Under load connections die, PostgreSQL stops, NATS stops, both stop: every event arrives all the same.

`python -m tests.outages.outages 10` keeps each away for ten seconds and prints the verdict.
"""

import asyncio
import contextlib
import importlib
import itertools
import random
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from demo import family
from demo.client import Terms
from demo.scene import HOUSING
from demo.tokens import Token
from deploy.local import places
from deploy.local import region as region_apps
from tests.support import apart, room
from tests.support.apart import Apart
from tests.support.until import until

WRITERS = 8
PATIENCE = 90.0  # seconds
NEED = {"service": "HOU-04", "answers": {"姓名": "卓玛·多吉", "争议": "押金未退", "请求": "退还押金"}}
ASKED = ("agreement", "agreement_version", "consent_hash", "purpose", "recipient", "fields", "sensitive")
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%_app'"
NOUN = "split_part(subject, '.', 1) || '.' || split_part(subject, '.', 2)"
SENT = f"SELECT aggregate, {NOUN} AS noun, max(seq) AS seq FROM outbox GROUP BY 1, 2"  # noqa: S608 - a constant
TAKEN = "SELECT aggregate, seq FROM position"
UNSENT = "SELECT id FROM outbox WHERE sent_at IS NULL"


@dataclass
class Load:
    """Residents who say a need and consent to its hand-over, one after the other, each step until it is answered."""

    http: httpx.AsyncClient
    token: Token
    consented: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Refer and consent until told to stop; what was begun is finished."""
        while not self.stop.is_set():
            made = await self.insist("/v1/me/intakes", {"needs": [NEED], "told": True})
            await self.insist("/v1/me/consents", consent(made["referrals"][0]))
            self.consented.append(made["referrals"][0]["id"])

    async def insist(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The same request under the same key until it is taken."""
        key = str(uuid.uuid4())

        async def taken() -> dict[str, Any]:
            headers = self.token.headers("POST", path) | {"idempotency-key": key}
            with contextlib.suppress(httpx.HTTPError):
                answer = await self.http.post(path, json=body, headers=headers)
                if answer.status_code == 201:
                    return dict(answer.json())
                assert answer.status_code in (404, 409, 502, 503, 504), answer.text
            return {}

        return await until(taken, PATIENCE)


def consent(made: Mapping[str, Any]) -> dict[str, Any]:
    """The body that consents to what was shown."""
    return {
        **{name: made["consent_request"][name] for name in ASKED},
        "referral": made["id"],
        "notice": {"id": made["consent_request"]["purpose"], "version": 1, "language": "zh-Hans", "channel": "web"},
        "decision": "given",
        "expires_on": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    }


@dataclass
class Report:
    """How long each fault was felt, and what must be zero."""

    back_after: dict[str, float] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)


async def more(load: Load, wanted: int = 10) -> None:
    """Wait until some more consents were given."""
    before = len(load.consented)

    async def enough() -> bool:
        return len(load.consented) >= before + wanted

    await until(enough, 60)


async def settled(here: Apart) -> bool:
    """Whether every app says that it is ready."""
    return all((await here.ready()).values())


async def connections_die(here: Apart, load: Load) -> float:
    """Every connection of every app ends, three times; the seconds until all are ready and work goes on."""
    for _ in range(3):
        await here.rows("identity", END_ALL)
        await more(load, 4)
    return await recovered(here, load)


async def stores_away(here: Apart, load: Load, seconds: float, *servers: Any) -> float:
    """The servers are away so long; every app says so; the seconds until all are ready and work goes on."""

    async def unready() -> bool:
        return not any((await here.ready()).values())

    async with here.without(*servers):
        began = time.monotonic()
        await until(unready)

        async def over() -> bool:
            return time.monotonic() - began >= seconds

        await until(over, seconds + 10)
        assert await unready(), "an app says that it is ready without what it stands on"
    return await recovered(here, load)


async def recovered(here: Apart, load: Load) -> float:
    """The seconds until every app is ready and some more work is done."""
    began = time.monotonic()
    await until(lambda: settled(here), 40)
    await more(load)
    return round(time.monotonic() - began, 1)


async def story(directory: Path, seconds: float, every: bool) -> Report:
    """Load, faults, and the verdict once everything is back; `every` adds the outages of one store alone."""
    report = Report()
    async with apart.running(directory) as here:
        await until(lambda: nothing_missing(here), 60)
        region = here.region()
        token = region.resident("writer", family.phone(random.SystemRandom())).token
        async with httpx.AsyncClient(base_url=region.gateway_url, timeout=20, trust_env=False) as http:
            load = Load(http, token)
            writers = [asyncio.create_task(load.work()) for _ in range(WRITERS)]
            await more(load)
            report.back_after["connections died"] = await connections_die(here, load)
            faults = {"both away": (here.postgres, here.nats)}
            if every:
                faults = {"PostgreSQL away": (here.postgres,), "NATS away": (here.nats,), **faults}
            for name, servers in faults.items():
                report.back_after[name] = await stores_away(here, load, seconds, *servers)
            load.stop.set()
            await asyncio.gather(*writers)
        report.wrong = await verdict(here, load)
        await reaches_the_office(here, load.consented[-1])
    print(f"{len(load.consented)} referrals referred and consented to; back after {report.back_after}")
    return report


async def verdict(here: Apart, load: Load) -> dict[str, int]:
    """Everything that must be zero."""

    await until(lambda: nothing_missing(here), 60)
    letters = [await here.rows(app, "SELECT event FROM dead_letter") for app in places.OFFSETS]
    waiting = await here.rows("referrals", "SELECT id::text FROM referral WHERE state = 'awaiting_consent'")
    twice = [await here.rows(app, "SELECT event FROM inbox GROUP BY 1 HAVING count(*) > 1") for app in places.OFFSETS]
    return {
        "events that did not arrive": await missing(here),
        "events applied twice": sum(map(len, twice)),
        "dead letters": sum(map(len, letters)),
        "consents that moved no referral": len({row["id"] for row in waiting} & set(load.consented)),
    }


async def nothing_missing(here: Apart) -> bool:
    """Whether every event arrived everywhere."""
    return not await missing(here)


async def missing(here: Apart) -> int:
    """Rows that did not leave, and records of which a follower does not stand where their publisher does."""
    count = 0
    sent = {app: await here.rows(app, SENT) for app in places.OFFSETS}
    for app in places.OFFSETS:
        count += len(await here.rows(app, UNSENT))
        followed = nouns(app)
        stands = {row["aggregate"]: row["seq"] for row in await here.rows(app, TAKEN)}
        wanted = [row for row in itertools.chain(*sent.values()) if row["noun"] in followed]
        count += sum(stands.get(row["aggregate"], 0) < row["seq"] for row in wanted)
    return count


def nouns(app: str) -> set[str]:
    """The nouns of others that an app follows."""
    handlers = importlib.import_module(region_apps.MODULES[app]).SERVICE.handlers
    return {".".join(event.subject.split(".")[:2]) for event in handlers}


async def reaches_the_office(here: Apart, referral: str) -> None:
    """The hand-over itself: the office reads what was consented to, under its agreement."""
    office = here.region().system("housing office", "org-610118-housing", HOUSING)
    terms: Terms = HOUSING

    async def read() -> bool:
        path = f"/v1/referrals/{referral}?fields=争议"
        return (await asyncio.to_thread(office.get, path, terms, True)).status_code == 200

    await until(read, 30)


def main() -> int:
    """Print the table; exit 0 only if everything is zero."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with room.folder("outages") as folder:
        report = asyncio.run(story(folder, seconds, every=True))
    for what, count in report.wrong.items():
        print(f"{count:>6}  {what}")
    return 1 if any(report.wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
