"""What every call needs and nobody waits for: agreements in force, organisations, revoked clients; read each second."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Gauge

from gateway.agreements import commands as agreements
from gateway.agreements.index import Index
from gateway.exchange import queries, refusals
from gateway.exchange.tables import Party
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 1.0  # seconds between reads
STALE = 5.0  # seconds after which nothing is decided any more


@dataclass
class Known:
    """A picture of the gateway's own tables, at most a second old while the database answers."""

    index: Index
    parties: Mapping[str, Party] = field(default_factory=dict)
    revoked: frozenset[tuple[str, str]] = frozenset()
    read_at: float = float("-inf")

    def fresh(self) -> None:
        """503 `projection-stale` when the picture is too old to decide on."""
        if time.monotonic() - self.read_at > STALE:
            raise refusals.PROJECTION_STALE()

    def name_of(self, organisation: str) -> str | None:
        """What an organisation is called."""
        party = self.parties.get(organisation)
        return party.name if party else None

    def state_of(self, organisation: str) -> str:
        """Where an organisation stands; nothing for one that nobody told of."""
        party = self.parties.get(organisation)
        return party.state if party else ""

    def measured(self, metrics: CollectorRegistry) -> None:
        """Show how many, in force or suspended, open nothing: they break today's rules or cannot be read."""
        left_out = Gauge("jieli_agreements_left_out", "Agreements in force or suspended, left out", registry=metrics)
        left_out.set_function(lambda: len(self.index.left_out))

    async def read(self, runtime: Runtime) -> None:
        """Take a new picture."""
        async with runtime.sessions() as session:
            await agreements.reload(session, self.index)
            self.parties = await queries.parties(session)
            self.revoked = await queries.revoked(session)
        self.read_at = time.monotonic()

    async def follow(self, runtime: Runtime) -> None:
        """Read again each second."""
        await rounds(EVERY, lambda: self.read(runtime))
