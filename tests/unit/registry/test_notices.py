"""Notices: what was released stays as it was, every purpose has one in every language, and the old ones run out."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import rfc8785

from services.registry.rules import notices
from shared import problems
from shared.contracts import vocabulary

# The digests of released sets; a set that is out never changes: a correction is the next version.
RELEASED = {1: "28dcc779ac2f683e015326d965d57aea97e5289cfe7c6683c9dfb7ebe6749056"}
SCHOOL = "school_enrolment"
EVERY = [notice for versions in notices.released().values() for notice in versions]


@pytest.fixture
def two_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which two further versions were released after the first one."""
    folder = tmp_path / "notices"
    shutil.copytree(notices.DATA, folder)
    for version in ("2", "3"):
        shutil.copytree(folder / "1", folder / version)
        file = folder / version / "release.json"
        while True:
            try:
                found = notices.released.__wrapped__(folder)
                break
            except notices.NoticesError as wrong:
                _, revision, *_, digest, _, _ = str(wrong).replace(":", "").split(" ")
                release = json.loads(file.read_text("utf-8"))
                release["purposes"][revision.partition("/")[0]]["digest"] = digest
                file.write_text(json.dumps(release), "utf-8")
    monkeypatch.setattr(notices, "released", lambda: found)


def refused(code: str, version: int, fields: tuple[str, ...] = ()) -> problems.Problem:
    with pytest.raises(problems.Problem) as problem:
        notices.shown(SCHOOL, version, "en", SCHOOL, fields)
    assert problem.value.kind.code == code
    return problem.value


def test_a_set_that_is_out_is_what_it_was() -> None:
    for version, digest in RELEASED.items():
        own = [notice.digest for notice in EVERY if notice.version == version]
        assert hashlib.sha256("".join(own).encode()).hexdigest() == digest, f"restore notices/{version}"
    assert {notice.version for notice in EVERY} == set(RELEASED)


def test_every_purpose_has_a_notice_that_names_all_its_fields() -> None:
    notices.check_complete(vocabulary.load(), notices.released())
    assert set(notices.released()) == set(vocabulary.load().purposes)


@pytest.mark.parametrize("notice", EVERY, ids=lambda notice: notice.revision)
def test_a_notice_says_in_each_language_all_that_the_law_wants(notice: notices.Notice) -> None:
    assert next(iter(notice.texts)) == "zh-Hans" and {"en", "zh-Hant"} <= set(notice.texts)
    for language, text in notice.texts.items():
        parts = [text.title, text.controller, text.purpose, text.method, text.fields, text.recipient, text.storage]
        assert all([*parts, text.withdrawal, text.refusal, text.rights, text.guardian]), language
        assert "{" not in "".join(parts)
        assert len(text.field_names) == len(notice.fields)
        assert [each.kind for each in text.sensitive_kinds] == list(notice.sensitive)
        assert bool(text.sensitive) == bool(notice.sensitive)


@pytest.mark.parametrize("notice", EVERY, ids=lambda notice: notice.revision)
def test_no_field_is_left_in_another_language(notice: notices.Notice) -> None:
    assert all(name.isascii() for name in notice.texts["en"].field_names)
    assert list(notice.texts["zh-Hans"].field_names) == list(notice.fields)


def test_the_digest_is_over_the_form_that_anybody_can_make() -> None:
    notice = EVERY[0]
    assert hashlib.sha256(rfc8785.dumps(json.loads(notice.form))).hexdigest() == notice.digest


def test_what_was_altered_after_its_release_is_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(notices.DATA, folder)
    file = folder / "1" / "en.json"
    file.write_text(file.read_text("utf-8").replace("You may refuse.", "You may not refuse."), "utf-8")
    with pytest.raises(notices.NoticesError, match="not what was released"):
        notices.released.__wrapped__(folder)


def test_a_purpose_without_its_notice_keeps_the_app_from_starting() -> None:
    fewer = {code: versions for code, versions in notices.released().items() if code != SCHOOL}
    with pytest.raises(notices.NoticesError, match=SCHOOL):
        notices.check_complete(vocabulary.load(), fewer)


@pytest.mark.usefixtures("two_more")
def test_the_current_version_and_the_one_before_are_taken_and_an_older_one_is_not() -> None:
    for version in (2, 3):
        assert notices.shown(SCHOOL, version, "en", SCHOOL, ("出生日期",)).version == version
    assert refused("notice-outdated", 1).extras == {"current": 3}
    refused("notice-unknown", 4)


@pytest.mark.usefixtures("two_more")
def test_versions_are_a_chain_and_old_ones_stay() -> None:
    versions = notices.released()[SCHOOL]
    assert [each.previous for each in versions] == [None, versions[0].digest, versions[1].digest]
    first = notices.find(SCHOOL, 1)
    assert first is not None and first.digest == versions[0].digest


def test_a_field_that_the_notice_did_not_name_wants_the_current_one() -> None:
    refused("notice-outdated", 1, ("银行账户",))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        *(("zh-Hans", "zh-Hans"), ("EN", "en"), ("en-GB", "en"), ("en-x-private", "en"), ("zh-Hant-HK", "zh-Hant")),
        *(("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-MO", "zh-Hant"), ("zh", "zh-Hans"), ("zh-CN", "zh-Hans")),
        *(("ug", "zh-Hans"), ("bo", "zh-Hans"), ("e", "zh-Hans")),
    ],
)
def test_the_nearest_language_is_found(wanted: str, found: str) -> None:
    assert notices.lookup(wanted, EVERY[0]) == found
