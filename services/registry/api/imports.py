"""Offers: files of them by coordinators, capacity and assurance by whoever offers."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.registry.commands import imports as commands
from services.registry.commands import listings
from services.registry.queries import imports as queries
from services.registry.schemas import imports as schemas
from services.registry.schemas.listings import CapacityIn, ListingOut
from services.registry.tables import DirectoryImport, Listing
from shared import pages, problems, requests
from shared.grants import Grant
from shared.requests import Internal, SessionDep

router = requests.router()


@router.post("/v1/directory-imports", status_code=201)
async def announce_import(session: SessionDep, grant: Internal, told: schemas.ImportIn) -> schemas.DirectoryImportOut:
    """Announce a file of offers; for coordinators."""
    row = await commands.announce(session, _coordinating(grant), told)
    return _shown(row, frozenset())


@router.put("/v1/directory-imports/{import_id}/parts/{part}")
async def keep_part(
    session: SessionDep, grant: Internal, import_id: UUID, part: Annotated[int, Path(ge=1)], told: schemas.PartIn
) -> schemas.DirectoryImportOut:
    """Send one part of the file, counted from 1; the same part again takes the place of the one before."""
    row = await queries.own_locked(session, _coordinating(grant), import_id)
    await commands.keep_part(session, row, part, told)
    return _shown(row, await queries.numbers(session, row.id))


@router.post("/v1/directory-imports/{import_id}:send")
async def send_import(session: SessionDep, grant: Internal, import_id: UUID) -> schemas.DirectoryImportOut:
    """Have the file looked through and, when every row is good, applied; it goes on by itself, also after a restart."""
    row = await queries.own_locked(session, _coordinating(grant), import_id)
    await commands.send(session, row)
    return _shown(row, frozenset())


@router.post("/v1/directory-imports/{import_id}:cancel")
async def cancel_import(session: SessionDep, grant: Internal, import_id: UUID) -> schemas.DirectoryImportOut:
    """Give up a file that is not being applied yet."""
    row = await queries.own_locked(session, _coordinating(grant), import_id)
    await commands.cancel(session, row)
    return _shown(row, frozenset())


@router.get("/v1/directory-imports/{import_id}")
async def directory_import(session: SessionDep, grant: Internal, import_id: UUID) -> schemas.DirectoryImportOut:
    """How far a file is."""
    row = await queries.own(session, _coordinating(grant), import_id)
    return _shown(row, await queries.numbers(session, row.id))


@router.get("/v1/directory-imports/{import_id}/faults")
async def import_faults(
    session: SessionDep, grant: Internal, import_id: UUID, limit: pages.Limit = 50, cursor: pages.Cursor = None
) -> schemas.FaultsPage:
    """Every row that cannot be taken, with file, line, field and reason."""
    row = await queries.own(session, _coordinating(grant), import_id)
    found = await queries.faults(session, row.id, pages.after(cursor), limit)
    told = [schemas.FaultOut(file=each.file, line=each.line, field=each.field, reason=each.reason) for each in found]
    return schemas.FaultsPage(items=told, next=pages.following([each.id for each in found], limit))


@router.put("/v1/listings/{listing}/capacity")
async def tell_capacity(session: SessionDep, grant: Internal, listing: UUID, told: CapacityIn) -> ListingOut:
    """Say how much of one's own offer is free today."""
    return _kept(await listings.tell_capacity(session, grant.actor.organisation or "", listing, told))


@router.post("/v1/listings/{listing}:assure")
async def assure_listing(session: SessionDep, grant: Internal, listing: UUID) -> ListingOut:
    """Say that one's own offer was found right today."""
    return _kept(await listings.assure(session, grant.actor.organisation or "", listing))


def _coordinating(grant: Grant) -> str:
    if "coordinator" not in grant.actor.roles or not grant.actor.organisation:
        raise problems.FORBIDDEN("The directory is kept by coordinators.")
    return grant.actor.organisation


def _shown(row: DirectoryImport, came: frozenset[int]) -> schemas.DirectoryImportOut:
    return schemas.DirectoryImportOut(
        id=row.id,
        state=row.state,
        form=row.form,
        missing=commands.missing(row, came),
        read=row.read,
        bad=row.bad,
        changed=row.changed,
    )


def _kept(row: Listing) -> ListingOut:
    return ListingOut(id=row.id, assured_on=row.assured_on, capacity_on=row.capacity_on)
