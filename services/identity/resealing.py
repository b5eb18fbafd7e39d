"""Secrets of authenticators leave an older key that sealed them, beside the requests."""

from services.identity.commands import passwords
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 30.0  # seconds


async def check(runtime: Runtime) -> None:
    """SettingsError when a secret lies here that no key of ours opens."""
    if lost := await leave_older(runtime):
        raise runtime.settings.error(f"JIELI_KEK lacks the key under which the secrets of {lost} authenticators are.")


async def run(runtime: Runtime) -> None:
    """Seal anew what an older process sealed meanwhile, until cancelled."""
    await rounds(EVERY, lambda: leave_older(runtime))


async def leave_older(runtime: Runtime) -> int:
    """Seal everything under the first key; how many secrets cannot be opened."""
    async with runtime.sessions() as session, session.begin():
        lost = await passwords.reseal(session, runtime.settings)
    runtime.telemetry.older.labels("authenticator").set(lost)
    return lost
