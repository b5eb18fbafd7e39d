"""One referral under one agreement before a real gateway; the services behind it are stand-ins on a real socket."""

import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from demo.tokens import Token
from deploy.local import ports
from gateway.agreements import commands as agreements
from gateway.agreements import queries as agreement_queries
from gateway.agreements.rules import Agreement, consent_hash
from gateway.agreements.steps import Step
from gateway.exchange import desk
from shared.seals import Sealer
from shared.settings import Settings
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer

DEMONSTRATION = Path(__file__).parents[2] / "demo" / "agreements" / "610118"
EDUCATION, HOUSING = "agr-610118-centre-education", "agr-610118-centre-housing"
PURPOSES = {EDUCATION: "school_enrolment", HOUSING: "housing_help"}
CENTRE = "org-610118-centre"
ORGANISATIONS = {
    CENTRE: ("鄠邑区便民服务中心", "service_centre"),
    "org-610118-education": ("鄠邑区教育局", "department"),
    "org-610118-housing": ("鄠邑区住房和城乡建设局", "department"),
    "org-610118-health": ("鄠邑区医院", "health_provider"),
}
CONSUMERS = {EDUCATION: "org-610118-education", HOUSING: "org-610118-housing"}
SERVICES = {EDUCATION: "EDU-01", HOUSING: "HOU-04"}
ISSUER = "http://gateway.test"
KID = "the-key-of-a-test"
LATER = timedelta(days=90)
_LINK = text("""
INSERT INTO link (id, type, provider, consumer, service, state, consent, seals)
VALUES (:id, 'referral', :provider, :consumer, :service, :state, :consent, :seals)
""")
_CONSENT = text("""
INSERT INTO consent (id, state, referral, recipient, purpose, agreement, consent_hash, fields, separate, expires_at,
    frozen, seal)
VALUES (:id, 'given', :referral, :recipient, :purpose, :agreement, :hash, :fields, '{minor,health}', :expires,
    false, :seal)
""")
_PARTY = text("INSERT INTO party (id, name, kind, state) VALUES (:id, :name, :kind, 'active') ON CONFLICT DO NOTHING")
_BEAT = text("""
INSERT INTO heartbeat (source, at) VALUES ('registry', :at) ON CONFLICT (source) DO UPDATE SET at = excluded.at
""")


@dataclass
class Behind:
    """The services behind the gateway: identity's keys, and one answer to whatever is asked, a referral until a test
    changes it. `asked` holds the paths.

    `answering` may do more before an answer leaves, as a service that dies does.
    """

    url: str
    signing: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    status: int = 200
    content_type: str = "application/json"
    body: Any = field(default_factory=lambda: {"id": str(uuid.uuid4()), "fields": {"姓名": "某人"}})
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answering: Callable[[web.Request], Awaitable[None]] | None = None

    async def answer(self, request: web.Request) -> web.Response:
        """What is asked of a service."""
        if request.path == "/.well-known/jwks.json":
            return web.json_response({"keys": [{**self.signing.as_dict(private=False), "kid": KID}]})
        self.asked.append(request.path)
        if self.answering:
            await self.answering(request)
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()
        return web.Response(status=self.status, body=body, headers={**self.headers, "content-type": self.content_type})


@contextlib.asynccontextmanager
async def behind(port: int) -> AsyncIterator[Behind]:
    """The stand-ins, on a port of this machine."""
    held = Behind(f"http://127.0.0.1:{port}")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", held.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield held
    await runner.cleanup()


@dataclass(frozen=True)
class Ask:
    """One request as its caller makes it; everything in it fits, until a test changes something.

    `shown` is what shows the caller, in place of a fresh token and proof; `proved`: seconds since a resident signed in.
    """

    referral: str
    fields: tuple[str, ...] = ("姓名",)
    verb: str = ""
    agreement: str = EDUCATION
    purpose: str = "school_enrolment"
    caller: str = "org-610118-education"
    kind: str = "client"
    roles: tuple[str, ...] = ("system",)
    bound: tuple[tuple[str, str], ...] = tuple(PURPOSES.items())
    content: bytes = b""
    shown: Mapping[str, str] | None = None
    proved: int = 0

    @property
    def method(self) -> str:
        """Answering writes, all else reads."""
        return "POST" if self.verb else "GET"

    @property
    def path(self) -> str:
        """With the names of the fields that are asked for."""
        path = f"/v1/referrals/{self.referral}"
        return f"{path}:{self.verb}" if self.verb else f"{path}?fields={quote(','.join(self.fields))}"


