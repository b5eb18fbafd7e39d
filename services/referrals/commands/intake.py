"""A person says her needs once: each becomes a referral that waits for her consent, all of them or none."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals import queries, schemas
from services.referrals.commands import moves
from services.referrals.rules import clocks, names, needs, states
from services.referrals.tables import Agreement, Intake, Referral, ReferralHistory, Service
from shared import ids, outbox, vault
from shared.contracts import vocabulary
from shared.contracts.vocabulary import Vocabulary
from shared.grants import Grant
from shared.runtime import Runtime

# One round trip for what a busy counter waits for; a row type keeps the columns in the table's own order.
_MAKE = text("""
WITH made AS (INSERT INTO intake SELECT * FROM jsonb_populate_record(CAST(NULL AS intake), CAST(:intake AS jsonb))),
steps AS (
    INSERT INTO referral_history
    SELECT * FROM jsonb_populate_recordset(CAST(NULL AS referral_history), CAST(:steps AS jsonb))
),
kept AS (
    INSERT INTO referral_answers (referral, sealed)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:sealed AS bytea[]))
)
INSERT INTO referral SELECT * FROM jsonb_populate_recordset(CAST(NULL AS referral), CAST(:referrals AS jsonb))
""")


@dataclass(frozen=True)
class Plan:
    """One need with the service, agreement and recipient found for it."""

    need: schemas.NeedIn
    service: Service
    agreement: Agreement
    recipient_name: str
    purpose: str


async def trust_vocabulary(runtime: Runtime) -> None:
    """Start only with a signed release of purposes and services."""
    vocabulary.load(runtime.settings.vocabulary_key)


async def take_in(session: AsyncSession, runtime: Runtime, grant: Grant, body: schemas.IntakeIn) -> schemas.IntakeOut:
    """Refer every need or refuse the whole intake: 422 for what a service may not ask, 409 `no-recipient`."""
    now = datetime.now(UTC)
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    offers = await queries.offers(session, runtime.settings.region, {need.service for need in body.needs}, now)
    plans = [_plan(at, need, offers.get(need.service, []), closed) for at, need in enumerate(body.needs)]
    needs.check_told(body.told)
    intake = Intake(id=ids.new(), person=grant.subject, told=body.told, created_at=now)
    made = [(plan, _referral(plan, intake.id, grant, now)) for plan in plans]
    sealed = [await _sealed(runtime, plan, referral) for plan, referral in made]
    await _write(session, intake, [referral for _, referral in made], sealed)
    return schemas.IntakeOut(intake=intake.id, referrals=[_answer(plan, referral) for plan, referral in made])


def _plan(at: int, need: schemas.NeedIn, offers: list[queries.Offer], closed: Vocabulary) -> Plan:
    service = offers[0][0] if offers else None
    needs.check_service(need.service, service.kind if service else None, at)
    purpose = closed.purpose_of(need.service)
    if service:
        needs.check_answers(need.answers, service.fields, at)
        for _, agreement, name in offers:
            if agreement and name and purpose in agreement.purposes:
                return Plan(need, service, agreement, name, purpose)
    raise needs.NO_RECIPIENT(service=need.service)


def _referral(plan: Plan, intake: uuid.UUID, grant: Grant, now: datetime) -> Referral:
    agreement, listed = plan.agreement, plan.service.fields
    referral = Referral(
        id=names.of_the_day(now),
        intake=intake,
        person=grant.subject,
        dependant=plan.need.dependant,
        seal=grant.seal,
        service=plan.service.code,
        provider=agreement.provider,
        recipient=agreement.consumer,
        agreement=agreement.id,
        agreement_version=agreement.version,
        purpose=plan.purpose,
        consent_hash=agreement.consent_hash,
        fields=needs.covered(agreement.fields, listed),
        preview_fields=needs.covered(agreement.preview_fields, listed),
        sensitive=agreement.sensitive,
        retention_days=agreement.retention_days,
        sla_days=plan.service.sla_days,
        sla_unit=plan.service.sla_unit,
        state=states.after(states.MACHINE.initial, "ask", "person"),
        version=1,
        created_at=now,
        changed_at=now,
    )
    referral.ends_at = clocks.ends(referral.state, now, None)
    return referral


async def _sealed(runtime: Runtime, plan: Plan, referral: Referral) -> bytes:
    kept = list(dict.fromkeys([*referral.preview_fields, *referral.fields]))
    value = needs.packed(plan.need.answers, kept)
    block = vault.padded(value, needs.block(len(value)))
    return await runtime.vault.seal(referral.person, queries.place(referral.id), block)


async def _write(session: AsyncSession, intake: Intake, referrals: list[Referral], sealed: list[bytes]) -> None:
    rows = {
        "intake": intake.model_dump_json(),
        "referrals": json.dumps([row.model_dump(mode="json") for row in referrals]),
        "steps": json.dumps([_first_step(row).model_dump(mode="json") for row in referrals]),
        "ids": [row.id for row in referrals],
        "sealed": sealed,
    }
    await session.execute(_MAKE, rows)
    for referral in referrals:
        await outbox.emit(session, referral.id, moves.fact("ask", referral))


def _first_step(referral: Referral) -> ReferralHistory:
    return ReferralHistory(
        id=ids.new(),
        referral=referral.id,
        verb="ask",
        from_state=states.MACHINE.initial,
        to_state=referral.state,
        party="person",
        at=referral.created_at,
    )


def _answer(plan: Plan, referral: Referral) -> schemas.ReferralMadeOut:
    return schemas.ReferralMadeOut(
        id=referral.id,
        service=referral.service,
        recipient=referral.recipient,
        recipient_name=plan.recipient_name,
        state=referral.state,
        consent_request=schemas.ConsentRequestOut.of(referral),
        missing=needs.missing(referral.fields, plan.need.answers),
    )
