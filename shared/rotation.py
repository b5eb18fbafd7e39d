"""What an older key wraps or seals is wrapped and sealed anew while the app runs, until none is left."""

from shared.background import rounds
from shared.inbox import Inbox
from shared.runtime import Runtime
from shared.settings import Settings
from shared.vault import UnknownKey, Vault

EVERY = 30.0  # seconds between looks
BATCH = 500  # keys in one transaction


async def run(runtime: Runtime, inbox: Inbox) -> None:
    """Leave the older of the keys in JIELI_KEK, until cancelled."""
    await rounds(EVERY, lambda: leave_older(runtime, inbox))


async def leave_older(runtime: Runtime, inbox: Inbox) -> None:
    """Nothing that can be reached now is left under an older key; several processes share the work."""
    runtime.telemetry.older.labels("dead_letter").set(await inbox.reseal())
    if runtime.settings.keys_database_url:
        gauge = runtime.telemetry.older.labels("person_key")
        for older, left in (await runtime.vault.older()).items():
            while left > 0 and (rows := await runtime.vault.rewrap(older, BATCH)):
                gauge.set(left := left - rows)
        gauge.set(sum((await runtime.vault.older()).values()))


async def check(vault: Vault, settings: Settings) -> None:
    """SettingsError when keys of persons lie here that none of ours unwraps; one of each is tried."""
    for older in await vault.older():
        try:
            await vault.rewrap(older, 1)
        except UnknownKey:
            raise settings.error(f"JIELI_KEK lacks the key {older}, under which keys of persons are.") from None
