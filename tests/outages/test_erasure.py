"""A person who had everything erased is gone for good: from every route, every file, and from yesterday's backup."""

import base64
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from demo import family
from demo.client import Actor
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import consent, refer

REGION = "610118"
CANARIES = {
    "name": "卡纳里·金丝雀",
    "document_type": "passport",
    "document_number": "CANARY7788",
    "birth_date": "1987-06-05",
    "district": REGION,
    "accessibility_need": "轮椅通道金丝雀",
}
SECRETS = ("金丝雀", "CANARY7788", "押金金丝雀")
NEED = {"service": "HOU-04", "answers": {"姓名": "卡纳里金丝雀", "争议": "押金金丝雀"}}
LEFT = "SELECT count(*) AS rows FROM {table}"
HERS = {
    "registry": ("person", "dependant", "held_record", "record_request", "message"),
    "referrals": ("referral_answers", "person_answer"),
    "identity": ("handle", "passkey"),
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One that is stopped, restored and started again."""
    folder = tmp_path_factory.mktemp("erasure")
    made = Installation.fresh(folder, JIELI_TRACE_FILE=str(folder / "traces"))
    made.launch()
    made.wait_ready()
    yield made
    made.remove()


def again(made: Installation, between: Callable[[], None]) -> None:
    """Stop in order, do something, start again."""
    stopped(made)
    between()
    made.launch()
    made.wait_ready()


def stopped(made: Installation) -> None:
    """Stop in order; no file holds a canary in clear."""
    assert made.stop() == 0
    assert in_clear(made) == []


def clusters(made: Installation) -> list[Path]:
    """Where PostgreSQL keeps what the apps know: their data and their keys."""
    return sorted(path.parent for path in made.run.rglob("PG_VERSION") if (path.parent / "global").is_dir())


def saved(made: Installation) -> Path:
    """Yesterday's backup of every database."""
    kept = made.directory / "yesterday"
    for at, cluster in enumerate(clusters(made)):
        shutil.copytree(cluster, kept / str(at), symlinks=True)
    return kept


def restored(made: Installation, kept: Path) -> None:
    """Every database as it was yesterday; the streams as they are."""
    for at, cluster in enumerate(clusters(made)):
        shutil.rmtree(cluster)
        shutil.copytree(kept / str(at), cluster, symlinks=True)


def in_clear(made: Installation) -> list[str]:
    """Files that hold a canary: databases, streams, logs, traces."""
    words = [word.encode(code) for word in SECRETS for code in ("utf-8", "gb18030", "utf-16-le")]
    words += [base64.b64encode(word.encode())[:-4] for word in SECRETS]
    files = [path for path in made.directory.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path) for path in files if any(word in path.read_bytes() for word in words)]


async def left(made: Installation) -> dict[str, int]:
    """Rows of people, by table; the demonstration's people were never here."""
    found = {}
    for app, tables in HERS.items():
        for table in tables:
            [row] = await made.rows(REGION, app, LEFT.format(table=table))
            found[table] = int(row["rows"])
    return found


def known(person: Actor) -> list[str]:
    """Everything that she can read of herself, as text."""
    paths = ("record", "dependants", "consents", "referrals", "record-requests", "accesses", "helpers")
    return [person.get(f"/v1/me/{path}", quiet=True).text for path in paths]


def filled(person: Actor) -> str:
    """A person about whom every service knows something; the number of her phone is a canary as well."""
    assert person.put("/v1/me/record", CANARIES | {"phone": "13977778888"}).status_code == 200
    made = person.post("/v1/me/intakes", {"needs": [NEED], "told": True}).json()["referrals"][0]
    assert person.post("/v1/me/consents", consent(made)).status_code == 201
    assert any("CANARY7788" in text for text in known(person))
    return str(made["id"])


async def carried_out(url: str) -> None:
    async def so() -> bool:
        async with httpx.AsyncClient(timeout=10) as public:
            answer = await public.get(url)
        return answer.status_code == 200 and answer.json()["state"] == "carried_out"

    await until(so, 60)


@pytest.mark.timeout(600)
async def test_after_an_erasure_nothing_is_left_and_no_backup_brings_it_back(installation: Installation) -> None:
    phone = family.phone(random.SystemRandom())
    region = installation.regions()["receiving"]
    person, other = (
        region.resident("the person", phone),
        region.resident("another", family.phone(random.SystemRandom())),
    )
    filled(person)
    refer(other)
    kept: list[Path] = []
    again(installation, lambda: kept.append(saved(installation)))

    region = installation.regions()["receiving"]
    person = region.resident("the person", phone)
    assert any("CANARY7788" in text for text in known(person))
    before = await left(installation)
    asked = person.post("/v1/me/erasures", {"understood": True})
    assert asked.status_code == 202, asked.text
    done = f"{region.gateway_url}/v1/erasures/{asked.json()['id']}"
    await carried_out(done)

    async def worthless() -> bool:
        return person.get("/v1/me/record", quiet=True).status_code == 401

    await until(worthless, 10)
    after = await left(installation)
    assert (after["person"], after["referral_answers"]) == (before["person"] - 1, before["referral_answers"] - 1)

    again(installation, lambda: restored(installation, kept[0]))
    assert await left(installation) == after
    region = installation.regions()["receiving"]
    somebody = region.resident("whoever has the phone now", phone)
    assert not any(word in text for text in known(somebody) for word in SECRETS)
    assert somebody.get("/v1/me/record", quiet=True).status_code == 404
    await carried_out(done)
    stopped(installation)
