"""The app factory: a service declares one record, `create_app` does the rest."""

import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import bus as buses
from shared import db, problems, rotation, telemetry
from shared.background import Jobs, rounds
from shared.bus import Bus
from shared.contracts.envelope import Event
from shared.door import Door
from shared.erasure import Erasing, again
from shared.inbox import Handlers, Inbox
from shared.outbox import Relay
from shared.problems import Problem
from shared.runtime import Runtime
from shared.settings import Settings, in_turn
from shared.vault import Gone, Vault

BODY_LIMIT = 1_048_576  # bytes
RECONCILE_EVERY = 30.0  # seconds
LONG = 200  # characters of what is told of a fault
READ = ["GET", "HEAD"]

log = structlog.get_logger()
Task = Callable[[Runtime], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Service:
    """All that the factory needs to know of one app; `checks` raise SettingsError for files missing or wrong."""

    name: str
    title: str
    routers: tuple[APIRouter, ...]
    handlers: Handlers = field(default_factory=dict)
    events: Mapping[str, type[Event]] = field(default_factory=dict)
    checks: tuple[Callable[[Settings], None], ...] = ()
    on_start: tuple[Task, ...] = ()
    background: tuple[Task, ...] = ()
    on_stop: tuple[Task, ...] = ()
    erasing: Erasing | None = None
    heeds: tuple[str, ...] = ()  # apps whose silence it has to notice
    needs: tuple[str, ...] = ("grant_key",)  # settings without which it does not start


def create_app(service: Service, settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app of one service; `bus` replaces NATS where a test wants its own."""
    settings.require(*service.needs)
    telemetry.configure_logs(settings)
    measured = telemetry.Telemetry(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(service, settings, measured, bus) as runtime:
            app.state.runtime = runtime
            yield

    app = FastAPI(
        title=f"Jieli {service.title}",
        version="1",
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
    )
    for router in service.routers:
        app.include_router(router)
    app.include_router(_operations())
    _render_problems(app)
    app.add_middleware(Guarded)
    app.add_middleware(telemetry.Middleware, telemetry=measured)
    return app


@contextlib.asynccontextmanager
async def _running(
    service: Service, settings: Settings, measured: telemetry.Telemetry, bus: Bus | None
) -> AsyncIterator[Runtime]:
    for check in service.checks:
        check(settings)
    engine = db.engine(settings.database_url, settings.database_pool)
    keys = db.engine(settings.keys_database_url, settings.database_pool) if settings.keys_database_url else None
    keks = in_turn(settings.kek)
    vault = Vault(keys, settings.app, settings.region, keks, Door(settings.keys_a_minute, measured.unwrapped))
    runtime = Runtime(settings, engine, db.session_maker(engine), measured, vault)
    bus = bus or await buses.connect(settings)
    relay = Relay(settings.app, f"/regions/{settings.region}/{settings.app}", engine, bus)
    erasing = {service.erasing.order: functools.partial(service.erasing.carry_out, runtime)} if service.erasing else {}
    inbox = Inbox(runtime.sessions, {**service.handlers, **erasing}, service.events, keks, runtime.stir, service.heeds)
    runtime.wake_relay = relay.wake.set
    jobs = Jobs(settings.app)
    runtime.extras |= {"bus": bus, "inbox": inbox, "relay": relay, "jobs": jobs}
    if keys:
        await rotation.check(vault, settings)
    for start in service.on_start:
        await start(runtime)
    if service.erasing:
        await again(service.erasing, runtime, bus)
    telemetry.attach(measured)
    jobs.start("relay", relay.run)
    jobs.start("rotation", functools.partial(rotation.run, runtime, inbox))
    jobs.start("reconcile", functools.partial(rounds, RECONCILE_EVERY, relay.reconcile))
    for source in inbox.sources():
        follow = functools.partial(bus.consume, source.upper(), inbox.filters(source), inbox.receive)
        jobs.start(f"follow {source}", follow)
    for task in service.background:
        jobs.start(f"{task.__module__}.{task.__name__}", functools.partial(task, runtime))
    try:
        yield runtime
    finally:
        await bus.stop()
        await jobs.stop()
        for stop in service.on_stop:
            await stop(runtime)
        measured.close()
        await engine.dispose()
        if keys:
            await keys.dispose()


def _operations() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/health", methods=READ)
    async def health() -> dict[str, str]:
        return {"state": "alive"}

    @router.api_route("/ready", methods=READ)
    async def ready(request: Request) -> dict[str, str]:
        runtime: Runtime = request.app.state.runtime
        bus, relay, jobs = (runtime.extras[name] for name in ("bus", "relay", "jobs"))
        if not getattr(bus, "connected", False):
            raise problems.UNAVAILABLE("The event bus cannot be reached.")
        if isinstance(jobs, Jobs) and jobs.down:
            raise problems.UNAVAILABLE(f"Work beside the requests failed: {', '.join(sorted(jobs.down))}.")
        if isinstance(relay, Relay) and relay.silent:
            raise problems.UNAVAILABLE("Events have not left for some seconds.")
        async with runtime.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return {"state": "ready"}

    @router.api_route("/metrics", methods=READ)
    async def metrics(request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        return Response(runtime.telemetry.exposition(), media_type="text/plain; version=0.0.4")

    return router


def _render_problems(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> JSONResponse:
        runtime: Runtime = request.app.state.runtime
        runtime.telemetry.refusals.labels(error.kind.code).inc()
        return rendered(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        if any(e["type"] == "json_invalid" for e in error.errors()):
            return rendered(problems.BODY_UNREADABLE())
        faults = error.errors()
        told = [{"pointer": _pointer(e["loc"]), "reason": e["msg"][:LONG]} for e in faults[: problems.TOLD]]
        return rendered(problems.BODY_INVALID(errors=told, faults=len(faults)))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        known = {404: problems.NOT_FOUND, 405: problems.METHOD, 400: problems.BODY_UNREADABLE}
        answer = rendered(known.get(error.status_code, problems.INTERNAL)())
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(OSError)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        return rendered(fault(error))


def _pointer(location: Sequence[str | int]) -> str:
    """Where a fault lies; a member may be called anything, so it is cut and made writable."""
    return "".join(f"/{part}" for part in location)[:LONG].encode("utf-8", "replace").decode()


def fault(error: Exception) -> Problem:
    """What a caller is told of an error that no rule raised; how it came about is for the log alone."""
    where = telemetry.where(error)
    if db.is_bad_data(error):
        log.warning("data_refused", reason=type(error).__name__, where=where)
        return problems.BODY_INVALID("A value cannot be kept: a control character, or a time beyond the calendar.")
    if db.is_away(error):
        log.error("dependency_failed", reason=type(error).__name__, where=where)
        return problems.UNAVAILABLE()
    if isinstance(error, Gone):
        return problems.ERASED()
    log.error("failed", reason=type(error).__name__, where=where)
    return problems.INTERNAL()


def rendered(problem: Problem) -> JSONResponse:
    """A problem as application/problem+json (RFC 9457); one of ours carries the trace id that the log has too."""
    status, body = problem.kind.status, problem.body()
    headers = {"Retry-After": "2"} if status == 503 else dict(problem.kind.headers)
    if status >= 500:
        body["trace_id"] = telemetry.trace_id()
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class Guarded:
    """Pure ASGI: bodies over 1 MiB are refused before they are read into memory; a fault shows nothing of itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes as they come, and answer for whatever was not foreseen."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > BODY_LIMIT:
            return await rendered(problems.BODY_TOO_LARGE())(scope, receive, send)
        taken = 0
        begun = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_LIMIT:
                raise problems.BODY_TOO_LARGE()
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except Exception as error:
            answer = rendered(fault(error))
            if not begun:
                await answer(scope, receive, send)
