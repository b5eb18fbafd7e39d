"""What an agreement may say: every forbidden thing is refused with its code and the line it would cross."""

from pathlib import Path

import msgspec
import pytest

from gateway.agreements import files, rules
from gateway.agreements.index import Index
from gateway.agreements.rules import Basis, Field, Party, Rate
from gateway.exchange import policy as policies
from shared import problems
from tests.unit.gateway import decisions as d

DEMONSTRATION = Path(__file__).parents[3] / "demo" / "agreements"
EDUCATION = DEMONSTRATION / "610118" / "centre-education.yaml"
FIELDS = d.AGREEMENT.fields


def consumer(**changes: object) -> Party:
    return msgspec.structs.replace(d.AGREEMENT.consumer, **changes)


REFUSED: list[tuple[str, int | None, dict[str, object]]] = [
    ("party-forbidden", 5, {"consumer": consumer(name="鄠邑区公安局")}),
    ("party-forbidden", 5, {"consumer": consumer(name="社区网格化服务管理中心")}),
    ("party-forbidden", 5, {"consumer": consumer(kind="police")}),
    ("party-forbidden", 5, {"consumer": consumer(organisation="org-610118-united-front")}),
    ("party-forbidden", 5, {"consumer": consumer(clients=("police-station-system",))}),
    ("party-forbidden", 5, {"provider": msgspec.structs.replace(d.AGREEMENT.provider, name="综治中心")}),
    ("parties-same", None, {"consumer": consumer(organisation="org-610118-centre")}),
    ("purpose-not-on-list", 5, {"purposes": ("school_enrolment", "stability_maintenance")}),
    ("purpose-missing", 5, {"purposes": ()}),
    ("service-unknown", 5, {"services": ("EDU-01", "POL-01")}),
    ("service-informs-only", 5, {"services": ("EDU-01", "EDU-03")}),
    ("service-not-of-purpose", 5, {"services": ("EDU-01", "HOU-04")}),
    ("service-missing", 5, {"services": ()}),
    ("reason-missing", None, {"necessity": "  "}),
    ("reason-missing", None, {"impact_assessment": ""}),
    ("reason-missing", None, {"legal_basis": Basis("consent", "")}),
    ("sharing-class-none", None, {"sharing_class": "none"}),
    ("operation-unknown", None, {"operations": ("guess",)}),
    ("operation-missing", None, {"operations": ()}),
    ("field-unknown", 5, {"fields": (*FIELDS, Field("民族", "统计"))}),
    ("field-unknown", 5, {"fields": (*FIELDS, Field("银行账户", "退费"))}),
    ("field-without-need", 7, {"fields": (*FIELDS, Field("居住地址", " "))}),
    ("field-twice", None, {"fields": (*FIELDS, FIELDS[0])}),
    ("fields-missing", 7, {"fields": ()}),
    ("fields-missing", 7, {"preview_fields": ()}),
    ("preview-beyond-fields", 7, {"preview_fields": (Field("居住地址", "学区"),)}),
    ("sensitivity-unknown", None, {"fields": (*FIELDS, Field("居住地址", "学区", "ethnicity"))}),
    ("consent-too-weak", 7, {"consent": "consent"}),
    ("validity-empty", None, {"valid_until": d.AGREEMENT.valid_from}),
    ("rate-over-ceiling", 3, {"rate": Rate(10, 100, rules.PEOPLE_PER_DAY + 1)}),
    ("onward-transfer", 7, {"onward": True}),
    ("log-floor-low", 8, {"log_floor_days": 1094}),
    ("version-order", None, {"supersedes": 1}),
]


def test_the_sound_agreement_has_nothing_against_it() -> None:
    assert rules.validate(d.AGREEMENT, d.KNOWN) == []


@pytest.mark.parametrize("name", ["list_referrals", "search_people", "export", "subscribe_person", "count_people", "*"])
def test_an_operation_over_many_people_crosses_line_three(name: str) -> None:
    (finding,) = rules.validate(d.with_agreement(operations=("read_referral", name)), d.KNOWN)
    assert (finding.code, finding.line, finding.at) == ("operation-lists-people", 3, ("operations", 1))


@pytest.mark.parametrize(("code", "line", "changes"), REFUSED)
def test_a_forbidden_thing_is_refused_with_the_line_it_crosses(
    code: str, line: int | None, changes: dict[str, object]
) -> None:
    found = rules.validate(d.with_agreement(**changes), d.KNOWN)
    assert (code, line) in {(finding.code, finding.line) for finding in found}
    assert all(f"line {finding.line}" in str(finding) for finding in found if finding.line)


def test_the_demonstrations_agreements_are_sound_and_housing_gets_no_number_and_no_account() -> None:
    read = [a for region in ("610118", "621124") for a in files.read(DEMONSTRATION / region, d.KNOWN)]
    told = {a.agreement_id.partition("-centre-")[2] for a in read}
    assert told == {"education", "education-aid", "medical", "housing", "health"}
    (housing,) = (a for a in read if a.agreement_id.endswith("housing"))
    assert not {field.path for field in housing.fields} & {"证件号码", "银行账户", "户籍地"}