@dataclass
class Region:
    """A gateway, what stands behind it, and what it knows: who is who, one referral for each agreement."""

    gateway: RunningApp
    behind: Behind
    owner_url: str
    holder: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    persons: dict[str, str] = field(default_factory=dict)

    @property
    def desk(self) -> desk.Desk:
        """The tools of the gateway's hot path."""
        return desk.at(self.gateway.runtime)

    def token(self, ask: Ask) -> Token:
        """What identity would give this caller."""
        now = int(time.time())
        claims: dict[str, Any] = {
            **{"iss": ISSUER, "aud": ISSUER, "iat": now, "exp": now + 600, "jti": str(uuid.uuid4())},
            **{"kind": ask.kind, "client_organisation": ask.caller, "cnf": {"jkt": self.holder.thumbprint()}},
            **{"client_id": f"{ask.caller}-system", "sub": f"{ask.caller}-{ask.kind}", "roles": list(ask.roles)},
            "organisation": ask.caller if ask.kind != "resident" else "",
            "authorization_details": [
                {"type": "data_sharing_agreement", "identifier": agreement, "purpose": purpose}
                for agreement, purpose in ask.bound
            ],
        }
        if ask.kind == "resident":
            hidden = Sealer(bytes.fromhex(self.gateway.settings.token_key), "jieli-token-v1")
            claims |= {"person": hidden.seal(self.persons[ask.referral]), "client_organisation": CENTRE}
            claims["auth_time"] = now - ask.proved
        header = {"alg": "ES256", "typ": "at+jwt", "kid": KID}
        return Token(jwt.encode(header, claims, self.behind.signing, algorithms=["ES256"]), self.holder, ISSUER)

    def headers(self, ask: Ask, token: Token | None = None) -> dict[str, str]:
        """All that a request carries."""
        headers = {"jieli-agreement": ask.agreement, "jieli-purpose": ask.purpose}
        if ask.verb:
            headers["idempotency-key"] = str(uuid.uuid4())
        shown = ask.shown if ask.shown is not None else (token or self.token(ask)).headers(ask.method, ask.path)
        return headers | dict(shown)

    async def send(self, ask: Ask, token: Token | None = None, through: RunningApp | None = None) -> httpx.Response:
        """The answer of the gateway, or of another one `through` which it is sent."""
        async with client(through or self.gateway) as http:
            headers = self.headers(ask, token)
            return await http.request(ask.method, ask.path, headers=headers, content=ask.content or None)

    async def referral(self, agreement: str = EDUCATION, person: str = "", **changed: Any) -> str:
        """A person's own referral, accepted, with a live consent to everything that the agreement lists."""
        terms = self.desk.known.index.get(agreement)
        assert terms is not None
        made, consent, person = str(uuid.uuid4()), str(uuid.uuid4()), person or str(uuid.uuid4())
        link = {
            **{"id": made, "provider": terms.provider, "consumer": terms.consumer, "service": SERVICES[agreement]},
            **{"state": "accepted", "consent": consent, "seals": [self.desk.seals.seal(person)]},
        }
        given = {
            **{"id": consent, "referral": made, "recipient": terms.consumer, "purpose": PURPOSES[agreement]},
            **{"agreement": agreement, "hash": terms.consent_hash, "fields": sorted(terms.ever | terms.full.keys())},
            **{"expires": datetime.now(UTC) + LATER, "seal": self.desk.seals.seal(person)},
        }
        async with self.gateway.runtime.engine.begin() as connection:
            await connection.execute(_LINK, link | changed)
            await connection.execute(_CONSENT, given)
        self.persons[made] = person
        return made

    async def write(self, statement: str, **values: Any) -> None:
        """Change what the gateway knows, behind its back and as the owner of its tables; it looks at once."""
        owner = create_async_engine(self.owner_url)
        async with owner.begin() as connection:
            await connection.execute(text(statement), values)
        await owner.dispose()

    async def look(self) -> None:
        """Take a new picture now, without waiting for the next second."""
        await self.desk.known.read(self.gateway.runtime)

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """What lies in the gateway's tables."""
        async with self.gateway.runtime.engine.connect() as connection:
            return list(await connection.execute(text(statement), values))

    async def size(self) -> int:
        """How many entries the log has."""
        return int((await self.rows("SELECT count(*) AS n FROM log_entry"))[0].n)

    async def logged(self) -> list[dict[str, Any]]:
        """Every entry of the log, oldest first."""
        return [json.loads(row.body) for row in await self.rows("SELECT body FROM log_entry ORDER BY seq")]

    async def agreement(self, agreement: str) -> Agreement:
        """An agreement as it is in force."""
        query = "SELECT body FROM agreement WHERE id = :id ORDER BY version DESC LIMIT 1"
        (row,) = await self.rows(query, id=agreement)
        return msgspec.convert(row.body, Agreement, strict=False)

    async def amend(self, agreement: str, **changes: Any) -> None:
        """The next version of an agreement, in force at once."""
        held = await self.agreement(agreement)
        changes |= {"version": held.version + 1, "supersedes": held.version, "state": "active"}
        changed = msgspec.structs.replace(held, **changes)
        assert consent_hash(changed) == consent_hash(held), "a consent would be void"
        async with self.gateway.runtime.sessions() as session, session.begin():
            await agreements.alone(session)
            await agreements.apply_one(session, changed, apps.REGION)
        await self.look()

    async def move(self, agreement: str, verb: str) -> None:
        """Use a verb on an agreement."""
        async with self.gateway.runtime.sessions() as session, session.begin():
            row = await agreement_queries.current(session, agreement)
            assert row is not None
            await agreements.move(session, row, verb, Step(verb, datetime.now(UTC), "provider", "staff-1"))
        await self.look()


