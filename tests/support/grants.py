"""Grants as the gateway makes them, for tests of one service alone."""

import time
import uuid

import httpx

from shared import grants
from shared.grants import Actor, AgreementRef, CallKind, Grant
from shared.settings import Settings, in_turn


class Caller(httpx.Auth):
    """Signs every request of a test client with a fresh grant, as the gateway would."""

    requires_request_body = True

    def __init__(self, settings: Settings, kind: CallKind = "public", **claims: object) -> None:
        self.settings = settings
        self.kind = kind
        self.claims = claims

    def grant(self, request: httpx.Request) -> Grant:
        """The grant for this one request."""
        now = int(time.time())
        values: dict[str, object] = {
            "jti": str(uuid.uuid4()),
            "aud": self.settings.app,
            "iat": now,
            "exp": now + 30,
            "method": request.method,
            "path": request.url.raw_path.decode(),
            "body": grants.digest(request.content),
            "kind": self.kind,
            "actor": Actor("anonymous"),
            "decision": str(uuid.uuid4()),
        }
        return Grant(**(values | self.claims))  # type: ignore[arg-type]  # built from a dictionary on purpose

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # httpx's own generator type
        """Put the grant and, on writes, a fresh Idempotency-Key in place."""
        request.headers["jieli-grant"] = grants.issue(self.grant(request), in_turn(self.settings.grant_key)[0])
        if request.method in ("POST", "PUT", "DELETE"):
            request.headers.setdefault("idempotency-key", str(uuid.uuid4()))
        yield request


def resident(settings: Settings, subject: str | None = None, seal: str = "seal-of-a-test", **claims: object) -> Caller:
    """A person on her own data; `subject` is her pairwise id for the service."""
    subject = subject or str(uuid.uuid4())
    return Caller(settings, "self", actor=Actor("resident", subject), subject=subject, seal=seal, **claims)


def staff(settings: Settings, organisation: str, *roles: str, name: str = "", **claims: object) -> Caller:
    """A member of staff inside the own organisation."""
    actor = Actor("staff", name or f"staff-of-{organisation}", organisation, roles)
    return Caller(settings, "internal", actor=actor, **claims)


def partner(settings: Settings, organisation: str, fields: tuple[str, ...] = (), **claims: object) -> Caller:
    """Another organisation's system under an agreement."""
    claims.setdefault("agreement", AgreementRef("agr-test", 1))
    actor = Actor("client", f"{organisation}-system", organisation, ("system",))
    return Caller(settings, "exchange", actor=actor, fields=fields, **claims)


def platform(settings: Settings) -> Caller:
    """The gateway itself."""
    return Caller(settings, "platform", actor=Actor("gateway", "gateway"))
