"""The directory is filled: by the shipped files at the first start, by catalogue files, by what identity tells."""

import csv
import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.registry.commands import listings
from services.registry.queries import directory as queries
from services.registry.rules import catalogue
from services.registry.tables import CatalogueImport, Organization, Service, now
from services.registry.terms import directory_id
from shared import outbox, problems
from shared.contracts import vocabulary
from shared.contracts.events import OrganizationFact, ServicePublished
from shared.runtime import Runtime
from shared.settings import Settings

DATA = Path(__file__).resolve().parent.parent / "data"
DIVISIONS_YEAR = 2023  # statistics bureau codes, cut-off 30 June 2023
_LOAD_LOCK = 0x6469_7631  # one app at a time fills an empty directory

ROWS_BAD = problems.kind(
    422, "catalogue-rows-bad", "Nothing was imported", "Mend the rows listed in `rows` and send the whole file again."
)

_INSERT_DIVISIONS = text("""
INSERT INTO division (code, name, parent, year)
SELECT code, name, nullif(parent, ''), :year
FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:parents AS text[])) AS given (code, name, parent)
""")


async def load_reference(runtime: Runtime) -> None:
    """Fill an empty directory from the shipped files; does nothing at later starts."""
    await fill(runtime.sessions, runtime.settings)


async def fill(sessions: async_sessionmaker[AsyncSession], settings: Settings) -> None:
    """The same where no app runs yet."""
    async with sessions() as session, session.begin():
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOAD_LOCK})
        if await queries.division(session, settings.region) is None:
            await _load_divisions(session)
        known = await queries.all_services(session)
        if not known:
            closed = vocabulary.load(settings.vocabulary_key)
            await import_catalogue(session, (DATA / "service-catalogue.csv").read_bytes(), closed)
        await _describe(session, [service for service in known.values() if not service.grams])


async def _describe(session: AsyncSession, unlisted: Sequence[Service]) -> None:
    """What an earlier version kept without what it is found by gets that now."""
    if unlisted:
        await listings.list_services(session, [listings.describe_service(service) for service in unlisted])
    for organization in await queries.undescribed_organizations(session):
        await listings.list_organization(session, listings.describe_organization(organization))


async def _load_divisions(session: AsyncSession) -> None:
    rows: list[tuple[str, str, str]] = []
    for name, digits in (("provinces", 0), ("cities", 2), ("areas", 4), ("streets", 6), ("villages-pilot", 9)):
        with (DATA / "divisions" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows.extend((row["code"], row["name"], row["code"][:digits]) for row in csv.DictReader(file))
    codes, names, parents = (list(column) for column in zip(*rows, strict=True))
    given = {"codes": codes, "names": names, "parents": parents, "year": DIVISIONS_YEAR}
    await session.execute(_INSERT_DIVISIONS, given)


async def import_catalogue(session: AsyncSession, content: bytes, closed: vocabulary.Vocabulary) -> CatalogueImport:
    """Take a catalogue file in, whole or not at all; the same file again changes nothing and tells nobody."""
    try:
        listed = catalogue.parse(content, catalogue.signed_by(closed))
    except catalogue.BadCatalogue as bad:
        raise ROWS_BAD(rows=[dataclasses.asdict(row) for row in bad.rows]) from None
    known = await queries.all_services(session)
    changed = [service for service in listed if _differs(known.get(service.code), service)]
    rows = [await session.merge(_row(service)) for service in changed]
    for row in rows:
        await outbox.emit(session, row.code, _published(row))
    if rows:
        await listings.list_services(session, rows)
    digest = hashlib.sha256(content).hexdigest()
    imported = CatalogueImport(
        id=directory_id("import", digest), digest=digest, services=len(listed), changed=len(changed)
    )
    if changed:
        await session.merge(imported)
    return imported


def _row(service: catalogue.Service) -> Service:
    content = dataclasses.asdict(service)
    lists = {name: list(content[name]) for name in ("fields", "sensitive", "materials")}
    department = directory_id("department", service.department_zh)
    row = Service(**content | lists, id=directory_id("service", service.code), department_id=department)
    return listings.describe_service(row)


def _differs(row: Service | None, service: catalogue.Service) -> bool:
    if row is None:
        return True
    listed = _row(service).model_dump(exclude={"modified_at"})
    return row.model_dump(exclude={"modified_at"}) != listed


def _published(row: Service) -> ServicePublished:
    return ServicePublished(
        service=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        domain=row.domain,
        kind=row.kind,
        fields=tuple(row.fields),
        sensitive=tuple(row.sensitive),
        guardian_if_under14=row.guardian_if_under14,
        sla_days=row.sla_days,
        sla_unit=row.sla_unit,
    )


async def learn_organization(session: AsyncSession, told: OrganizationFact) -> None:
    """Show an organisation of the tree while it may act, as identity tells it."""
    if told.state != "active":
        await listings.hide_organization(session, told.organization)
        return
    row = Organization(
        slug=told.organization,
        id=directory_id("organization", told.organization),
        name=told.name,
        kind=told.kind,
        parent=told.parent,
        district=told.district,
        services=list(told.services),
        modified_at=now(),
    )
    await listings.list_organization(session, await session.merge(listings.describe_organization(row)))
