"""What a person reads of her own log: the entries of one decision told as one access, in plain words."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

OWN_VIEW = ("本人查看自己的访问记录", "You looked at your own access record")
AT_COUNTER = ("本人在{0}窗口，由其工作人员操作", "Done by an officer at the counter of {0}, with you there")
BY_HELPER = ("由您允许的帮助者代为办理", "Done for you by somebody whom you let help you")
OWN_ACT = ("本人办理", "You did this yourself")
INSIDE = ("机构内部办理", "Work inside one organisation")
BETWEEN = ("机构之间的数据交换", "Exchange between organisations")


class Line(NamedTuple):
    """One entry of an access, with the ids that only the person can open; without, when it is about nobody."""

    seq: int
    body: bytes
    ids: Mapping[str, Any]


@dataclass(frozen=True)
class Access:
    """One decision and what became of it. `first` is its earliest entry, `last` its newest."""

    decision: uuid.UUID
    lines: tuple[tuple[int, dict[str, Any]], ...]
    consent: str | None
    about: str | None
    through: str | None

    @property
    def first(self) -> dict[str, Any]:
        """The earliest entry."""
        return self.lines[0][1]

    @property
    def last(self) -> dict[str, Any]:
        """The newest entry."""
        return self.lines[-1][1]

    @property
    def refused(self) -> bool:
        """Whether a step said no."""
        return any(body["verdict"] == "deny" for _, body in self.lines)

    @property
    def result(self) -> str:
        """refused, released, failed, unknown; open while the outcome is not written; done where none is to come."""
        if self.refused:
            return "refused"
        return self.last["outcome"] or ("open" if self.last["phase"] == "intent" else "done")

    @property
    def reason(self) -> str | None:
        """The code of the step that said no."""
        return next((body["reason"] for _, body in self.lines if body["reason"]), None)

    def fields(self, kind: str) -> list[str]:
        """The fields asked, allowed or sent."""
        return sorted({name for _, body in self.lines for name in body["fields"][kind]})


def access(decision: uuid.UUID, lines: Sequence[Line]) -> Access:
    """The access that these entries of one decision tell of, given in the order of the log."""
    ids = next((line.ids for line in lines if line.ids), {})
    bodies = tuple((line.seq, json.loads(line.body)) for line in lines)
    return Access(decision, bodies, ids.get("consent"), ids.get("about"), ids.get("through"))


def why(told: Access, purposes: Mapping[str, tuple[str, str]], organisation: str) -> tuple[str, str]:
    """Why it happened, in Chinese and in English; `purposes` are the labels of the closed list.

    `organisation` is what the actor's is called.
    """
    if told.first["phase"] == "view":
        return OWN_VIEW
    if told.first["purpose"] in purposes:
        return purposes[told.first["purpose"]]
    if (told.first["kind"], told.first["actor"]["kind"]) == ("self", "staff"):
        zh, en = AT_COUNTER
        return zh.format(organisation), en.format(organisation)
    if (told.first["kind"], told.first["actor"]["kind"]) == ("self", "helper"):
        return BY_HELPER
    return {"self": OWN_ACT, "internal": INSIDE}.get(told.first["kind"], BETWEEN)
