"""What changes agreements: a directory of files is applied as a whole; a version once applied stays what it is."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.agreements import files, parties, queries, rules
from gateway.agreements.index import Index
from gateway.agreements.rules import Agreement, Finding, Named
from gateway.agreements.steps import IN_FORCE, Step, by_file, superseded
from gateway.agreements.tables import AgreementStep, AgreementVersion
from shared import outbox
from shared.contracts.events import AgreementActivated, AgreementFact, AgreementSuspended
from shared.contracts.vocabulary import Vocabulary
from shared.problems import Problem

# One process applies at a time; the others wait and then find nothing to do.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('agreements.apply'))")

UNREADABLE = "unreadable"  # in place of an organisation, in the event about an end

log = structlog.get_logger()
Fact = TypeVar("Fact", bound=AgreementFact)


class AppliedError(Exception):
    """Something that cannot be applied; nothing was."""


class PartiesError(AppliedError):
    """Its parties are not those that identity told of."""

    def __init__(self, agreement: Agreement, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(f"{_number(agreement)}: {finding}" for finding in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Change:
    """What applying one agreement did: `what` is new, moved or same."""

    agreement: str
    version: int
    what: str
    state: str


async def apply_directory(
    session: AsyncSession, directory: Path, region: str, vocabulary: Vocabulary, index: Index
) -> list[Change]:
    """Read, validate and apply every file in one transaction, and reload the index from what is now in force.

    Raises files.AgreementsError with every error of every file; then nothing is applied. A file that does not fit what
    is there is told in the log and left out: what officers drafted since stops no start. The index shows the new state
    before the commit: whoever calls stops the start when the commit fails.
    """
    await alone(session)
    changes = []
    for agreement in in_order(files.read(directory, vocabulary)):
        try:
            changes.append(await apply_one(session, agreement, region))
        except AppliedError as error:
            log.error("agreement_not_applied", reason=str(error))
    await reload(session, index)
    return changes


def in_order(agreements: list[Agreement]) -> list[Agreement]:
    """By agreement and version: as they are applied."""
    return sorted(agreements, key=lambda agreement: (agreement.agreement_id, agreement.version))


async def alone(session: AsyncSession) -> None:
    """Nobody else changes agreements until this transaction ends; taken before any version is locked."""
    await session.execute(_ONE_AT_A_TIME)


async def held(session: AsyncSession, agreement_id: str, number: int) -> AgreementVersion:
    """A version to change, with nobody else changing any until this transaction ends; 404 when there is none."""
    await alone(session)
    row = await queries.locked(session, agreement_id, number)
    if row is None:
        raise rules.AGREEMENT_GONE()
    return row


async def move(session: AsyncSession, row: AgreementVersion, verb: str, step: Step) -> Change:
    """Use a verb on a version that is held, as suspend (政务数据共享条例 27); 409 with the verbs allowed.

    Raises AppliedError when it comes in force and another version stands against that.
    """
    before, state = row.state, rules.MACHINE.after(row.state, verb)
    await _make_room(session, (row.id, row.version), state, step.at)
    row.state = state
    return await _moved(session, row, before, step)


async def add_step(session: AsyncSession, row: AgreementVersion, step: Step) -> AgreementVersion:
    """Write down what was done with a version."""
    session.add(row)
    await session.flush()
    session.add(AgreementStep(agreement=row.id, version=row.version, **asdict(step)))
    await session.flush()
    return row


async def reload(session: AsyncSession, index: Index) -> None:
    """Take the published version of every agreement into the index; what is left out newly is told in the log."""
    readable, unreadable, before = [], [], index.left_out
    for row in await queries.published(session):
        try:
            readable.append(queries.agreement(row))
        except Problem:
            unreadable += [row.id] if row.state in IN_FORCE else []
    index.replace(readable, unreadable)
    for name, code in sorted(index.left_out.items() - before.items()):
        log.error("agreement_left_out", detail=name, code=code)


async def apply_one(session: AsyncSession, agreement: Agreement, region: str) -> Change:
    """Apply one agreement, alone; AppliedError when it does not fit what is there, and then nothing was changed.

    The same again changes nothing, other content under one version is refused.
    """
    row = await queries.locked(session, agreement.agreement_id, agreement.version)
    now = datetime.now(UTC)
    if row is None:
        return await add(session, agreement, region, by_file(None, agreement.state, now))
    check_same(row, agreement)
    before, state = row.state, rules.after_file(row.state, agreement.state)
    if state == before:
        return Change(row.id, row.version, "same", state)
    await _make_room(session, (row.id, row.version), state, now)
    row.state = state
    return await _moved(session, row, before, by_file(before, state, now))


def check_same(row: AgreementVersion, agreement: Agreement) -> None:
    """A version once written stays what it is."""
    if row.hash != rules.content_hash(agreement):
        _check_parties(agreement, row)
        raise AppliedError(
            f"{_number(agreement)} was applied with other content: a version never changes, write the next one"
        )


async def add(session: AsyncSession, agreement: Agreement, region: str, step: Step) -> Change:
    """Write a new version down, and the step that made it; PartiesError when identity tells otherwise of a party."""
    newest = await queries.newest(session, agreement.agreement_id)
    if newest is not None:
        _check_follows(agreement, newest)
    elif agreement.version != 1:
        raise AppliedError(f"{_number(agreement)} does not follow: the first version is 1")
    found = list(parties.findings(agreement, region, await queries.told(session)))
    if found:
        raise PartiesError(agreement, found)
    await _make_room(session, (agreement.agreement_id, agreement.version), agreement.state, step.at)
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
    await add_step(session, row, step)
    await _tell(session, row, None)
    return Change(row.id, row.version, "new", row.state)


def _check_follows(agreement: Agreement, newest: AgreementVersion) -> None:
    """A version is the next one, says so, and is between the same parties: nobody else's ends or blocks theirs."""
    number = _number(agreement)
    _check_parties(agreement, newest)
    if newest.version >= agreement.version:
        raise AppliedError(f"{number} comes after version {newest.version}: raise the version")
    if (agreement.version, agreement.supersedes) != (newest.version + 1, newest.version):
        raise AppliedError(
            f"{number} does not follow: make it version {newest.version + 1} that supersedes {newest.version}"
        )


