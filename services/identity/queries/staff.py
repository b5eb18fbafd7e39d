"""Every SELECT about staff as they are administered."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, any_, literal
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from services.identity.queries import organizations
from services.identity.queries.organizations import reached
from services.identity.queries.people import waits
from services.identity.rules.organizations import Place
from services.identity.rules.staff import ADMINISTRATOR
from services.identity.tables import Invitation, Organization, Staff


async def organization_of(session: AsyncSession, staff_id: str) -> str | None:
    """Where a member of staff belongs, in any state."""
    return (await session.scalars(select(Staff.organization).where(Staff.id == staff_id))).first()


async def place(session: AsyncSession, staff_id: str) -> Place:
    """Where in the tree a member of staff works."""
    found = select(Organization).join(Staff, col(Staff.organization) == col(Organization.id))
    return await organizations.place(session, (await session.scalars(found.where(Staff.id == staff_id))).one())


async def locked(session: AsyncSession, staff_id: str) -> Staff | None:
    """A member of staff in any state, locked for a change."""
    found = select(Staff).where(Staff.id == staff_id).with_for_update()
    return (await session.scalars(found.execution_options(populate_existing=True))).first()


async def administrators(session: AsyncSession, organization: str) -> frozenset[str]:
    """The active administrators of an organisation."""
    found = select(Staff.id).where(Staff.organization == organization, _administers())
    return frozenset((await session.scalars(found)).all())


async def visible(session: AsyncSession, own: str, after: str, limit: int) -> Sequence[Staff]:
    """A page of those whom an administrator answers for, by id: the own organisation's, and those of nobody else.

    With them those below who wait for a second administrator, who may be this one.
    """
    attended = select(Staff.id).where(col(Staff.organization) == col(Organization.id), _administers()).exists()
    alone = or_(col(Organization.id) == own, col(Organization.state) != "active", ~attended)
    waiting = select(Invitation.code).where(col(Invitation.staff) == col(Staff.id), waits()).exists()
    below = reached(own).with_only_columns(col(Organization.id))
    theirs = or_(col(Staff.organization).in_(below.where(alone)), and_(col(Staff.organization).in_(below), waiting))
    statement = select(Staff).where(theirs, Staff.id > after)
    return (await session.scalars(statement.order_by(col(Staff.id)).limit(limit))).all()


def _administers() -> ColumnElement[bool]:
    return and_(col(Staff.state) == "active", literal(ADMINISTRATOR) == any_(col(Staff.roles)))
