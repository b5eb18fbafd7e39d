"""The gateway: its record for the app factory, the desk of its hot path, and the way to make the app."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import FastAPI
from starlette.middleware import Middleware

from gateway.agreements import api as agreements_api
from gateway.agreements import commands as agreements
from gateway.agreements.index import Index
from gateway.audit import api as audit_api
from gateway.audit import sweep
from gateway.audit.commands import Log
from gateway.audit.rules import notes
from gateway.copies import api as copies_api
from gateway.erasure import commands as erasure
from gateway.erasure import handlers as erasures
from gateway.exchange import api, desk, forget, handlers, policy, queries, routes, withdrawals
from gateway.exchange.commands import LiveConsent, accepted
from gateway.exchange.credentials import Credentials
from gateway.exchange.crowd import Crowd
from gateway.exchange.desk import Desk
from gateway.exchange.forward import Services
from gateway.exchange.known import Known
from gateway.exchange.proxy import Proxy
from gateway.exchange.seals import Seals
from gateway.exchange.transport import StrictTransport
from gateway.explain import api as explain_api
from gateway.federation import api as federation_api
from gateway.federation import deliver
from gateway.federation import handlers as federation
from gateway.federation.peers import FEDERATION_KEY, Peers
from gateway.federation.rules import Verifiers
from gateway.kept import Together
from gateway.lifecycle import api as lifecycle_api
from gateway.lifecycle import expiry, reminders
from gateway.lifecycle.commands import Room as Lifecycle
from gateway.webhooks import api as webhooks_api
from gateway.webhooks import deliver as webhooks
from gateway.webhooks import handlers as webhook_handlers
from gateway.witness import alarms, submit
from gateway.witness import api as witness_api
from gateway.witness.rules.checkpoints import witness_name
from shared import app
from shared.bus import Bus
from shared.contracts import events, vocabulary
from shared.erasure import Erasing
from shared.runtime import Runtime
from shared.settings import Settings, SettingsError

LOG_KEY, WITNESS_KEY = "log.pem", "witness.pem"  # files in the secrets directory
POOL = 6  # connections: one each for log, proofs, looks and what is accepted, the others for all rooms


async def furnish(runtime: Runtime) -> None:
    """Set up the desk: agreements from their files, the log's key, the pool, a first picture of what is known."""
    settings = runtime.settings
    closed = vocabulary.load(settings.vocabulary_key)
    index = Index(closed, settings.region)
    if settings.agreements_dir:
        async with runtime.sessions() as session, session.begin():
            await agreements.apply_directory(session, settings.agreements_dir, settings.region, closed, index)
    services = Services(settings)
    runtime.grant_keys = (services.own_key,)
    signer = notes.Signer(notes.origin(settings.region), _ed25519(settings, LOG_KEY))
    witness = notes.Signer(witness_name(settings.region), _ed25519(settings, WITNESS_KEY), notes.COSIGNATURE)
    log = Log(runtime.engine, runtime.vault, signer, bytes.fromhex(settings.index_key))
    known = Known(index)
    known.measured(runtime.telemetry.metrics)
    credentials = Credentials(settings, services, runtime.engine)
    peers = runtime.extras["peers"] = Peers(settings, Verifiers(signer.verifier_key, witness.verifier_key))
    runtime.extras["witness"] = witness_api.Room(witness, peers, alarms.Alarms(runtime.telemetry.metrics))
    runtime.extras["desk"] = Desk(
        runtime=runtime,
        services=services,
        credentials=credentials,
        crowd=Crowd(),
        known=known,
        policy=policy.load(closed),
        seals=Seals(settings),
        log=log,
        live=LiveConsent(),
        look=Together(runtime.engine, queries.looked_up),
        accepted=Together(runtime.engine, accepted),
        regions=frozenset(peers.by_region),
    )
    runtime.extras["audit"] = audit_api.Room(
        log=log,
        region=settings.region,
        person=api.Residents(known, credentials, settings.public_url).person,
        organisation=known.name_of,
        purposes={code: (purpose.label_zh, purpose.label_en) for code, purpose in closed.purposes.items()},
    )
    runtime.extras["vocabulary"] = closed
    runtime.extras["lifecycle"] = Lifecycle(closed, services.keys_of, services.assessed, peers.own.key)
    await known.read(runtime)


