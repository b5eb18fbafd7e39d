"""The directory's lines in the shape of Open Referral HSDS 3.1; ids are derived from names, so they never change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

from services.registry import places, terms
from services.registry.queries.listings import Line
from services.registry.rules import offers
from services.registry.schemas import directory as schemas
from services.registry.tables import Organization, Term
from services.registry.terms import directory_id, term_id
from shared.contracts import clock

Item = TypeVar("Item")

VERSION = "3.1"
PROFILE = "https://docs.openreferral.org/en/3.1-dev/"


@dataclass(frozen=True)
class Around:
    """What an entry is shown in: the region, today's date there, and the names of divisions by code."""

    region: str
    region_name: str
    today: date
    divisions: Mapping[str, str]


def minimal(line: Line) -> schemas.ServiceMinimal:
    """What tells that a service changed."""
    listing = line.listing
    return schemas.ServiceMinimal.model_validate(
        {
            "id": listing.id,
            "name": line.service.name_zh,
            "status": listing.standing,
            "last_modified": listing.modified_at,
        }
    )


def service_summary(line: Line, today: date) -> schemas.ServiceSummary:
    """A service with its one-to-one fields."""
    row, by = line.service, _provider(line)
    return schemas.ServiceSummary(
        **minimal(line).model_dump(),
        organization_id=by.id,
        alternate_name=row.name_en,
        description=f"{row.name_zh} ({row.name_en}). {row.legal_source}",
        application_process=row.mode,
        fees_description=row.fee,
        wait_time=_wait(line),
        eligibility_description=row.who_may_apply,
        assured_date=line.listing.assured_on,
        alert=" ".join(_stale(line, today)) or None,
        organization=by,
    )


def service(line: Line, around: Around) -> schemas.Service:
    """A service with all related data."""
    row, listing = line.service, line.listing
    summary = service_summary(line, around.today)
    placed = [places.at_location(line, around.divisions)] if line.organization else []
    return schemas.Service(
        **summary.model_dump(exclude={"organization"}),
        organization=summary.organization,
        additional_urls=list(_sources(line)),
        service_areas=[_area(listing.id, around)],
        cost_options=[
            schemas.CostOption(
                id=directory_id("cost", str(listing.id)),
                service_id=listing.id,
                option=row.fee,
                amount_description=row.fee,
            )
        ],
        required_documents=[
            schemas.RequiredDocument(
                id=directory_id("material", f"{listing.id}|{material}"), service_id=listing.id, document=material
            )
            for material in row.materials
        ],
        languages=places.languages(listing, "service_id", listing.id),
        schedules=[schedule for each in placed for schedule in each.schedules],
        capacities=list(_capacities(line)),
        service_at_locations=placed,
        attributes=[*_of_terms("service", listing.id, terms.of_service(row)), *_of_today(line, around.today)],
    )


def organization(row: Organization) -> schemas.Organization:
    """An organisation of the tree with the services it offers."""
    own = schemas.Identifier(id=directory_id("identifier", row.slug), organization_id=row.id, identifier=row.slug)
    return schemas.Organization(
        **as_provider(row).model_dump(),
        parent_organization_id=directory_id("organization", row.parent) if row.parent else None,
        organization_identifiers=[own],
        attributes=_of_terms("organization", row.id, terms.of_organization(row)),
    )


def taxonomy(name: str) -> schemas.Taxonomy:
    """A taxonomy of the directory."""
    return schemas.Taxonomy(
        id=terms.taxonomy_id(name), name=f"jieli-{name}", description=terms.TAXONOMIES[name], version="1"
    )


def term(row: Term) -> schemas.Term:
    """A taxonomy term."""
    return _term(row.taxonomy, row.code, row.label)


