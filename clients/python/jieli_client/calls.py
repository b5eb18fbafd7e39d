"""How one call is made, and what its answer tells beside what was asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

_QUOTA = re.compile(r'"(\w+)";q=(\d+)')
_LEFT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


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


@dataclass(frozen=True)
class Limit:
    """Of an agreement's calls in one span: how many it allows, how many are `left`, and until when, in seconds."""

    quota: int
    left: int
    resets_in: int


@dataclass(frozen=True)
class Told:
    """What an answer tells of itself. Name the `decision` when you ask for support; the `receipt` is the log's signed
    promise to hold this call; `limits` by span, `minute` and `day`; `retry_after` in how many seconds to come back."""

    decision: str = ""
    receipt: str = ""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    retry_after: int | None = None

    @classmethod
    def by(cls, headers: Mapping[str, str]) -> "Told":
        """From the answer's headers, by their names in small letters."""
        quotas = {span: int(quota) for span, quota in _QUOTA.findall(headers.get("ratelimit-policy", ""))}
        left = _LEFT.findall(headers.get("ratelimit", ""))
        limits = {span: Limit(quotas.get(span, 0), int(calls), int(seconds)) for span, calls, seconds in left}
        after = headers.get("retry-after", "")
        named = (headers.get("jieli-decision", ""), headers.get("jieli-receipt", ""))
        return cls(*named, limits, int(after) if after.isdecimal() else None)


class Refused(Exception):
    """The platform said no (RFC 9457): `code` is stable, `detail` says what to do; `problem` has every member, and
    `told` what the answer tells of itself, such as its decision."""

    def __init__(self, status: int, problem: Mapping[str, Any], told: Told) -> None:
        self.status = status
        self.problem = problem
        self.told = told
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        super().__init__(f"{status} {self.code}: {self.detail}")

    @property
    def decision(self) -> str:
        """The id of the decision, if one was made."""
        return self.told.decision

    @property
    def retry_after(self) -> int | None:
        """In how many seconds to come back, if that is told."""
        return self.told.retry_after


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