def client(gateway: RunningApp) -> httpx.AsyncClient:
    """A client of a gateway, under the address that callers know."""
    transport = httpx.ASGITransport(gateway.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ISSUER, timeout=60)


def settings(urls: Mapping[str, str], directory: Path, port: int) -> Settings:
    """Of a gateway with every service at one address, and the demonstration's agreements."""
    apps.gateway_keys(directory)
    there = dict.fromkeys(apps.SERVICES, f"http://127.0.0.1:{port}")
    return apps.settings(
        "gateway", dict(urls), directory, service_urls=there, agreements_dir=DEMONSTRATION, public_url=ISSUER
    )


@contextlib.asynccontextmanager
async def running(postgres: TestServer, directory: Path) -> AsyncIterator[Region]:
    """A region over a fresh database until the block ends."""
    port = ports.free()
    urls = await apps.migrated("gateway", postgres)
    made = settings(urls, directory, port)
    async with behind(port) as there, apps.started(made) as gateway:
        held = Region(gateway, there, urls["OWNER_DATABASE_URL"])
        await furnish(held)
        yield held


async def furnish(region: Region) -> None:
    """Who is who, and a registry that never falls silent."""
    async with region.gateway.runtime.engine.begin() as connection:
        told = [{"id": id, "name": name, "kind": kind} for id, (name, kind) in ORGANISATIONS.items()]
        await connection.execute(_PARTY, told)
        await connection.execute(_BEAT, {"at": datetime.now(UTC) + timedelta(days=1)})
    await region.look()


def sound(referral: str, agreement: str = EDUCATION, **changed: Any) -> Ask:
    """A request that fits, by whoever is the consumer of the agreement."""
    return replace(
        Ask(referral, agreement=agreement, purpose=PURPOSES[agreement], caller=CONSUMERS[agreement]), **changed
    )


async def looked(gateway: RunningApp) -> None:
    """This gateway takes a new picture of what is known."""
    await desk.at(gateway.runtime).known.read(gateway.runtime)
