"""Staff join by an invitation: a password and an authenticator of their own choosing, once."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import invitations, passwords, sessions, staff
from services.identity.queries import people
from services.identity.rules import secrets
from services.identity.rules import sign_in as rules
from services.identity.rules.staff import INVITED_FOR, typed
from services.identity.tables import Staff
from shared.runtime import Runtime
from shared.settings import Settings

ISSUER = "Jieli"


@dataclass(frozen=True)
class Chosen:
    """What somebody who joins typed."""

    invitation: str
    approval: str
    password: str
    totp: str
    code: str


async def invited(session: AsyncSession, invitation: str, approval: str) -> Staff:
    """Whom an invitation is for; 403 for one that was used, replaced or has run out, or without its second code."""
    row = await people.invited(session, secrets.digest(invitation.strip()), secrets.digest(typed(approval)))
    if row is None:
        raise rules.NOT_PROVEN("These codes open no invitation, or not any more. Ask those who gave them.")
    return row


def authenticator(settings: Settings, staff: str) -> tuple[str, str]:
    """A fresh secret (base32) for an authenticator, and its address (otpauth) for the picture to scan."""
    totp = pyotp.random_base32()
    return totp, pyotp.TOTP(totp).provisioning_uri(name=staff, issuer_name=f"{ISSUER} {settings.region}")


async def join(session: AsyncSession, runtime: Runtime, chosen: Chosen) -> Staff:
    """Take the invitation: old credentials and sessions end, the new ones hold. Raises 403 or 422.

    Whatever else was handed over until now opens nothing any more.
    """
    row = await invited(session, chosen.invitation, chosen.approval)
    if not pyotp.TOTP(chosen.totp).verify(chosen.code.strip(), valid_window=1):
        raise rules.NOT_PROVEN("The six digits are not what this authenticator shows now.")
    await passwords.choose(session, runtime.settings, row.id, chosen.password, chosen.totp)
    await sessions.end_with_passkeys(session, "staff", row.id)
    await invitations.end(session, row.id)
    row.invited_until = datetime.now(UTC) + INVITED_FOR
    await staff.joined(session, row)
    return row
