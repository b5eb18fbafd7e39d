"""The lines of the public directory: by id, in pages, and by what somebody typed."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.registry import terms as directory_terms
from services.registry.rules import search
from services.registry.tables import Division, Listing, Organization, Service, Term
from shared import problems

MOST = 500  # lines that a search finds; whoever wants others says more

# Where sets of pieces are found: in which services, in which organisations, and of the doubted in any place at all.
_FOUND = text("""
WITH wanted AS (SELECT number, CAST(pieces AS text[]) AS pieces
  FROM unnest(CAST(:sets AS text[])) WITH ORDINALITY AS given (pieces, number))
SELECT number, 'service' AS kind, code AS name FROM wanted JOIN service ON grams @> pieces
UNION ALL SELECT number, 'organization', slug FROM wanted JOIN organization ON grams @> pieces
UNION ALL SELECT number, 'place', '' FROM wanted
  CROSS JOIN LATERAL (SELECT 1 FROM listing WHERE grams @> pieces LIMIT 1) AS any_place
  WHERE number = ANY(CAST(:doubted AS bigint[]))
""")
ORDER = (col(Listing.organization), col(Listing.service), col(Listing.id))


@dataclass(frozen=True)
class Wanted:
    """What a reader of the directory asked for; `page` counts from 1."""

    page: int
    per_page: int
    search: str = ""
    taxonomy_term_id: uuid.UUID | None = None
    taxonomy_id: uuid.UUID | None = None
    organization_id: uuid.UUID | None = None
    modified_after: datetime | None = None
    postcode: str = ""
    placed: bool = False


@dataclass(frozen=True)
class Line:
    """A line with its service, and with the organisation that offers it unless it is the catalogue's own."""

    listing: Listing
    service: Service
    organization: Organization | None


async def lines(session: AsyncSession, wanted: Wanted) -> tuple[int, list[Line]]:
    """How many lines fit and one page of them, the catalogue's own first; of a search at most the first 500."""
    conditions = await _conditions(session, wanted)
    if not wanted.search:
        total = (await session.scalars(select(func.count()).select_from(Listing).where(*conditions))).one()
        ids = select(col(Listing.id)).where(*conditions).order_by(*ORDER)
        return total, await _page(session, wanted, ids)
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    for words in search.readings(wanted.search):
        fits = await _fitting(session, words)
        if not fits:
            continue
        some = select(*ORDER).where(*fits, *conditions).limit(MOST).subquery()
        found = (await session.scalars(select(some.c.id).order_by(*some.c))).all()
        if found:
            first = (wanted.page - 1) * wanted.per_page
            picked = found[first : first + wanted.per_page]
            return len(found), await _whole(session, select(col(Listing.id)).where(col(Listing.id).in_(picked)))
    return 0, []


async def by_service_id(session: AsyncSession, reference: str) -> Line:
    """The line of a service id, or of the catalogue's own entry for a code; 404 otherwise."""
    try:
        condition: ColumnElement[bool] = col(Listing.id) == uuid.UUID(reference)
    except ValueError:
        condition = and_(col(Listing.service) == reference, col(Listing.organization) == "")
    return await _one(session, condition)


async def by_location_id(session: AsyncSession, reference: uuid.UUID) -> Line:
    """The offer that stands at a location under this id; 404 otherwise."""
    return await _one(session, and_(col(Listing.at_location_id) == reference, col(Listing.organization) != ""))


async def own(session: AsyncSession, organization: str, listing: uuid.UUID) -> Listing:
    """An organisation's own offer, locked for a change; 404 for anything else."""
    query = select(Listing).where(col(Listing.id) == listing, col(Listing.organization) == organization)
    row = (await session.scalars(query.with_for_update())).first()
    if row is None or not organization:
        raise problems.NOT_FOUND()
    return row


async def district_names(session: AsyncSession, districts: Iterable[str]) -> Mapping[str, str]:
    """Names of districts and of the provinces and cities that they are part of, by code."""
    codes = {code[:digits] for code in districts for digits in (2, 4, 6)}
    rows = await session.scalars(select(Division).where(col(Division.code).in_(codes)))
    return {row.code: row.name for row in rows.all()}


async def terms(session: AsyncSession, page: Wanted) -> tuple[int, Sequence[Term]]:
    """How many taxonomy terms fit and one page of them."""
    query = select(Term)
    if page.taxonomy_id is not None:
        query = query.where(col(Term.taxonomy) == _named(page.taxonomy_id))
    if page.search:
        found = (col(Term.label), col(Term.code))
        query = query.where(or_(*(column.icontains(page.search, autoescape=True) for column in found)))
    total = (await session.scalars(select(func.count()).select_from(query.subquery()))).one()
    query = query.order_by(col(Term.taxonomy), col(Term.code)).offset((page.page - 1) * page.per_page)
    return total, (await session.scalars(query.limit(page.per_page))).all()


