"""Alembic's environment of registry."""

from services.registry.tables import Base
from shared import migrate

migrate.run(Base.metadata)
