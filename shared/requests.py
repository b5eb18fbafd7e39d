"""What every route begins with: its grant, one transaction, and an answer kept under its Idempotency-Key."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import grants, problems
from shared.door import evidence
from shared.grants import CallKind, Grant
from shared.runtime import Runtime

REMEMBERED = 30  # days that an answer is kept under its key
WRITES = frozenset({"POST", "PUT", "DELETE"})
KEYED = frozenset({"self", "internal", "exchange"})
ASKING = frozenset({"explain_decision"})  # operations whose body is a question: asked twice, nothing is done twice
NO_STORE = "no-store"  # the Cache-Control (RFC 9111, 5.2.2.5) of an answer that holds a secret: it is given once

_CLAIM = text("""
INSERT INTO idempotency (caller, key, request) VALUES (:caller, :key, :request) ON CONFLICT DO NOTHING RETURNING key
""")
_CLAIMED = text("SELECT request, status, answer, etag FROM idempotency WHERE caller = :caller AND key = :key")
_ANSWERED = text("""
UPDATE idempotency SET status = :status, answer = :answer, etag = :etag WHERE caller = :caller AND key = :key
""")


async def runtime(request: Request) -> Runtime:
    """What the app was started with."""
    held: Runtime = request.app.state.runtime
    return held


RuntimeDep = Annotated[Runtime, Depends(runtime)]


async def current_grant(
    request: Request, held: RuntimeDep, jieli_grant: Annotated[str, Header()] = ""
) -> AsyncIterator[Grant]:
    """The gateway's grant for exactly this request, or 401 `grant-invalid`; its decision opens the door to keys."""
    grant = grants.verify(jieli_grant, held.grant_keys, time.time())
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.scope["raw_path"].decode() + query
    bound = (grant.aud, grant.method, grant.path, grant.body)
    if bound != (held.settings.app, request.method, path, grants.digest(await request.body())):
        raise grants.GRANT_INVALID()
    with evidence("decision", grant.decision):
        yield grant


GrantDep = Annotated[Grant, Depends(current_grant, scope="function")]


class Caller:
    """The dependency that says which kinds of call a route takes; the architecture test wants one on every route."""

    def __init__(self, *kinds: CallKind) -> None:
        self.kinds = kinds

    async def __call__(self, grant: GrantDep) -> Grant:
        """The grant, or 403 when this kind of call is not for this route."""
        if grant.kind not in self.kinds:
            raise problems.FORBIDDEN("This route does not take this kind of call.")
        return grant


Public = Annotated[Grant, Depends(Caller("public"))]
Self = Annotated[Grant, Depends(Caller("self"))]
Internal = Annotated[Grant, Depends(Caller("internal"))]
Exchange = Annotated[Grant, Depends(Caller("exchange"))]
Platform = Annotated[Grant, Depends(Caller("platform"))]


class Replayed(Exception):
    """The key was used before by the same request: its answer is given again and nothing runs twice."""

    def __init__(self, status: int, answer: bytes, etag: str | None) -> None:
        super().__init__(status)
        self.status = status
        self.answer = answer
        self.etag = etag


async def transaction(request: Request, held: RuntimeDep, grant: GrantDep) -> AsyncIterator[AsyncSession]:
    """One transaction: the grant is used up in it, the key claimed, and it commits before the answer leaves."""
    async with held.sessions() as session:
        async with session.begin():
            await _use(session, grant)
            if is_keyed(grant.kind, request.method, grant.operation):
                await _claim(session, request, grant)
            request.state.session = session
            yield session
        if session.info.get("emitted"):
            held.wake_relay()
        held.stir()


SessionDep = Annotated[AsyncSession, Depends(transaction, scope="function")]


async def _use(session: AsyncSession, grant: Grant) -> None:
    used = await session.execute(
        text("INSERT INTO used_grant (jti, expires_at) VALUES (:jti, :exp) ON CONFLICT DO NOTHING RETURNING jti"),
        {"jti": grant.jti, "exp": datetime.fromtimestamp(grant.exp, UTC)},
    )
    if used.first() is None:
        raise grants.GRANT_INVALID("A grant serves one call only.")


