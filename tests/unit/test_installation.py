"""`jieli init`, `check`, `invite` and `rotate`: what an operator sees, and what lies on disk afterwards."""

import hashlib
import json
import re
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from joserfc import jws
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from cli.installation import APPS, Installation
from cli.main import app
from services.identity.rules import keys
from services.registry.commands import receipts
from shared.settings import Settings

OPTIONS = {
    "--region": "610118",
    "--name": "鄠邑区",
    "--public-url": "https://jieli.example",
    "--organization": "org-610118-centre",
    "--organization-name": "鄠邑区便民服务中心",
    "--administrator": "work-01",
    "--second-administrator": "work-02",
}
SENDER = {"JIELI_SENDER": "http", "JIELI_SENDER_URL": "https://sms.example/messages"}


def run(*arguments: str) -> Result:
    """The command as typed, on a wide terminal."""
    return CliRunner(env={"COLUMNS": "4000", "TERM": "dumb"}).invoke(app, arguments)


def init(directory: Path, **changed: str) -> Result:
    """`jieli init` with these options changed."""
    options = OPTIONS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    options["--directory"] = str(directory)
    return run("init", *(part for pair in options.items() for part in pair))


@pytest.fixture
def made(tmp_path: Path) -> Installation:
    """A fresh installation that says how messages leave."""
    directory = tmp_path / "secrets"
    done = init(directory)
    assert done.exit_code == 0, done.output
    installation = Installation(directory)
    installation.change("settings", **SENDER)
    return installation


def values(installation: Installation, setting: str) -> dict[str, Any]:
    """A setting as each app reads it."""
    return {each: getattr(installation.settings(each), setting) for each in APPS}


