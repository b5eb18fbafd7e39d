"""The decision against Cedar: another engine, another formulation, the same answer for random pairs.

`make oracle` compares 100,000 pairs.
"""

import csv
import json
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import cedarpy
import msgspec

from cli.vocabulary import CATALOGUE
from gateway.agreements import rules as agreement_rules
from gateway.agreements.rules import Agreement, Basis, Field, Party, Rate, Terms
from gateway.exchange import rules
from gateway.exchange.rules import ConsentFact, Facts, Found, Link, Permit, Request, Usage
from tests.unit.gateway import decisions as d

PAIRS = 2_000
AGREEMENTS = 200
SOUND = 0.96  # how often each part of a random case is the one that fits, so that permits are not rare
POLICY = cedarpy.PolicySet.from_str("""
permit (principal, action, resource) when {
    resource.state == "active" && context.now >= resource.valid_from && context.now < resource.valid_until
    && context.caller.organisation != "" && context.caller.organisation == resource.consumer
    && (context.caller.type != "client" || resource.clients.isEmpty()
        || resource.clients.contains(context.caller.client))
    && context.caller.roles.containsAny(["officer", "system"])
    && context.operations.contains(context.operation) && resource.operations.contains(context.operation)
    && context.object_type == "referral" && context.object != ""
    && resource.purposes.contains(context.purpose)
    && (context.bound.contains(context.wanted) || (context.bound.isEmpty() && context.caller.type != "client"))
    && context.bases.contains(resource.basis) && (context.basis == "" || context.basis == resource.basis)
    && (if context.reads then !context.fields.isEmpty() else context.fields.isEmpty())
    && context has link && context.link.object == context.object
    && context.link.provider == resource.provider && context.link.consumer == resource.consumer
    && resource.services.contains(context.link.service) && context.link.purpose == context.purpose
    && (context.service == "" || context.service == context.link.service)
    && ["requested", "accepted", "scheduled", "in_progress", "on_hold"].contains(context.link.state)
    && (if context.link.state == "requested" then resource.preview else resource.fields).containsAll(context.fields)
    && context.fresh
    && context has consent && context.consent.state == "given" && context.now < context.consent.expires_at
    && context.consent.id == context.link.consent && context.consent.referral == context.link.object
    && context.consent.recipient == resource.consumer && context.consent.purpose == context.purpose
    && context.consent.agreement == context.agreement && context.consent.hash == resource.consent_hash
    && context.consent.fields.containsAll(context.fields)
    && (!resource.separate || context.consent.separate.contains("minor")
        || !(if context.link.state == "requested" then resource.preview_minor else resource.minor)
            .containsAny(context.fields))
    && (!resource.separate || context.consent.separate.contains("health")
        || !(if context.link.state == "requested" then resource.preview_health else resource.health)
            .containsAny(context.fields))
    && context.minute < resource.per_minute && context.day < resource.per_day
    && context.people < resource.people_per_day
};
""")

ORGANISATIONS = ("org-610118-education", "org-610118-housing", "org-610118-centre", "org-610118-legal", "")
PURPOSES = ("school_enrolment", "housing_help", "health_service", "", "unheard")
SERVICES = ("EDU-01", "EDU-02", "HOU-04", "HEA-05", "EDU-03")
FIELDS = ("姓名", "儿童姓名", "出生日期", "接种证号", "房屋地址", "证件号码", "不在目录")
KINDS = {"儿童姓名": "minor", "出生日期": "minor", "接种证号": "health"}
CLIENTS = ("org-610118-education-system", "another-system")
ROLES = (
    frozenset({"officer"}),
    frozenset({"coordinator", "officer"}),
    frozenset({"coordinator"}),
    frozenset({"administrator", "data_protection_officer"}),
    frozenset[str](),
)
STATES = ("requested", "accepted", "scheduled", "in_progress", "on_hold", "completed", "draft", "revoked", "cancelled")
with CATALOGUE.open(encoding="utf-8", newline="") as lines:
    DOMAINS = {row["code"]: row["domain"] for row in csv.DictReader(lines) if row["kind"] != "info"}
