"""Tokens issued, against what their signatures cost alone; a caller verified at the gateway, with and without cache."""

import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey

from benchmarks import reads
from benchmarks.figures import Side, table
from benchmarks.stage import Stage, installation
from demo.tokens import Token
from gateway.exchange import queries
from gateway.exchange.credentials import Credentials, Presented
from gateway.exchange.forward import Services
from gateway.kept import Together
from shared import db
from shared.contracts import proofs
from shared.settings import Settings

Call = Callable[[], Awaitable[object]]
ROUNDS, SECONDS, CALLS = 3, 4.0, 200
CLIENT, ORGANISATION = "org-610118-education-system", "org-610118-education"
ALGORITHM = ec.ECDSA(SHA256())
SIZES = 400, 550, 900  # bytes: assertion, proof, access token
PATH = "/v1/referrals"
KNOWN, FIRST = "token known, its proof new", "token and its key seen for the first time"
PROOF, USED = "the proof's signature and claims alone", "the proof's single use alone, one row"


def issued(stage: Stage) -> dict[int, list[Side]]:
    """By number of connections: what ES256 costs alone, identity with a grant, the whole way through the gateway."""
    service = stage.app("identity")
    addresses = json.loads(stage.environ["JIELI_GATEWAY_SERVICE_URLS"]) | {"identity": service}
    gateway = stage.app("gateway", JIELI_GATEWAY_SERVICE_URLS=json.dumps(addresses))
    region = stage.installation.regions()["receiving"]
    entry = next(each for each in region.clients if each["client"] == CLIENT)
    asks = {"client": CLIENT, "key": Path(entry["key_file"]).read_text(), "issuer": region.gateway_url}
    like = stage.grant("identity", kind="public", actor={"type": "anonymous"})
    common: dict[str, Any] = {
        "method": "POST",
        "targets": ["/v1/token"],
        "headers": {},
        "expect": 200,
        "seconds": SECONDS,
        "asks": asks,
    }
    plans: dict[str, dict[str, Any]] = {
        "identity directly, with a grant": {"bases": [service], "grant": like},
        "gateway, everything on": {"bases": [gateway]},
    }
    loops = {"ES256 alone: verify twice, sign once, in a loop": bare(), "the same by joserfc": by_library(asks)}
    found: dict[int, list[Side]] = {}
    for connections in (1, 16):
        sides = {name: Side(name) for name in (*loops, *plans)}
        for _ in range(ROUNDS):
            for name, once in loops.items():
                looped(once, sides[name])
            for name, plan in plans.items():
                reads.loaded(common | plan | {"connections": connections}, sides[name], stage)
        found[connections] = list(sides.values())
    return found


def bare() -> Callable[[], None]:
    """The three signatures of one token, without reading or writing what they sign."""
    key = ec.generate_private_key(ec.SECP256R1())
    assertion, proof, token = (b"x" * size for size in SIZES)
    known = [(key.sign(data, ALGORITHM), data) for data in (assertion, proof)]

    def once() -> None:
        for signature, data in known:
            key.public_key().verify(signature, data, ALGORITHM)
        key.sign(token, ALGORITHM)

    return once


def by_library(asks: dict[str, str]) -> Callable[[], None]:
    """The same as JWTs, by the library that identity uses."""
    key = ECKey.import_key(asks["key"])
    claims = {"iss": CLIENT, "sub": CLIENT, "aud": asks["issuer"], "exp": int(time.time()) + 600, "fill": "x" * 200}
    assertion = jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])

    def once() -> None:
        for _ in range(2):
            jwt.decode(assertion, key, algorithms=["ES256"])
        jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])

    return once


def looped(once: Callable[[], None], side: Side, seconds: float = SECONDS / 4) -> None:
    """One round of one loop in this process."""
    began, cpu, turns = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        once()
        turns += 1
    side.rates.append(turns / (time.perf_counter() - began))
    side.cpu_ms.append((time.process_time() - cpu) * 1000 / turns)


async def verified(stage: Stage) -> list[Side]:
    """A caller verified in this process as the gateway does it, one at a time; the parts of a proof beside it."""
    settings = Settings.load("gateway", stage.environ)
    engine, services = db.engine(settings.database_url, 2), Services(settings)
    credentials, first = Credentials(settings, services, engine), Together(engine, queries.first_uses)
    region = stage.installation.regions()["receiving"]
    sides = {name: Side(name) for name in (KNOWN, FIRST, PROOF, USED)}
    try:
        for _ in range(ROUNDS):
            fresh = [region.system("system", ORGANISATION).token for _ in range(CALLS)]
            held = fresh[0]
            await _timed(sides[FIRST], [_caller(credentials, token) for token in fresh])
            await _timed(sides[KNOWN], [_caller(credentials, held) for _ in range(CALLS)])
            await _timed(sides[PROOF], [_proof(held) for _ in range(CALLS)])
            await _timed(sides[USED], [_use(first) for _ in range(CALLS)])
    finally:
        await credentials.close()
        await first.close()
        await services.close()
        await engine.dispose()
    return list(sides.values())


def _shown(token: Token) -> Presented:
    headers = token.headers("GET", PATH)
    return Presented(headers["authorization"], headers["dpop"], "GET", token.gateway_url + PATH)


def _caller(credentials: Credentials, token: Token) -> Call:
    shown = _shown(token)
    return lambda: credentials.caller(shown, frozenset())


def _proof(token: Token) -> Call:
    shown = _shown(token)

    async def check() -> None:
        proofs.verify(shown.proof, shown.method, shown.url, int(time.time()), token.value)

    return check


def _use(first: Together[tuple[bytes, datetime], bool]) -> Call:
    shown = (uuid.uuid4().bytes, datetime.now(UTC) + timedelta(seconds=proofs.LIFETIME))

    async def use() -> None:
        await first(shown)

    return use


async def _timed(side: Side, calls: Sequence[Call]) -> None:
    """One round of calls that were made ready before, one after the other."""
    began, cpu = time.perf_counter(), time.process_time()
    for call in calls:
        started = time.perf_counter()
        await call()
        side.latencies.append(time.perf_counter() - started)
    side.rates.append(len(calls) / (time.perf_counter() - began))
    side.cpu_ms.append((time.process_time() - cpu) * 1000 / len(calls))


def parts(sides: Sequence[Side]) -> str:
    """What of one verification is the proof's, in words."""
    rate = {side.name: side.rate for side in sides}
    proof, used = (rate[KNOWN] / rate[part] for part in (PROOF, USED))
    more = rate[KNOWN] / rate[FIRST] - 1
    return (
        f"Where the token is known, {proof:.0%} of the time goes into the proof's signature and claims and {used:.0%}"
        f" into the row that uses it up; a token that is seen for the first time takes {more:.0%} longer."
    )


def compare(stage: Stage) -> tuple[dict[str, Sequence[Side]], str]:
    """All tables by their titles, and a sentence about the last."""
    tables: dict[str, Sequence[Side]] = {}
    for connections, sides in issued(stage).items():
        tables[f"token issued, {connections} connection{'s' * (connections > 1)}"] = sides
    callers = asyncio.run(verified(stage))
    tables["caller verified by the gateway, one at a time"] = callers
    return tables, parts(callers)


def main() -> None:
    """These tables alone, over an installation of their own; printed, not written."""
    with tempfile.TemporaryDirectory(prefix="jieli-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
        made = installation(Path(folder))
        stage = Stage.of(made)
        try:
            tables, words = compare(stage)
        finally:
            stage.close()
            made.remove()
    print("\n\n".join([*(table(title, sides) for title, sides in tables.items()), words]))


if __name__ == "__main__":
    main()
