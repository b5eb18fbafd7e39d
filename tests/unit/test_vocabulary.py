"""The closed release: signed or nothing, no purpose for information services, no forbidden body under any spelling."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from cli import vocabulary as command
from shared.contracts import vocabulary

KNOWN = vocabulary.load()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for suffix in (".json", ".sig", ".pub"):
        shutil.copy(vocabulary.RELEASE.with_suffix(suffix), tmp_path)
    return tmp_path / "release.json"


def test_the_shipped_release_is_the_shipped_catalogue() -> None:
    document = json.loads(vocabulary.RELEASE.read_text("utf-8"))
    assert command.drafted(document, command.CATALOGUE) == document


def test_every_service_that_moves_data_has_one_purpose_and_no_other_has() -> None:
    with command.CATALOGUE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            assert (KNOWN.purpose_of(row["code"]) is None) == (row["kind"] == "info")
            assert row["kind"] != "info" or not KNOWN.services[row["code"]].fields
    assert KNOWN.purpose_of("EDU-01") == "school_enrolment"
    assert KNOWN.purpose_of("RES-01") is None


def test_an_altered_release_stops_the_start(copy: Path) -> None:
    copy.write_text(copy.read_text("utf-8").replace('"school_enrolment"', '"public_security"'), "utf-8")
    with pytest.raises(vocabulary.VocabularyError, match="altered"):
        vocabulary.load(release_file=copy)


def test_an_unsigned_release_stops_the_start(copy: Path) -> None:
    copy.with_suffix(".sig").unlink()
    with pytest.raises(vocabulary.VocabularyError, match="not signed"):
        vocabulary.load(release_file=copy)


def test_layout_of_the_file_is_not_part_of_what_is_signed(copy: Path) -> None:
    copy.write_text(json.dumps(json.loads(copy.read_text("utf-8"))), "utf-8")
    assert vocabulary.load(release_file=copy).release == KNOWN.release


def test_another_key_signs_only_where_it_is_pinned(copy: Path, tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    (tmp_path / "officer.pem").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pinned = tmp_path / "officer.pub"
    pinned.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command.sign(tmp_path / "officer.pem", copy)
    assert vocabulary.load(pinned, copy).release == KNOWN.release
    with pytest.raises(vocabulary.VocabularyError, match="another key"):
        vocabulary.load(release_file=copy)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "户县公安局",
            "余下派出所",
            "鄠邑区公 安 分局",
            "公\u200b安局",
            "ｐｏｌｉｃｅ station",
            "陕西省公安厅交警总队",
            "公安县公安局",
        ),
        *(
            "区委政法委",
            "综治中心",
            "綜治中心",
            "社会治安综合治理中心",
            "网格化服务管理中心",
            "網格员队伍",
            "统战部",
            "统一战线工作部",
        ),
        *(
            "民族宗教事务局",
            "民宗局",
            "市民委",
            "国家民委",
            "网信办",
            "国家安全局",
            "西安市国安局",
            "维稳办",
            "出入境管理局",
        ),
        *(
            "Public Security Bureau",
            "Public-Security",
            "United Front Work Department",
            "Grid management centre",
            "gong-an-ju",
        ),
        *(
            "Ethnic and Religious Affairs Bureau",
            "Cyberspace Administration",
            "State Security",
            "Political and Legal Affairs Commission",
        ),
    ],
)
def test_a_forbidden_body_is_forbidden_under_any_spelling(name: str) -> None:
    assert KNOWN.forbidden(name, "department")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "鄠邑区教育局",
            "户县医疗保障局",
            "住房和城乡建设局",
            "北街社区居民委员会",
            "陈家村村民委员会",
            "中国安能救援队",
            "公安县卫生健康局",
        ),
        *(
            "兰州民族中学",
            "西北民族大学附属医院",
            "临洮县卫生健康局",
            "国安路社区服务站",
            "Education Bureau",
            "People's mediation committee",
        ),
    ],
)
def test_an_ordinary_service_body_may_be_a_party(name: str) -> None:
    assert KNOWN.forbidden(name, "department") is None


@pytest.mark.parametrize("kind", ["police", "public_security", "united_front", "grid", "credit_bureau", "employer", ""])
def test_a_kind_outside_the_closed_list_is_forbidden_whatever_its_name(kind: str) -> None:
    assert KNOWN.forbidden("鄠邑区教育局", kind)


@pytest.mark.parametrize(
    "word", ["polic", "security", "stability", "grid", "monitor", "credit", "migration", "ethnic", "relig"]
)
def test_no_code_of_the_release_names_a_forbidden_purpose(word: str) -> None:
    release = KNOWN.release
    codes = [
        *KNOWN.purposes,
        *(d.code for d in release.dispute_types),
        *release.record_types,
        *release.organisation_kinds,
    ]
    assert not [code for code in codes if word in code]
