"""The log's routes: the person's view of it, and what everybody needs to check it."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import PlainTextResponse

from gateway.audit import commands, queries, schemas, views
from gateway.audit.rules import accesses, tree
from shared import problems
from shared.pages import Cursor, Limit
from shared.requests import RuntimeDep

SIZE_UNKNOWN = problems.kind(
    404, "log-size-unknown", "The log has no checkpoint of this size yet", "Take both sizes from signed checkpoints."
)

router = APIRouter(tags=["log"])
Size = Annotated[int, Query(ge=0, lt=2**63)]


@dataclass(frozen=True)
class Room:
    """What the log's routes work with. Whoever starts the gateway puts it into `runtime.extras["audit"]`.

    `person` gives the resident behind a request, or raises 401 or 403; `organisation` a name, if known.
    """

    log: commands.Log
    region: str
    person: Callable[[Request], Awaitable[str]]
    organisation: Callable[[str], str | None]
    purposes: Mapping[str, tuple[str, str]]


async def room(runtime: RuntimeDep) -> Room:
    """This gateway's log."""
    held = runtime.extras["audit"]
    assert isinstance(held, Room)  # noqa: S101 - put there at the start, before any request
    return held


RoomDep = Annotated[Room, Depends(room)]


async def resident(
    request: Request,
    held: RoomDep,
    _token: Annotated[str, Header(alias="authorization")] = "",
    _proof: Annotated[str, Header(alias="dpop")] = "",
) -> str:
    """The id of the person who reads her own log; the headers stand here for the OpenAPI document."""
    return await held.person(request)


async def public() -> None:
    """Written out on every route here that anyone may call."""


ResidentDep = Annotated[str, Depends(resident)]


@router.get("/v1/me/accesses")
async def own_accesses(
    held: RoomDep, person: ResidentDep, limit: Limit = 50, cursor: Cursor = None
) -> schemas.AccessesOut:
    """Every access to what this platform knows of you, newest first. Reading it is an entry too."""
    before = _before(cursor)
    reading = views.Reading(held.region, person, "read_accesses")
    page = await views.read_accesses(held.log, reading, before, limit)
    following = base64.urlsafe_b64encode(page.next.to_bytes(8, "big")).decode() if page.next else None
    return schemas.AccessesOut(accesses=[_told(held, access) for access in page.accesses], next=following)


@router.get("/v1/me/data-tracker/findUsage", response_model_exclude_none=True)
async def find_usage(
    held: RoomDep, person: ResidentDep, window: Annotated[schemas.UsageWindow, Query()]
) -> schemas.FindUsageOut:
    """Every access to what this platform knows of you, newest first, in the form of Estonia's Data Tracker."""
    reading = views.Reading(held.region, person, "read_accesses")
    usage = await views.read_usage(held.log, reading, window)
    told = [_told(held, access) for access in usage.accesses]
    return schemas.FindUsageOut(total_usages=usage.total, usages=[schemas.UsageOut.of(access) for access in told])


@router.get("/v1/me/accesses/{entry}/proof")
async def own_proof(
    held: RoomDep, person: ResidentDep, entry: Annotated[int, Path(ge=0, lt=2**63)]
) -> schemas.ProofOut:
    """The bundle that proves one of your entries; check it with jieli-verify."""
    proof = await views.read_proof(held.log, views.Reading(held.region, person, "read_proof"), entry)
    opening = proof.opening
    return schemas.ProofOut(
        log=held.log.signer.origin,
        entry=proof.entry.decode(),
        index=entry,
        inclusion=[_text(value) for value in proof.inclusion],
        checkpoint=proof.checkpoint,
        opening=opening
        and schemas.OpeningOut(key=_text(opening.key), counter=opening.counter, consent=opening.consent),
    )


@router.get("/v1/log/checkpoint", response_class=PlainTextResponse, dependencies=[Depends(public)])
async def checkpoint(held: RoomDep) -> str:
    """The newest signed checkpoint (C2SP tlog-checkpoint) with the cosignatures that it has by now.

    Keep it: the log can never again deny what it covers.
    """
    async with held.log.reading() as connection:
        newest = await queries.newest_checkpoint(connection)
    newest = newest or await held.log.checkpoint()
    async with held.log.reading() as connection:
        return await queries.shown(connection, newest)


@router.get("/v1/log/consistency", dependencies=[Depends(public)])
async def consistency(held: RoomDep, first: Annotated[Size, Query(alias="from")], to: Size) -> schemas.ConsistencyOut:
    """The proof that the log of `to` entries begins with the log of `from` entries."""
    async with held.log.reading() as connection:
        newest = await queries.newest_checkpoint(connection)
        if newest is None or not first <= to <= newest.size:
            raise SIZE_UNKNOWN()
        path = await queries.proof(connection, tree.consistency_spans(first, to))
    return schemas.ConsistencyOut(from_=first, to=to, consistency=[_text(value) for value in path])


@router.get("/v1/log/key", response_class=PlainTextResponse, dependencies=[Depends(public)])
async def key(held: RoomDep) -> str:
    """The log's public key (C2SP signed-note). Compare it with a copy that did not come from here."""
    return held.log.signer.verifier_key + "\n"


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        return int.from_bytes(base64.b64decode(cursor, altchars=b"-_", validate=True), "big") & (2**63 - 1)
    except ValueError:
        raise problems.CURSOR_INVALID() from None


def _told(held: Room, access: accesses.Access) -> schemas.AccessOut:
    first = access.first
    actor, agreement = first["actor"], first["agreement"]
    name = held.organisation(actor["organisation"]) if actor["organisation"] else None
    zh, en = accesses.why(access, held.purposes, name or actor["organisation"] or "")
    return schemas.AccessOut(
        decision=str(access.decision),
        at=first["at"],
        kind=first["kind"],
        who=schemas.WhoOut(**actor, organisation_name=name),
        why=schemas.WhyOut(purpose=first["purpose"], basis=first["basis"], zh=zh, en=en),
        service=first["service"],
        operation=first["operation"],
        fields=schemas.FieldsOut(**{kind: access.fields(kind) for kind in ("asked", "allowed", "sent")}),
        agreement=agreement and schemas.AgreementOut(**agreement),
        consent=access.consent,
        about=access.about,
        through=access.through,
        result=access.result,
        reason=access.reason,
        entries=[schemas.EntryOut(entry=seq, phase=body["phase"], at=body["at"]) for seq, body in access.lines],
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
