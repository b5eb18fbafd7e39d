"""For each step of the decision, what stops a request that is sound otherwise; docs/decision.md is made from it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from joserfc.jwk import ECKey

from demo.tokens import Token
from deploy.local import places
from gateway.agreements.rules import Basis
from gateway.audit.rules import notes
from gateway.exchange import queries
from tests.support.governed import EDUCATION, Ask, Region

PAGE = places.ROOT / "docs" / "decision.md"
Breaks = Callable[[Region, Ask], AbstractAsyncContextManager[Ask]]


@dataclass(frozen=True)
class Step:
    """One step: what stands in the way of a request, and what its caller and the log are told.

    `logged` are the entries that the request leaves. `base` is what the sound request has of its own.
    """

    number: int
    what: str
    breaks: Breaks
    code: str
    status: int
    logged: tuple[str, ...] = ()
    base: dict[str, Any] = field(default_factory=dict)


def changed(**changes: Any) -> Breaks:
    """Another request."""

    @contextlib.asynccontextmanager
    async def broken(region: Region, ask: Ask) -> AsyncIterator[Ask]:
        yield replace(ask, **changes)

    return broken


def written(done: str, undone: str) -> Breaks:
    """Something else in the gateway's tables, while the request is made; `:referral` is the one that is asked for."""

    @contextlib.asynccontextmanager
    async def broken(region: Region, ask: Ask) -> AsyncIterator[Ask]:
        values = {"referral": ask.referral}
        await region.write(done, **{name: value for name, value in values.items() if f":{name}" in done})
        await region.look()
        try:
            yield ask
        finally:
            await region.write(undone, **{name: value for name, value in values.items() if f":{name}" in undone})
            await region.look()

    return broken


def amended(**terms: Any) -> Breaks:
    """Another version of the agreement is in force while the request is made."""

    @contextlib.asynccontextmanager
    async def broken(region: Region, ask: Ask) -> AsyncIterator[Ask]:
        held = await region.agreement(ask.agreement)
        await region.amend(ask.agreement, **terms)
        try:
            yield ask
        finally:
            await region.amend(ask.agreement, **{name: getattr(held, name) for name in terms})

    return broken


def behind(**changes: Any) -> Breaks:
    """The service behind the gateway does something else."""

    @contextlib.asynccontextmanager
    async def broken(region: Region, ask: Ask) -> AsyncIterator[Ask]:
        held = {name: getattr(region.behind, name) for name in changes}
        for name, value in changes.items():
            setattr(region.behind, name, value)
        try:
            yield ask
        finally:
            for name, value in held.items():
                setattr(region.behind, name, value)

    return broken


