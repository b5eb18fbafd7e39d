"""Alembic's environment of cases."""

from services.cases.tables import Base
from shared import migrate

migrate.run(Base.metadata)
