"""Every field that is kept of a person says why, on what basis and how long; and nothing says so that is not kept."""

import pytest
from pydantic import BaseModel

from services.registry.rules import fields
from services.registry.schemas import people, writings
from shared.contracts import vocabulary
from tests.architecture import house

KEPT: dict[str, tuple[type[BaseModel], set[str]]] = {
    "record": (people.RecordSealed, {"district"}),
    "dependant": (people.DependantSealed, set()),
    "name_writing": (writings.WritingSealed, set()),
}


@pytest.mark.parametrize("thing", sorted(KEPT))
def test_every_field_that_is_kept_has_its_reason(thing: str) -> None:
    model, in_clear = KEPT[thing]
    assert {each.name for each in fields.FIELDS if each.thing == thing} == set(model.model_fields) | in_clear


def test_what_may_be_left_out_says_so() -> None:
    optional = {name for name, field in people.RecordIn.model_fields.items() if not field.is_required()}
    assert {each.name for each in fields.FIELDS if each.thing == "record" and not each.required} == optional


def test_reasons_are_words_in_both_languages_and_sensitive_kinds_are_of_the_release() -> None:
    kinds = {"", *vocabulary.load().release.sensitive_kinds}
    for each in fields.FIELDS:
        assert each.why_zh and each.why_en and each.basis.startswith("PIPL") and each.sensitive in kinds, each
        assert not each.sensitive or "29" in each.basis, "sensitive information wants a consent of its own (PIPL 29)"


# Tables of the registry with a person's rows, and by which word the register names them.
TOLD = {
    **{"person": "record", "dependant": "dependant", "name_writing": "name_writing"},
    **{"consent": "consent", "consent_event": "consent", "freezing": "freeze", "held_record": "held_record"},
    **{"record_request": "record_request", "rights_request": "rights_request", "message": "message"},
    **{"comparison": "comparison", "code_sent": "comparison", "merge": "merge"},
}


def test_every_table_with_rows_of_people_is_in_the_register() -> None:
    named = {each.thing for each in (*fields.FIELDS, *fields.THINGS)}
    of_people = {name for name, table in house.metadata("registry").tables.items() if "subject" in table.columns}
    assert of_people == TOLD.keys()
    assert set(TOLD.values()) <= named and {each.app for each in fields.THINGS} == set(house.apps())


def test_each_retention_is_said_in_words() -> None:
    assert {each.retention for each in (*fields.FIELDS, *fields.THINGS)} == fields.RETENTIONS.keys()
