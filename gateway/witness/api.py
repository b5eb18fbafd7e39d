"""The witness's routes (C2SP tlog-witness): cosign another region's checkpoint, and show what was cosigned."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import PlainTextResponse

from gateway.audit.api import public
from gateway.audit.rules.notes import Signer
from gateway.federation.peers import Peers
from gateway.witness import commands, queries
from gateway.witness.alarms import Alarms
from gateway.witness.rules import submissions
from gateway.witness.rules.submissions import Verdict
from shared import problems
from shared.requests import RuntimeDep
from shared.runtime import Runtime

router = APIRouter(tags=["log"])


@dataclass(frozen=True)
class Room:
    """What the witness works with. Whoever starts the gateway puts it into `runtime.extras["witness"]`."""

    signer: Signer
    known: Peers
    alarms: Alarms


def held(runtime: Runtime) -> Room:
    """The witness of a running gateway."""
    found = runtime.extras["witness"]
    assert isinstance(found, Room)  # noqa: S101 - put there at the start, before any request
    return found


async def room(runtime: RuntimeDep) -> Room:
    """This gateway's witness."""
    return held(runtime)


RoomDep = Annotated[Room, Depends(room)]


@router.post(submissions.ADD_CHECKPOINT, response_class=PlainTextResponse, dependencies=[Depends(public)])
async def add_checkpoint(request: Request, runtime: RuntimeDep, at: RoomDep) -> Response:
    """Cosign a checkpoint of a peer's log that continues what was cosigned; the log's signature says whose it is."""
    content = await request.body()
    if len(content) > submissions.BODY:
        raise problems.BODY_TOO_LARGE("Send at most 64 KiB.")
    asked = submissions.read(content)
    note = await commands.authenticate(at.known, asked)
    async with runtime.sessions() as session, session.begin():
        outcome = await commands.witness(session, at.signer, asked, note)
    return _told(outcome)


def _told(outcome: commands.Outcome) -> Response:
    if outcome.verdict is Verdict.INCONSISTENT:
        raise submissions.INCONSISTENT()
    if outcome.verdict is Verdict.STALE:
        return Response(f"{outcome.size}\n", 409, {"content-type": submissions.SIZE_MEDIA})
    return PlainTextResponse(outcome.line)


@router.get("/v1/witness/key", response_class=PlainTextResponse, dependencies=[Depends(public)])
async def witness_key(at: RoomDep) -> str:
    """The key by which this region cosigns other logs (C2SP signed-note). Compare it with a copy from elsewhere."""
    return at.signer.verifier_key + "\n"


@router.get("/v1/witness/{log}/checkpoint", response_class=PlainTextResponse, dependencies=[Depends(public)])
async def witnessed_checkpoint(runtime: RuntimeDep, log: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> str:
    """The checkpoint of another region's log that was cosigned last; `log` is the SHA-256 of the log's origin."""
    async with runtime.sessions() as session:
        note = await queries.note_of(session, log)
    if not note:
        raise submissions.LOG_UNKNOWN()
    return note
