"""The hot path, in plain ASGI: authenticate, decide, write the intent, call, filter, write the outcome, answer."""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

import msgspec
import structlog
from starlette.routing import Match as Fit
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.audit.commands import NO_PERSON, Condition, Receipt
from gateway.audit.rules.entries import Entry, Outcome
from gateway.exchange import challenges, deprecations, desk, filter, here, own, queries, routes, rules, withdrawals
from gateway.exchange.calls import Call
from gateway.exchange.commands import Asked
from gateway.exchange.credentials import Presented
from gateway.exchange.desk import Desk
from gateway.exchange.forward import NOT_MODIFIED, SERVICE_SLOW, SERVICE_UNAVAILABLE, Answer, Outgoing
from gateway.exchange.queries import Look
from gateway.exchange.routes import Match
from gateway.exchange.rules import Found, Refuse
from shared import problems, requests, telemetry
from shared.app import fault
from shared.grants import Actor
from shared.problems import Problem
from shared.runtime import Runtime

PROBLEM = "application/problem+json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EMPTY = (b"", b"{}")  # what a client sends that has nothing to send
ANSWERING = "answer_referral"  # the operation of every verb by which an office answers
ABOUT = {"case": 2}  # persons whom one may be about; everything else is about one
_ANYONE = Actor("anonymous")
Perform = Callable[[Desk, Call], Awaitable[Answer]]

log = structlog.get_logger()


class Moved(msgspec.Struct):
    """Where a service says that a referral stands after a verb."""

    id: str = ""
    state: str = ""


