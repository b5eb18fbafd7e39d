"""Every SELECT about organisations and their contracts."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ScalarSelect, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from services.identity.rules.organizations import BY_CONTRACT, CENTRE, DEEPEST, Held, Place
from services.identity.tables import Client, Contract, Organization, Staff


async def organizations(session: AsyncSession) -> Sequence[Organization]:
    """The tree as the public sees it."""
    active = select(Organization).where(Organization.state == "active")
    return (await session.scalars(active.order_by(col(Organization.id)))).all()


async def organization(session: AsyncSession, organization_id: str) -> Organization | None:
    """One organisation as the public sees it."""
    found = select(Organization).where(Organization.id == organization_id, Organization.state == "active")
    return (await session.scalars(found)).first()


async def administered(session: AsyncSession, own: str) -> Sequence[Organization]:
    """An organisation, and for a service centre everything below it, in every state."""
    return (await session.scalars(reached(own).order_by(col(Organization.id)))).all()


def reached(own: str) -> SelectOfScalar[Organization]:
    """Whom administrators of an organisation have to do with: itself, and for a service centre all below it."""
    top = select(Organization.id).where(Organization.id == own, Organization.kind == CENTRE)
    tree = top.cte("tree", recursive=True)
    tree = tree.union(select(Organization.id).join(tree, col(Organization.parent) == tree.c.id))
    return select(Organization).where(or_(col(Organization.id) == own, col(Organization.id).in_(select(tree.c.id))))


async def locked(session: AsyncSession, organization_id: str) -> Organization | None:
    """An organisation in any state, locked: nobody joins it or leaves it meanwhile."""
    found = select(Organization).where(Organization.id == organization_id)
    return (await session.scalars(found.with_for_update().execution_options(populate_existing=True))).first()


async def exists(session: AsyncSession, organization_id: str) -> bool:
    """Whether an organisation has this id, in any state."""
    return (
        await session.scalars(select(Organization.id).where(Organization.id == organization_id))
    ).first() is not None


async def place(session: AsyncSession, row: Organization) -> Place:
    """Where an organisation stands."""
    above: list[tuple[str, str]] = []
    parent = row.parent
    while parent and len(above) < DEEPEST:
        next_ = await session.get_one(Organization, parent)
        above.append((next_.id, next_.kind))
        parent = next_.parent
    return Place(row.id, row.kind, row.state, tuple(above), row.suspended_by)


async def contracts(session: AsyncSession, organizations: Collection[str]) -> Sequence[Contract]:
    """The contracts of these organisations, oldest first."""
    found = select(Contract).where(col(Contract.organization).in_(organizations))
    return (await session.scalars(found.order_by(col(Contract.starts_on)))).all()


async def contract(session: AsyncSession, organization: str, today: date) -> Contract | None:
    """The contract of an organisation that is in force."""
    return (await session.scalars(_in_force(today).where(Contract.organization == organization))).first()


async def out_of_contract(session: AsyncSession, today: date) -> Sequence[Organization]:
    """Active social organisations without a contract in force, locked."""
    covered = _in_force(today).where(col(Contract.organization) == col(Organization.id)).exists()
    found = select(Organization).where(Organization.kind == BY_CONTRACT, Organization.state == "active", ~covered)
    return (await session.scalars(found.with_for_update(skip_locked=True))).all()


def _in_force(today: date) -> SelectOfScalar[Contract]:
    return select(Contract).where(Contract.starts_on <= today, Contract.ends_on >= today)


async def held(session: AsyncSession, organization: str) -> Held:
    """What depends on an organisation and has not ended."""
    counts = (
        _count(select(func.count()).where(Organization.parent == organization, Organization.state != "closed")),
        _count(select(func.count()).where(Client.organization == organization, Client.state != "revoked")),
        _count(select(func.count()).where(Staff.organization == organization, Staff.state != "left")),
    )
    return Held(*(await session.execute(select(*counts))).one())


def _count(statement: SelectOfScalar[int]) -> ScalarSelect[int]:
    return statement.scalar_subquery()
