"""Agreements are public: anybody may read who gets what, why and until when."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from gateway.agreements import queries, rules
from gateway.agreements.schemas import AgreementOut, AgreementsOut
from gateway.agreements.tables import AgreementVersion
from gateway.exchange.api import public
from shared.runtime import Runtime

router = APIRouter()


@router.get("/v1/agreements", dependencies=[Depends(public)])
async def agreements(request: Request) -> AgreementsOut:
    """Every agreement of this region: the version in force or suspended, else the newest."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        return AgreementsOut(agreements=[_out(row) for row in await queries.currents(session)])


@router.get("/v1/agreements/{agreement}", dependencies=[Depends(public)])
async def agreement(request: Request, agreement: Annotated[str, Path(pattern=rules.ID)]) -> AgreementOut:
    """One agreement: the version in force or suspended, else the newest."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        row = await queries.current(session, agreement)
    if row is None:
        raise rules.AGREEMENT_GONE()
    return _out(row)


def _out(row: AgreementVersion) -> AgreementOut:
    return AgreementOut(**row.model_dump(exclude={"body", "applied_at"}), terms=row.body | {"state": row.state})
