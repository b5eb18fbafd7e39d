"""One governed call: what was asked, what the log says of it, and the grant that the service gets."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from gateway.agreements.rules import Terms
from gateway.audit.rules import entries
from gateway.audit.rules.entries import Entry, Outcome, Phase
from gateway.exchange import persons, routes, targets
from gateway.exchange.credentials import Caller
from gateway.exchange.desk import Desk
from gateway.exchange.forward import Answer, Outgoing
from gateway.exchange.persons import Acting
from gateway.exchange.routes import Match
from gateway.exchange.rules import Refuse, Request, Transform
from shared import ids
from shared.grants import Actor, AgreementRef

FIELDS_MOST = 100  # names in one ?fields=
PARTIES = 5  # the step that a caller has to pass before the log repeats what it says of purpose and basis
_NAMED = ("jieli-agreement", "jieli-purpose")  # what a caller names; it means something between organisations only


@dataclass
class Call:
    """A call on its way through the decision; `persons` and `allowed` are known after the lookup.

    The log says `target` of what was done; of what was asked, refused or failed it says `hidden`.
    """

    match: Match
    caller: Caller
    outgoing: Outgoing
    request: Request
    terms: Terms | None
    region: str
    officer: str
    target: entries.Target | None = None
    hidden: entries.Target | None = None
    decision: str = field(default_factory=lambda: str(ids.new()))
    persons: tuple[str, ...] = ()
    consent: str = ""
    allowed: Mapping[str, Transform] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, desk: Desk, match: Match, caller: Caller, outgoing: Outgoing) -> "Call":
        """Read what the caller asks; nothing about the person is looked up yet."""
        exchange = match.route.kind == "exchange"
        agreement, purpose = (outgoing.headers.get(name, "") if exchange else "" for name in _NAMED)
        terms = desk.known.index.get(agreement)
        party = desk.known.parties.get(_hands(caller).organisation)
        request = Request(
            kind=match.route.kind,
            operation=match.route.operation,
            caller_type=caller.kind,
            caller_organisation=caller.organisation,
            caller_kind=party.kind if party else "",
            caller_state=party.state if party else "",
            caller_client=caller.client,
            client_state=desk.known.state_of(caller.client_organisation),
            caller_roles=caller.roles,
            caller_details=caller.details,
            caller_authenticated=caller.authenticated,
            acting=caller.acting,
            agreement_id=agreement,
            purpose=purpose,
            fields=_fields(outgoing.path),
            object_type=match.object_type,
            object_id=match.object_id,
        )
        settings = desk.runtime.settings
        officer = targets.pseudonym(settings.index_key, _officer(caller))
        target = targets.target(match, outgoing.body, settings.index_key)
        hidden = targets.hidden(target, settings.index_key)
        call = cls(match, caller, outgoing, request, terms, settings.region, officer, target, hidden)
        if caller.person:
            call.persons = (caller.person,)
        return call

    def intents(self, refuse: Refuse | None = None) -> list[Entry]:
        """The entries before the call: one for each person it is about, or one without."""
        return [self._entry(person, Phase.INTENT, refuse) for person in self.persons or (None,)]

    def outcomes(self, outcome: Outcome, answer: Answer | None, sent: tuple[str, ...]) -> list[Entry]:
        """The entries after the call."""
        more = {
            "outcome": outcome,
            "status": answer.status if answer else None,
            "sent": sent,
            "latency_ms": int((time.perf_counter() - self.started) * 1000),
            "response_sha256": hashlib.sha256(answer.body).digest() if answer else None,
        }
        return [self._entry(person, Phase.OUTCOME, None, **more) for person in self.persons or (None,)]

    def _entry(self, person: str | None, phase: Phase, refuse: Refuse | None, **more: Any) -> Entry:
        request, terms = self.request, self.terms
        party = terms if refuse is None or refuse.step > PARTIES else None
        done = more.get("outcome") is Outcome.RELEASED
        return Entry(
            decision=self.decision,
            phase=phase,
            kind=request.kind,
            actor=self._actor(),
            operation=request.operation,
            permitted=refuse is None,
            reason=refuse.reason if refuse else None,
            service=self.match.route.service,
            purpose=request.purpose if party and request.purpose in party.services_by_purpose else None,
            basis=party.basis if party else None,
            agreement=entries.Agreement(id=terms.agreement_id, version=terms.version, hash=terms.hash)
            if terms
            else None,
            target=self.target if done else self.hidden,
            asked=self._asked(),
            allowed=tuple(sorted(self.allowed)),
            person=person,
            consent=self.consent or None,
            about=request.object_id or None,
            through=self.caller.acting.through or None,
            request_sha256=hashlib.sha256(self.outgoing.path.encode() + b"\n" + self.outgoing.body).digest(),
            **more,
        )

    def _asked(self) -> tuple[str, ...]:
        """Only names of the catalogue enter the log: a caller could write anything there."""
        known = self.terms.catalogued if self.terms else frozenset()
        return tuple(sorted((self.request.fields or frozenset()) & known))

    def _actor(self) -> entries.Actor:
        """Whoever had the hands on it; of a person for whom somebody acts the entry's own tag speaks."""
        caller = self.caller
        who = _hands(caller)
        return entries.Actor(
            kind=who.kind,
            region=self.region,
            organisation=who.organisation or None,
            client=caller.client if who.kind == "client" else None,
            officer=self.officer or None,
            role=",".join(sorted(who.roles)) or None,
        )

    def claims(self, desk: Desk, part: str = "") -> dict[str, Any]:
        """What a service's grant says of this call; `part` is the service, where several have a part in it."""
        service, caller = part or self.match.route.service, self.caller
        told = self.persons and service != routes.HERE  # the gateway itself needs no id: it has the call
        subject = desk.seals.known_as(service, self.persons[0]) if told else ""
        identity = subject if caller.kind == "resident" else caller.subject
        claims: dict[str, Any] = {
            "kind": self.request.kind,
            "actor": Actor(caller.kind, identity, caller.organisation, tuple(sorted(caller.roles))),  # type: ignore[arg-type]  # identity issues these kinds only
            "operation": self.request.operation,
            "decision": self.decision,
            "purpose": self.request.purpose,
            "fields": tuple(sorted(self.allowed)),
        }
        if subject and self.request.kind != "internal":
            claims |= {"subject": subject, "seal": desk.seals.seal(self.persons[0])}
        if self.request.kind == "self":
            claims["proved_by"] = persons.proved(caller.methods, self.request.acting)
        if self.request.kind == "self" and service == "identity":  # elsewhere these ids would join what services hold
            claims |= {"through": caller.acting.through, "session": caller.session}
        if self.terms and self.request.kind == "exchange":
            claims["agreement"] = AgreementRef(self.terms.agreement_id, self.terms.version)
        return claims


def _fields(path: str) -> frozenset[str] | None:
    query = path.partition("?")[2]
    values = parse_qs(query).get("fields")
    if values is None:
        return None
    names = [name.strip() for value in values for name in value.split(",")]
    return frozenset(names[:FIELDS_MOST]) - {""}


def _hands(caller: Caller) -> Caller | Acting:
    """Whose hands are on it: the caller's, or those of whoever acts for the person."""
    return caller.acting if caller.acting.kind else caller


def _officer(caller: Caller) -> str:
    """The member of staff who calls, for themselves or with a person at a counter; nobody otherwise."""
    who = _hands(caller)
    return who.subject if who.kind == "staff" else ""
