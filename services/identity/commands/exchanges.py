"""Token exchange (RFC 8693): whoever is signed in gets a token to act for a person, with what permits it.

The actor's own refresh token is the actor token: it stands in our table with client, key and session, so that it is
worth nothing with another key, at another client, or once the session ended.
"""

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import grants
from services.identity.commands.grants import Asking, Granted
from services.identity.queries import helping, presences
from services.identity.rules import presences as rules
from services.identity.rules import tokens
from services.identity.rules.sessions import rests_on
from services.identity.rules.tokens import Acting, Principal
from shared.problems import Problem

ACCESS = "urn:ietf:params:oauth:token-type:access_token"
REFRESH = "urn:ietf:params:oauth:token-type:refresh_token"
PRESENCE = "urn:jieli:token-type:presence"
DELEGATION = "urn:jieli:token-type:delegation"


async def token_exchange(asking: Asking) -> Granted:
    """A token for a person with the caller acting; `invalid_request` for anything that does not permit it."""
    form = asking.form
    permitted = PERMITTED.get(form.subject_token_type)
    if permitted is None or form.actor_token_type != REFRESH or form.requested_token_type not in ("", ACCESS):
        raise _invalid()
    try:
        actor, _ = await grants.refreshed(asking, form.actor_token)
        named = uuid.UUID(form.subject_token)
    except (Problem, ValueError):
        raise _invalid() from None
    principal = await permitted(asking.session, actor, named)
    if principal is None:
        raise _invalid()
    return Granted(principal, "", issued=ACCESS)


async def _at_counter(session: AsyncSession, actor: Principal, presence: uuid.UUID) -> Principal | None:
    """An officer for the person who is there, and for the task that she came for."""
    row = await presences.confirmed(session, presence, datetime.now(UTC))
    if row is None or row.person is None or row.confirmed_at is None or not set(actor.roles) & rules.ROLES:
        return None
    if (row.staff, row.organization) != (actor.subject, actor.organisation):
        return None
    witness = row.witness_organization or ""
    until = int(row.ends_at.timestamp())
    acting = Acting("staff", actor.subject, str(row.id), until, actor.organisation, actor.roles, row.task, witness)
    methods = rests_on(rules.METHODS[row.kind], row.on_paper)
    proof = (actor.session, "aal1", int(row.confirmed_at.timestamp()), methods)
    return Principal("resident", str(row.person), "", (), *proof, acting)


async def _helping(session: AsyncSession, actor: Principal, delegation: uuid.UUID) -> Principal | None:
    """A helper for the person who let them help; she herself proved nothing now, so nothing fresh can be wanted."""
    row = await helping.active(session, delegation, datetime.now(UTC))
    if row is None or (actor.kind, actor.subject) != ("resident", str(row.helper)):
        return None
    acting = Acting("helper", actor.subject, str(row.id), int(row.ends_at.timestamp()))
    return Principal("resident", str(row.person), "", (), actor.session, "aal1", 0, ("delegation",), acting)


def _invalid() -> Problem:
    return tokens.EXCHANGE(error="invalid_request")


PERMITTED: dict[str, Callable[[AsyncSession, Principal, uuid.UUID], Awaitable[Principal | None]]] = {
    PRESENCE: _at_counter,
    DELEGATION: _helping,
}