def _check_parties(agreement: Agreement, row: AgreementVersion) -> None:
    """Whoever is no party of what is there hears nothing else about it."""
    try:
        there = queries.agreement(row)
    except Problem:
        raise AppliedError(f"{row.id} version {row.version} cannot be read: write an agreement of another id") from None
    if _parties(agreement) != _parties(there):
        raise AppliedError(f"{_number(agreement)} has other parties than what is there: give it an id of its own")


def _parties(agreement: Agreement) -> list[tuple[str, str]]:
    return [(party.region, party.organisation) for party in (agreement.provider, agreement.consumer)]


def _number(agreement: Agreement) -> str:
    return f"{agreement.agreement_id} version {agreement.version}"


async def _moved(session: AsyncSession, row: AgreementVersion, before: str, step: Step) -> Change:
    await add_step(session, row, step)
    await _tell(session, row, before)
    return Change(row.id, row.version, "moved", row.state)


async def _make_room(session: AsyncSession, version: tuple[str, int], state: str, now: datetime) -> None:
    """A version that comes in force ends the one before; the event of the new one says so to everybody."""
    if state != "active":
        return
    name, number = version
    if await queries.was_later_in_force(session, name, number):
        raise AppliedError(f"{name} version {number}: a later version was in force, write the next one")
    others = await queries.others_in_force(session, name, number)
    if any(row.state == "suspended" for row in others):
        raise AppliedError(f"{name} version {number}: another version is suspended, resume or end that first")
    for row in others:
        row.state = rules.MACHINE.after(row.state, "terminate")
        await add_step(session, row, superseded(number, now))


async def _tell(session: AsyncSession, row: AgreementVersion, before: str | None) -> None:
    """In force, or not any more: whatever ends an agreement is `suspended` to those who only ask whether it opens.

    Of a version that never was in force nobody hears: it says nothing about the one that is.
    """
    if row.state not in IN_FORCE and before not in IN_FORCE:
        return
    told = fact(queries.agreement(row), AgreementActivated) if row.state == "active" else _suspended(row)
    await outbox.emit(session, row.id, told)


def _suspended(row: AgreementVersion) -> AgreementSuspended:
    """It opens nothing; what its text said is left out where that cannot be read any more."""
    try:
        return fact(queries.agreement(row), AgreementSuspended)
    except Problem:
        known = queries.outline(row)
    return AgreementSuspended(
        agreement=row.id,
        version=row.version,
        provider=_organisation(known.provider),
        consumer=_organisation(known.consumer),
        services=(),
        purposes=(),
        preview_fields=(),
        fields=(),
        operations=(),
        consent_kind="separate_consent",
        consent_hash=row.consent_hash,
        retention_days=0,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _organisation(party: Named) -> str:
    return party.organisation if re.fullmatch(rules.ID, party.organisation) else UNREADABLE


def fact(agreement: Agreement, kind: type[Fact]) -> Fact:
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
