"""Alembic's environment of identity."""

from services.identity.tables import Base
from shared import migrate

migrate.run(Base.metadata)
