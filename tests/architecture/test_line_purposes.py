"""Line 5: purposes, bodies and dispute types come from a closed, signed release that every app checks at its start."""

import json
import re
import shutil
from pathlib import Path

import pytest

from services.identity.rules import organizations as identity
from shared.contracts import vocabulary
from shared.problems import Problem
from tests.architecture import house

PURPOSES = {
    *("employment_support", "labour_rights_help", "social_insurance_service", "health_service", "school_enrolment"),
    *("housing_help", "residence_information", "social_assistance", "legal_help", "culture_and_language"),
    "complaint_handling",
}
KINDS = {
    *("region", "service_centre", "department", "town_street", "community", "mediation_committee", "legal_aid_centre"),
    *("court", "notary_office", "school", "health_provider", "social_organisation"),
}
CONTROL = re.compile(
    r"polic|security\b(?!_)|stability|grid|monitor|surveil|credit|scor|migration|screening|intelligence|predict"
    r"|公安|治安|安全保卫|维稳|网格|征信|信用|监控|管控|排查|情报|预警"
)
POLICE = (
    "户县公安局",
    "公 安 局",
    "某某派出所",
    "国家安全局",
    "政法委员会",
    "综治中心",
    "网格管理中心",
    "统战部",
    "民族宗教事务局",
    "网信办",
)
HARMLESS = ("鄠邑区教育和科学技术局", "公安县教育局", "鄠邑区人民调解委员会", "社会保险经办中心")


def test_the_purposes_are_these_and_no_others() -> None:
    """A new one needs the officer's signature, a public difference, and this line."""
    known = vocabulary.load()
    assert set(known.purposes) == PURPOSES
    assert set(known.release.organisation_kinds) == KINDS


def test_no_purpose_or_dispute_type_is_one_of_control() -> None:
    release = vocabulary.load().release
    named = [
        *(text for each in release.purposes for text in (each.code, each.label_zh, each.label_en)),
        *(text for each in release.dispute_types for text in (each.code, each.label_zh, each.label_en)),
        *release.record_types,
    ]
    assert not [text for text in named if CONTROL.search(text.lower())]


@pytest.mark.parametrize("name", POLICE)
def test_a_forbidden_body_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(Problem, match="party-forbidden"):
        identity.check_organization(name, "department", vocabulary.load())


@pytest.mark.parametrize("kind", ["police", "public_security", "state_security", "grid_management", "employer"])
def test_a_forbidden_body_is_refused_by_its_kind(kind: str) -> None:
    with pytest.raises(Problem, match="party-forbidden"):
        identity.check_organization("某某中心", kind, vocabulary.load())


@pytest.mark.parametrize("name", HARMLESS)
def test_a_body_that_serves_people_is_welcome(name: str) -> None:
    identity.check_organization(name, "department", vocabulary.load())


@pytest.mark.parametrize("change", ["purpose", "body", "field"])
def test_an_altered_release_is_not_loaded(tmp_path: Path, change: str) -> None:
    for suffix in (".json", ".sig"):
        shutil.copy(vocabulary.RELEASE.with_suffix(suffix), tmp_path / f"release{suffix}")
    file = tmp_path / "release.json"
    document = json.loads(file.read_text("utf-8"))
    if change == "purpose":
        document["purposes"].append({"code": "stability", "label_zh": "维稳", "label_en": "Stability", "services": []})
    elif change == "body":
        document["forbidden_bodies"] = document["forbidden_bodies"][1:]
    else:
        document["services"][0]["fields"].append("民族")
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    with pytest.raises(vocabulary.VocabularyError):
        vocabulary.load(release_file=file)


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_every_app_loads_the_release(app: str) -> None:
    """An unsigned or altered one raises there, which stops the start."""
    package = f"{house.apps()[app]}."
    calls = {
        (module.name, name)
        for module in house.app_modules()
        if module.name.startswith(package)
        for name, call in module.calls()
        if name == "load" and house.last_name(getattr(call.func, "value", call.func)) == "vocabulary"
    }
    assert calls, f"{app} starts without looking at the signed release"
