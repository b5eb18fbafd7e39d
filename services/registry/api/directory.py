"""The public directory (HSDS 3.1), divisions, the receipts' public key, and catalogue imports."""

from typing import Annotated

from fastapi import Path, Query, Request

from services.registry import hsds
from services.registry.commands import directory as commands
from services.registry.commands import receipts
from services.registry.queries import directory as queries
from services.registry.schemas import directory as schemas
from shared import problems, requests
from shared.contracts import vocabulary
from shared.requests import Internal, Public, RuntimeDep, SessionDep

router = requests.router()


@router.get("/directory", include_in_schema=False)
@router.get("/directory/")
async def about(runtime: RuntimeDep, _: Public) -> schemas.Metadata:
    """Which version of HSDS this API speaks."""
    openapi = f"{runtime.settings.public_url}/openapi.json"
    return schemas.Metadata(version=hsds.VERSION, profile=hsds.PROFILE, openapi_url=openapi)


@router.get("/directory/services", response_model_exclude_none=True)
async def services(
    session: SessionDep, runtime: RuntimeDep, _: Public, wanted: Annotated[schemas.ServicesWanted, Query()]
) -> schemas.Page[schemas.Service] | schemas.Page[schemas.ServiceSummary]:
    """A page of services; `full=true` gives each with all related data."""
    term = wanted.taxonomy_term_id
    total, rows = await queries.services(
        session,
        queries.Wanted(
            page=wanted.page,
            per_page=wanted.per_page,
            search=wanted.search,
            domain=hsds.domain_of(term) if term else None,
            organization_id=wanted.organization_id,
            modified_after=wanted.modified_after,
        ),
    )
    if wanted.full:
        region, name = runtime.settings.region, runtime.settings.region_name
        whole = [hsds.service(row, region, name) for row in rows]
        return hsds.page(whole, total, wanted.page, wanted.per_page)
    return hsds.page([hsds.service_summary(row) for row in rows], total, wanted.page, wanted.per_page)


@router.get("/directory/services/{service_id}", response_model_exclude_none=True)
async def service(
    session: SessionDep, runtime: RuntimeDep, _: Public, service_id: Annotated[str, Path(max_length=64)]
) -> schemas.Service:
    """One service with all related data, by its id or its catalogue code."""
    row = await queries.service(session, service_id)
    return hsds.service(row, runtime.settings.region, runtime.settings.region_name)


@router.get("/directory/organizations", response_model_exclude_none=True)
async def organizations(
    session: SessionDep, _: Public, wanted: Annotated[schemas.OrganizationsWanted, Query()]
) -> schemas.Page[schemas.Organization]:
    """A page of the organisations that offer services here."""
    asked = queries.Wanted(wanted.page, wanted.per_page, wanted.search, modified_after=wanted.modified_after)
    total, rows = await queries.organizations(session, asked)
    return hsds.page([hsds.organization(row) for row in rows], total, wanted.page, wanted.per_page)


@router.get("/directory/organizations/{organization_id}", response_model_exclude_none=True)
async def organization(
    session: SessionDep, _: Public, organization_id: Annotated[str, Path(max_length=128)]
) -> schemas.Organization:
    """One organisation with the services it offers, by its directory id or its own."""
    return hsds.organization(await queries.organization(session, organization_id))


@router.get("/directory/receipt-keys")
async def receipt_keys(runtime: RuntimeDep, _: Public) -> schemas.Keys:
    """The key that receipts of consents are checked with (RFC 7517)."""
    return schemas.Keys(keys=[receipts.public_key(runtime.settings)])


@router.get("/v1/divisions/{code}")
async def division(
    session: SessionDep, _: Public, code: Annotated[str, Path(pattern=r"^[0-9]{2,12}$")]
) -> schemas.DivisionOut:
    """One administrative division, what it is part of and what it consists of."""
    row = await queries.division(session, code)
    if row is None:
        raise problems.NOT_FOUND()
    above = await queries.divisions_above(session, code)
    within = await queries.divisions_within(session, code)
    return schemas.DivisionOut(
        code=row.code,
        name=row.name,
        year=row.year,
        part_of=[schemas.DivisionName(code=each.code, name=each.name) for each in above],
        parts=[schemas.DivisionName(code=each.code, name=each.name) for each in within],
    )


@router.post("/v1/catalogue-imports", status_code=201)
async def import_catalogue(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, request: Request
) -> schemas.ImportOut:
    """Take a catalogue file (CSV, UTF-8) in, whole or not at all; for coordinators."""
    if "coordinator" not in grant.actor.roles:
        raise problems.FORBIDDEN("The catalogue is kept by coordinators.")
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    row = await commands.import_catalogue(session, await request.body(), closed)
    return schemas.ImportOut(id=row.id, services=row.services, changed=row.changed)
