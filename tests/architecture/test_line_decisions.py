"""Lines 6, 7, 9, 10, 11: a person decides, not a score; releases, consents, figures, disputes are what they say."""

import re
from typing import Any

import pytest

from services.cases.rules import notices
from services.referrals.rules import states as referrals
from services.registry.rules import records
from services.registry.schemas.consents import ConsentIn
from shared.contracts import events, vocabulary
from shared.plumbing import METADATA
from tests.architecture import house, words
from tests.architecture.test_line_groups import names_in_api, schemas

APPS = sorted(house.apps())
SCORE = frozenset(
    "score scores scoring risk risks rank ranks ranking predict predicts predicted prediction predictions"
    " likelihood suspicion suspicious reputation profiling".split()
)
LEARNING = re.compile(
    r"^(?:scikit-learn|torch|tensorflow|keras|xgboost|lightgbm|catboost|transformers)==", re.MULTILINE
)
COUNT = frozenset("count counts total totals sum average mean median percent percentage statistics".split())
DISPUTES = {
    *("marriage_family", "neighbour", "housing_land", "contract", "business", "damages", "forest_land"),
    *("land_acquisition", "environment", "labour", "consumer", "medical", "traffic", "property_management"),
    *("rent_deposit", "other"),
}
DUTY = frozenset("duty police danger dangerous violent violence offence crime suicide".split())
# Migrations that make something to be found by its words: what, and why nobody's own words are among it.
SEARCHED_FOR = {"registry.0003_directory": "public names of services, organisations and places"}
SEARCHED = re.compile(r"tsvector|to_tsquery|pg_trgm|gin_|gist|postgresql_using")


def names_of(app: str) -> set[str]:
    """What an app calls its tables, columns, and whatever its API shows."""
    tables = {**house.metadata(app).tables, **METADATA.tables}
    columns = {part for table in tables.values() for part in (table.name, *(column.name for column in table.columns))}
    return columns | names_in_api(app)


def speaking(names: set[str], listed: frozenset[str]) -> list[str]:
    return sorted(name for name in names if words.tokens(name) & listed)


@pytest.mark.parametrize("app", APPS)
def test_nobody_is_scored(app: str) -> None:
    """Line 9, in tables, APIs, and whatever else an app calls its things."""
    own = {
        name
        for module in house.app_modules()
        if module.name.startswith(house.apps()[app])
        for name in house.identifiers(module)
    }
    assert not speaking(names_of(app) | own, SCORE)


def test_no_event_scores_and_nothing_here_learns() -> None:
    told = {part for subject, event in events.BY_SUBJECT.items() for part in (subject, *event.model_fields)}
    assert not speaking(told, SCORE)
    assert not LEARNING.findall((house.ROOT / "requirements.lock").read_text("utf-8"))


def test_only_a_recipient_rejects_and_the_clock_never_does() -> None:
    """Line 9: no refusal is automatic; what runs out ends as run out."""
    ends = {verb: target for verb, (_, target) in referrals.MACHINE.moves.items()}
    assert {verb for verb, target in ends.items() if target in ("rejected", "failed")} <= referrals.VERBS["recipient"]
    assert {ends[verb] for verb in referrals.VERBS["clock"]} == {"cancelled", "expired"}


def test_a_record_is_released_by_the_code_of_its_contact_alone() -> None:
    """Line 6: there is one way to `released`, and it begins where a contact was asked."""
    ways = {verb: sources for verb, (sources, target) in records.RELEASE.moves.items() if target == "released"}
    assert ways == {"confirm": frozenset({"waiting"})}


def test_a_consent_names_one_recipient_and_all_its_bounds() -> None:
    """Line 7: nothing of it is left open, and taking it back is one call that wants no words."""
    wanted = {name for name, field in ConsentIn.model_fields.items() if field.is_required()}
    assert {"referral", "recipient", "purpose", "agreement", "fields", "notice", "decision", "expires_on"} <= wanted
    assert ConsentIn.model_json_schema()["properties"]["recipient"]["type"] == "string"
    back, in_their_words = [line for line in house.route_table() if line.operation == "withdraw_consent"]
    assert (back.kind, back.takes) == ("self", "")
    assert in_their_words.kind == "self" and in_their_words.template.startswith("/govstack/")


@pytest.mark.parametrize("app", APPS)
def test_no_answer_counts_people(app: str) -> None:
    """Line 10: there are no figures yet; pages of the public directory count services and organisations.

    How often she was looked at is told to her alone, as Estonia's Data Tracker does.
    """
    counted: dict[str, Any] = {
        name: speaking(set(schema.get("properties", {})), COUNT)
        for name, schema in schemas(app).items()
        if not name.startswith("Page_") and name != "FindUsageOut"
    }
    assert not {name: found for name, found in counted.items() if found}


def test_disputes_are_named_by_their_subject() -> None:
    """Line 11; a new one needs the officer's signature, a public difference, and a word here."""
    assert {each.code for each in vocabulary.load().release.dispute_types} == DISPUTES


def test_the_mediators_duty_is_shown_on_every_case_and_recorded_on_none() -> None:
    for dispute in DISPUTES:
        assert notices.DUTY in notices.notices(dispute)
    told = {
        name
        for subject, event in events.BY_SUBJECT.items()
        if subject.startswith("cases.")
        for name in event.model_fields
    }
    assert not speaking(names_of("cases") | told, DUTY)


@pytest.mark.parametrize("app", APPS)
def test_no_text_is_indexed_by_its_words(app: str) -> None:
    folder = house.ROOT / house.apps()[app].replace(".", "/") / "migrations" / "versions"
    searched = {f"{app}.{path.stem}" for path in folder.glob("*.py") if SEARCHED.search(path.read_text("utf-8"))}
    assert searched <= SEARCHED_FOR.keys()
