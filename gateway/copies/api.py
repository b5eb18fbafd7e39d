"""A person's copy (PIPL 45): to read by machine, to print, and signed, to show where she moves to."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response
from joserfc import jws

from gateway.copies import commands, document
from gateway.copies.schemas import CopyOut
from gateway.exchange import challenges, desk, proxy
from gateway.exchange.forward import Answer, Outgoing
from gateway.exchange.proxy import Refused
from gateway.exchange.routes import Match, Route
from gateway.federation.peers import Peers
from shared.problems import Problem
from shared.requests import RuntimeDep

router = APIRouter(tags=["rights"])
TYPE: Final = "jieli-copy+jws"  # so that the signature of a copy is good for nothing else
JWS: Final = "application/jose"
PDF: Final = "application/pdf"


async def resident(
    request: Request,
    runtime: RuntimeDep,
    _token: Annotated[str, Header(alias="authorization")] = "",
    _proof: Annotated[str, Header(alias="dpop")] = "",
) -> Answer:
    """Her copy, if she may have it: the whole decision, as for every other call of hers."""
    headers = {name: ", ".join(request.headers.getlist(name)) for name in ("authorization", "dpop")}
    match = Match(Route("self", "GET", request.url.path, "gateway", "read_copy"), "", "", "", "")
    public_url = runtime.settings.public_url
    outgoing = Outgoing("GET", request.url.path, headers)
    try:
        return await proxy.answered(desk.at(runtime), match, outgoing, commands.gather)
    except Refused as refused:
        raise challenges.challenged(public_url, refused.refuse.problem()) from None
    except Problem as problem:
        raise challenges.challenged(public_url, problem) from None


CopyDep = Annotated[Answer, Depends(resident)]


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
