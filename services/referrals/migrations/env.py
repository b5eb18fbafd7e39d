"""Alembic's environment of referrals."""

from services.referrals.tables import Base
from shared import migrate

migrate.run(Base.metadata)
