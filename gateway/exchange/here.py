"""The gateway as a service to itself: what its rooms answer, behind the same decision and grant as any other."""

from collections.abc import Iterator

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope

from gateway.exchange import routes
from gateway.exchange.calls import Call
from gateway.exchange.desk import Desk
from gateway.exchange.forward import PASSED_BACK, PASSED_ON, Answer

_CALL = "jieli.call"


async def call(app: ASGIApp, scope: Scope, at: Desk, governed: Call) -> Answer:
    """Let the gateway's own app answer, with a grant for exactly this call."""
    outgoing = governed.outgoing
    headers = [(name, outgoing.headers[name]) for name in PASSED_ON if name in outgoing.headers]
    headers.append(("jieli-grant", at.services.grant(routes.HERE, outgoing, governed.claims(at))))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    answered = _Answered()
    await app({**scope, "headers": encoded, _CALL: governed}, _given(outgoing.body), answered)
    return answered.complete()


async def governed(request: Request) -> Call:
    """The call that is answered here, for a route that goes on under its decision."""
    call: Call = request.scope[_CALL]
    return call


def _given(body: bytes) -> Receive:
    told: Iterator[Message] = iter([{"type": "http.request", "body": body}])

    async def receive() -> Message:
        return next(told, {"type": "http.disconnect"})

    return receive


class _Answered:
    """Takes an answer in as a whole."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            told = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
            self._headers = {name: told[name] for name in PASSED_BACK if name in told}
        else:
            self._body += message.get("body", b"")

    def complete(self) -> Answer:
        """The answer."""
        return Answer(self._status, self._headers, bytes(self._body))