def page(kind: type[Item], contents: Sequence[Item], total: int, wanted: schemas.PageWanted) -> schemas.Page[Item]:
    """A page of a public list; said to be of its kind, or a whole thing could be answered as a part of it."""
    number, pages = wanted.page, -(-total // wanted.per_page)
    return schemas.Page[kind](  # type: ignore[valid-type]  # a model made for this kind
        total_items=total,
        total_pages=pages,
        page_number=number,
        size=len(contents),
        first_page=number == 1,
        last_page=number >= pages,
        empty=not contents,
        contents=list(contents),
    )


def _wait(line: Line) -> str | None:
    row, listing = line.service, line.listing
    if listing.waiting == "open" and listing.next_place_on:
        return f"waiting list; next place about {listing.next_place_on}"
    if listing.waiting in ("open", "closed"):
        return f"waiting list {listing.waiting}"
    if row.finish_unit == "immediate":
        return "immediate"
    return f"{row.finish_days} {row.finish_unit}" if row.finish_days is not None else None


def _provider(line: Line) -> schemas.OrganizationSummary:
    row = line.service
    if line.organization:
        return as_provider(line.organization)
    return schemas.OrganizationSummary(
        id=row.department_id,
        name=row.department_zh,
        alternate_name=row.department_en or None,
        description=f"{row.department_zh} ({row.department_en})",
    )


def as_provider(row: Organization) -> schemas.OrganizationSummary:
    """An organisation with its one-to-one fields."""
    return schemas.OrganizationSummary(id=row.id, name=row.name, description=f"{row.name} ({row.district})")


def _sources(line: Line) -> Iterable[schemas.Url]:
    if line.service.source_url:
        made = directory_id("source", str(line.listing.id))
        url = _address(line.service.source_url)
        yield schemas.Url(id=made, label="legal source", url=url, service_id=line.listing.id)


def _address(url: str) -> str:
    """The address as RFC 3986 wants it: the catalogue writes Chinese paths as people read them."""
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def _area(listing: UUID, around: Around) -> schemas.ServiceArea:
    return schemas.ServiceArea(
        id=directory_id("area", f"{listing}|{around.region}"),
        service_id=listing,
        name=around.region_name,
        extent=around.region,
        extent_type="GB/T 2260",
    )


def _capacities(line: Line) -> Iterable[schemas.Capacity]:
    listing = line.listing
    if listing.available is None or listing.capacity_on is None:
        return
    unit = schemas.Unit(id=directory_id("unit", "places"), name="places")
    yield schemas.Capacity(
        id=directory_id("capacity", str(listing.id)),
        service_id=listing.id,
        unit_id=unit.id,
        unit=unit,
        available=listing.available,
        maximum=listing.maximum,
        updated=datetime.combine(listing.capacity_on, time(), clock.CHINA).astimezone(UTC),
    )


def _of_today(line: Line, today: date) -> Iterable[schemas.Attribute]:
    """What an entry says of itself beside its terms: whether it is current, and its waiting list with dates."""
    listing = line.listing
    told = {"freshness": _freshness(offers.stale_after(line.service.kind, listing.assured_on), today)}
    if listing.capacity_on:
        told["capacity-freshness"] = _freshness(offers.capacity_stale_after(listing.capacity_on), today)
        told["capacity-as-of"] = str(listing.capacity_on)
    if listing.waiting:
        told["waiting-list"] = listing.waiting
    if listing.next_place_on:
        told["next-place"] = str(listing.next_place_on)
    for name, value in told.items():
        yield schemas.Attribute(
            id=directory_id("attribute", f"{listing.id}|{name}"),
            link_id=listing.id,
            link_type=name,
            link_entity="service",
            value=value,
        )


def _freshness(current_until: date, today: date) -> str:
    return "current" if today <= current_until else "stale"


def _stale(line: Line, today: date) -> Iterable[str]:
    listing = line.listing
    if today > offers.stale_after(line.service.kind, listing.assured_on):
        yield f"Stale: last found right on {listing.assured_on}. Ask before you go."
    if listing.capacity_on and today > offers.capacity_stale_after(listing.capacity_on):
        yield f"The capacity is stale: it is of {listing.capacity_on}."


def _of_terms(entity: str, owner: UUID, told: Iterable[tuple[str, str]]) -> list[schemas.Attribute]:
    return [
        schemas.Attribute(
            id=directory_id("attribute", f"{owner}|{taxonomy}|{code}"),
            link_id=owner,
            taxonomy_term_id=term_id(taxonomy, code),
            link_type=taxonomy,
            link_entity=entity,
            value=code,
            taxonomy_term=_term(taxonomy, code, code),
        )
        for taxonomy, code in told
    ]


def _term(taxonomy: str, code: str, label: str) -> schemas.Term:
    return schemas.Term(
        id=term_id(taxonomy, code),
        code=code,
        name=label,
        description=f"{taxonomy}: {code}",
        taxonomy=f"jieli-{taxonomy}",
        taxonomy_id=terms.taxonomy_id(taxonomy),
    )
