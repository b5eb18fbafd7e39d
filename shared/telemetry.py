"""Traces, metrics and logs without personal data: routes by template, no query strings, no bodies, listed keys."""

import contextlib
import logging
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import structlog
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.settings import Settings

LOGGED = frozenset(
    "event level timestamp app region method route status ms trace_id reason attempt event_type stream rows port"
    " detail code entries where size peer job".split()
)
_PROPAGATOR = TraceContextTextMapPropagator()
_CURRENT_TRACER = context.create_key("jieli-tracer")


def configure_logs(settings: Settings) -> None:
    """JSON lines on standard output, reduced to the allowed keys."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        logger_factory=lambda *_: _Output(),
        cache_logger_on_first_use=True,
    )


class _Output:
    """Standard output as it is now. A line that it does not take is lost, and the work goes on."""

    def msg(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    debug = info = warning = error = critical = msg


def _allowed(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in line.items() if key in LOGGED}


class Telemetry:
    """One app's tracer and metrics; several apps in a process keep their own."""

    def __init__(self, settings: Settings) -> None:
        self.app = settings.app
        exporter = _exporter(settings)
        sampler = ParentBased(TraceIdRatioBased(settings.trace_ratio)) if exporter else ALWAYS_OFF
        resource = Resource.create({"service.name": settings.app, "jieli.region": settings.region})
        self.provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        if exporter:
            self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self.provider.get_tracer("jieli")
        self.metrics = CollectorRegistry()
        self.requests = Histogram(
            "jieli_request_seconds", "Duration of requests", ["method", "route", "status"], registry=self.metrics
        )
        self.older = Gauge("jieli_under_older_key", "Rows that an older key made", ["what"], registry=self.metrics)
        self.unwrapped = Counter(
            "jieli_persons_keys", "Keys of persons, by the evidence for wanting them", ["reason"], registry=self.metrics
        )
        self.refusals = Counter("jieli_refusals", "Refusals by code", ["code"], registry=self.metrics)

    def exposition(self) -> bytes:
        """The metrics in Prometheus text format."""
        return generate_latest(self.metrics)

    def close(self) -> None:
        """Write out the spans that wait."""
        self.provider.shutdown()


def _exporter(settings: Settings) -> SpanExporter | None:
    if settings.otlp_endpoint:
        return OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")
    if settings.trace_file:
        out = settings.trace_file.open("a", buffering=1)
        return ConsoleSpanExporter(out=out, formatter=lambda span: f"{span.to_json(indent=None)}\n")
    return None


def traceparent() -> str:
    """The W3C trace context of what is running, or an empty text."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", "")


def trace_id() -> str:
    """The trace id of what is running, 32 hex digits; zeros outside a trace."""
    return f"{trace.get_current_span().get_span_context().trace_id:032x}"


def trace_of(parent: str | None) -> str:
    """The trace id in a W3C trace context, or an empty text."""
    return parent.split("-")[1] if parent and parent.count("-") == 3 else ""


def where(error: BaseException) -> str:
    """The lines that an error passed, the last one first; a traceback could show values."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))


@contextlib.contextmanager
def consumed(name: str, parent: str | None) -> Iterator[None]:
    """A span for the handling of one event, in the trace of what caused it."""
    tracer = context.get_value(_CURRENT_TRACER)
    if not isinstance(tracer, trace.Tracer):
        yield
        return
    caused = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    with tracer.start_as_current_span(f"handle {name}", caused, kind=SpanKind.CONSUMER):
        with structlog.contextvars.bound_contextvars(trace_id=trace_id()):
            yield


def attach(telemetry: Telemetry) -> None:
    """Let `consumed` in this task trace into `telemetry`."""
    context.attach(context.set_value(_CURRENT_TRACER, telemetry.tracer))


class Middleware:
    """Pure ASGI: one span, one histogram sample and one log line per request."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self.telemetry = telemetry
        self.log = structlog.get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure HTTP requests; everything else passes."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = time.perf_counter()
        seen = {"status": 500}

        async def observe(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            await send(message)

        headers = {key.decode(): value.decode("latin-1") for key, value in scope["headers"] if key == b"traceparent"}
        with self.telemetry.tracer.start_as_current_span(
            scope["method"], _PROPAGATOR.extract(headers), kind=SpanKind.SERVER
        ) as span:
            with structlog.contextvars.bound_contextvars(app=self.telemetry.app, trace_id=trace_id()):
                try:
                    await self.app(scope, receive, observe)
                finally:
                    self._record(scope, span, seen["status"], time.perf_counter() - started)

    def _record(self, scope: Scope, span: trace.Span, status: int, seconds: float) -> None:
        route = scope.get("jieli.route") or getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"]
        self.telemetry.requests.labels(method, route, str(status)).observe(seconds)
        if span.is_recording():
            span.update_name(f"{method} {route}")
            span.set_attributes({"http.route": route, "http.response.status_code": status})
        if route not in ("/health", "/ready", "/metrics"):
            self.log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
