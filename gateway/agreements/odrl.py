"""An agreement as others read policies: ODRL 2.2 (W3C Recommendation) in JSON-LD, with terms of the DPV."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from gateway.agreements.rules import Agreement, Field, content_hash, sensitive
from shared.contracts.vocabulary import Vocabulary

MEDIA: Final = "application/ld+json"
CONTEXT: Final = (
    "http://www.w3.org/ns/odrl.jsonld",
    {
        "dpv": "https://w3id.org/dpv#",
        "adms": "http://www.w3.org/ns/adms#",
        "dcterms": "http://purl.org/dc/terms/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    },
)
# Actions of the ODRL vocabulary: an answer is written beside the referral, a record is stored.
ACTIONS: Final = {"read_referral": "read", "answer_referral": "annotate", "file_record": "archive"}
# The resolution in which a field is rendered: the year of a day.
RESOLUTION: Final = {"year": ("P1Y", "xsd:duration")}
BASES: Final = {
    "consent": "dpv:Consent",
    "statutory_duty": "dpv:LegalObligation",
    "public_emergency": "dpv:PublicInterest",
}


def policy(agreement: Agreement, vocabulary: Vocabulary, base: str) -> dict[str, Any]:
    """The policy of what both sides agreed; it permits something only while it is in force.

    `base` is the region's public address.
    """
    uid = f"{base}/v1/agreements/{agreement.agreement_id}#version-{agreement.version}"
    parties = {"assigner": _party(base, agreement, "provider"), "assignee": _party(base, agreement, "consumer")}
    asset = {"target": f"{uid}-fields"}
    return {
        "@context": list(CONTEXT),
        "@type": "Agreement",
        "uid": uid,
        "adms:status": {"@type": "skos:Concept", "skos:notation": agreement.state},
        "dcterms:identifier": content_hash(agreement),
        "dcterms:description": agreement.scenario,
        "dcterms:conformsTo": agreement.legal_basis.article,
        "dpv:hasLegalBasis": {"@id": BASES[agreement.legal_basis.kind]},
        "dpv:hasImpactAssessment": agreement.impact_assessment,
        "dpv:hasPurpose": [_purpose(base, code, vocabulary) for code in agreement.purposes],
        "dpv:hasPersonalData": [_field(uid, field) for field in agreement.fields],
        **parties,
        "permission": [
            {
                **asset,
                **parties,
                "action": ACTIONS[operation],
                "constraint": _constraints(base, agreement),
                **_duty(agreement),
            }
            for operation in (agreement.operations if agreement.state == "active" else ())
        ],
        "prohibition": [{**asset, **parties, "action": action} for action in ("distribute", "sell")],
        "obligation": [
            {**asset, **parties, "action": "delete", "constraint": [_deleted(agreement)]},
            *_coarsened(uid, agreement, parties),
        ],
    }


def _party(base: str, agreement: Agreement, side: str) -> dict[str, Any]:
    party = agreement.provider if side == "provider" else agreement.consumer
    role = "dpv:DataController" if side == "provider" else "dpv:Recipient"
    return {
        "@type": ["Party", role],
        "uid": f"{base}/v1/organizations/{party.organisation}",
        "skos:prefLabel": {"@value": party.name, "@language": "zh"},
    }


def _purpose(base: str, code: str, vocabulary: Vocabulary) -> dict[str, Any]:
    purpose = vocabulary.purposes[code]
    labels = [{"@value": purpose.label_zh, "@language": "zh"}, {"@value": purpose.label_en, "@language": "en"}]
    return {"@id": _purpose_id(base, code), "@type": "dpv:ServiceProvision", "skos:prefLabel": labels}


def _purpose_id(base: str, code: str) -> str:
    return f"{base}/directory/notices/{code}"


def _field(uid: str, field: Field) -> dict[str, Any]:
    kind = "dpv:PersonalData" if field.sensitivity == "none" else "dpv:SensitivePersonalData"
    named = {"@id": _field_id(uid, field), "@type": kind, "skos:prefLabel": field.path}
    return {**named, "dpv:hasJustification": field.need}


def _field_id(uid: str, field: Field) -> str:
    return f"{uid}-field-{quote(field.path)}"


def _coarsened(uid: str, agreement: Agreement, parties: dict[str, Any]) -> list[dict[str, Any]]:
    """The provider's own duty: it hands a field over no finer than its transform says; previews before acceptance."""
    its = {"assigner": parties["assignee"], "assignee": parties["assigner"], "action": "anonymize"}
    before = {"leftOperand": "event", "operator": "lt", "rightOperand": {"@id": f"{uid}-acceptance"}}
    lists: tuple[tuple[Sequence[Field], list[dict[str, Any]]], ...] = (
        (agreement.preview_fields, [before]),
        (agreement.fields, []),
    )
    return [
        {**its, "target": _field_id(uid, field), "constraint": [*when, _held("resolution", "eq", *how)]}
        for fields, when in lists
        for field in fields
        if (how := RESOLUTION.get(field.transform))
    ]


def _constraints(base: str, agreement: Agreement) -> list[dict[str, Any]]:
    """For which purposes, in which time, and how often a day."""
    purposes = [{"@id": _purpose_id(base, code)} for code in agreement.purposes]
    often = [
        _held("count", "lteq", agreement.rate.per_day, "xsd:integer"),
        _held("timeInterval", "eq", "P1D", "xsd:duration"),
    ]
    return [
        {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": purposes},
        _held("dateTime", "gteq", agreement.valid_from.isoformat(), "xsd:dateTime"),
        _held("dateTime", "lt", agreement.valid_until.isoformat(), "xsd:dateTime"),
        {"and": {"@list": often}},
    ]


def _duty(agreement: Agreement) -> dict[str, Any]:
    """Nothing is used without the person's consent; a separate one where something is sensitive (PIPL 29)."""
    kind = "dpv:ExplicitlyExpressedConsent" if sensitive(agreement) else "dpv:Consent"
    return {"duty": [{"action": "obtainConsent", "dpv:hasLegalBasis": {"@id": kind}}]}


def _deleted(agreement: Agreement) -> dict[str, Any]:
    return _held("elapsedTime", "lteq", f"P{agreement.retention_days}D", "xsd:duration")


def _held(left: str, operator: str, right: str | int, kind: str) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": {"@value": right, "@type": kind}}