async def term(session: AsyncSession, reference: uuid.UUID) -> Term:
    """One taxonomy term; 404 otherwise."""
    row = await session.get(Term, reference)
    if row is None:
        raise problems.NOT_FOUND()
    return row


def has_terms(column: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions on a column of term ids."""
    conditions = []
    if wanted.taxonomy_term_id is not None:
        conditions.append(column.contains([wanted.taxonomy_term_id]))
    if wanted.taxonomy_id is not None:
        of_it = (
            select(func.array_agg(Term.id)).where(col(Term.taxonomy) == _named(wanted.taxonomy_id)).scalar_subquery()
        )
        conditions.append(column.overlap(of_it))
    return conditions


def _named(taxonomy: uuid.UUID) -> str:
    return next((name for name in directory_terms.TAXONOMIES if directory_terms.taxonomy_id(name) == taxonomy), "")


async def _conditions(session: AsyncSession, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [and_(col(Listing.shown))]  # as the indexes say it
    if wanted.placed:
        conditions.append(col(Listing.organization) != "")
    if wanted.taxonomy_term_id is not None or wanted.taxonomy_id is not None:
        codes = await session.scalars(select(col(Service.code)).where(*has_terms(col(Service.terms), wanted)))
        conditions.append(col(Listing.service).in_(codes.all()))
    if wanted.organization_id is not None:
        conditions.append(await _offered_by(session, wanted.organization_id))
    if wanted.modified_after is not None:
        conditions.append(col(Listing.modified_at) >= wanted.modified_after)
    if wanted.postcode:
        conditions.append(col(Listing.postal_code) == wanted.postcode)
    return conditions


async def _offered_by(session: AsyncSession, organization: uuid.UUID) -> ColumnElement[bool]:
    """An organisation's own offers; of a department of the catalogue its entries there."""
    slug = (await session.scalars(select(col(Organization.slug)).where(col(Organization.id) == organization))).first()
    if slug is not None:
        return col(Listing.organization) == slug
    codes = await session.scalars(select(col(Service.code)).where(col(Service.department_id) == organization))
    return and_(col(Listing.organization) == "", col(Listing.service).in_(codes.all()))


async def _fitting(session: AsyncSession, words: Sequence[search.Word]) -> list[ColumnElement[bool]]:
    """Conditions that each word is found in a line: in its service, its organisation, or its place.

    None where one of the words is found nowhere. A word that can be read in one way only is not looked for in places
    beforehand: going through all places with it costs as much as the search itself.
    """
    sets = [pieces for word in words for pieces in word]
    doubted = [number for number, pieces in enumerate(sets, 1) if (pieces,) not in words]
    given = {"sets": [_literal(pieces) for pieces in sets], "doubted": doubted}
    found = (await session.execute(_FOUND, given)).all()
    conditions = []
    for word in words:
        named = {(row.kind, row.name) for row in found if sets[row.number - 1] in word}
        places = [sets[row.number - 1] for row in found if row.kind == "place" and sets[row.number - 1] in word]
        if len(word) == 1:
            places = list(word)
        elif not named:
            return []
        conditions.append(
            or_(
                col(Listing.service).in_([name for kind, name in named if kind == "service"]),
                col(Listing.organization).in_([name for kind, name in named if kind == "organization"]),
                *(col(Listing.grams).contains(sorted(pieces)) for pieces in _smallest(places)),
            )
        )
    return conditions


def _smallest(sets: Sequence[search.Grams]) -> list[search.Grams]:
    """Those sets of pieces that have no other of them in them: whoever has all of a larger one has the smaller too."""
    return [pieces for pieces in sets if not any(other < pieces for other in sets)]


def _literal(pieces: Iterable[str]) -> str:
    """An array as PostgreSQL writes it; pieces are letters, digits and characters, never quotes."""
    return "{" + ",".join(f'"{piece}"' for piece in sorted(pieces)) + "}"


async def _page(session: AsyncSession, wanted: Wanted, ids: SelectOfScalar[uuid.UUID]) -> list[Line]:
    return await _whole(session, ids.offset((wanted.page - 1) * wanted.per_page).limit(wanted.per_page))


async def _whole(session: AsyncSession, ids: SelectOfScalar[uuid.UUID]) -> list[Line]:
    """The lines of these ids, in the directory's order."""
    picked = ids.subquery()
    query = select(Listing, Service, Organization).join(picked, picked.c.id == col(Listing.id))
    query = query.join(Service, col(Service.code) == col(Listing.service))
    query = query.outerjoin(Organization, col(Organization.slug) == col(Listing.organization)).order_by(*ORDER)
    return [Line(*row) for row in await session.execute(query)]


async def _one(session: AsyncSession, condition: ColumnElement[bool]) -> Line:
    found = await _whole(session, select(col(Listing.id)).where(condition, col(Listing.shown)))
    if not found:
        raise problems.NOT_FOUND()
    return found[0]
