"""Staff by the sign-in of their own organisation: sent there, and back with a code that only we can use."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from services.identity import upstream
from services.identity.commands.signing_in import SigningIn, Step
from services.identity.queries import people
from services.identity.queries import sessions as queries
from services.identity.rules import secrets
from services.identity.rules import sign_in as sign_in_rules
from services.identity.rules import upstream as rules
from services.identity.rules.sessions import Proof
from services.identity.tables import UpstreamRequest
from services.identity.upstream import Asked
from shared.seals import Sealer

LIFETIME = timedelta(seconds=rules.LIFETIME_SECONDS)


async def leave(at: SigningIn) -> Step:
    """Send the browser to the provider; what its answer is held against is kept sealed for this browser."""
    now = datetime.now(UTC)
    verifier, nonce, state = secrets.fresh() + secrets.fresh(), secrets.fresh(), secrets.fresh()
    asked = Asked(verifier, nonce, state, at.asked.fresh_within, int(now.timestamp()))
    async with upstream.provider(at.runtime.settings) as provider:
        address = await provider.address(asked)
    sealed = _sealer(at).seal(json.dumps([verifier, nonce, state]))
    cookie = secrets.digest(at.browser.sign_in)
    await at.session.merge(UpstreamRequest(cookie=cookie, sealed=sealed, expires_at=now + LIFETIME))
    return Step(location=address)


async def come_back(at: SigningIn, query: Mapping[str, str]) -> Step:
    """The provider's answer: a member of staff of ours, or what to say."""
    row = await queries.upstream(at.session, secrets.digest(at.browser.sign_in), datetime.now(UTC))
    kept = _sealer(at).open(row.sealed) if row else None
    if row is None or kept is None:
        raise rules.UPSTREAM_INVALID("Nobody was sent there from this browser, or it took too long.")
    await at.session.delete(row)
    verifier, nonce, state = json.loads(kept)
    asked = Asked(verifier, nonce, state, at.asked.fresh_within, int((row.expires_at - LIFETIME).timestamp()))
    code = rules.check_answer(query, at.runtime.settings.upstream_issuer, asked.state)
    async with upstream.provider(at.runtime.settings) as provider:
        vouched = await provider.vouched(asked, code)
    staff = await people.upstream_staff(at.session, vouched.subject)
    if staff is None:
        return await at.shown(problem=sign_in_rules.NOT_PROVEN("Nobody here is known by this account."))
    since = datetime.fromtimestamp(vouched.signed_in_at, UTC)
    return await at.done(Proof("staff", staff.id, "upstream", since=since), {})


def _sealer(at: SigningIn) -> Sealer:
    return Sealer(bytes.fromhex(at.runtime.settings.kek), f"jieli-upstream-v1|{at.browser.sign_in}")