def check(settings: Settings) -> None:
    """SettingsError for too small a pool, a missing or other key file, or a log that could not tell people apart."""
    if "," in settings.index_key:
        raise settings.error("JIELI_INDEX_KEY must be one key: the log would know nobody any more whom it knew.")
    if settings.database_pool < POOL:
        raise settings.error(
            f"JIELI_DATABASE_POOL must be {POOL} at least: the gateway holds four connections all the time."
        )
    if _ed25519(settings, LOG_KEY).private_bytes_raw() == _ed25519(settings, WITNESS_KEY).private_bytes_raw():
        raise settings.error(f"{WITNESS_KEY} must hold another key than {LOG_KEY}.")
    settings.key_file(FEDERATION_KEY)


def _ed25519(settings: Settings, name: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(settings.key_file(name).encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{name} must hold an Ed25519 private key (openssl genpkey -algorithm ed25519).")
    return key


async def follow(runtime: Runtime) -> None:
    """Keep the picture of what is known young."""
    await desk.at(runtime).known.follow(runtime)


async def follow_keys(runtime: Runtime) -> None:
    """Keep identity's keys as they are published."""
    await desk.at(runtime).credentials.follow()


async def sign_checkpoints(runtime: Runtime) -> None:
    """Sign the log as it grows."""
    await desk.at(runtime).log.keep_checkpoints()


async def have_cosigned(runtime: Runtime) -> None:
    """Have the peers cosign what the log signs."""
    await submit.run(runtime, desk.at(runtime).log, witness_api.held(runtime).known)


async def show_alarms(runtime: Runtime) -> None:
    """Show what speaks against a log."""
    room = witness_api.held(runtime)
    await alarms.run(runtime, room.known, room.alarms)


async def close_orphans(runtime: Runtime) -> None:
    """Close the intents of a gateway that died."""
    await sweep.run(runtime, desk.at(runtime).log)


async def close(runtime: Runtime) -> None:
    """Write what waits for the log, then close the connections."""
    at = desk.at(runtime)
    await at.log.close()
    await at.look.close()
    await at.accepted.close()
    await at.credentials.close()
    await at.services.close()
    peers = runtime.extras["peers"]
    if isinstance(peers, Peers):
        await peers.close()


SERVICE = app.Service(
    name="gateway",
    title="gateway",
    routers=(
        *(api.router, lifecycle_api.router, agreements_api.router, webhooks_api.router),
        *(audit_api.router, copies_api.router, federation_api.router, witness_api.router, explain_api.router),
    ),
    handlers={**handlers.HANDLERS, **webhook_handlers.HANDLERS, **federation.HANDLERS, **erasures.HANDLERS},
    events=events.BY_SUBJECT,
    checks=(check,),
    on_start=(furnish,),
    erasing=Erasing(events.ErasureAsked, erasure.order),
    heeds=("registry",),
    background=(
        *(follow, follow_keys, sign_checkpoints, have_cosigned, show_alarms, close_orphans),
        *(withdrawals.carry, deliver.run, forget.run, erasure.run, expiry.run, reminders.run, webhooks.run),
    ),
    on_stop=(close,),
    needs=("seal_key", "token_key"),
)


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings; the proxy stands behind measuring and limiting, before the gateway's own routes."""
    services = {route.service for route in routes.ROUTES} - {routes.HERE}
    settings.require("service_urls", "grant_keys", "pairwise_keys", each=services)
    made = app.create_app(SERVICE, settings, bus)
    made.user_middleware.append(Middleware(Proxy))
    if settings.public_url.startswith("https://"):
        made.add_middleware(StrictTransport)
    return made
