"""The public directory (HSDS 3.1), divisions, the receipts' public key, and catalogue imports."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import hsds, places, terms
from services.registry.commands import directory as commands
from services.registry.commands import receipts
from services.registry.queries import directory as queries
from services.registry.queries import listings
from services.registry.schemas import directory as schemas
from services.registry.schemas.common import READABLE
from services.registry.tables import now
from shared import problems, requests
from shared.contracts import clock, vocabulary
from shared.requests import Internal, Public, RuntimeDep, SessionDep
from shared.runtime import Runtime

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
) -> schemas.Page[schemas.Service] | schemas.Page[schemas.ServiceSummary] | schemas.Page[schemas.ServiceMinimal]:
    """A page of services; `full=true` gives each with all related data, `minimal=true` what tells that it changed."""
    total, lines = await listings.lines(session, _asked(wanted))
    if wanted.full:
        around = await _around(session, runtime, lines)
        return hsds.page(schemas.Service, [hsds.service(line, around) for line in lines], total, wanted)
    if wanted.minimal:
        return hsds.page(schemas.ServiceMinimal, [hsds.minimal(line) for line in lines], total, wanted)
    today = clock.day_of(now())
    return hsds.page(schemas.ServiceSummary, [hsds.service_summary(line, today) for line in lines], total, wanted)


@router.get("/directory/services/{service_id}", response_model_exclude_none=True)
async def service(
    session: SessionDep,
    runtime: RuntimeDep,
    _: Public,
    service_id: Annotated[str, Path(max_length=64, pattern=READABLE)],
) -> schemas.Service:
    """One service with all related data, by its id or its catalogue code."""
    line = await listings.by_service_id(session, service_id)
    return hsds.service(line, await _around(session, runtime, [line]))


@router.get("/directory/service_at_locations", response_model_exclude_none=True)
async def service_at_locations(
    session: SessionDep, runtime: RuntimeDep, _: Public, wanted: Annotated[schemas.AtLocationsWanted, Query()]
) -> schemas.Page[schemas.AtLocation] | schemas.Page[schemas.AtLocationSummary]:
    """A page of offers at their locations; `full=true` gives each with hours, languages and address."""
    total, lines = await listings.lines(session, replace(_asked(wanted), placed=True))
    if wanted.full:
        names = (await _around(session, runtime, lines)).divisions
        return hsds.page(schemas.AtLocation, [places.at_location(line, names) for line in lines], total, wanted)
    return hsds.page(schemas.AtLocationSummary, [places.at_location_summary(line) for line in lines], total, wanted)


@router.get("/directory/service_at_locations/{at_location_id}", response_model_exclude_none=True)
async def service_at_location(
    session: SessionDep, runtime: RuntimeDep, _: Public, at_location_id: UUID
) -> schemas.AtLocation:
    """One offer at its location, with hours, languages and address."""
    line = await listings.by_location_id(session, at_location_id)
    return places.at_location(line, (await _around(session, runtime, [line])).divisions)


@router.get("/directory/taxonomies")
async def taxonomies(_: Public, wanted: Annotated[schemas.PageWanted, Query()]) -> schemas.Page[schemas.Taxonomy]:
    """A page of the taxonomies."""
    found = [each for each in map(hsds.taxonomy, terms.TAXONOMIES) if wanted.search.casefold() in each.name]
    first = (wanted.page - 1) * wanted.per_page
    return hsds.page(schemas.Taxonomy, found[first : first + wanted.per_page], len(found), wanted)


@router.get("/directory/taxonomies/{taxonomy_id}")
async def taxonomy(_: Public, taxonomy_id: UUID) -> schemas.Taxonomy:
    """One taxonomy."""
    return hsds.taxonomy(terms.taxonomy_of(taxonomy_id))


@router.get("/directory/taxonomy_terms")
async def taxonomy_terms(
    session: SessionDep, _: Public, wanted: Annotated[schemas.TermsWanted, Query()]
) -> schemas.Page[schemas.Term]:
    """A page of taxonomy terms. No term has another above it, so every one is at the top."""
    asked = listings.Wanted(wanted.page, wanted.per_page, wanted.search, taxonomy_id=wanted.taxonomy_id)
    total, rows = await listings.terms(session, asked)
    if wanted.parent_id is not None:
        total, rows = 0, []
    return hsds.page(schemas.Term, [hsds.term(row) for row in rows], total, wanted)


@router.get("/directory/taxonomy_terms/{term_id}")
async def taxonomy_term(session: SessionDep, _: Public, term_id: UUID) -> schemas.Term:
    """One taxonomy term."""
    return hsds.term(await listings.term(session, term_id))


@router.get("/directory/organizations", response_model_exclude_none=True)
async def organizations(
    session: SessionDep, _: Public, wanted: Annotated[schemas.OrganizationsWanted, Query()]
) -> schemas.Page[schemas.Organization] | schemas.Page[schemas.OrganizationSummary]:
    """A page of the organisations that offer services here; `full=true` gives each with what it offers."""
    total, rows = await queries.organizations(session, _asked(wanted))
    if wanted.full:
        return hsds.page(schemas.Organization, [hsds.organization(row) for row in rows], total, wanted)
    return hsds.page(schemas.OrganizationSummary, [hsds.as_provider(row) for row in rows], total, wanted)


@router.get("/directory/organizations/{organization_id}", response_model_exclude_none=True)
async def organization(
    session: SessionDep, _: Public, organization_id: Annotated[str, Path(max_length=128, pattern=READABLE)]
) -> schemas.Organization:
    """One organisation with the services it offers, by its directory id or its own."""
    return hsds.organization(await queries.organization(session, organization_id))


@router.get("/directory/receipt-keys")
async def receipt_keys(runtime: RuntimeDep, _: Public) -> schemas.Keys:
    """The keys that receipts of consents are checked with (RFC 7517)."""
    return schemas.Keys(keys=receipts.public_keys(runtime.settings))


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


def _asked(wanted: schemas.OrganizationsWanted) -> listings.Wanted:
    return listings.Wanted(**wanted.model_dump(exclude={"format", "full", "minimal"}))


async def _around(session: AsyncSession, runtime: Runtime, lines: Sequence[listings.Line]) -> hsds.Around:
    districts = {line.listing.district for line in lines if line.listing.district}
    names = await listings.district_names(session, districts) if districts else {}
    return hsds.Around(runtime.settings.region, runtime.settings.region_name, clock.day_of(now()), names)
