"""Calls of a person about herself: how fresh her proof of who she is must be, and who else may make them. Pure."""

from typing import Literal

import msgspec

Proved = Literal["own_device", "code_at_counter", "paper"]
PAPER = frozenset({"paper_key", "paper_form"})


class Acting(msgspec.Struct, frozen=True):
    """Who acts in a person's place: nobody, staff at a counter for one task, or a helper.

    `through` is what permits it: a counter's presence, which on paper has a `witness`, or a helper's delegation.
    """

    kind: str = ""
    subject: str = ""
    through: str = ""
    organisation: str = ""
    roles: frozenset[str] = frozenset()
    task: str = ""
    witness: str = ""

    @property
    def organizations(self) -> frozenset[str]:
        """Who sees what is done: the officer's organisation, and the one that saw her sign."""
        return frozenset({self.organisation, self.witness} - {""})


NOBODY = Acting()


class OwnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation of a person on her own data: its task, and who else may do it for her.

    `fresh_within` is how old her proof of who she is may be, in seconds; with 0 a sign-in that lasts will do.
    `with_staff` are the tasks for which staff may do it with her at a counter; `with_helper` says whether somebody may
    whom she let help her; `alone` whether she may do it without either.
    """

    task: str
    fresh_within: int = 0
    with_staff: frozenset[str] = frozenset()
    with_helper: bool = False
    alone: bool = True

    def takes(self, acting: Acting) -> bool:
        """Whether this may be done by whoever acts, or by the person alone."""
        if acting.kind == "helper":
            return self.with_helper
        if not acting.kind:
            return self.alone
        return acting.kind == "staff" and acting.task in self.with_staff

    def too_old(self, authenticated: int, now: float) -> bool:
        """Whether the proof of that moment has to be given anew."""
        return too_old(self.fresh_within, authenticated, now)


def too_old(fresh_within: int, authenticated: int, now: float) -> bool:
    """Whether a sign-in is older than it may be; both moments in seconds since 1970, and 0 when any will do."""
    return bool(fresh_within) and now - authenticated > fresh_within


def proved(methods: frozenset[str], acting: Acting) -> Proved:
    """How the person showed that it is she: what stands beside her consent (product line 7). `methods` by RFC 8176."""
    if methods & PAPER:
        return "paper"
    return "code_at_counter" if acting.kind == "staff" else "own_device"
