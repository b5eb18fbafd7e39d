"""Line 4: logs, metrics and traces hold no person, no locale and no query string."""

import ast
import re

import httpx
import pytest
from starlette.applications import Starlette

from cli import documents
from shared import telemetry
from tests.architecture import house

# The log only grows; so it is kept for longer than the three years (1,095 days) that the design asks for.
LOG_TABLES = r"log_(?:entry|node|checkpoint|cosignature)"
SHORTENS = re.compile(
    rf"(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|UPDATE|DROP\s+TABLE(?:\s+IF\s+EXISTS)?|ALTER\s+TABLE)\s+(?:\w+\.)?{LOG_TABLES}\b"
    r"|(?:DISABLE|DROP)\s+TRIGGER\s+(?:IF\s+EXISTS\s+)?(?:ALL|USER|only_grows)\b|session_replication_role|DROP\s+FUNCTION\s+log_only_grows",
    re.IGNORECASE,
)
TAKES_AWAY = frozenset({"delete", "update", "drop_table", "drop_column", "alter_column", "drop", "rename_table"})

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
NOT_LOGGED = frozenset(
    "name phone contact email address birth person subject resident seal locale language accept_language user_agent ip"
    " client_ip remote query query_string url path params body headers authorization token answers fields".split()
)
BINDS = frozenset({"bind", "new", "bind_contextvars", "bound_contextvars"})
LABELS = frozenset({"method", "route", "status", "code", "app", "subject", "stream", "source", "reason", "what"})


def log_calls() -> list[tuple[house.Module, ast.Call]]:
    return [
        (module, call)
        for module in house.modules("services", "gateway", "shared")
        for name, call in module.calls()
        if name in LEVELS and isinstance(call.func, ast.Attribute)
        if house.last_name(call.func.value) in ("log", "logger")
    ]


def test_no_allowed_key_could_hold_a_person_or_a_locale() -> None:
    assert not telemetry.LOGGED & NOT_LOGGED


def test_log_lines_are_constant_words_with_allowed_keys() -> None:
    """A key that is not on the list would be dropped without a word; a made-up text could hold anything."""
    assert log_calls()
    for module, call in log_calls():
        where = f"{module.where}:{call.lineno}"
        assert len(call.args) == 1 and isinstance(call.args[0], ast.Constant), f"{where}: one constant word"
        keys = {word.arg for word in call.keywords if word.arg}
        assert keys <= telemetry.LOGGED, f"{where}: {keys - telemetry.LOGGED} is not logged"


def test_what_is_bound_to_a_logger_has_allowed_keys() -> None:
    bound = [
        (f"{module.where}:{call.lineno}", {word.arg for word in call.keywords})
        for module in house.modules("services", "gateway", "shared")
        for name, call in module.calls()
        if name in BINDS and re.search(r"\blog|structlog", ast.unparse(call.func))
    ]
    assert bound
    wrong = [(where, keys - telemetry.LOGGED) for where, keys in bound if not keys <= telemetry.LOGGED]
    assert not wrong, f"is not logged: {wrong}"


def test_no_app_prints() -> None:
    printed = [
        f"{module.where}:{call.lineno}"
        for module in house.modules("services", "gateway", "shared")
        for name, call in module.calls()
        if name == "print" and isinstance(call.func, ast.Name)
    ]
    assert not printed


def test_metrics_have_few_labels_and_none_of_a_person() -> None:
    for module in house.modules("services", "gateway", "shared"):
        for name, call in module.calls():
            if name in ("Counter", "Histogram", "Gauge", "Summary") and len(call.args) > 1:
                listed = next((each for each in call.args if isinstance(each, ast.List)), ast.List([], ast.Load()))
                labels = {each.value for each in listed.elts if isinstance(each, ast.Constant)}
                assert labels <= LABELS, f"{module.where}:{call.lineno}: {labels - LABELS}"


def test_nothing_shortens_the_log() -> None:
    """No route, job, command or migration: what the log holds stays, also behind the trigger that says so."""
    written = [
        f"{module.where}:{line}"
        for module in house.modules(*house.CODE)
        for line, text in house.texts(module)
        if SHORTENS.search(text)
    ]
    built = [
        f"{module.where}:{call.lineno}"
        for module in house.modules(*house.CODE)
        for name, call in module.calls()
        if name in TAKES_AWAY and re.search(rf"\b{LOG_TABLES}\b", ast.unparse(call), re.IGNORECASE)
    ]
    assert not written + built, f"the log only grows: {written + built}"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log_entry WHERE at < now() - interval '1095 days'",
        "truncate log_checkpoint",
        "ALTER TABLE gateway.log_node DISABLE TRIGGER only_grows",
        "UPDATE log_cosignature SET line = ''",
        "drop trigger only_grows on log_entry",
        "SET session_replication_role = replica",
    ],
)
def test_a_statement_that_shortens_the_log_is_recognised(statement: str) -> None:
    assert SHORTENS.search(statement)
    assert not SHORTENS.search("DELETE FROM log_counter WHERE person_tag = :tag")


async def test_a_query_string_reaches_neither_log_nor_metric(capsys: pytest.CaptureFixture[str]) -> None:
    settings = documents.settings("identity")
    telemetry.configure_logs(settings)
    measured = telemetry.Telemetry(settings)
    transport = httpx.ASGITransport(telemetry.Middleware(Starlette(), measured))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        await client.get("/v1/organizations?name=Wang&lang=xx", headers={"accept-language": "xx"})
    said = capsys.readouterr().out + measured.exposition().decode()
    assert "unmatched" in said
    assert not re.search("Wang|lang|xx", said)


def test_the_web_server_writes_no_lines_of_its_own() -> None:
    """uvicorn's access log has the whole address in it."""
    served = [
        call for m in house.modules("deploy") for name, call in m.calls() if ast.unparse(call.func) == "uvicorn.Config"
    ]
    assert served
    for call in served:
        assert any(word.arg == "access_log" and ast.unparse(word.value) == "False" for word in call.keywords)
    for path in [house.ROOT / "deploy" / "Containerfile", *sorted((house.ROOT / "deploy" / "k8s").rglob("*.yaml"))]:
        text = path.read_text("utf-8")
        assert "uvicorn" not in text, f"{path.name}: start apps by deploy.local.region"