PURPOSE_OF_DOMAIN = {"education": "school_enrolment", "housing": "housing_help", "health": "health_service"}


@dataclass
class Dice:
    """Random choices that are the fitting one most of the time."""

    source: random.Random

    def pick(self, fitting: Any, others: tuple[Any, ...]) -> Any:
        return fitting if self.source.random() < SOUND else self.source.choice(others)

    def some(self, things: tuple[str, ...]) -> frozenset[str]:
        return frozenset(thing for thing in things if self.source.random() < 0.6)


def random_agreement(dice: Dice, number: int) -> Agreement:
    def fields(names: frozenset[str]) -> tuple[Field, ...]:
        return tuple(Field(name, "need", KINDS.get(name, "none")) for name in sorted(names))

    full = dice.some(FIELDS[:5]) | {"姓名"}
    return d.with_agreement(
        agreement_id=f"agr-{number}",
        state=dice.pick("active", ("draft", "suspended", "expired", "terminated", "agreed")),
        provider=Party("610118", dice.pick("org-610118-centre", ORGANISATIONS[:4]), "中心", "service_centre"),
        consumer=Party(
            "610118",
            dice.pick("org-610118-education", ORGANISATIONS[:4]),
            "局",
            "department",
            dice.pick((), (CLIENTS[:1], CLIENTS)),
        ),
        services=tuple(dice.some(SERVICES) | {"EDU-01"}),
        purposes=dice.pick(("school_enrolment", "housing_help"), (PURPOSES[:1], PURPOSES[:3], (), PURPOSES[1:2])),
        legal_basis=Basis(dice.pick("statutory_duty", ("consent", "public_emergency")), "条"),
        operations=dice.pick(
            ("read_referral", "answer_referral", "file_record"), ((), ("read_referral",), ("file_record",))
        ),
        preview_fields=fields(dice.some(tuple(full)) | {"姓名"}),
        fields=fields(full),
        consent=dice.pick("separate_consent", ("consent",)),
        valid_from=d.NOW + timedelta(seconds=dice.pick(-60, (0, 1, 60))),
        valid_until=d.NOW + timedelta(seconds=dice.pick(60, (0, -1, 1))),
        rate=Rate(10, 20, 5),
    )


def random_request(dice: Dice, agreements: dict[str, Agreement]) -> Request:
    operation = dice.pick("read_referral", ("answer_referral", "file_record", "list_referrals"))
    named = dice.pick(dice.source.choice(tuple(agreements)), ("agr-unheard", ""))
    listed = tuple(field.path for field in agreements.get(named, d.AGREEMENT).preview_fields)
    purpose = dice.pick("school_enrolment", PURPOSES)
    fields = dice.some(listed) or frozenset({"姓名"}) if operation == "read_referral" else None
    return d.with_request(
        operation=operation,
        caller_type=dice.pick("client", ("staff",)),
        caller_organisation=dice.pick("org-610118-education", ORGANISATIONS),
        caller_client=dice.pick(CLIENTS[0], CLIENTS),
        caller_roles=dice.pick(frozenset({"system"}), ROLES),
        agreement_id=named,
        purpose=purpose,
        basis=dice.pick("", ("statutory_duty", "consent", "public_emergency")),
        service=dice.pick("", SERVICES),
        caller_details=dice.pick(frozenset({(named, purpose)}), (frozenset(), frozenset({("agr-unheard", purpose)}))),
        object_type=dice.pick("referral", ("person", "case", "")),
        object_id=dice.pick(d.REFERRAL, ("another", "")),
        fields=dice.pick(fields, (dice.some(FIELDS), frozenset(), None)),
    )


