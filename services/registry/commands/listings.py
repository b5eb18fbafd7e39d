"""The lines of the directory: put together from services, organisations and offers; capacities and assurances told."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry import terms
from services.registry.queries import listings as queries
from services.registry.rules import search
from services.registry.schemas.listings import CapacityIn
from services.registry.tables import Listing, Organization, Service, Term, now
from shared.contracts import clock

_TOUCH = text("UPDATE listing SET modified_at = :now WHERE service = ANY (:services) AND organization <> ''")
_SHOW = text("""
UPDATE listing SET shown = NOT shown, modified_at = :now
WHERE organization = :organization AND shown <> (service = ANY (:services))
""")


async def list_services(session: AsyncSession, services: Sequence[Service]) -> None:
    """Give services that are new or changed their own lines, and bring the offers of them up to date."""
    for service in services:
        await session.merge(_own_line(service))
    labels = {("catalogue-code", service.code): service.name_zh for service in services}
    await keep_terms(session, {pair for service in services for pair in terms.of_service(service)}, labels)
    await session.flush()
    await session.execute(_TOUCH, {"services": [service.code for service in services], "now": now()})


async def list_organization(session: AsyncSession, row: Organization) -> None:
    """Bring the offers of an organisation up to date after its name, services or state changed."""
    await keep_terms(session, terms.of_organization(row), {})
    await _show(session, row.slug, row.services)


async def hide_organization(session: AsyncSession, slug: str) -> None:
    """Take an organisation that may not act out of the directory; its offers wait for it."""
    await session.execute(delete(Organization).where(col(Organization.slug) == slug))
    await _show(session, slug, [])


async def _show(session: AsyncSession, slug: str, services: Sequence[str]) -> None:
    await session.execute(_SHOW, {"organization": slug, "services": list(services), "now": now()})


def describe_service(row: Service) -> Service:
    """The service with what it is found by."""
    row.grams = sorted(search.grams(row.code, row.name_zh, row.name_en, row.department_zh))
    row.terms = [terms.term_id(*pair) for pair in terms.of_service(row)]
    return row


def describe_organization(row: Organization) -> Organization:
    """The organisation with what it is found by."""
    row.grams = sorted(search.grams(row.name))
    row.terms = [terms.term_id(*pair) for pair in terms.of_organization(row)]
    return row


async def keep_terms(
    session: AsyncSession, pairs: Iterable[tuple[str, str]], labels: dict[tuple[str, str], str]
) -> None:
    """Keep terms that came up; a term that was ever used stays."""
    rows = [
        {"id": terms.term_id(*pair), "taxonomy": pair[0], "code": pair[1], "label": labels.get(pair, pair[1])}
        for pair in sorted(set(pairs))
    ]
    if not rows:
        return
    statement = insert(Term)
    renamed = statement.on_conflict_do_update(index_elements=["id"], set_={"label": statement.excluded.label})
    await session.execute(renamed, rows)


def _own_line(service: Service) -> Listing:
    return Listing(
        id=service.id,
        at_location_id=terms.directory_id("at-location", service.code),
        service=service.code,
        organization="",
        place="",
        address="",
        district="",
        postal_code="",
        languages=[],
        hours=[],
        standing="active",
        assured_on=clock.day_of(service.modified_at),
        available=None,
        maximum=None,
        waiting="",
        next_place_on=None,
        capacity_on=None,
        digest="",
        grams=[],
        shown=True,
        modified_at=service.modified_at,
    )


async def tell_capacity(session: AsyncSession, organization: str, listing: uuid.UUID, told: CapacityIn) -> Listing:
    """Keep what an organisation says of its own capacity today; 404 for an offer of another."""
    row = await queries.own(session, organization, listing)
    row.available, row.maximum = told.available, told.maximum
    row.waiting, row.next_place_on = told.waiting, told.next_place_on
    row.capacity_on = clock.day_of(now())
    row.modified_at = now()
    return row


async def assure(session: AsyncSession, organization: str, listing: uuid.UUID) -> Listing:
    """Keep that an organisation found its own offer right today; 404 for an offer of another."""
    row = await queries.own(session, organization, listing)
    row.assured_on = clock.day_of(now())
    row.modified_at = now()
    return row
