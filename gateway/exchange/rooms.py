"""Calls that a room of the gateway answers itself, under the same decision, log and receipt as every other."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, Request

from gateway.exchange import challenges, desk, proxy
from gateway.exchange.forward import Answer, Outgoing
from gateway.exchange.proxy import Perform, Refused
from gateway.exchange.routes import Match, Route
from shared.grants import CallKind
from shared.problems import Problem
from shared.requests import RuntimeDep

PRESENTED = ("authorization", "dpop")


@dataclass(frozen=True)
class Decided:
    """The dependency that says which operation of the policy a route is; `perform` is done once that is permitted."""

    kind: CallKind
    operation: str
    perform: Perform

    async def __call__(
        self,
        request: Request,
        runtime: RuntimeDep,
        _token: Annotated[str, Header(alias="authorization")] = "",
        _proof: Annotated[str, Header(alias="dpop")] = "",
    ) -> Answer:
        """What was done, or a refusal with how to come back; the headers stand here for the OpenAPI document."""
        headers = {name: ", ".join(request.headers.getlist(name)) for name in PRESENTED}
        route = Route(self.kind, request.method, request.url.path, "gateway", self.operation)
        outgoing = Outgoing(request.method, request.url.path, headers, await request.body())
        public_url = runtime.settings.public_url
        try:
            return await proxy.answered(desk.at(runtime), Match(route, "", "", "", ""), outgoing, self.perform)
        except Refused as refused:
            raise challenges.challenged(public_url, refused.refuse.problem()) from None
        except Problem as problem:
            raise challenges.challenged(public_url, problem) from None
