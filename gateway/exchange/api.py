"""The gateway's own way of knowing who calls, for its rooms that answer themselves; and what the problem codes mean."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from gateway.exchange import desk, refusals
from gateway.exchange.credentials import Credentials
from gateway.exchange.desk import Desk
from gateway.exchange.known import Known
from shared import problems
from shared.requests import RuntimeDep

router = APIRouter()


async def at(runtime: RuntimeDep) -> Desk:
    """This gateway's desk."""
    return desk.at(runtime)


DeskDep = Annotated[Desk, Depends(at)]


@dataclass(frozen=True)
class Residents:
    """Knows the person behind an Authorization header."""

    known: Known
    credentials: Credentials

    async def person(self, authorization: str) -> str:
        """The id of the person who calls about herself; 401 or 403 otherwise."""
        self.known.fresh()
        caller = await self.credentials.caller(authorization, self.known.revoked)
        if not caller.person:
            raise refusals.SELF_ONLY()
        return caller.person


async def public() -> None:
    """Written out on every route of the gateway that anyone may call."""


class ProblemOut(BaseModel):
    """What a problem code means and what to do about it."""

    code: str
    status: int
    title: str
    advice: str


@router.get("/problems/{code}", dependencies=[Depends(public)])
async def problem(code: str) -> ProblemOut:
    """The meaning of a code, at the address that `type` gives (RFC 9457, 3.1.1)."""
    kind = problems.CATALOGUE.get(code)
    if kind is None:
        raise problems.NOT_FOUND()
    return ProblemOut(code=kind.code, status=kind.status, title=kind.title, advice=kind.advice)
