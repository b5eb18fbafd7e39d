"""The app factory: a service declares one record, `create_app` does the rest."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import bus as buses
from shared import db, problems, telemetry
from shared.bus import Bus, BusError
from shared.events import Event
from shared.inbox import Handlers, Inbox
from shared.outbox import Relay
from shared.problems import Problem
from shared.runtime import Runtime
from shared.settings import Settings
from shared.vault import Vault

BODY_LIMIT = 1_048_576  # bytes
RECONCILE_EVERY = 30.0  # seconds

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


def create_app(service: Service, settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app of one service; `bus` replaces NATS where a test wants its own."""
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
        generate_unique_id_function=_operation_id,
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


def _operation_id(route: APIRoute) -> str:
    return route.name


@contextlib.asynccontextmanager
async def _running(
    service: Service, settings: Settings, measured: telemetry.Telemetry, bus: Bus | None
) -> AsyncIterator[Runtime]:
    for check in service.checks:
        check(settings)
    engine = db.engine(settings.database_url, settings.database_pool)
    keys = db.engine(settings.keys_database_url, settings.database_pool) if settings.keys_database_url else None
    kek = bytes.fromhex(settings.kek)
    vault = Vault(keys, settings.app, settings.region, kek)
    runtime = Runtime(settings, engine, db.session_maker(engine), measured, vault)
    bus = bus or await buses.connect(settings)
    relay = Relay(settings.app, f"/regions/{settings.region}/{settings.app}", engine, bus)
    inbox = Inbox(runtime.sessions, service.handlers, service.events, kek)
    runtime.wake_relay = relay.wake.set
    runtime.extras |= {"bus": bus, "inbox": inbox}
    for start in service.on_start:
        await start(runtime)
    telemetry.attach(measured)
    work: list[Coroutine[Any, Any, None]] = [relay.run(), _reconcile(relay)]
    work.extend(bus.consume(source.upper(), inbox.filters(source), inbox.receive) for source in inbox.sources())
    work.extend(task(runtime) for task in service.background)
    tasks = [asyncio.ensure_future(_kept_alive(job)) for job in work]
    try:
        yield runtime
    finally:
        await bus.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stop in service.on_stop:
            await stop(runtime)
        measured.close()
        await engine.dispose()
        if keys:
            await keys.dispose()


async def _kept_alive(job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except Exception as error:
        log.exception("background_stopped", reason=type(error).__name__)
        raise


async def _reconcile(relay: Relay) -> None:
    while True:
        with contextlib.suppress(BusError, SQLAlchemyError, OSError):
            await relay.reconcile()
        await asyncio.sleep(RECONCILE_EVERY)


def _operations() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"state": "alive"}

    @router.get("/ready")
    async def ready(request: Request) -> dict[str, str]:
        runtime: Runtime = request.app.state.runtime
        bus = runtime.extras["bus"]
        if not getattr(bus, "connected", False):
            raise problems.UNAVAILABLE("The event bus cannot be reached.")
        async with runtime.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return {"state": "ready"}

    @router.get("/metrics")
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
        errors = [{"pointer": "/" + "/".join(map(str, e["loc"])), "reason": e["msg"]} for e in error.errors()]
        return rendered(problems.BODY_INVALID(errors=errors))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        known = {404: problems.NOT_FOUND, 405: problems.METHOD, 400: problems.BODY_UNREADABLE}
        return rendered(known.get(error.status_code, problems.INTERNAL)())

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(OSError)
    async def unavailable(_: Request, error: Exception) -> JSONResponse:
        log.error("dependency_failed", reason=type(error).__name__)
        return rendered(problems.UNAVAILABLE())


def _where(error: BaseException) -> str:
    """The line that failed; a traceback could show values."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))


def rendered(problem: Problem) -> JSONResponse:
    """A problem as application/problem+json (RFC 9457)."""
    headers = {"Retry-After": "2"} if problem.kind.status == 503 else dict(problem.kind.headers)
    return JSONResponse(problem.body(), problem.kind.status, headers, media_type="application/problem+json")


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
            log.error("failed", reason=type(error).__name__, where=_where(error))
            if not begun:
                await rendered(problems.INTERNAL())(scope, receive, send)
