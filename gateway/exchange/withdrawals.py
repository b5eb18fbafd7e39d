"""Withdrawals hold here first; those that the registry could not take at once are carried there until it has them."""

import msgspec
import structlog

from gateway.exchange import commands, desk, queries
from gateway.exchange.calls import Call
from gateway.exchange.desk import Desk
from gateway.exchange.forward import Answer, Outgoing
from gateway.exchange.tables import Withdrawal
from shared import db, telemetry
from shared.background import rounds
from shared.grants import Actor
from shared.runtime import Runtime

EVERY = 1.0  # seconds

log = structlog.get_logger()


async def take(at: Desk, call: Call) -> Answer:
    """Mark, then ask the registry; what it says no to leaves no mark that was not there before."""
    fresh = await commands.withdraw(at.runtime.engine, at.seals, call.caller.person, call.request.object_id)
    answer = await at.services.call(call.match.route.service, call.outgoing, call.claims(at))
    if fresh or answer.status == 200:
        await commands.settle(at.runtime.engine, call.request.object_id, answer)
    return answer


async def keep(at: Desk, call: Call) -> Answer:
    """The registry is away: the withdrawal holds here already and is carried there later."""
    await commands.withdraw(at.runtime.engine, at.seals, call.caller.person, call.request.object_id)
    body = msgspec.json.encode({"id": call.match.object_id, "state": "withdrawn"})
    return Answer(202, {"content-type": "application/json"}, body)


async def carry(runtime: Runtime) -> None:
    """Try again what is open, for ever."""
    at = desk.at(runtime)

    async def once() -> None:
        last = None
        while waiting := await _waiting(runtime, last):
            for withdrawal in waiting:
                await _try(at, withdrawal)
            last = waiting[-1]

    await rounds(EVERY, once, runtime.is_quiet)


async def _waiting(runtime: Runtime, after: Withdrawal | None) -> list[Withdrawal]:
    async with runtime.sessions() as session:
        return await queries.open_withdrawals(session, after)


async def _try(at: Desk, withdrawal: Withdrawal) -> None:
    person = at.seals.open(withdrawal.seal)
    if person is None:
        return
    at.runtime.stir()  # what waits is tried each second
    try:
        await _carry(at, withdrawal, person)
    except Exception as error:  # whatever is wrong with one withdrawal keeps no other from being carried
        if db.is_away(error):
            raise
        where = telemetry.where(error)
        log.error("withdrawal_not_carried", detail=withdrawal.consent, reason=type(error).__name__, where=where)


async def _carry(at: Desk, withdrawal: Withdrawal, person: str) -> None:
    subject = at.seals.pairwise("registry", person)
    claims = {
        "kind": "self",
        "actor": Actor("resident", subject),
        "subject": subject,
        "seal": at.seals.seal(person),
        "operation": "withdraw_consent",
        "decision": withdrawal.consent,  # hers, which the log has
    }
    path = f"/v1/me/consents/{withdrawal.consent}:withdraw"
    headers = {"idempotency-key": f"withdrawal-{withdrawal.consent}"}
    answer = await at.services.call("registry", Outgoing("POST", path, headers), claims)
    await commands.settle(at.runtime.engine, withdrawal.consent, answer)
