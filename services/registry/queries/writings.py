"""The further writings of one person's name."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.registry import sealing
from services.registry.rules import variants
from services.registry.schemas import writings as schemas
from services.registry.tables import NameWriting
from shared import problems
from shared.vault import Vault


async def writings(session: AsyncSession, subject: str) -> list[NameWriting]:
    """All of the person's, oldest first."""
    query = select(NameWriting).where(NameWriting.subject == subject)
    return list((await session.scalars(query.order_by(col(NameWriting.id)))).all())


async def writing(session: AsyncSession, subject: str, writing_id: uuid.UUID) -> NameWriting:
    """One of the person's; 404 for anybody else's."""
    query = select(NameWriting).where(NameWriting.id == writing_id, NameWriting.subject == subject)
    row = (await session.scalars(query)).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def opened(vault: Vault, row: NameWriting) -> schemas.WritingSealed:
    """What is sealed in the row."""
    return await sealing.unseal(vault, row.subject, f"name_writing.sealed/{row.id}", row.sealed, schemas.WritingSealed)


async def shown(session: AsyncSession, vault: Vault, subject: str, name: str) -> list[schemas.WritingOut]:
    """The person's writings, each held against `name`."""
    found = []
    for row in await writings(session, subject):
        kept = await opened(vault, row)
        differs = variants.difference(name, kept.written)
        found.append(schemas.WritingOut(**kept.model_dump(), id=str(row.id), difference=differs))
    return found
