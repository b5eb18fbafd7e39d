"""Agreements are public: anybody may read who gets what, why and until when."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from gateway.agreements import odrl, queries, rules
from gateway.agreements.schemas import AgreementOut, AgreementsOut
from gateway.agreements.tables import AgreementVersion
from gateway.exchange.api import public
from shared import requests
from shared.contracts.vocabulary import Vocabulary
from shared.runtime import Runtime

router = requests.router()


@router.get("/v1/agreements", dependencies=[Depends(public)])
async def agreements(request: Request) -> AgreementsOut:
    """Every agreement of this region: the version in force or suspended, else the newest that was agreed."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        return AgreementsOut(agreements=[_out(row) for row in await queries.published(session)])


@router.get(
    "/v1/agreements/{agreement}",
    dependencies=[Depends(public)],
    response_model=AgreementOut,
    responses={200: {"content": {odrl.MEDIA: {}}}},
)
async def agreement(
    request: Request, response: Response, agreement: Annotated[str, Path(pattern=rules.ID)]
) -> AgreementOut | Response:
    """One agreement: the version in force or suspended, else the newest that was agreed. As ODRL 2.2 where
    application/ld+json is accepted."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        row = await queries.published_one(session, agreement)
    if row is None:
        raise rules.AGREEMENT_GONE()
    response.headers["vary"] = "accept"
    return _policy(request, row) if odrl.MEDIA in request.headers.get("accept", "") else _out(row)


def _policy(request: Request, row: AgreementVersion) -> Response:
    runtime: Runtime = request.app.state.runtime
    closed = runtime.extras["vocabulary"]
    assert isinstance(closed, Vocabulary)  # noqa: S101 - put there at the start, before any request
    made = odrl.policy(queries.agreement(row), closed, runtime.settings.public_url)
    return JSONResponse(made, media_type=odrl.MEDIA, headers={"vary": "accept"})


def _out(row: AgreementVersion) -> AgreementOut:
    return AgreementOut(**row.model_dump(exclude={"body", "applied_at"}), terms=row.body | {"state": row.state})
