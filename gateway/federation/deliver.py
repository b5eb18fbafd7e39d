"""Carries errands to peers: fetched from the registry at the moment of sending, signed, retried, never lost."""

import json
from typing import Any

import httpx
import structlog

from gateway.audit.rules.entries import Actor, Entry, Outcome, Phase
from gateway.exchange import desk
from gateway.exchange.desk import Desk
from gateway.exchange.forward import Outgoing
from gateway.federation import commands, rules, signatures
from gateway.federation.peers import Peers
from gateway.federation.rules import Peer
from gateway.federation.signatures import Message, Reply
from gateway.federation.tables import Delivery
from shared import grants, ids
from shared.background import rounds
from shared.problems import Problem
from shared.runtime import Runtime

EVERY = 0.5  # seconds between looks at the list
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # of what can happen once the content is there

log = structlog.get_logger()


class Unanswered(Exception):
    """The peer did not take the message, or what it said does not hold."""


async def run(runtime: Runtime) -> None:
    """Carry what is due, for ever."""
    at, known = desk.at(runtime), runtime.extras["peers"]
    assert isinstance(known, Peers)  # noqa: S101 - put there by gateway.main at the start

    async def one() -> bool:
        delivery = await commands.next_due(runtime.engine)
        if delivery:
            await _carry(at, known, delivery)
        return delivery is not None

    await rounds(EVERY, one, runtime.is_quiet)


async def _carry(at: Desk, known: Peers, delivery: Delivery) -> None:
    """One try: intent, fetch, send, outcome; whatever fails is tried again later.

    From the moment it is sent the peer may have it, whatever it answers: until it says so, that is not known.
    """
    peer = known.by_region.get(delivery.peer)
    decision = str(ids.new())
    await at.log.append(_entry(at, delivery, decision, Phase.INTENT))
    verb, receipt, outcome = "", None, Outcome.FAILED
    try:
        if peer is None:
            verb = "give_up"
        elif (content := await _content(at, delivery, decision)) is None:
            verb = "drop"
        else:
            outcome = Outcome.UNKNOWN
            receipt = await _send(known, peer, delivery, content)
            verb, outcome = "deliver", Outcome.RELEASED
    except (httpx.HTTPError, TimeoutError, ValueError, Unanswered, Problem) as error:
        log.warning("peer_unanswered", peer=delivery.peer, attempt=delivery.attempts, reason=type(error).__name__)
        outcome = Outcome.FAILED if isinstance(error, NOT_SENT) else outcome
    await at.log.append(_entry(at, delivery, decision, Phase.OUTCOME, outcome))
    async with at.runtime.sessions() as session, session.begin():
        if verb:
            await commands.settle(session, delivery, verb, receipt)
        else:
            await commands.postpone(session, delivery)


async def _content(at: Desk, delivery: Delivery, decision: str) -> bytes | None:
    """What is to be sent, asked of the registry now; None when there is nothing to send any more."""
    path = rules.ERRANDS[delivery.kind].fetch.format(request=delivery.request)
    claims = {"kind": "platform", "actor": grants.Actor("gateway", "gateway"), "decision": decision}
    answer = await at.services.call("registry", Outgoing("GET", path, {}), claims)
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise Unanswered(str(answer.status))
    content: dict[str, Any] = json.loads(answer.body)
    content.pop("peer", None)
    return json.dumps(content, ensure_ascii=False).encode()


async def _send(known: Peers, peer: Peer, delivery: Delivery, body: bytes) -> str:
    """Send signed; the peer's signed receipt as it said it, or Unanswered."""
    path = rules.ERRANDS[delivery.kind].send
    headers = {"content-type": "application/json", "idempotency-key": str(delivery.id)}
    message = Message("POST", peer.gateway_url + path, headers)
    signatures.sign(message, body, known.own.private, known.own.kid)
    answer = await known.ask(peer, path, body, message.headers)
    if answer.status != 202:
        raise Unanswered(str(answer.status))
    await known.proof_of(peer, Reply(answer.status, message, dict(answer.headers)), answer.content)
    if not isinstance(answer.json, dict):
        raise Unanswered("the receipt is no object")
    return answer.text


def _entry(at: Desk, delivery: Delivery, decision: str, phase: Phase, outcome: Outcome | None = None) -> Entry:
    fields = (delivery.record_type,)
    return Entry(
        decision=decision,
        phase=phase,
        kind="region",
        actor=Actor(kind="region", region=delivery.peer),
        operation=rules.ERRANDS[delivery.kind].operation,
        permitted=True,
        person=at.seals.open(delivery.seal),
        asked=fields,
        allowed=fields,
        sent=fields if outcome is Outcome.RELEASED else (),
        outcome=outcome,
    )
