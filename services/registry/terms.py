"""The directory's ids and taxonomies: every id follows from a name, every term from what an entry says of itself."""

import uuid
from typing import Final

from services.registry.tables import Organization, Service
from shared import problems

NAMESPACE: Final = uuid.UUID("6f1f6e0c-9d2b-5a53-8c53-4a0f7f2d1c11")  # fixed: directory ids are the same everywhere
TAXONOMIES: Final = {
    "catalogue-code": "the code of a service in the signed catalogue",
    "domain": "what a service is about",
    "kind": "what is done with a need for the service: a referral, information, a filing, mediation, a right",
    "entry-level": "at which level of the administration a service is asked for",
    "data-field": "a field that may be asked for a service, and no other may",
    "sensitive-kind": "a kind of sensitive data among the fields (Personal Information Protection Law, art. 28)",
    "source-grade": "how well the legal source of an entry is known",
    "consent": "what a consent to the service has to be",
    "sla-working-days": "working days in which the service is to be done where the law says nothing else",
    "sla-calendar-days": "days in which the service is to be done where the law says nothing else",
    "organization-kind": "what an organisation is",
    "district": "the division in which an organisation is (GB/T 2260)",
    "offers-service": "a service that an organisation is registered for, by its code in the signed catalogue",
}


def directory_id(kind: str, name: str) -> uuid.UUID:
    """The directory's id of a thing that has a name of its own (UUIDv5)."""
    return uuid.uuid5(NAMESPACE, f"{kind}|{name}")


def taxonomy_id(taxonomy: str) -> uuid.UUID:
    """The id of a taxonomy."""
    return directory_id("taxonomy", taxonomy)


def taxonomy_of(reference: uuid.UUID) -> str:
    """The taxonomy of an id; 404 otherwise."""
    for name in TAXONOMIES:
        if taxonomy_id(name) == reference:
            return name
    raise problems.NOT_FOUND()


def term_id(taxonomy: str, code: str) -> uuid.UUID:
    """The id of a taxonomy term."""
    return directory_id("term", f"{taxonomy}|{code}")


def of_service(row: Service) -> list[tuple[str, str]]:
    """Taxonomy and code of every term that a catalogue service carries."""
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
    return told


def of_organization(row: Organization) -> list[tuple[str, str]]:
    """Taxonomy and code of every term that an organisation carries."""
    told = [("organization-kind", row.kind), ("district", row.district)]
    return told + [("offers-service", code) for code in row.services]