def is_keyed(kind: str, method: str, operation: str) -> bool:
    """Whether a call has to carry an Idempotency-Key."""
    return kind in KEYED and method in WRITES and operation not in ASKING


def check_key(key: str) -> str:
    """The Idempotency-Key, 8 to 128 printable ASCII characters; 400 `idempotency-key-missing` otherwise."""
    if not 8 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
        raise problems.KEY_MISSING()
    return key


async def _claim(session: AsyncSession, request: Request, grant: Grant) -> None:
    key = request.headers.get("idempotency-key", "")
    row = {"caller": f"{grant.actor.type}:{grant.actor.id}", "key": check_key(key)}
    line = f"{row['caller']} {key} {request.method} {grant.path} {grant.body}"
    # Keyed: a body may be as short as a telephone number, and every number could be tried. With caller and key in it:
    # two people who say the same, a name for example, do not show as two who say the same.
    digests = [hmac.digest(each, line.encode(), "sha256") for each in request.app.state.runtime.index_keys]
    try:
        claimed = await session.execute(_CLAIM, row | {"request": digests[0]})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == "55P03":
            raise problems.KEY_IN_FLIGHT() from None
        raise
    if claimed.first() is not None:
        request.state.claimed = row
        return
    known = (await session.execute(_CLAIMED, row)).one()
    if known.request not in digests:
        raise problems.KEY_REUSED()
    if known.answer is None:
        raise problems.SHOWN_ONCE()
    raise Replayed(known.status, known.answer, known.etag)


class Route(APIRoute):
    """A route that stores a write's answer under the claimed key, in its own transaction, and tags what is read.

    A refusal that was returned rather than raised, and a secret (`cache-control: no-store`), are not kept.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler with the answer kept before the transaction commits, or not sent to who has it already."""
        handle = super().get_route_handler()

        async def remember(request: Request) -> Response:
            # kept on the request: a form parser would use it up before the grant is held against it
            await request.body()
            try:
                response = await handle(request)
            except Replayed as known:
                tag = {"etag": known.etag} if known.etag else {}
                return Response(known.answer, known.status, tag, media_type="application/json")
            claimed = getattr(request.state, "claimed", None)
            if claimed and response.status_code < 400 and response.headers.get("cache-control") != NO_STORE:
                kept = {"status": response.status_code, "answer": bytes(response.body)}
                kept["etag"] = response.headers.get("etag")
                await request.state.session.execute(_ANSWERED, claimed | kept)
            return _unless_known(request, response)

        return remember


def _unless_known(request: Request, response: Response) -> Response:
    """What was read with its ETag, or 304 where the caller has it already (RFC 9110, 8.8.3, 13.1.2)."""
    is_json = response.headers.get("content-type") == "application/json"
    if request.method != "GET" or response.status_code != 200 or not is_json:
        return response
    tag = response.headers.setdefault("etag", f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"')
    known = request.headers.get("if-none-match", "")
    if known.strip() != "*" and tag not in {each.strip().removeprefix("W/") for each in known.split(",")}:
        return response
    return Response(status_code=304, headers={"etag": tag})


def router() -> APIRouter:
    """A router whose writes are idempotent and whose reads carry an ETag."""
    return APIRouter(route_class=Route)


async def kept_nowhere(response: Response) -> None:
    """A dependency: nothing on the way, and not the Idempotency-Key, keeps the answer (RFC 9111, 5.2.2.5)."""
    response.headers["cache-control"] = NO_STORE


def if_match(header: str | None, version: int) -> None:
    """Hold If-Match (RFC 9110, 13.1.1) against the current version: 428 without it, 412 when it is stale."""
    if header is None:
        raise problems.PRECONDITION_MISSING()
    if header != etag(version):
        raise problems.PRECONDITION_FAILED()


def etag(version: int) -> str:
    """The strong ETag of a version."""
    return f'"{version}"'
