"""Engines and sessions: one transaction per request or fact, committed before the answer leaves."""

from asyncpg.exceptions import DataError, InterfaceError, InternalClientError, PostgresError
from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

GIVE_UP = 12.0  # seconds until an answer is not waited for any more: a server that vanished never says that it went
# PostgreSQL, appendix A. Connection, resources, operator and system; then what a standby, a lock or a race refuses.
AWAY_CLASSES = frozenset({"08", "53", "57", "58"})
AWAY_CODES = frozenset({"25006", "25P03", "40001", "40P01", "55P03"})
DATA_CLASS = "22"
# What the driver says past SQLAlchemy, above all of a connection that dies just as it is used.
DRIVER = (PostgresError, InterfaceError, InternalClientError)


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
            # no statement is closed for its age: asyncpg sets no time limit to that
            **{"timeout": 5, "command_timeout": GIVE_UP, "max_cached_statement_lifetime": 0},
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


def is_away(error: BaseException) -> bool:
    """Whether the database, or the way to it, failed and not what was asked: the same may work in a while."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if state := _sqlstate(error):
        return state[:2] in AWAY_CLASSES or state in AWAY_CODES
    return isinstance(error, (DBAPIError, OSError, PoolTimeout, *DRIVER)) and not is_bad_data(error)


def is_bad_data(error: BaseException) -> bool:
    """Whether a value can never be stored as what it should be: a NUL in a text, a date beyond the calendar."""
    said = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    return _sqlstate(error)[:2] == DATA_CLASS or isinstance(said, DataError)


def _sqlstate(error: BaseException) -> str:
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""