def random_found(dice: Dice, request: Request, agreement: Terms) -> Found:
    link = d.with_link(
        object_id=dice.pick(request.object_id, ("another",)),
        provider=dice.pick(agreement.provider, ORGANISATIONS),
        consumer=dice.pick(agreement.consumer, ORGANISATIONS),
        service=dice.pick("EDU-01", SERVICES),
        state=dice.pick("accepted", STATES),
        consent=dice.pick(d.CONSENT, ("another", None)),
    )
    consent = d.with_consent(
        id=dice.pick(d.CONSENT, ("another",)),
        state=dice.pick("given", ("withdrawn", "refused", "expired", "")),
        referral=dice.pick(link.object_id, ("another",)),
        recipient=dice.pick(agreement.consumer, ORGANISATIONS),
        purpose=dice.pick(request.purpose, PURPOSES),
        agreement=dice.pick(request.agreement_id, ("agr-7",)),
        consent_hash=dice.pick(agreement.consent_hash, ("0" * 64,)),
        fields=dice.pick(frozenset(FIELDS), (dice.some(FIELDS),)),
        expires_at=d.NOW + timedelta(seconds=dice.pick(1, (0, -1))),
        separate=dice.pick(frozenset({"minor", "health"}), (frozenset({"minor"}), frozenset({"health"}), frozenset())),
    )
    return Found(dice.pick(link, (None,)), dice.pick(consent, (None,)), dice.pick(True, (False,)))


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def entity(agreement: Agreement) -> dict[str, Any]:
    """The agreement as a Cedar entity, written from the agreement itself and not from the terms of our own engine."""

    def of_kind(fields: tuple[Field, ...], kind: str) -> list[str]:
        return [field.path for field in fields if field.sensitivity == kind]

    attributes = {
        **{
            "state": agreement.state,
            "basis": agreement.legal_basis.kind,
            "separate": agreement.consent == "separate_consent",
        },
        **{"provider": agreement.provider.organisation, "consumer": agreement.consumer.organisation},
        **{"clients": list(agreement.consumer.clients), "operations": list(agreement.operations)},
        **{"purposes": list(agreement.purposes), "services": list(agreement.services)},
        **{"preview": [f.path for f in agreement.preview_fields], "fields": [f.path for f in agreement.fields]},
        **{
            f"{part}{kind}": of_kind(fields, kind)
            for kind in ("minor", "health")
            for part, fields in (("preview_", agreement.preview_fields), ("", agreement.fields))
        },
        **{"valid_from": seconds(agreement.valid_from), "valid_until": seconds(agreement.valid_until)},
        **{"per_minute": agreement.rate.per_minute, "per_day": agreement.rate.per_day},
        **{
            "people_per_day": agreement.rate.distinct_people_per_day,
            "consent_hash": agreement_rules.consent_hash(agreement),
        },
    }
    return {"uid": {"type": "Agreement", "id": agreement.agreement_id}, "attrs": attributes, "parents": []}


def question(request: Request, found: Found, usage: Usage) -> dict[str, Any]:
    """The same question in Cedar's words."""
    context: dict[str, Any] = {
        **{"now": seconds(d.NOW), "operation": request.operation, "agreement": request.agreement_id},
        **{
            "operations": ["read_referral", "answer_referral", "file_record"],
            "reads": request.operation == "read_referral",
        },
        "bases": ["statutory_duty"] if request.operation == "file_record" else ["statutory_duty", "consent"],
        "caller": {
            "type": request.caller_type,
            "organisation": request.caller_organisation,
            "client": request.caller_client,
            "roles": sorted(request.caller_roles),
        },
        "bound": [" ".join(detail) for detail in sorted(request.caller_details)],
        "wanted": f"{request.agreement_id} {request.purpose}",
        **{"purpose": request.purpose, "basis": request.basis, "service": request.service},
        **{"object_type": request.object_type, "object": request.object_id, "fields": sorted(request.fields or ())},
        **{"fresh": found.fresh, "minute": usage.minute, "day": usage.day},
        "people": usage.people if usage.new_person else usage.people - 1,
    }
    if found.link:
        context["link"] = in_words(found.link)
    if found.consent:
        context["consent"] = in_words(found.consent)
    resource = f'Agreement::"{request.agreement_id}"'
    return {"principal": 'Caller::"caller"', "action": 'Action::"call"', "resource": resource, "context": context}