def test_the_hash_ignores_the_state_and_the_consent_hash_ignores_the_rate() -> None:
    content, consent = rules.content_hash(d.AGREEMENT), rules.consent_hash(d.AGREEMENT)
    assert rules.content_hash(d.with_agreement(state="suspended")) == content
    faster = d.with_agreement(rate=Rate(1, 1, 1))
    assert rules.content_hash(faster) != content
    assert rules.consent_hash(faster) == consent
    assert rules.consent_hash(d.with_agreement(fields=FIELDS[::-1])) == consent
    for change in (
        {"purposes": ("school_enrolment", "housing_help")},
        {"fields": FIELDS[:2]},
        {"preview_fields": (Field("出生日期", "年份", "minor"),)},
        {"consumer": consumer(organisation="org-610118-school")},
        {"retention_days": 366},
    ):
        assert rules.consent_hash(d.with_agreement(**change)) != consent


def test_a_suspension_is_lifted_by_a_verb_and_never_by_a_file() -> None:
    assert rules.MACHINE.after("active", "suspend") == "suspended"
    assert rules.MACHINE.after("suspended", "activate") == "active"
    assert rules.after_file("suspended", "active") == "suspended"
    assert rules.after_file("terminated", "active") == "terminated"
    assert rules.after_file("draft", "active") == "active"
    with pytest.raises(problems.Problem) as raised:
        rules.MACHINE.after("terminated", "activate")
    assert raised.value.extras["allowed"] == []


def broken(tmp_path: Path, *edits: tuple[str, str]) -> list[files.FileError]:
    text = EDUCATION.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "b.yaml").write_text(text, "utf-8")
    (tmp_path / "a.yaml").write_text((DEMONSTRATION / "610118" / "centre-housing.yaml").read_text("utf-8"), "utf-8")
    with pytest.raises(files.AgreementsError) as raised:
        files.read(tmp_path, d.KNOWN)
    return raised.value.errors


@pytest.mark.parametrize(
    ("edits", "at", "reason"),
    [
        ([("purposes: [school_enrolment]", "purposes: [grid_management]")], "purposes:", "purpose-not-on-list"),
        ([("name: 鄠邑区教育局", "name: 鄠邑区公安分局")], "consumer:", "line 5"),
        ([("version: 1", "version: one")], "version:", "Expected `int`"),
        ([("onward: false", "onward: no way")], "onward:", "Expected `bool`"),
        ([("transform: year", "transform: hash")], "    transform:", "Invalid enum value"),
        ([("path: 居住地址", "path: 宗教信仰")], "  - path: 宗教信仰", "field-unknown"),
        ([("state: active", "state: active\nstate: draft")], "state: draft", "stands twice"),
        ([("retention_days: 365", "retention_days: 0")], "retention_days:", ">= 1"),
        ([("onward: false", "onward: false\nextra: anything")], "agreement_id:", "unknown field"),
        ([("T00:00:00+08:00", "T00:00:00")], "valid_from:", "timezone"),
        ([("services: [EDU-01]", "services: [EDU-01")], "purposes:", "expected"),
    ],
)
def test_an_error_in_a_file_is_named_with_its_line_and_nothing_is_taken(
    tmp_path: Path, edits: list[tuple[str, str]], at: str, reason: str
) -> None:
    (error, *_) = broken(tmp_path, *edits)
    lines = (tmp_path / "b.yaml").read_text("utf-8").splitlines()
    assert error.file == "b.yaml"
    assert reason in error.reason
    assert lines[error.line - 1].startswith(at), f"line {error.line}: {lines[error.line - 1]}"


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff\xfe\x00", b"- a\n- b\n", b"text", b"a: [", b"# nothing\n", b"? [a]\n: 1", b"&a [*a]"),
        *(b"a: 2026-99-99", b"a: !!int x", b"a: !!timestamp x", b"!!python/object:os.x {}", b"[" * 100_000),
        *(b"a: !!bool x", b"a: !!int ''", b"? {a: b}\n: 1"),
    ],
    ids=range(16),
)
def test_a_file_that_is_no_agreement_is_an_error_and_no_crash(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    with pytest.raises(files.AgreementsError) as raised:
        files.read(tmp_path, d.KNOWN)
    assert raised.value.errors[0].file == "x.yaml"


def test_one_version_in_two_files_is_an_error(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(EDUCATION.read_text("utf-8"), "utf-8")
    with pytest.raises(files.AgreementsError, match="stands in another file too"):
        files.read(tmp_path, d.KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "self: {}\ninternal: {}\nexchange: {}\n",
        "self: {}\ninternal: {x: {task: t, roles: [r], kinds: [police]}}\nexchange: {}\n",
        "self: {}\n",
        "[]",
        "self: [",
    ],
)
def test_a_wrong_policy_stops_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(policies.PolicyError):
        policies.load(d.KNOWN, file)


def test_an_agreement_that_breaks_the_rules_never_gets_into_the_index() -> None:
    index = Index(d.KNOWN, "610118")
    abroad = d.with_agreement(agreement_id="agr-abroad", consumer=consumer(region="621124"))
    provider = msgspec.structs.replace(d.AGREEMENT.provider, region="621124")
    from_abroad = d.with_agreement(agreement_id="agr-from-abroad", provider=provider)
    index.replace([d.AGREEMENT, d.with_agreement(agreement_id="agr-onward", onward=True), abroad, from_abroad])
    assert index.get(d.AGREEMENT.agreement_id) is not None
    assert index.get("agr-onward") is None
    assert index.get("agr-abroad") is None, "its consumer's namesake here is another organisation"
    assert index.get("agr-from-abroad") is None, "and so is its provider's"
    assert index.get("agr-unknown") is None
