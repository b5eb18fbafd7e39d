"""How one call is made: what every method of the client comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Terms:
    """Under which agreement, for which purpose: what a token is bound to (RFC 9396)."""

    agreement: str
    purpose: str


@dataclass(frozen=True)
class Asked:
    """One call. `media`: of the body; `token`: whether it wants one."""

    method: str
    path: str
    body: object = None
    media: str = ""
    query: Mapping[str, object] = field(default_factory=dict)
    terms: Terms | None = None
    idempotency_key: str | None = None
    if_match: int | str | None = None
    token: bool = True


class Refused(Exception):
    """The platform said no (RFC 9457): `code` is stable, `detail` says what to do, `retry_after` in how many seconds to
    come back, if that is told; `problem` has every member."""

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after: int | None = None) -> None:
        self.status = status
        self.problem = problem
        self.retry_after = retry_after
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        self.decision = str(problem.get("decision", ""))
        super().__init__(f"{status} {self.code}: {self.detail}")


def tag(version: int | str) -> str:
    """A version as If-Match has it (RFC 9110, 8.8.3), or an ETag as it came."""
    said = str(version)
    return said if said == "*" or said.endswith('"') else f'"{said}"'


def quoted(member: str) -> str:
    """A member of a path."""
    return quote(member, safe="")


class Calls:
    """Makes calls; `Client` is the one that does."""

    def call(self, asked: Asked) -> Any:
        """The answer: JSON, bytes or nothing. Raises Refused."""
        raise NotImplementedError
