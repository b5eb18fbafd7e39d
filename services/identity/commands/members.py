"""Whom an administrator answers for, locked for the change that is to come."""

from dataclasses import dataclass

from services.identity.commands.acts import Act
from services.identity.queries import organizations
from services.identity.queries import staff as queries
from services.identity.rules import staff as rules
from services.identity.rules.organizations import Place
from services.identity.tables import Staff
from shared import problems


@dataclass(frozen=True)
class Member:
    """Somebody and where they work; `others` are the active administrators of the same organisation."""

    row: Staff
    place: Place
    others: frozenset[str]

    @property
    def acts(self) -> bool:
        """Whether they joined and have not left."""
        return self.row.state == "active"

    @property
    def administers(self) -> bool:
        """Whether they are an active administrator."""
        return self.acts and rules.ADMINISTRATOR in self.row.roles


async def place(act: Act, organization_id: str) -> Place | None:
    """An organisation, locked: nobody joins it or leaves it meanwhile."""
    row = await organizations.locked(act.session, organization_id)
    return await organizations.place(act.session, row) if row else None


async def member(act: Act, staff_id: str) -> Member:
    """Somebody whom the caller answers for; 404 for anybody else."""
    found = await known(act, staff_id)
    if not rules.may_act(act.organisation, found.place, found.others):
        raise problems.NOT_FOUND()
    return found


async def known(act: Act, staff_id: str) -> Member:
    """Anybody. The organisation is locked first: two administrators cannot take the role from one another at once."""
    organization = await queries.organization_of(act.session, staff_id)
    where = await place(act, organization) if organization else None
    row = await queries.locked(act.session, staff_id) if where else None
    if where is None or row is None or row.organization != where.id:
        raise problems.NOT_FOUND()
    return Member(row, where, await queries.administrators(act.session, where.id) - {row.id})
