"""Every SELECT of the witness."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.audit.tables import LOG_CHECKPOINT
from gateway.witness.rules.checkpoints import Note
from gateway.witness.rules.submissions import AGAINST
from gateway.witness.tables import LogConflict, LogWitness, WitnessedLog

AT_ONCE = 10  # checkpoints about which a log is heard in one round


async def locked(session: AsyncSession, origin: str) -> WitnessedLog:
    """What this region knows of a log; nobody else moves it until the transaction ends."""
    return await session.get_one(WitnessedLog, origin, with_for_update=True)


async def note_of(session: AsyncSession, log: str) -> str | None:
    """The note that was cosigned last of the log whose origin has this SHA-256, in hexadecimal."""
    origin = func.encode(func.sha256(func.convert_to(col(WitnessedLog.log), "UTF8")), "hex")
    return await session.scalar(select(WitnessedLog.note).where(origin == log))


async def conflicts(session: AsyncSession, origin: str, state: str) -> int:
    """How many checkpoints speak against a log, of those in this state."""
    counted = select(func.count()).where(col(LogConflict.log) == origin, col(LogConflict.state) == state)
    return await session.scalar(counted) or 0


async def is_held(session: AsyncSession, note: Note) -> bool:
    """Whether a checkpoint of this size and root speaks against its log already."""
    same = (col(LogConflict.log) == note.origin, col(LogConflict.size) == note.size, col(LogConflict.root) == note.root)
    return await session.scalar(select(LogConflict.id).where(*same)) is not None


async def shorter(session: AsyncSession, kept: WitnessedLog) -> LogConflict | None:
    """The youngest suspected checkpoint that is no longer than what was cosigned, locked; none that is being heard."""
    waiting = select(LogConflict).where(col(LogConflict.log) == kept.log, col(LogConflict.state) == "suspected")
    waiting = waiting.where(col(LogConflict.size) <= kept.size).order_by(col(LogConflict.at).desc()).limit(1)
    return await session.scalar(waiting.with_for_update(skip_locked=True))


async def waiting_since(session: AsyncSession) -> dict[str, datetime]:
    """Since when the oldest suspected checkpoint of each log waits until the log is heard."""
    oldest = select(LogConflict.log, func.min(LogConflict.at)).where(col(LogConflict.state) == "suspected")
    return {str(row[0]): row[1] for row in await session.execute(oldest.group_by(col(LogConflict.log)))}


async def to_be_heard(session: AsyncSession, logs: Sequence[str]) -> Sequence[LogConflict]:
    """Of each of these logs some checkpoints that wait until it is heard, by chance: nobody can crowd one out."""
    waiting = (col(LogConflict.state) == "suspected", col(LogConflict.log).in_(logs))
    turn = func.row_number().over(partition_by=col(LogConflict.log), order_by=func.random())
    drawn = select(LogConflict.id, turn.label("turn")).where(*waiting).subquery()
    found = select(LogConflict).join(drawn, drawn.c.id == LogConflict.id).where(drawn.c.turn <= AT_ONCE)
    return (await session.scalars(found.order_by(col(LogConflict.log), drawn.c.turn))).all()


async def suspected(session: AsyncSession, conflict: object) -> LogConflict | None:
    """A conflict that is suspected still, locked."""
    found = await session.get(LogConflict, conflict, with_for_update=True)
    return found if found and found.state == "suspected" else None


async def confirmed(session: AsyncSession) -> dict[str, int]:
    """How many conflicts of each log are confirmed."""
    counted = select(LogConflict.log, func.count()).where(col(LogConflict.state) == "confirmed")
    return {str(row[0]): int(row[1]) for row in await session.execute(counted.group_by(col(LogConflict.log)))}


async def refusing(session: AsyncSession) -> set[str]:
    """The witnesses that know this region's log as another or a longer one than it is."""
    longest = func.coalesce(select(func.max(LOG_CHECKPOINT.c.size)).scalar_subquery(), 0)
    against = or_(col(LogWitness.reason).in_(AGAINST), col(LogWitness.size) > longest)
    return set(await session.scalars(select(LogWitness.witness).where(against)))
