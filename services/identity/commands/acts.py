"""An act of an administrator, as every command of administration takes it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from shared.grants import Grant
from shared.runtime import Runtime


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
