"""Withdrawals that the registry could not take at once are carried there until it has them."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.exchange import commands, desk, queries
from gateway.exchange.desk import Desk
from gateway.exchange.forward import Outgoing
from gateway.exchange.tables import Withdrawal
from shared.grants import Actor
from shared.problems import Problem
from shared.runtime import Runtime

EVERY = 1.0  # seconds

log = structlog.get_logger()


async def carry(runtime: Runtime) -> None:
    """Try again what is open, for ever."""
    at = desk.at(runtime)
    while True:
        try:
            async with runtime.sessions() as session:
                waiting = await queries.open_withdrawals(session)
            for withdrawal in waiting:
                await _carry_one(at, withdrawal)
        except (Problem, SQLAlchemyError, OSError) as error:
            log.warning("withdrawal_waits", reason=type(error).__name__)
        await asyncio.sleep(EVERY)


async def _carry_one(at: Desk, withdrawal: Withdrawal) -> None:
    person = at.seals.open(withdrawal.seal)
    if person is None:
        return
    subject = at.seals.pairwise("registry", person)
    claims = {
        "kind": "self",
        "actor": Actor("resident", subject),
        "subject": subject,
        "seal": at.seals.seal(person),
        "operation": "withdraw_consent",
    }
    path = f"/v1/me/consents/{withdrawal.consent}:withdraw"
    headers = {"idempotency-key": f"withdrawal-{withdrawal.consent}"}
    answer = await at.services.call("registry", Outgoing("POST", path, headers), claims)
    await commands.settle(at.runtime.engine, withdrawal.consent, answer)