class Refused(Exception):
    """The decision said no; the entry about it is durable. `limits` is what is left of the quota, where one counts."""

    def __init__(self, refuse: Refuse, decision: str, limits: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(refuse.code)
        self.refuse = refuse
        self.decision = decision
        self.limits = limits


class Proxy:
    """Takes the routes of the table; everything else goes on to the gateway's own app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request completely; an exception means no."""
        match = routes.match(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if match is None:
            return await self._other(scope, receive, send)
        scope["jieli.route"] = match.route.template
        runtime: Runtime = scope["app"].state.runtime
        runtime.stir()
        headers = _headers(scope)
        try:
            outgoing = Outgoing(scope["method"], _path(scope), headers, await _body(receive), match.route.browser)
            perform = partial(here.call, self.app, scope) if match.route.service == routes.HERE else forwarded
            answer = await answered(desk.at(runtime), match, outgoing, perform)
        except Refused as refused:
            answer = _problem(runtime, refused.refuse.problem(), refused.decision)
            answer = replace(answer, headers={**answer.headers, **refused.limits})
        except Problem as problem:
            answer = _problem(runtime, problem)
        except Exception as error:
            answer = _problem(runtime, fault(error))
        await _send(send, deprecations.marked(answer, match.route, runtime.settings.public_url))

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is not in the table is the gateway's own app's, unless only the method is wrong."""
        allowed = routes.methods(scope["path"]) if scope["type"] == "http" else ()
        own = _own_methods(scope) if allowed else ()
        if not allowed or scope["method"] in own:
            return await self.app(scope, receive, send)
        answer = _problem(scope["app"].state.runtime, problems.METHOD())
        told = ", ".join(sorted({*allowed, *own}))
        await _send(send, replace(answer, headers={**answer.headers, "allow": told}))


def _own_methods(scope: Scope) -> set[str]:
    """Those by which the gateway's own app answers at this path."""
    asked = {method: {**scope, "method": method} for method in METHODS}
    own = scope["app"].routes
    return {method for method, each in asked.items() if any(route.matches(each)[0] is Fit.FULL for route in own)}


async def forwarded(at: Desk, call: Call) -> Answer:
    """The service's own answer."""
    return await at.services.call(call.match.route.service, call.outgoing, call.claims(at))


async def answered(at: Desk, match: Match, outgoing: Outgoing, perform: Perform = forwarded) -> Answer:
    """One call through the whole decision; `perform` is what is done once it is permitted."""
    _check_form(match, outgoing)
    if match.route.kind == "public":
        return await at.services.call(match.route.service, outgoing, {"kind": "public", "actor": _ANYONE})
    at.known.fresh()
    presented = _presented(at, outgoing)
    holder = await at.credentials.holder(presented, at.known.revoked)
    with at.crowd.place(holder.organisation or holder.subject):
        await at.credentials.prove(presented, holder)
        return await _governed(at, Call.of(at, match, holder, outgoing), perform)


async def _governed(at: Desk, call: Call, perform: Perform) -> Answer:
    """Steps 4 to 17."""
    condition = await _decide(at, call)
    receipts = await _append(at, call.intents(), condition)
    limits = condition.question.limits if condition else {}
    refusal = receipts[0].refusal
    if refusal:
        refuse = refusal.details["refuse"]
        assert isinstance(refuse, Refuse)  # noqa: S101 - LiveConsent puts it there
        raise Refused(refuse, call.decision, limits)
    answer = await _performed(at, call, perform)
    return replace(answer, headers={**answer.headers, **limits})


def _presented(at: Desk, outgoing: Outgoing) -> Presented:
    """What the request shows of its caller; its address is the one that callers know, wherever this gateway stands."""
    url = at.runtime.settings.public_url + outgoing.path.partition("?")[0]
    headers = outgoing.headers
    return Presented(headers.get("authorization", ""), headers.get("dpop", ""), outgoing.method, url)


async def _decide(at: Desk, call: Call) -> Condition[Asked] | None:
    """Steps 4 to 11; raises Refused with its entry written. What comes back is asked again under lock.

    The Idempotency-Key is asked for before anything is looked up: without one nobody learns of a link or a consent.
    """
    request, now = call.request, datetime.now(UTC)
    first = rules.before_lookup(request, call.terms, at.policy, now)
    if isinstance(first, Refuse):
        raise await _refused(at, call, first)
    if requests.is_keyed(request.kind, call.match.route.method, request.operation):
        requests.check_key(call.outgoing.headers.get("idempotency-key", ""))
    check = own.CHECKS.get(request.operation)
    if check and (refuse := await check(at, call)):
        raise await _refused(at, call, refuse)
    if request.kind == "self" or not request.object_id:
        return None
    row = await at.look(request.object_id)
    if row is not None and row.type != request.object_type:
        row = None  # an id of something else is nobody's here
    if request.kind == "internal":
        await _inside(at, call, row)
        return None
    call.persons = _whom(at, row)
    terms = call.terms
    found = _of_one_person(at, call, queries.seen(row, now), row) if row is not None else rules.Found(None, None, True)
    second = rules.after_lookup(request, terms, found, now) if terms else first
    if isinstance(second, Refuse):
        raise await _refused(at, call, second)
    assert terms is not None  # noqa: S101 - step 4 refused a call without an agreement
    call.allowed, call.consent = second.fields, second.consent
    return Condition(at.live, Asked(request, terms))


async def _inside(at: Desk, call: Call, row: Look | None) -> None:
    """Internal, on one object: it must be the own organisation's; whom it is about is logged. The log grows as much
    for what is not there as for what is another's."""
    call.persons = _whom(at, row)
    if row is None or row.consumer != call.request.caller_organisation:
        call.persons += (NO_PERSON,) * (ABOUT.get(call.request.object_type, 1) - len(call.persons))
        raise await _refused(at, call, Refuse(10, problems.NOT_FOUND, log_code="not-of-organisation"))


def _of_one_person(at: Desk, call: Call, found: Found, row: Look) -> Found:
    """The consent counts only when it is of the person whom the referral is about."""
    if call.persons == (NO_PERSON,):
        return rules.Found(None, None, found.fresh)
    if row.consent and at.seals.open(row.consent.seal) != call.persons[0]:
        return rules.Found(found.link, None, found.fresh)
    return found


async def _refused(at: Desk, call: Call, refuse: Refuse) -> Refused:
    await _append(at, call.intents(refuse), None)
    return Refused(refuse, call.decision)


async def _performed(at: Desk, call: Call, perform: Perform) -> Answer:
    """Steps 14 to 17: call, filter, write the outcome whatever it is, answer with decision and receipt."""
    sent: tuple[str, ...] = ()
    withdrawing = call.request.operation == "withdraw_consent"
    try:
        answer = await (withdrawals.take if withdrawing else perform)(at, call)
        if call.request.kind == "exchange":
            answer, sent = _filtered(at, call, answer)
    except Exception as error:
        kind = error.kind if isinstance(error, Problem) else None
        outcome = Outcome.UNKNOWN if kind is SERVICE_SLOW else Outcome.FAILED
        receipts = await _append(at, call.outcomes(outcome, None, ()), None)
        if withdrawing and kind in (SERVICE_SLOW, SERVICE_UNAVAILABLE):
            return _promised(at, call, await withdrawals.keep(at, call), receipts[0])
        problem = error if isinstance(error, Problem) else fault(error)
        return _promised(at, call, _problem(at.runtime, problem, call.decision), receipts[0])
    outcome = Outcome.RELEASED if answer.status < 400 else Outcome.FAILED
    receipts = await _append(at, call.outcomes(outcome, answer, sent), None)
    await _opened(at, call, answer)
    return _promised(at, call, answer, receipts[0])


async def _opened(at: Desk, call: Call, answer: Answer) -> None:
    """What an office accepted its next call reads; where that cannot be noted, the event alone will say it."""
    if call.request.operation != ANSWERING or answer.status != 200:
        return
    moved = msgspec.json.decode(answer.body, type=Moved)
    if (moved.id, moved.state) == (call.request.object_id, "accepted"):
        with contextlib.suppress(Problem):
            await at.accepted(moved.id)


def _promised(at: Desk, call: Call, answer: Answer, receipt: Receipt) -> Answer:
    """The answer with what proves that the log has it; nobody on the way keeps it."""
    promise = base64.urlsafe_b64encode(msgspec.json.encode(at.log.promise(receipt))).decode()
    headers = {**answer.headers, "jieli-decision": call.decision, "jieli-receipt": promise, "cache-control": "no-store"}
    return Answer(answer.status, headers, answer.body)


def _filtered(at: Desk, call: Call, answer: Answer) -> tuple[Answer, tuple[str, ...]]:
    content_type = answer.headers.get("content-type", "")
    filtered = filter.apply(call.request.operation, content_type, answer.body, call.allowed)
    headers, more = filter.headers(answer.headers)
    dropped = filtered.dropped + more
    if dropped:
        at.runtime.telemetry.refusals.labels("field-dropped").inc(dropped)
        log.error("fields_dropped", rows=dropped, route=call.match.route.template)
    return Answer(answer.status, headers, filtered.body), filtered.sent


async def _append(at: Desk, made: Sequence[Entry], condition: Condition[Asked] | None) -> list[Receipt]:
    return list(await asyncio.gather(*(at.log.append(entry, condition) for entry in made)))


def _whom(at: Desk, row: Look | None) -> tuple[str, ...]:
    """Those whom a link is about. Where there is none it is nobody, who has a key in the log as one person has."""
    persons = (at.seals.open(seal) for seal in (row.seals if row else ()))
    return tuple(dict.fromkeys(person for person in persons if person)) or (NO_PERSON,)


def _check_form(match: Match, outgoing: Outgoing) -> None:
    """Step 0: what does not fit is refused before anybody is known, anything is looked up or anything is written."""
    takes = match.route.takes
    if not takes and outgoing.body not in EMPTY:
        raise problems.BODY_UNEXPECTED()
    media = outgoing.headers.get("content-type", "").partition(";")[0].strip().lower()
    if takes and outgoing.body and media != takes:
        raise problems.MEDIA_TYPE(f"Send {takes}.")


def _problem(runtime: Runtime, problem: Problem, decision: str = "") -> Answer:
    runtime.telemetry.refusals.labels(problem.kind.code).inc()
    body = problem.body()
    if problem.kind.status >= 500:
        body["trace_id"] = telemetry.trace_id()
    headers = {"content-type": PROBLEM, "cache-control": "no-store"}
    headers |= challenges.headers(runtime.settings.public_url, problem)
    if decision:
        body["decision"] = headers["jieli-decision"] = decision
    retry = body.pop("retry_after", 2 if problem.kind.status == 503 else None)
    if retry is not None:
        headers["retry-after"] = str(retry)
    return Answer(problem.kind.status, headers, msgspec.json.encode(body))


def _headers(scope: Scope) -> dict[str, str]:
    """The headers; one that comes twice is joined (RFC 9110, 5.2), so that none can hide behind another."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _path(scope: Scope) -> str:
    raw: str = scope["raw_path"].decode("latin-1")
    query: str = scope["query_string"].decode("latin-1")
    return f"{raw}?{query}" if query else raw


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problems.BODY_UNREADABLE("The connection ended before the body did.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in answer.cookies]
    if answer.status != NOT_MODIFIED:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