def test_every_app_has_what_it_needs_and_nobody_else_can_read_it(made: Installation) -> None:
    checked = run("check", "--directory", str(made.directory))
    assert (checked.exit_code, "every app has what it needs" in checked.output) == (0, True), checked.output
    for path in (made.directory, *made.directory.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_secrets_are_each_apps_own_but_for_those_that_two_share(made: Installation) -> None:
    for private in ("kek", "index_key", "nats_password", "database_url", "secrets_dir"):
        assert len(set(values(made, private).values())) == len(APPS), private
    gateway = made.settings("gateway")
    services = {name: made.settings(name) for name in APPS if name != "gateway"}
    assert gateway.grant_keys == {name: held.grant_key for name, held in services.items()}
    assert gateway.token_key == services["identity"].token_key != ""
    assert services["registry"].token_key == services["registry"].seal_key == ""
    assert not any(held.owner_database_url for held in (gateway, *services.values()))


def test_the_code_of_an_invitation_is_seen_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    done = init(tmp_path / "secrets")
    codes = re.findall(r"https://jieli\.example/sign-in/join#([\w-]{43})", done.output)
    kept = json.loads((tmp_path / "secrets" / "seed.json").read_text())["invitations"]
    assert [entry["sha256"] for entry in kept] == [hashlib.sha256(code.encode()).hexdigest() for code in codes]
    assert [entry["staff"] for entry in kept] == ["work-01", "work-02"]
    assert len(set(codes)) == 2
    for path in (tmp_path / "secrets").rglob("*"):
        assert path.is_dir() or not any(code in path.read_text() for code in codes), path


def test_an_installation_is_made_once(made: Installation) -> None:
    before = {path: path.read_bytes() for path in made.directory.rglob("*") if path.is_file()}
    again = init(made.directory)
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert before == {path: path.read_bytes() for path in made.directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "changed",
    [
        {"region": "61011"},
        {"name": "two words"},
        {"public_url": "http://jieli.example"},
        {"public_url": "https://jieli.example/path"},
        {"organization": "Org 1"},
        {"organization_name": "鄠邑区公安局"},
        {"administrator": "王某某"},
        {"second_administrator": "work-01"},
        {"desk": "http://desk.example/callback"},
        {"postgres": "postgresql://db"},
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_made(tmp_path: Path, changed: dict[str, str]) -> None:
    refused = init(tmp_path / "secrets", **changed)
    assert refused.exit_code == 2
    named = next(iter(changed)).replace("_", "-")
    assert named in refused.output or "two people" in refused.output
    assert list(tmp_path.iterdir()) == []


def test_the_start_wants_to_know_how_messages_leave(tmp_path: Path) -> None:
    init(tmp_path / "secrets")
    checked = run("check", "--directory", str(tmp_path / "secrets"))
    assert checked.exit_code == 1
    assert len(checked.output.splitlines()) == len(APPS)
    assert all("JIELI_SENDER" in line for line in checked.output.splitlines())


def _harm_upstream_key(made: Installation) -> None:
    made.change("settings", **UPSTREAM)
    key = made.directory / "identity" / "upstream.pem"
    key.touch(0o600)
    key.write_text("no key")


UPSTREAM = {"JIELI_UPSTREAM_ISSUER": "https://op.example", "JIELI_UPSTREAM_CLIENT": "jieli"}


def _unlink(name: str) -> Any:
    return lambda made: (made.directory / name).unlink()


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (_unlink("gateway/log.pem"), r"gateway cannot start: .*log\.pem cannot be read"),
        (_unlink("gateway/witness.pem"), r"gateway cannot start: .*witness\.pem cannot be read"),
        (_unlink("gateway/federation.pem"), r"gateway cannot start: .*federation\.pem cannot be read"),
        (_unlink("registry/registry-receipts.jwk"), r"registry cannot start: .*registry-receipts\.jwk"),
        (_unlink("cases.env"), r"cases\.env cannot be read"),
        (lambda made: next(made.token_keys.iterdir()).unlink(), r"identity cannot start: .*jieli rotate token"),
        (
            lambda made: made.change("settings", JIELI_UPSTREAM_ISSUER="https://op.example"),
            r"identity cannot start: JIELI_UPSTREAM_CLIENT: it must be set",
        ),
        (
            lambda made: made.change("settings", **UPSTREAM | {"JIELI_UPSTREAM_ISSUER": "http://op.example"}),
            r"identity cannot start: JIELI_UPSTREAM_ISSUER must be https",
        ),
        (
            lambda made: made.change("settings", **UPSTREAM),
            r"identity cannot start: .*upstream\.pem cannot be read",
        ),
        (
            _harm_upstream_key,
            r"identity cannot start: .*upstream\.pem is no EC key",
        ),
        (
            lambda made: made.change("referrals", JIELI_KEK="0" * 64),
            r"referrals cannot start: JIELI_KEK: .*placeholder",
        ),
        (
            lambda made: made.change("cases", JIELI_NATS_PASSWORD="change-me-please"),
            r"cases cannot start: .*placeholder",
        ),
        (lambda made: (made.directory / "seed.json").chmod(0o644), r"seed\.json can be read by others: chmod 600"),
    ],
)
def test_what_stops_the_start_is_one_line(made: Installation, harm: Any, named: str) -> None:
    harm(made)
    checked = run("check", "--directory", str(made.directory))
    assert checked.exit_code == 1
    [line] = checked.output.splitlines()
    assert re.search(named, line), line


def test_a_shell_gives_the_apps_what_the_files_say(made: Installation) -> None:
    script = f"env -i $(cat {made.file('settings')} {made.file('gateway')}) env -0"
    told = subprocess.run(
        ["sh", "-c", script], capture_output=True, check=True, text=True, env={"PATH": "/usr/bin:/bin"}
    )
    environ = dict(line.split("=", 1) for line in told.stdout.split("\0") if line)
    assert Settings.load("gateway", environ) == made.settings("gateway")


def test_who_did_not_join_in_time_gets_a_new_code_and_nobody_else_does(made: Installation) -> None:
    before = {entry["staff"]: entry for entry in json.loads(made.seed.read_text())["invitations"]}
    done = run("invite", "work-02", "--directory", str(made.directory))
    [code] = re.findall(r"/sign-in/join#([\w-]{43})", done.output)
    after = {entry["staff"]: entry for entry in json.loads(made.seed.read_text())["invitations"]}
    assert after["work-01"] == before["work-01"]
    assert after["work-02"]["sha256"] == hashlib.sha256(code.encode()).hexdigest() != before["work-02"]["sha256"]
    assert run("invite", "somebody", "--directory", str(made.directory)).exit_code == 2


def test_a_token_key_gets_a_successor_and_goes_when_its_tokens_are_gone(made: Installation) -> None:
    now = datetime.now(UTC)
    old, older = (keys.name(now - age) for age in (timedelta(hours=1), timedelta(hours=2)))
    [first] = made.token_keys.iterdir()
    for name in (old, older):
        (made.token_keys / name).write_bytes(first.read_bytes())
    first.unlink()
    assert run("rotate", "token", "--directory", str(made.directory)).exit_code == 0
    left = keys.in_order([path.name for path in made.token_keys.iterdir()])
    assert len(left) == 2 and left[0] == old, "the one before the last is good until the new one signs"
    fresh = made.token_keys / left[1]
    assert fresh.stat().st_mode & 0o777 == 0o600
    assert ECKey.import_key(fresh.read_text()).is_private


def test_services_know_a_grant_key_before_the_gateway_uses_it(made: Installation) -> None:
    before = made.settings("gateway").grant_keys
    assert run("rotate", "grant", "--directory", str(made.directory)).exit_code == 0
    after = made.settings("gateway").grant_keys
    for service, old in before.items():
        assert made.settings(service).grant_key == f"{after[service]},{old}"
    assert not set(before.values()) & set(after.values())


def test_a_token_key_of_residents_opens_on_both_sides_until_the_next_change(made: Installation) -> None:
    old = made.settings("gateway").token_key
    for _ in range(2):
        assert run("rotate", "token-key", "--directory", str(made.directory)).exit_code == 0
        new, _, kept = made.settings("identity").token_key.partition(",")
        assert made.settings("gateway").token_key == f"{new},{kept}"
        assert kept == old != new
        old = new


def test_a_key_of_one_app_is_known_everywhere_before_it_is_used(made: Installation) -> None:
    old = values(made, "kek")
    for step in ("use", "drop"):
        assert run("rotate", "kek", step, "--directory", str(made.directory)).exit_code == 2
    assert run("rotate", "kek", "add", "--directory", str(made.directory)).exit_code == 0
    added = values(made, "kek")
    new = {app: ring.removeprefix(f"{old[app]},") for app, ring in added.items()}
    assert len({*old.values(), *new.values()}) == 2 * len(APPS)
    told = run("rotate", "kek", "use", "--directory", str(made.directory)).output
    assert "jieli_under_older_key" in told and not any(key in told for key in new.values())
    assert values(made, "kek") == {app: f"{new[app]},{old[app]}" for app in APPS}
    assert run("rotate", "kek", "drop", "--directory", str(made.directory)).exit_code == 0
    assert values(made, "kek") == new


def test_old_keys_of_seals_stay(made: Installation) -> None:
    old = made.settings("gateway").seal_key
    for step in ("add", "use", "add", "use"):
        assert run("rotate", "seal-key", step, "--directory", str(made.directory)).exit_code == 0
    newest, older, oldest = made.settings("gateway").seal_key.split(",")
    assert oldest == old and len({newest, older, oldest}) == 3
    assert run("rotate", "seal-key", "drop", "--directory", str(made.directory)).exit_code == 2
    assert made.settings("gateway").seal_key.endswith(old)


def test_of_an_old_key_of_receipts_only_the_public_half_stays(made: Installation) -> None:
    before = made.settings("registry")
    old = receipts.sign(before, {"jti": "one"})
    assert run("rotate", "receipts", "--directory", str(made.directory)).exit_code == 0
    receipts.check(before)
    new = receipts.sign(before, {"jti": "two"})
    published = {key["kid"]: key for key in receipts.public_keys(before)}
    assert len(published) == 2 and not any("d" in key for key in published.values())
    for signed in (old, new):
        kid = jws.extract_compact(signed.encode()).headers()["kid"]
        jws.deserialize_compact(signed, ECKey.import_key(published[kid]), algorithms=["ES256"])
    held = [json.loads(file.read_text()) for file in (made.directory / "registry").glob("*.jwk")]
    assert sorted("d" in key for key in held) == [False, True]


def test_rotation_needs_an_installation(tmp_path: Path) -> None:
    for what in (
        ["token"],
        ["grant"],
        ["token-key"],
        ["kek", "add"],
        ["index-key", "add"],
        ["seal-key", "add"],
        ["receipts"],
    ):
        assert run("rotate", *what, "--directory", str(tmp_path / secrets.token_hex(4))).exit_code != 0
