"""What changes agreements: a directory of files is applied as a whole; a version once applied stays what it is."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.agreements import files, queries, rules
from gateway.agreements.index import Index
from gateway.agreements.rules import Agreement
from gateway.agreements.tables import AgreementVersion
from shared import outbox
from shared.contracts.events import AgreementActivated, AgreementFact, AgreementSuspended
from shared.contracts.vocabulary import Vocabulary

# One process applies at a time; the others wait and then find nothing to do.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('agreements.apply'))")


class AppliedError(Exception):
    """A file says something that cannot be applied; nothing was."""


@dataclass(frozen=True, slots=True)
class Change:
    """What applying one agreement did: `what` is new, moved or same."""

    agreement: str
    version: int
    what: str
    state: str


async def apply_directory(session: AsyncSession, directory: Path, vocabulary: Vocabulary, index: Index) -> list[Change]:
    """Read, validate and apply every file in one transaction, and reload the index from what is now in force.

    Raises files.AgreementsError with every error of every file, or AppliedError; then nothing is applied. The index
    shows the new state before the commit: whoever calls stops the start when the commit fails.
    """
    changes = await apply(session, files.read(directory, vocabulary))
    await reload(session, index)
    return changes


async def apply(session: AsyncSession, agreements: list[Agreement]) -> list[Change]:
    """Apply agreements: the same again changes nothing, other content under one version is refused."""
    await session.execute(_ONE_AT_A_TIME)
    ordered = sorted(agreements, key=lambda agreement: (agreement.agreement_id, agreement.version))
    return [await _apply_one(session, agreement) for agreement in ordered]


async def held(session: AsyncSession, agreement_id: str, number: int) -> AgreementVersion:
    """A version to change, with nobody else changing any until this transaction ends; 404 when there is none."""
    await session.execute(_ONE_AT_A_TIME)
    row = await queries.version(session, agreement_id, number)
    if row is None:
        raise rules.AGREEMENT_GONE()
    return row


async def move(session: AsyncSession, row: AgreementVersion, verb: str) -> Change:
    """Use a verb on a version that is held, as suspend (政务数据共享条例 27); 409 with the verbs allowed."""
    state = rules.MACHINE.after(row.state, verb)
    await _make_room(session, row, state)
    row.state = state
    return await _moved(session, row)


async def reload(session: AsyncSession, index: Index) -> None:
    """Take the current version of every agreement into the index."""
    index.replace([queries.agreement(row) for row in await queries.currents(session)])


async def _apply_one(session: AsyncSession, agreement: Agreement) -> Change:
    row = await queries.version(session, agreement.agreement_id, agreement.version)
    if row is None:
        return await _add(session, agreement)
    if row.hash != rules.content_hash(agreement):
        raise AppliedError(
            f"{agreement.agreement_id} version {agreement.version} was applied with other content:"
            " a version never changes, write the next one"
        )
    state = rules.after_file(row.state, agreement.state)
    if state == row.state:
        return Change(row.id, row.version, "same", row.state)
    await _make_room(session, row, state)
    row.state = state
    return await _moved(session, row)


async def _add(session: AsyncSession, agreement: Agreement) -> Change:
    newest = await queries.newest_number(session, agreement.agreement_id)
    if newest > agreement.version:
        number = f"{agreement.agreement_id} version {agreement.version}"
        raise AppliedError(f"{number} comes after version {newest}: raise the version")
    if agreement.state == "active":
        await _end_others(session, agreement)
    row = AgreementVersion(
        id=agreement.agreement_id,
        version=agreement.version,
        hash=rules.content_hash(agreement),
        consent_hash=rules.consent_hash(agreement),
        state=agreement.state,
        body=msgspec.to_builtins(agreement),
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
    )
    session.add(row)
    await session.flush()
    await _tell(session, row)
    return Change(row.id, row.version, "new", row.state)


async def _make_room(session: AsyncSession, row: AgreementVersion, state: str) -> None:
    if state == "active":
        await _end_others(session, queries.agreement(row))


async def _moved(session: AsyncSession, row: AgreementVersion) -> Change:
    session.add(row)
    await session.flush()
    await _tell(session, row)
    return Change(row.id, row.version, "moved", row.state)


async def _end_others(session: AsyncSession, agreement: Agreement) -> None:
    """A version in force ends every other one; the event of the new one says so to everybody."""
    for row in await queries.others_active(session, agreement.agreement_id, agreement.version):
        row.state = rules.MACHINE.after(row.state, "terminate")
        session.add(row)
    await session.flush()


async def _tell(session: AsyncSession, row: AgreementVersion) -> None:
    """In force, or not any more: whatever ends an agreement is `suspended` to those who only ask whether it opens."""
    if row.state in ("draft", "offered", "agreed"):
        return
    kind = AgreementActivated if row.state == "active" else AgreementSuspended
    await outbox.emit(session, row.id, fact(queries.agreement(row), kind))


def fact(agreement: Agreement, kind: type[AgreementFact]) -> AgreementFact:
    """The event about an agreement."""
    return kind(
        agreement=agreement.agreement_id,
        version=agreement.version,
        provider=agreement.provider.organisation,
        consumer=agreement.consumer.organisation,
        services=agreement.services,
        purposes=agreement.purposes,
        preview_fields=tuple(field.path for field in agreement.preview_fields),
        fields=tuple(field.path for field in agreement.fields),
        sensitive=rules.sensitive(agreement),
        operations=agreement.operations,
        consent_kind=agreement.consent,
        consent_hash=rules.consent_hash(agreement),
        retention_days=agreement.retention_days,
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
    )
