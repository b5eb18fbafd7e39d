"""What the hot path works with, made once when the gateway starts."""

from dataclasses import dataclass

from gateway.audit.commands import Log
from gateway.exchange.commands import LiveConsent
from gateway.exchange.credentials import Credentials
from gateway.exchange.crowd import Crowd
from gateway.exchange.forward import Services
from gateway.exchange.known import Known
from gateway.exchange.queries import Look
from gateway.exchange.rules import Policy
from gateway.exchange.seals import Seals
from gateway.kept import Together
from shared.runtime import Runtime


@dataclass(frozen=True)
class Desk:
    """One gateway process's tools."""

    runtime: Runtime
    services: Services
    credentials: Credentials
    crowd: Crowd
    known: Known
    policy: Policy
    seals: Seals
    log: Log
    live: LiveConsent
    look: Together[str, Look | None]
    accepted: Together[str, None]
    regions: frozenset[str]


def at(runtime: Runtime) -> Desk:
    """The desk of a running gateway."""
    desk = runtime.extras["desk"]
    assert isinstance(desk, Desk)  # noqa: S101 - put there by gateway.main at the start, before any request
    return desk
