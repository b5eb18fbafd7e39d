"""Events: every subject has one frozen model, and no event can hold anything about a person."""

import re

import pytest
from pydantic import ValidationError

from shared.contracts import events
from shared.contracts.envelope import Event

SUBJECT = re.compile(r"^(identity|registry|referrals|cases|gateway)\.[a-z]+(-[a-z]+)?\.[a-z]+\.v[1-9]$")
# Whatever could name, number, place or group a person; names belong to services and organisations only.
PERSONAL = re.compile(
    r"person|people|subject|citizen|resident|phone|mobile|contact|address|birth|age$|gender|sex|surname|given_name|full_name|id_number|id_card|passport"
    r"|ethnic|nation|relig|polit|biometr|face|finger|photo|language|locale|origin|hukou|diet|lat|lon|gps|note|text|comment|extra|answers|values"
)
# An order to erase names her to the one app it is for, by the id that only this app knows (product line 12).
NAMES_HER = re.compile(r"gateway\.[a-z]+-erasure\.ordered\.v1")
NAMES_ALLOWED_ON = ("identity.organization.", "registry.service.published.v1")


@pytest.mark.parametrize("subject", events.BY_SUBJECT)
def test_a_subject_is_well_formed_and_its_model_closed(subject: str) -> None:
    model = events.BY_SUBJECT[subject]
    assert SUBJECT.match(subject)
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen")
    assert model.__doc__


def test_every_model_with_a_subject_is_registered() -> None:
    models = [thing for thing in vars(events).values() if isinstance(thing, type) and issubclass(thing, Event)]
    assert {model.subject for model in models if vars(model).get("subject")} == set(events.BY_SUBJECT)


@pytest.mark.parametrize("subject", events.BY_SUBJECT)
def test_no_event_can_hold_something_about_a_person(subject: str) -> None:
    schema = events.BY_SUBJECT[subject].model_json_schema()
    for name, shape in schema["properties"].items():
        allowed = name == "person" and NAMES_HER.fullmatch(subject)
        assert allowed or not PERSONAL.search(name), f"{subject} has a field {name}"
        assert "name" not in name or subject.startswith(NAMES_ALLOWED_ON)
        variants = [shape, *shape.get("anyOf", [])]
        assert not [v for v in variants if v.get("type") == "object" or "$ref" in v], (
            f"{subject}.{name} could hold free JSON"
        )


def test_an_unknown_field_is_refused() -> None:
    body = {"client": "org-610118-education-system", "organization": "org-610118-education"}
    assert events.ClientRevoked.model_validate(body).client == body["client"]
    with pytest.raises(ValidationError):
        events.ClientRevoked.model_validate({**body, "name": "x"})


def test_a_consent_without_an_end_is_no_consent() -> None:
    body = {
        **{
            "consent": "c",
            "referral": "r",
            "recipient": "o",
            "purpose": "school_enrolment",
            "agreement": "a",
            "agreement_version": 1,
        },
        **{"consent_hash": "0" * 64, "fields": ["姓名"], "seal": "s"},
    }
    assert events.ConsentRefused.model_validate(body).expires_at is None
    with pytest.raises(ValidationError):
        events.ConsentGiven.model_validate(body)