def in_words(thing: Link | ConsentFact) -> dict[str, Any]:
    """A link or consent as a Cedar record."""
    held = msgspec.structs.asdict(thing)
    if isinstance(thing, Link):
        purpose = PURPOSE_OF_DOMAIN.get(DOMAINS.get(thing.service, ""), "none")
        return {"object": held.pop("object_id"), **held, "consent": thing.consent or "", "purpose": purpose}
    return {
        **{key: held[key] for key in ("id", "state", "referral", "recipient", "purpose", "agreement")},
        **{"hash": thing.consent_hash, "expires_at": seconds(thing.expires_at)},
        **{"fields": sorted(thing.fields), "separate": sorted(thing.separate)},
    }


PARTS = ("operations", "purposes", "services", "fields", "preview_fields")


def lesser(dice: Dice, agreement: Agreement) -> Agreement:
    """The agreement with one grant less."""
    part = dice.source.choice(PARTS)
    held = list(getattr(agreement, part))
    if held:
        held.pop(dice.source.randrange(len(held)))
    return msgspec.structs.replace(agreement, **{part: tuple(held)})


def reduced(dice: Dice, facts: Facts, less: Terms | None) -> Facts:
    """The same facts with one grant less: the agreement, a part of it, or a part of the consent.

    The consent is as it would be under what is left, so that what is asked decides and not the hash alone.
    """
    consent, terms = facts.found.consent, facts.agreement
    taken = dice.source.choice(("agreement", "part", "fields", "separate"))
    if taken == "agreement" or terms is None or less is None:
        return msgspec.structs.replace(facts, agreement=None)
    if consent and taken == "part" and consent.consent_hash == terms.consent_hash:
        consent = msgspec.structs.replace(consent, consent_hash=less.consent_hash)
    elif consent and taken in ("fields", "separate"):
        held = sorted(getattr(consent, taken))
        consent = msgspec.structs.replace(consent, **{taken: frozenset(held[1:])})
    found = msgspec.structs.replace(facts.found, consent=consent)
    return Facts(less if taken == "part" else terms, found, facts.usage)


def compared(seed: int) -> int:
    """So many random pairs from one seed: both engines agree, and less never gives more; how many were permitted."""
    dice = Dice(random.Random(seed))  # noqa: S311 - a repeatable test, no secret
    agreements = {f"agr-{number}": random_agreement(dice, number) for number in range(AGREEMENTS)}
    terms = {name: agreement_rules.terms(agreement, d.KNOWN) for name, agreement in agreements.items()}
    less = {name: agreement_rules.terms(lesser(dice, agreement), d.KNOWN) for name, agreement in agreements.items()}
    known = {name: cedarpy.Entities.from_json_str(json.dumps([entity(a)])) for name, a in agreements.items()}
    permits = 0
    for _ in range(PAIRS):
        request = random_request(dice, agreements)
        found = random_found(dice, request, terms.get(request.agreement_id, d.TERMS))
        usage = Usage(dice.pick(9, (10, 11)), dice.pick(19, (20,)), dice.pick(4, (5,)), dice.source.random() < 0.5)
        facts = Facts(terms.get(request.agreement_id), found, usage)
        ours = rules.decide(request, facts, d.POLICY, d.NOW)
        theirs = cedarpy.is_authorized(question(request, found, usage), POLICY, known.get(request.agreement_id, []))
        assert theirs.decision is not cedarpy.Decision.NoDecision, theirs.diagnostics.errors
        assert isinstance(ours, Permit) == theirs.allowed, (ours, request, found, usage)
        after = rules.decide(request, reduced(dice, facts, less.get(request.agreement_id)), d.POLICY, d.NOW)
        if isinstance(after, Permit):
            assert isinstance(ours, Permit) and after.fields.keys() <= ours.fields.keys(), (ours, after, request)
        permits += theirs.allowed
    return permits


def test_both_engines_agree_on_every_random_pair_and_less_never_gives_more() -> None:
    permits = compared(20261122)
    assert PAIRS * 0.1 < permits < PAIRS * 0.9


def main() -> int:
    """So many pairs as are asked for, on every core; any difference ends it with the pair."""
    rounds = -(-int(sys.argv[1]) // PAIRS)
    with ProcessPoolExecutor() as pool:
        permits = sum(pool.map(compared, range(rounds)))
    print(f"{rounds * PAIRS} random pairs: both engines agree on each; {permits} permitted; less never gave more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
