"""What an entry tells the world, what it tells the person, and what it tells nobody."""

import base64
import json
import uuid
from datetime import UTC, datetime

import pytest
import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st
from jieli_verify import note

from gateway.audit.rules import entries, notes

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
KEY = entries.Key(bytes(range(32)))


def _entry(**changed: object) -> entries.Entry:
    values: dict[str, object] = {
        "decision": str(uuid.uuid4()),
        "phase": entries.Phase.OUTCOME,
        "kind": "exchange",
        "actor": entries.Actor(
            kind="client", region="610118", organisation="org-610118-education", client="school-system"
        ),
        "operation": "read_referral",
        "permitted": True,
        "agreement": entries.Agreement(id="agr-1", version=3, hash="ab"),
        "asked": ("儿童姓名",),
        "outcome": entries.Outcome.RELEASED,
        "person": "0193d1a2-person",
        "consent": "0193d1a2-consent",
        "about": "0193d1a2-referral",
        "request_sha256": b"q" * 32,
        "response_sha256": b"a" * 32,
    }
    return entries.Entry(**(values | changed))  # type: ignore[arg-type]  # one entry with any field changed


def test_an_entry_names_neither_person_nor_consent_nor_record() -> None:
    text = entries.canonical(_entry(), entries.Subject(KEY, 0), AT).decode()
    assert "person" not in text.replace('"person"', "")
    for secret in ("0193d1a2-person", "0193d1a2-consent", "0193d1a2-referral"):
        assert secret not in text


def test_an_entry_is_canonical_and_says_when_in_utc() -> None:
    text = entries.canonical(_entry(), entries.Subject(KEY, 0), AT).decode()
    content = json.loads(text)
    assert content["at"] == "2026-11-22T08:30:00.123Z"
    assert text == json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@given(st.text(), st.lists(st.text()), st.integers(min_value=0, max_value=2**53 - 1))
def test_whatever_an_entry_says_it_is_canonical(said: str, fields: list[str], number: int) -> None:
    entry = _entry(operation=said, reason=said, asked=tuple(fields), latency_ms=number)
    text = entries.canonical(entry, entries.Subject(KEY, 0), AT)
    assert text == rfc8785.dumps(json.loads(text))
    assert json.loads(text)["operation"] == said


def test_two_entries_under_one_consent_share_no_blinded_value() -> None:
    first, second = (json.loads(entries.canonical(_entry(), entries.Subject(KEY, n), AT)) for n in (0, 1))
    for name in ("subject", "consent", "request", "response"):
        assert first[name] != second[name]


def test_an_entry_without_a_person_blinds_nothing_and_drops_what_is_private() -> None:
    content = json.loads(entries.canonical(_entry(person=None), None, AT))
    assert {content[name] for name in ("subject", "consent", "request", "response")} == {None}


@given(st.binary(min_size=32, max_size=32), st.integers(min_value=0, max_value=2**63 - 1))
def test_a_tag_needs_the_key_and_the_counter(key: bytes, counter: int) -> None:
    tag = entries.Subject(entries.Key(key), counter).tag
    assert tag == entries.Subject(entries.Key(key), counter).tag
    assert tag != entries.Subject(entries.Key(key), counter ^ 1).tag
    assert tag != entries.Subject(entries.Key(bytes([key[0] ^ 1]) + key[1:]), counter).tag


def test_the_person_opens_what_was_sealed_for_her() -> None:
    entry = _entry(through="presence-1")
    content = entries.opened(entries.sealed(entry, entries.Subject(KEY, 4)), KEY, entry.decision)
    assert content == {"counter": 4, "consent": entry.consent, "about": entry.about, "through": "presence-1"}
    assert b"presence-1" not in entries.canonical(entry, entries.Subject(KEY, 4), AT)


def test_sealed_ids_open_under_no_other_key_and_beside_no_other_entry() -> None:
    entry = _entry()
    box = entries.sealed(entry, entries.Subject(KEY, 4))
    with pytest.raises(InvalidTag):
        entries.opened(box, entries.Key(bytes(32)), entry.decision)
    with pytest.raises(InvalidTag):
        entries.opened(box, KEY, str(uuid.uuid4()))


def test_a_person_key_is_kept_under_a_name_that_is_not_her_id() -> None:
    assert entries.person_tag(KEY.value, "a") != entries.person_tag(KEY.value, "b")
    assert entries.person_tag(KEY.value, "a") != entries.person_tag(bytes(32), "a")


def test_a_checkpoint_opens_with_the_published_key() -> None:
    signer = notes.Signer(notes.origin("610118"), ed25519.Ed25519PrivateKey.generate())
    opened = note.checkpoint(notes.checkpoint(signer, 7, b"r" * 32), note.Trusted(note.key(signer.verifier_key)))
    assert (opened.origin, opened.size, opened.root) == ("jieli/610118", 7, b"r" * 32)


def test_the_published_key_has_the_form_of_signed_notes() -> None:
    """The example of the Go module golang.org/x/mod/sumdb/note: this seed belongs to this verifier key."""
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]  # published, signs nothing of ours
    signer = notes.Signer("PeterNeumann", ed25519.Ed25519PrivateKey.from_private_bytes(seed))
    assert signer.verifier_key == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = base64.b64encode(signer.key_id + signer.sign(text.encode())).decode()
    assert signature == ("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=")


def test_a_signer_is_read_from_its_file() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert notes.Signer.load(pem, "jieli/610118").verifier_key == notes.Signer("jieli/610118", private).verifier_key


def test_a_key_of_another_kind_does_not_sign_the_log() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="Ed25519"):
        notes.Signer.load(pem, "jieli/610118")


@pytest.mark.parametrize("name", ["", "jieli 610118", "jieli+610118"])
def test_an_origin_that_notes_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        notes.Signer(name, ed25519.Ed25519PrivateKey.generate())
