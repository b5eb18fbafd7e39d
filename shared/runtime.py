"""What an app holds while it runs: settings, engine, sessions, bus, vault."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared.settings import Settings, in_turn
from shared.telemetry import Telemetry
from shared.vault import Vault

AWAKE = 20.0  # seconds after a request or an event during which there may be work to look for


@dataclass
class Runtime:
    """One app's resources; made by the app factory's lifespan, closed by it."""

    settings: Settings
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    telemetry: Telemetry
    vault: Vault
    wake_relay: Callable[[], None] = lambda: None
    extras: dict[str, object] = field(default_factory=dict)
    stirred: float = field(default_factory=time.monotonic)

    def stir(self) -> None:
        """Say that a request or an event did something here."""
        self.stirred = time.monotonic()

    def is_quiet(self) -> bool:
        """Whether nothing was done here for a while; what another process left undone may still be there."""
        return time.monotonic() - self.stirred > AWAKE

    @cached_property
    def grant_keys(self) -> tuple[bytes, ...]:
        """The keys that authenticate the gateway's grants to this service."""
        return in_turn(self.settings.grant_key)

    @cached_property
    def index_keys(self) -> tuple[bytes, ...]:
        """The keys of indexes: the first makes them, all of them are looked under."""
        return in_turn(self.settings.index_key)
