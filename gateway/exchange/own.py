"""A person's own acts, held against what the gateway knows: a consent that can work, a region that can be asked."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from gateway.exchange import refusals, routes
from gateway.exchange.calls import Call
from gateway.exchange.desk import Desk
from gateway.exchange.queries import Look
from gateway.exchange.rules import Refuse
from shared import problems

ON_ITS_WAY = 3.0  # seconds that a fact of another service is waited for
REGION = re.compile(r"[0-9]{6}")


class Consent(msgspec.Struct, frozen=True):
    """What a decision says of itself; everything else in it is the registry's to read."""

    referral: str
    recipient: str
    purpose: str
    agreement: str
    consent_hash: str
    fields: list[str]
    decision: str


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """A consent in GovStack's words."""

    opt_in: bool


class Withdrawal(msgspec.Struct, frozen=True, rename="camel"):
    """A change of a consent in GovStack's words."""

    consent_record: Record


class RecordRequest(msgspec.Struct, frozen=True):
    """Which region is asked."""

    region: str = ""


async def consent(at: Desk, call: Call) -> Refuse | None:
    """A person decides about her own referral only, about what was shown to her, and never before its recipient's eyes.

    Another person's referral is waited for as long as one that nobody has: time must not tell them apart.
    """
    row = await _own_referral(at, call, *_named(call.outgoing.body))
    if row is None:
        return Refuse(10, problems.NOT_FOUND, log_code="referral-not-own")
    if row.consumer in call.request.acting.organizations:
        return Refuse(10, refusals.WITNESS_IS_RECIPIENT)
    differs = _differs(at, _read(call.outgoing.body, Consent), row)
    return Refuse(11, refusals.CONSENT_UNFIT, extras={"differs": differs}) if differs else None


async def withdrawal(at: Desk, call: Call) -> Refuse | None:
    """Where it comes with a body this has to say so: what is no withdrawal must not be marked as one."""
    if call.match.route.takes and _read(call.outgoing.body, Withdrawal).consent_record.opt_in:
        raise problems.BODY_INVALID(
            "Send `optIn: false`: a consent that was withdrawn is given anew, not taken up again."
        )
    return None


async def record_request(at: Desk, call: Call) -> Refuse | None:
    """Only a region that this one is joined with can be asked; what is no region at all the registry refuses."""
    asked = _read(call.outgoing.body, RecordRequest).region
    if not REGION.fullmatch(asked) or asked in at.regions or asked == call.region:
        return None
    return Refuse(10, refusals.REGION_NOT_JOINED)


CHECKS: Mapping[str, Callable[[Desk, Call], Awaitable[Refuse | None]]] = {
    "give_consent": consent,
    "withdraw_consent": withdrawal,
    "request_record": record_request,
}


async def _own_referral(at: Desk, call: Call, referral: str, agreement: str) -> Look | None:
    """The person's own referral; that it was drafted, or that its agreement is in force, may still be on its way."""
    deadline, pause = time.monotonic() + ON_ITS_WAY, 0.05
    while True:
        row = await at.look(referral)
        if row is not None and (row.type != "referral" or call.caller.person not in map(at.seals.open, row.seals)):
            row = None
        if (row and at.known.index.get(agreement)) or time.monotonic() > deadline:
            return row
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def _differs(at: Desk, given: Consent, row: Look) -> list[str]:
    """The members that are not what the referral would have to show; with them the decision could have no effect."""
    index = at.known.index
    terms = index.get(given.agreement)
    if terms is None or (terms.provider, terms.consumer) != (row.provider, row.consumer):
        return ["agreement"]
    services = terms.services_by_purpose.get(given.purpose, frozenset())
    asked = terms.full.keys() & index.vocabulary.fields_of(frozenset({row.service}))
    fits = {
        "recipient": given.recipient == row.consumer,
        "purpose": row.service in services,
        "consent_hash": given.consent_hash == terms.consent_hash,
        "fields": given.decision == "refused" or sorted(given.fields) == sorted(asked),
    }
    return [name for name, right in fits.items() if not right]


def _named(body: bytes) -> tuple[str, str]:
    """The referral and the agreement in it."""
    said = _read(body, dict[str, Any])
    referral, agreement = said.get("referral"), said.get("agreement")
    if not isinstance(referral, str) or not routes.ID.fullmatch(referral):
        raise problems.BODY_INVALID("Name the `referral` that the consent is for.")
    return referral, agreement if isinstance(agreement, str) else ""


def _read(body: bytes, form: type[Any]) -> Any:
    """The body in this form; 400 or 422 that names the member, never a value."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        raise problems.BODY_INVALID(f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise problems.BODY_UNREADABLE() from None