@contextlib.asynccontextmanager
async def stolen(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The token is shown by somebody who does not have its key."""
    token = region.token(ask)
    shown = Token(token.value, ECKey.generate_key("P-256"), token.gateway_url).headers(ask.method, ask.path)
    yield replace(ask, shown=shown)


@contextlib.asynccontextmanager
async def replayed(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The very request was made before."""
    again = replace(ask, shown=region.token(ask).headers(ask.method, ask.path))
    assert (await region.send(again)).status_code == 200
    yield again


@contextlib.asynccontextmanager
async def suspended(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The agreement is suspended."""
    await region.move(ask.agreement, "suspend")
    try:
        yield ask
    finally:
        await region.move(ask.agreement, "activate")


@contextlib.asynccontextmanager
async def used_up(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The day's calls were made."""
    today = queries.day(datetime.now(UTC))
    await region.write("DELETE FROM quota")
    await region.write("INSERT INTO quota VALUES (:agreement, 'day', :today, 200000)", agreement=EDUCATION, today=today)
    try:
        yield ask
    finally:
        await region.write("DELETE FROM quota")


@contextlib.asynccontextmanager
async def unwritable(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The log cannot be written."""
    await region.write(LOST)
    try:
        yield ask
    finally:
        await region.write(FOUND)


@contextlib.asynccontextmanager
async def unwritable_afterwards(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The log is lost while the service answers."""

    async def lose(_: web.Request) -> None:
        await region.write(LOST)

    async with behind(answering=lose)(region, ask):
        try:
            yield ask
        finally:
            await region.write(FOUND)


async def hang_up(request: web.Request) -> None:
    """The service dies."""
    assert request.transport
    request.transport.abort()


class _Mute:
    """A key that signs nothing."""

    def sign(self, message: bytes) -> bytes:
        raise RuntimeError("the key does not answer")


@contextlib.asynccontextmanager
async def unsigned(region: Region, ask: Ask) -> AsyncIterator[Ask]:
    """The log cannot promise anything."""
    held = region.desk.log.signer
    region.desk.log.signer = notes.Signer(held.origin, _Mute())  # type: ignore[arg-type]  # it must not be a key
    try:
        yield ask
    finally:
        region.desk.log.signer = held


LOST, FOUND = "ALTER TABLE log_head RENAME TO lost", "ALTER TABLE lost RENAME TO log_head"
PERMITTED, FAILED = "intent: permit", "outcome: failed"
STEPS = (
    Step(0, "a body where none is read", changed(content=b'{"all": true}'), "body-unexpected", 400),
    Step(1, "the token is shown without its key", stolen, "proof-invalid", 401),
    Step(2, "the proof was used before", replayed, "proof-invalid", 401),
    Step(
        3,
        "the client was revoked",
        written(
            "INSERT INTO revocation (kind, id) VALUES ('client', 'org-610118-education-system')",
            "DELETE FROM revocation",
        ),
        "token-revoked",
        401,
    ),
    Step(
        4, "the agreement is suspended", suspended, "agreement-not-active", 403, ("intent: deny, agreement-not-active",)
    ),
    Step(
        5,
        "another office calls under the agreement",
        changed(caller="org-610118-housing"),
        "party-mismatch",
        403,
        ("intent: deny, party-mismatch",),
    ),
    Step(
        6,
        "the agreement lists reading only, and the request answers",
        amended(operations=("read_referral",)),
        "operation-not-agreed",
        403,
        ("intent: deny, operation-not-agreed",),
        {"verb": "accept"},
    ),
    Step(
        7,
        "a purpose that the token has and the agreement has not",
        changed(purpose="housing_help", bound=((EDUCATION, "housing_help"),)),
        "purpose-not-agreed",
        403,
        ("intent: deny, purpose-not-agreed",),
    ),
    Step(
        8,
        "the agreement rests on a basis that does not carry the operation",
        amended(legal_basis=Basis("public_emergency", "突发事件应对法")),
        "basis-mismatch",
        403,
        ("intent: deny, basis-mismatch",),
    ),
    Step(
        9,
        "a field of the catalogue that the agreement does not list",
        changed(fields=("姓名", "证件号码")),
        "fields-not-agreed",
        403,
        ("intent: deny, fields-not-agreed",),
    ),
    Step(
        10,
        "the referral is closed",
        written(
            "UPDATE link SET state = 'completed' WHERE id = :referral",
            "UPDATE link SET state = 'accepted' WHERE id = :referral",
        ),
        "not-found",
        404,
        ("intent: deny, subject-not-linked",),
    ),
    Step(
        11,
        "the person withdrew the consent",
        written(
            "UPDATE consent SET state = 'withdrawn' WHERE referral = :referral",
            "UPDATE consent SET state = 'given' WHERE referral = :referral",
        ),
        "consent-withdrawn",
        403,
        ("intent: deny, consent-withdrawn",),
    ),
    Step(12, "the day's calls were made", used_up, "quota-exceeded", 429, ("intent: deny, quota-exceeded",)),
    Step(13, "the log cannot be written", unwritable, "log-unavailable", 503),
    Step(
        14,
        "the service dies while it is asked; a write is not tried again",
        behind(answering=hang_up),
        "service-unavailable",
        502,
        (PERMITTED, FAILED),
        {"verb": "accept"},
    ),
    Step(
        15,
        "the service answers with a page",
        behind(content_type="text/html", body=b"<p>\xe6\x9f\x90\xe4\xba\xba</p>"),
        "answer-type-unlisted",
        502,
        (PERMITTED, FAILED),
    ),
    Step(
        16,
        "the log is lost while the service answers; nothing leaves, and the sweeper closes it as unknown",
        unwritable_afterwards,
        "outcome-not-logged",
        503,
        (PERMITTED,),
    ),
    Step(
        17,
        "the receipt cannot be signed; nothing leaves, though the log has it as released",
        unsigned,
        "internal",
        500,
        (PERMITTED, "outcome: released"),
    ),
)


def page() -> str:
    """The table as it is published."""
    rows = [
        f"| {step.number} | {step.what} | {step.status} | `{step.code}` | {'; '.join(step.logged) or '-'} | 200 |"
        for step in STEPS
    ]
    return "\n".join(
        (
            "# The decision, step by step",
            "",
            "<!-- Made from tests/support/steps.py by `make docs`; a test holds it equal, and true. -->",
            "",
            "Each line is one request of the education office's system about one referral. It passes every other step,",
            "is refused by its own step alone, and the same request passes once that one thing is right.",
            "`tests/service/gateway/test_steps.py` tries every line on a real gateway.",
            "",
            "What steps 0 to 3 refuse is counted and leaves no entry. At step 10 only the log has the reason: the",
            "caller is told what it is told of a referral that nobody has. 14, 16 and 17 are faults made on purpose.",
            "",
            "| step | what stands in the way | HTTP | code | in the log | repaired |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        )
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
