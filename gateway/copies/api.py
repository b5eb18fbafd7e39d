"""A person's copy (PIPL 45): to read by machine, to print, and signed, to show where she moves to.

It is made before the transaction begins: while services are asked and pages set, no connection is held.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Depends, Response
from joserfc import jws

from gateway.copies import commands
from gateway.copies.schemas import CopyOut
from gateway.exchange import here
from gateway.exchange.api import DeskDep
from gateway.exchange.calls import Call
from gateway.federation.peers import Peers
from shared import requests
from shared.requests import RuntimeDep, Self, SessionDep

router = requests.router()
AGAIN: Final = 30  # seconds
TYPE: Final = "jieli-copy+jws"  # so that the signature of a copy is good for nothing else
JSON: Final = "application/json"
JWS: Final = "application/jose"
PDF: Final = "application/pdf"


async def gathered(_grant: Self, call: Annotated[Call, Depends(here.governed)], at: DeskDep) -> AsyncIterator[bytes]:
    """The whole copy; a person has one made at a time, so that others get theirs."""
    with at.crowd.place(f"copy of {call.persons[0]}", 1, AGAIN):
        yield await commands.gather(at, call)


CopyDep = Annotated[bytes, Depends(gathered, scope="function")]


async def printed(copy: CopyDep) -> bytes:
    """The whole copy as a document."""
    return await commands.print_out(copy)


@router.get("/v1/me/copy", response_model=CopyOut)
async def copy(made: CopyDep, _session: SessionDep) -> Response:
    """Everything that any app of this region keeps of you, as JSON; your log is at `accesses`."""
    return Response(made, media_type=JSON)


@router.get("/v1/me/copy.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def printed_copy(made: Annotated[bytes, Depends(printed)], _session: SessionDep) -> Response:
    """The same to print (PDF, A4)."""
    return Response(made, media_type=PDF)


@router.get("/v1/me/copy.jws", response_class=Response, responses={200: {"content": {JWS: {}}}})
async def signed_copy(made: CopyDep, _session: SessionDep, runtime: RuntimeDep) -> Response:
    """The same, signed by this region (JWS, RFC 7515) with a key of /.well-known/region-federation: it proves elsewhere
    what was kept here."""
    own = _peers(runtime.extras["peers"]).own
    header = {"alg": "ES256", "kid": own.kid, "typ": TYPE}
    return Response(jws.serialize_compact(header, made, own.key), media_type=JWS)


def _peers(held: object) -> Peers:
    assert isinstance(held, Peers)  # noqa: S101 - put there at the start, before any request
    return held
