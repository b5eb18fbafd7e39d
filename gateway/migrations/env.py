"""Alembic's environment of the gateway: the tables of all its rooms."""

from gateway.agreements import tables as agreements
from gateway.audit import tables as audit
from gateway.exchange import tables as exchange
from gateway.federation import tables as federation
from gateway.tables import Base
from shared import migrate

ROOMS = (agreements, audit, exchange, federation)

migrate.run(Base.metadata)
