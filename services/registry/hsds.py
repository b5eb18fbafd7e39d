"""The directory's rows in the shape of Open Referral HSDS 3.1; ids are derived from names, so they never change."""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

from services.registry.commands.directory import directory_id
from services.registry.rules.catalogue import DOMAINS
from services.registry.schemas import directory as schemas
from services.registry.tables import Organization, Service
from shared.contracts import clock

Item = TypeVar("Item")

VERSION = "3.1"
PROFILE = "https://docs.openreferral.org/en/3.1-dev/"


def service_summary(row: Service) -> schemas.ServiceSummary:
    """A service with its one-to-one fields."""
    return schemas.ServiceSummary(
        id=row.id,
        organization_id=row.department_id,
        name=row.name_zh,
        alternate_name=row.name_en,
        description=f"{row.name_zh} ({row.name_en}). {row.legal_source}",
        status="active",
        application_process=row.mode,
        fees_description=row.fee,
        wait_time=_wait(row),
        eligibility_description=row.who_may_apply,
        assured_date=clock.day_of(row.modified_at),
        last_modified=row.modified_at,
        organization=_department(row),
    )


def service(row: Service, region: str, region_name: str) -> schemas.Service:
    """A service with all related data."""
    summary = service_summary(row)
    return schemas.Service(
        **summary.model_dump(exclude={"organization"}),
        organization=summary.organization,
        additional_urls=list(_sources(row)),
        service_areas=[
            schemas.ServiceArea(
                id=directory_id("area", f"{row.code}|{region}"),
                service_id=row.id,
                name=region_name,
                extent=region,
                extent_type="GB/T 2260",
            )
        ],
        cost_options=[
            schemas.CostOption(
                id=directory_id("cost", row.code), service_id=row.id, option=row.fee, amount_description=row.fee
            )
        ],
        required_documents=[
            schemas.RequiredDocument(
                id=directory_id("material", f"{row.code}|{material}"), service_id=row.id, document=material
            )
            for material in row.materials
        ],
        attributes=list(_service_attributes(row)),
    )


def organization(row: Organization) -> schemas.Organization:
    """An organisation of the tree with the services it offers."""
    told = [("organization", row.slug), ("organization-kind", row.kind), ("district", row.district)]
    told += [("offers-service", code) for code in row.services]
    return schemas.Organization(
        id=row.id,
        name=row.name,
        description=f"{row.name} ({row.district})",
        parent_organization_id=directory_id("organization", row.parent) if row.parent else None,
        attributes=[_attribute("organization", row.id, taxonomy, code) for taxonomy, code in told],
    )


def domain_of(term: UUID) -> str:
    """The catalogue domain that a taxonomy term id names; an empty text, which fits nothing, for another."""
    return next((domain for domain in DOMAINS if term_id("domain", domain) == term), "")


def term_id(taxonomy: str, code: str) -> UUID:
    """The id of a taxonomy term."""
    return directory_id("term", f"{taxonomy}|{code}")


def page(contents: Sequence[Item], total: int, number: int, per_page: int) -> schemas.Page[Item]:
    """A page of a public list."""
    pages = -(-total // per_page)
    return schemas.Page(
        total_items=total,
        total_pages=pages,
        page_number=number,
        size=len(contents),
        first_page=number == 1,
        last_page=number >= pages,
        empty=not contents,
        contents=list(contents),
    )


def _wait(row: Service) -> str | None:
    if row.finish_unit == "immediate":
        return "immediate"
    return f"{row.finish_days} {row.finish_unit}" if row.finish_days is not None else None


def _department(row: Service) -> schemas.OrganizationSummary:
    return schemas.OrganizationSummary(
        id=row.department_id,
        name=row.department_zh,
        alternate_name=row.department_en or None,
        description=f"{row.department_zh} ({row.department_en})",
    )


def _sources(row: Service) -> Iterable[schemas.Url]:
    if row.source_url:
        yield schemas.Url(
            id=directory_id("source", row.code), label="legal source", url=_address(row.source_url), service_id=row.id
        )


def _address(url: str) -> str:
    """The address as RFC 3986 wants it: the catalogue writes Chinese paths as people read them."""
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def _service_attributes(row: Service) -> Iterable[schemas.Attribute]:
    told = [("catalogue-code", row.code), ("domain", row.domain), ("kind", row.kind), ("entry-level", row.level)]
    told += [("data-field", field) for field in row.fields]
    told += [("sensitive-kind", kind) for kind in row.sensitive]
    told += [("source-grade", row.grade)]
    if row.separate_consent:
        told.append(("consent", "separate"))
    if row.guardian_if_under14:
        told.append(("consent", "guardian-under-14"))
    if row.sla_days is not None:
        told.append((f"sla-{row.sla_unit.replace('_', '-')}s", str(row.sla_days)))
    return (_attribute("service", row.id, taxonomy, code) for taxonomy, code in told)


def _attribute(entity: str, owner: UUID, taxonomy: str, code: str) -> schemas.Attribute:
    term = term_id(taxonomy, code)
    return schemas.Attribute(
        id=directory_id("attribute", f"{owner}|{taxonomy}|{code}"),
        link_id=owner,
        taxonomy_term_id=term,
        link_type=taxonomy,
        link_entity=entity,
        value=code,
        taxonomy_term=schemas.Term(
            id=term, code=code, name=code, description=f"{taxonomy}: {code}", taxonomy=f"jieli-{taxonomy}"
        ),
    )
