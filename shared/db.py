"""Engines and sessions: one transaction per request or fact, committed before the answer leaves."""

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


def new_registry() -> registry:
    """A registry with its own metadata, so that five apps fit in one process (SQLModel's default one is global)."""
    return registry(metadata=MetaData(naming_convention=NAMING))


def engine(url: str, pool: int = 10) -> AsyncEngine:
    """A PostgreSQL engine; statements give up after 10 s, locks after 4 s, idle transactions after 15 s."""
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "statement_timeout": "10000",
                "lock_timeout": "4000",
                "idle_in_transaction_session_timeout": "15000",
                "jit": "off",
            },
        },
    )


def session_maker(bound: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions that keep their objects after commit; one per task, never shared."""
    return async_sessionmaker(bound, expire_on_commit=False)
