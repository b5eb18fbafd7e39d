"""Staff by the sign-in of their own organisation: sent there, and back with a code that only we can use."""

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity import upstream
from services.identity.commands.signing_in import Browser, SigningIn, Step
from services.identity.queries import people
from services.identity.queries import sessions as queries
from services.identity.rules import secrets
from services.identity.rules import sign_in as sign_in_rules
from services.identity.rules import upstream as rules
from services.identity.rules.sessions import Proof
from services.identity.tables import UpstreamRequest
from services.identity.upstream import Asked
from shared.runtime import Runtime
from shared.seals import Sealer
from shared.settings import in_turn

LIFETIME = timedelta(seconds=rules.LIFETIME_SECONDS)


@dataclass(frozen=True)
class Away:
    """A browser on its way there or back.

    Its `first` transaction ends before the provider is asked: who waits for one holds no connection to the database.
    """

    runtime: Runtime
    browser: Browser
    first: AbstractAsyncContextManager[AsyncSession]

    async def leave(self, form: str) -> Step:
        """Send the browser to the provider; what its answer is held against is kept sealed for this browser."""
        async with self.first as session:
            at = await SigningIn.at(session, self.runtime, self.browser, form)
        now = datetime.now(UTC)
        verifier, nonce, state = secrets.fresh() + secrets.fresh(), secrets.fresh(), secrets.fresh()
        asked = Asked(verifier, nonce, state, at.asked.fresh_within, int(now.timestamp()))
        async with upstream.provider(self.runtime.settings) as provider:
            address = await provider.address(asked)
        sealed = self._sealer.seal(json.dumps([verifier, nonce, state]))
        cookie = secrets.digest(self.browser.sign_in)
        async with self.runtime.sessions() as session, session.begin():
            await session.merge(UpstreamRequest(cookie=cookie, sealed=sealed, expires_at=now + LIFETIME))
        return Step(location=address)

    async def come_back(self, query: Mapping[str, str]) -> Step:
        """The provider's answer, which serves once: a member of staff of ours, or what to say."""
        async with self.first as session:
            asked = await self._asked(await SigningIn.at(session, self.runtime, self.browser))
            code = rules.check_answer(query, self.runtime.settings.upstream_issuer, asked.state)
        async with upstream.provider(self.runtime.settings) as provider:
            vouched = await provider.vouched(asked, code)
        since = datetime.fromtimestamp(vouched.signed_in_at, UTC)
        async with self.runtime.sessions() as session, session.begin():
            at = await SigningIn.at(session, self.runtime, self.browser)
            staff = await people.upstream_staff(session, vouched.subject)
            if staff is None:
                return await at.shown(problem=sign_in_rules.NOT_PROVEN("Nobody here is known by this account."))
            return await at.done(Proof("staff", staff.id, "upstream", since=since), {})

    async def _asked(self, at: SigningIn) -> Asked:
        row = await queries.upstream(at.session, secrets.digest(self.browser.sign_in), datetime.now(UTC))
        kept = self._sealer.open(row.sealed) if row else None
        if row is None or kept is None:
            raise rules.UPSTREAM_INVALID("Nobody was sent there from this browser, or it took too long.")
        await at.session.delete(row)
        verifier, nonce, state = json.loads(kept)
        return Asked(verifier, nonce, state, at.asked.fresh_within, int((row.expires_at - LIFETIME).timestamp()))

    @property
    def _sealer(self) -> Sealer:
        newest, *older = in_turn(self.runtime.settings.kek)
        return Sealer(newest, f"jieli-upstream-v1|{self.browser.sign_in}", *older)
