"""A person's copy (PIPL 45): to read by machine, to print, and signed, to show where she moves to."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from joserfc import jws

from gateway.copies import commands, document
from gateway.copies.schemas import CopyOut
from gateway.exchange.forward import Answer
from gateway.exchange.rooms import Decided
from gateway.federation.peers import Peers
from shared.requests import RuntimeDep

router = APIRouter(tags=["rights"])
TYPE: Final = "jieli-copy+jws"  # so that the signature of a copy is good for nothing else
JWS: Final = "application/jose"
PDF: Final = "application/pdf"


CopyDep = Annotated[Answer, Depends(Decided("self", "read_copy", commands.gather))]


@router.get("/v1/me/copy", response_model=CopyOut)
async def copy(made: CopyDep) -> Response:
    """Everything that any app of this region keeps of you, as JSON; your log is at `accesses`."""
    return Response(made.body, headers=dict(made.headers))


@router.get("/v1/me/copy.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def printed_copy(made: CopyDep) -> Response:
    """The same to print (PDF, A4)."""
    async with commands.AT_ONCE:
        page = await asyncio.to_thread(document.pdf, made.body)
    return Response(page, headers={**made.headers, "content-type": PDF})


@router.get("/v1/me/copy.jws", response_class=Response, responses={200: {"content": {JWS: {}}}})
async def signed_copy(made: CopyDep, runtime: RuntimeDep) -> Response:
    """The same, signed by this region (JWS, RFC 7515) with a key of /.well-known/region-federation: it proves elsewhere
    what was kept here."""
    own = _peers(runtime.extras["peers"]).own
    header = {"alg": "ES256", "kid": own.kid, "typ": TYPE}
    signed = jws.serialize_compact(header, made.body, own.key)
    return Response(signed, headers={**made.headers, "content-type": JWS})


def _peers(held: object) -> Peers:
    assert isinstance(held, Peers)  # noqa: S101 - put there at the start, before any request
    return held
