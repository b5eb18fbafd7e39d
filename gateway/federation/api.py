"""What another region may ask of this one: take in one person's request, take in the answer to one of ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from gateway.audit.rules.entries import Actor, Entry, Outcome, Phase
from gateway.exchange import routes
from gateway.exchange.api import DeskDep, public
from gateway.exchange.forward import Outgoing
from gateway.federation import commands, peers, queries, rules, signatures
from gateway.federation.peers import Peers
from gateway.federation.rules import Peer
from gateway.federation.signatures import Message, Reply
from shared import grants, ids, problems, requests
from shared.problems import Problem
from shared.requests import RuntimeDep

router = APIRouter()
ANSWER = "receive_record"
JWS = "application/jose"


async def held(runtime: RuntimeDep) -> Peers:
    """This gateway's peers."""
    found = runtime.extras["peers"]
    assert isinstance(found, Peers)  # noqa: S101 - put there by gateway.main at the start, before any request
    return found


PeersDep = Annotated[Peers, Depends(held)]


@dataclass(frozen=True)
class Signed:
    """A message of a peer whose signature holds."""

    peer: Peer
    message: Message
    body: bytes

    @property
    def key(self) -> str:
        """The key that the peer gave the message."""
        return self.message.headers.get("idempotency-key", "")

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object in it; 400 or 422 for anything else."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            raise problems.BODY_UNREADABLE() from None
        if not isinstance(content, dict):
            raise problems.BODY_INVALID("Send a JSON object.")
        return content


async def signed(request: Request, runtime: RuntimeDep, known: PeersDep) -> Signed:
    """The peer's message: key pinned, signature and digest hold, nonce fresh; 401 otherwise. JSON, under a key."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != routes.JSON:
        raise problems.MEDIA_TYPE()
    url = runtime.settings.public_url + request.scope["raw_path"].decode()
    message = Message(request.method, url, dict(request.headers))
    peer = known.by_thumbprint.get(signatures.key_id(message))
    if peer is None:
        raise rules.PEER_UNKNOWN()
    body = await request.body()
    requests.check_key(request.headers.get("idempotency-key", ""))
    proof = await known.proof_of(peer, message, body)
    async with runtime.sessions() as session, session.begin():
        await commands.use_nonce(session, peer.region, proof)
    return Signed(peer, message, body)


SignedDep = Annotated[Signed, Depends(signed)]


@router.get(
    peers.WELL_KNOWN,
    dependencies=[Depends(public)],
    response_class=Response,
    responses={200: {"content": {JWS: {}}}},
)
async def metadata(known: PeersDep, at: DeskDep) -> Response:
    """Who this region is and with which key it signs."""
    return Response(known.metadata(at.log.signer.verifier_key), media_type=JWS)


@router.post("/federation/v1/record-requests", status_code=202)
async def take_request(message: SignedDep, known: PeersDep, at: DeskDep) -> Response:
    """Take in a person's request for her record; known and unknown persons get the same answer."""
    content = {**message.content, "peer": message.peer.region}
    return await _taken(message, known, at, Errand("/platform/record-requests", "receive_record_request", content))


@router.post("/federation/v1/record-answers", status_code=202)
async def take_answer(message: SignedDep, known: PeersDep, at: DeskDep) -> Response:
    """Take in the record that one of this region's people asked for."""
    content = message.content
    async with at.runtime.sessions() as session:
        asked = await queries.asked(session, message.peer.region, _request_of(content))
    if asked is None:
        refused = Entry(**_said(message, ANSWER), phase=Phase.INTENT, permitted=False, reason="never-asked")
        await at.log.append(refused)
        raise problems.NOT_FOUND()
    person = at.seals.open(asked.seal)
    errand = Errand("/platform/record-answers", ANSWER, content, person, (asked.record_type,))
    return await _taken(message, known, at, errand)


def _request_of(content: Mapping[str, Any]) -> str:
    named = content.get("request")
    if not isinstance(named, str) or not routes.ID.fullmatch(named):
        raise problems.BODY_INVALID("Name the `request` that the record answers.")
    return named


@dataclass(frozen=True)
class Errand:
    """What a peer's message means here; `person` is known only where this region asked."""

    path: str
    operation: str
    content: Mapping[str, Any]
    person: str | None = None
    fields: tuple[str, ...] = ()


async def _taken(message: Signed, known: Peers, at: DeskDep, errand: Errand) -> Response:
    """Once per key: claim it, log the intent, hand it to the registry, log the outcome, sign the receipt."""
    place = (message.peer.region, message.key)
    async with at.runtime.sessions() as session, session.begin():
        answer = await commands.claim(session, *place, message.body)
    if answer is None:
        try:
            answer = await _handed_over(message, at, errand)
        except Exception:
            async with at.runtime.sessions() as session, session.begin():
                await commands.give_back(session, *place)
            raise
        async with at.runtime.sessions() as session, session.begin():
            await commands.remember(session, *place, answer)
    body = json.dumps(answer).encode()
    reply = Reply(202, message.message, {"content-type": "application/json"})
    signatures.sign(reply, body, known.own.private, known.own.kid)
    return Response(body, 202, dict(reply.headers))


def _said(message: Signed, operation: str) -> dict[str, Any]:
    """What every entry about this message says."""
    actor = Actor(kind="region", region=message.peer.region)
    return {"decision": str(ids.new()), "kind": "region", "actor": actor, "operation": operation}


async def _handed_over(message: Signed, at: DeskDep, errand: Errand) -> dict[str, Any]:
    said = _said(message, errand.operation)

    def entry(phase: Phase, **more: Any) -> Entry:
        return Entry(**said, phase=phase, permitted=True, person=errand.person, asked=errand.fields, **more)

    receipt = await at.log.append(entry(Phase.INTENT))
    outgoing = Outgoing("POST", errand.path, {"content-type": "application/json"}, json.dumps(errand.content).encode())
    claims = {"kind": "platform", "actor": grants.Actor("region", message.peer.region), "decision": said["decision"]}
    try:
        answer = await at.services.call("registry", outgoing, claims)
    except Problem:
        await at.log.append(entry(Phase.OUTCOME, outcome=Outcome.FAILED))
        raise
    done = answer.status < 400
    outcome = Outcome.RELEASED if done else Outcome.FAILED
    await at.log.append(entry(Phase.OUTCOME, outcome=outcome, status=answer.status, sent=errand.fields if done else ()))
    if not done:
        raise problems.BODY_INVALID("The message does not fit; see docs of the federated API.")
    return {"state": "received", "receipt": at.log.promise(receipt)}
