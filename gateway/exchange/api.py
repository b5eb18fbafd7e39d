"""The gateway's own way of knowing who calls, for its rooms that answer themselves; and what the problem codes mean."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from gateway.exchange import catalogue, challenges, deprecations, desk, refusals, rules
from gateway.exchange.credentials import Credentials, Presented
from gateway.exchange.desk import Desk
from gateway.exchange.known import Known
from shared import problems
from shared.contracts import proofs
from shared.problems import Problem
from shared.requests import RuntimeDep

router = APIRouter()


async def at(runtime: RuntimeDep) -> Desk:
    """This gateway's desk."""
    return desk.at(runtime)


DeskDep = Annotated[Desk, Depends(at)]


@dataclass(frozen=True)
class Residents:
    """Knows the person behind a request."""

    known: Known
    credentials: Credentials
    public_url: str

    async def person(self, request: Request) -> str:
        """The id of the person who calls about herself, alone; 401 or 403 otherwise, with how to come back."""
        self.known.fresh()
        try:
            return await self._person(request)
        except Problem as problem:
            raise challenges.challenged(self.public_url, problem) from None

    async def _person(self, request: Request) -> str:
        url = self.public_url + request.url.path
        token, proof = (", ".join(request.headers.getlist(name)) for name in ("authorization", "dpop"))
        caller = await self.credentials.caller(Presented(token, proof, request.method, url), self.known.revoked)
        if not caller.person or caller.acting.kind:
            raise refusals.SELF_ONLY()
        if self.known.state_of(caller.client_organisation) != rules.ACTIVE:
            raise refusals.ORGANISATION_NOT_ACTIVE()
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
    kind = catalogue.known().get(code)
    if kind is None:
        raise problems.NOT_FOUND()
    return ProblemOut(code=kind.code, status=kind.status, title=kind.title, advice=kind.advice)


class DeprecatedOut(BaseModel):
    """An operation that goes."""

    operation: str
    since: date
    sunset: date
    instead: str


class DeprecationsOut(BaseModel):
    """Every operation that goes."""

    deprecations: list[DeprecatedOut]


@router.get(deprecations.PAGE, dependencies=[Depends(public)])
async def read_deprecations() -> DeprecationsOut:
    """What will not be answered any more, from when on, and what to call instead (RFC 9745, RFC 8594)."""
    return DeprecationsOut(
        deprecations=[
            DeprecatedOut(operation=f"{route.method} {route.template}", **asdict(route.deprecated))
            for route in deprecations.every()
            if route.deprecated
        ]
    )


class ResourceOut(BaseModel):
    """Protected resource metadata (RFC 9728)."""

    resource: str
    authorization_servers: list[str]
    bearer_methods_supported: list[str]
    dpop_signing_alg_values_supported: list[str]
    dpop_bound_access_tokens_required: bool
    authorization_details_types_supported: list[str]


@router.get("/.well-known/oauth-protected-resource", dependencies=[Depends(public)])
async def resource(runtime: RuntimeDep) -> ResourceOut:
    """Which authorization server gives tokens for this gateway, and how they are bound (RFC 9728)."""
    address = runtime.settings.public_url
    return ResourceOut(
        resource=address,
        authorization_servers=[address],
        bearer_methods_supported=["header"],
        dpop_signing_alg_values_supported=proofs.ALGORITHMS,
        dpop_bound_access_tokens_required=True,
        authorization_details_types_supported=["data_sharing_agreement"],
    )
