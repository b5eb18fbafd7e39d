"""kill -9 of everything while referrals are created: what was acknowledged is there, no event lost, none applied twice.

`python -m tests.outages.crash [rounds]` (or `make crash`) prints the verdict.
"""

import asyncio
import json
import os
import random
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from demo import family
from demo.client import Actor
from demo.tokens import Token
from tests.support import room
from tests.support.launched import Installation
from tests.support.until import until

WRITERS = 8
NEED = {"service": "HOU-04", "answers": {"姓名": "卓玛·多吉", "争议": "押金未退", "请求": "退还押金"}}
CHECKS = {
    "outbox rows that never left": ("referrals", "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"),
    "referrals without an event": (
        "referrals",
        "SELECT count(*) AS n FROM referral WHERE NOT EXISTS"
        " (SELECT 1 FROM outbox WHERE outbox.aggregate = referral.id::text)",
    ),
    "dead letters": ("gateway", "SELECT count(*) AS n FROM dead_letter"),
}


@dataclass
class Journal:
    """What the client knows, on its own disk before it believes it: keys tried, and what was acknowledged."""

    path: Path
    tried: dict[str, Token] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, line: dict[str, Any]) -> None:
        """Append a line and sync it."""
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def acknowledge(self, key: str, answer: dict[str, Any]) -> None:
        """An answer came; the same key must never bring another one."""
        known = self.answered.setdefault(key, answer)
        assert known == answer, f"key {key} was answered twice, differently"
        self.write({"acknowledged": key, "referral": answer["referrals"][0]["id"]})

    @property
    def referrals(self) -> set[str]:
        """Every referral that the platform acknowledged."""
        return {entry["id"] for answer in self.answered.values() for entry in answer["referrals"]}


async def write_until(stop: asyncio.Event, http: httpx.AsyncClient, token: Token, journal: Journal) -> None:
    """Create referrals one after the other; an answer that does not come leaves its key open."""
    while not stop.is_set():
        key = str(uuid.uuid4())
        journal.tried[key] = token
        journal.write({"tried": key})
        try:
            await attempt(http, token, key, journal)
        except httpx.HTTPError:
            await asyncio.sleep(0.02)


async def attempt(http: httpx.AsyncClient, token: Token, key: str, journal: Journal) -> bool:
    """One intake under one key; True once it is acknowledged."""
    headers = token.headers("POST", "/v1/me/intakes") | {"idempotency-key": key}
    answer = await http.post("/v1/me/intakes", json={"needs": [NEED], "told": True}, headers=headers)
    if answer.status_code == 201:
        journal.acknowledge(key, answer.json())
    return answer.status_code == 201


async def round_of(installation: Installation, journal: Journal, actor: Actor) -> tuple[int, int]:
    """Write, kill everything in the middle, start again, settle what stayed open; how many were killed and open."""
    here = actor.region
    stop = asyncio.Event()
    async with httpx.AsyncClient(base_url=here.gateway_url, timeout=10, trust_env=False) as http:
        writers = [asyncio.create_task(write_until(stop, http, actor.token, journal)) for _ in range(WRITERS)]
        before = len(journal.answered)
        wanted = before + random.randint(20, 60)  # noqa: S311 - when the kill comes, not a secret

        async def enough() -> bool:
            return len(journal.answered) >= wanted

        await until(enough, 60)
        killed = await asyncio.to_thread(installation.kill_everything)
        stop.set()
        await asyncio.gather(*writers)
    opened = len(journal.tried) - len(journal.answered)
    await asyncio.to_thread(installation.launch)
    await asyncio.to_thread(installation.wait_ready)
    await settle(journal, actor)
    return killed, opened


async def settle(journal: Journal, actor: Actor) -> None:
    """Try every open key again until it has its one answer."""
    async with httpx.AsyncClient(base_url=actor.region.gateway_url, timeout=10, trust_env=False) as http:
        for key in [key for key in journal.tried if key not in journal.answered]:
            assert await attempt(http, actor.token, key, journal), f"key {key} has no answer after the restart"


def listed(actor: Actor) -> list[str]:
    """Every referral that the person sees, page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = actor.get(f"/v1/me/referrals?limit=200{cursor}", quiet=True).json()
        found += [entry["id"] for entry in page["referrals"]]
        if not page["next"]:
            return found
        cursor = f"&cursor={page['next']}"


async def verdict(installation: Installation, journal: Journal, actor: Actor) -> dict[str, int]:
    """Everything that must be zero."""
    seen = listed(actor)

    async def arrived() -> bool:
        links = await installation.rows("610118", "gateway", "SELECT id FROM link")
        waiting = await installation.rows("610118", *CHECKS["outbox rows that never left"])
        return {row["id"] for row in links} >= journal.referrals and not waiting[0]["n"]

    await until(arrived, 60)
    found = {
        "acknowledged referrals that are missing": len(journal.referrals - set(seen)),
        "referrals beyond one for each key": len(seen) - len(journal.answered),
        "keys without an answer": len(journal.tried) - len(journal.answered),
        "events lost or applied twice at the gateway": await misapplied(installation),
    }
    for what, (app, query) in CHECKS.items():
        found[what] = (await installation.rows("610118", app, query))[0]["n"]
    return found


async def misapplied(installation: Installation) -> int:
    """Records whose position at the gateway is not the number of events that the outbox holds of them."""
    sent = await installation.rows("610118", "referrals", "SELECT aggregate, max(seq) AS n FROM outbox GROUP BY 1")
    query = "SELECT aggregate, seq AS n FROM position WHERE source LIKE '%/referrals'"
    applied = {row["aggregate"]: row["n"] for row in await installation.rows("610118", "gateway", query)}
    counts = "SELECT (SELECT count(*) FROM inbox) - (SELECT coalesce(sum(seq), 0) FROM position) AS n"
    beyond = int((await installation.rows("610118", "gateway", counts))[0]["n"])
    return sum(applied.get(row["aggregate"]) != row["n"] for row in sent) + abs(beyond)


async def story(directory: Path, rounds: int) -> dict[str, int]:
    """So many rounds over one installation; prints as it goes."""
    installation = Installation.fresh(directory)
    journal = Journal(directory / "journal.jsonl")
    installation.launch()
    try:
        installation.wait_ready()
        here = installation.regions()["receiving"]
        actor = here.resident("writer", family.phone(random.SystemRandom()))
        for number in range(1, rounds + 1):
            killed, opened = await round_of(installation, journal, actor)
            settled = f"{opened} requests were cut off and settled by their key"
            print(f"round {number}: {killed} processes killed; {len(journal.answered)} acknowledged; {settled}")
        return await verdict(installation, journal, actor)
    finally:
        installation.remove()


def main() -> int:
    """Print the table; exit 0 only if everything is zero."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with room.folder("crash") as folder:
        found = asyncio.run(story(folder, rounds))
    for what, count in found.items():
        print(f"{count:>6}  {what}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
