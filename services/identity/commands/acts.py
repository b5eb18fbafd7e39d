"""An act of an administrator, as every command of administration takes it."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tables import Client, Organization, Staff
from shared import problems
from shared.grants import Grant
from shared.runtime import Runtime

TAKEN = "23505"  # unique_violation (PostgreSQL, appendix A): somebody else has this id


@dataclass(frozen=True)
class Act:
    """In which transaction, and by whose grant."""

    session: AsyncSession
    runtime: Runtime
    grant: Grant

    @property
    def by(self) -> str:
        """The administrator's work id."""
        return self.grant.actor.id

    @property
    def organisation(self) -> str:
        """For which organisation they act."""
        return self.grant.actor.organisation

    async def register(self, row: Client | Organization | Staff) -> None:
        """Keep a new row; 409 `conflict` for the later of two who chose one id at the same moment."""
        self.session.add(row)
        try:
            await self.session.flush()
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", "") != TAKEN:
                raise
            raise problems.CONFLICT("Somebody else has just taken this id.") from None
