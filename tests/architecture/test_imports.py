"""Walls: import contracts, their lists complete; no cycles; who may call out; who may import which room."""

import graphlib

import pytest
from importlinter import cli as import_linter

from tests.architecture import house
from tests.architecture.house import Module

CONTRACTS = house.PYPROJECT["tool"]["importlinter"]["contracts"]
OUTBOUND = frozenset(
    {
        "httpx",
        "aiohttp",
        "requests",
        "urllib.request",
        "http.client",
        "socket",
        "smtplib",
        "websockets",
        "nats",
        "apprise",
    }
)
# The contracts word by word: softening one is a change here too, for the next reader to judge.
STARTERS = ["cli", "demo", "deploy", "benchmarks"]
FORBIDDEN = {
    "What every app runs on knows no app": (["shared"], ["services", "gateway", *STARTERS]),
    "Apps do not know who starts them": (["services", "gateway"], STARTERS),
    "The demonstration is a client": (["demo"], ["services", "gateway"]),
    "Rules are pure": (
        ["services.*.rules", "gateway.*.rules"],
        ["fastapi", "starlette", "sqlmodel", "sqlalchemy", "asyncpg", "httpx", "aiohttp", "nats"],
    ),
}
LAYERS = ["(main)", "(api) : (handlers)", "(commands)", "(queries) : (schemas)", "(tables)", "(rules)"]
MEMBERS = {
    "independence": {"name", "type", "modules"},
    "forbidden": {"name", "type", "source_modules", "forbidden_modules"},
    "layers": {"name", "type", "layers", "containers"},
}
MAY_CALL_OUT = {
    "services.identity.upstream": "the provider that signs staff in, where one is configured",
    "gateway.exchange.forward": "the only way to a service",
    "gateway.federation": "other regions",
    "gateway.webhooks": "partners' systems",
    "gateway.witness": "other regions: to be cosigned by them, and to hear their logs",
    "shared.bus": "the event bus, and its monitoring page at the start",
    "shared.sender": "whoever sends messages to phones",
}
# Which other rooms of the gateway a room may import; `exchange.api` is how a room knows who calls.
ROOMS: dict[str, set[str]] = {
    "exchange": {"agreements", "audit"},
    "agreements": {"exchange.api"},
    "audit": set(),
    "federation": {"exchange", "audit"},
    "webhooks": {"exchange"},
    "witness": {"audit", "federation"},
    "erasure": {"exchange", "federation", "webhooks"},
    "copies": {"exchange", "federation"},
    "lifecycle": {"agreements"},
    "explain": {"exchange", "agreements"},
}


def contract(start: str) -> dict[str, list[str]]:
    """The contract whose name begins so."""
    found: dict[str, list[str]] = next(each for each in CONTRACTS if each["name"].startswith(start))
    return found


def ours() -> dict[str, Module]:
    return {module.name: module for module in house.modules(*house.PACKAGES)}


def edges() -> dict[str, set[str]]:
    """Which module of ours imports which."""
    known = ours()
    found = {}
    for name, module in known.items():
        named = {target if target in known else target.rpartition(".")[0] for target in module.imports}
        found[name] = (named & known.keys()) - {name}
    return found


def test_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(house.ROOT)
    broken = import_linter.lint_imports(no_cache=True)
    assert broken == 0, capsys.readouterr().out


def test_no_contract_is_softened() -> None:
    """None is gone, none lets through what it did not, and packages that are not ours are looked at."""
    assert len(CONTRACTS) == len(FORBIDDEN) + 2
    for start, (sources, forbidden) in FORBIDDEN.items():
        found = contract(start)
        assert set(sources) <= set(found["source_modules"]), start
        assert set(forbidden) <= set(found["forbidden_modules"]), start
    assert contract("Layers")["layers"] == LAYERS
    loose = {each["name"]: each.keys() - MEMBERS[each["type"]] for each in CONTRACTS}
    assert not any(loose.values()), f"no exceptions: {loose}"
    assert house.PYPROJECT["tool"]["importlinter"]["include_external_packages"] is True


def test_the_contracts_know_every_app_and_room() -> None:
    services = {f"services.{path.parent.name}" for path in (house.ROOT / "services").glob("*/__init__.py")}
    rooms = {f"gateway.{room}" for room in house.rooms()}
    assert set(contract("Apps know nothing")["modules"]) == services | {"gateway"}
    assert set(contract("Layers")["containers"]) == services | rooms
    assert set(house.PYPROJECT["tool"]["importlinter"]["root_packages"]) == {*house.PACKAGES, "benchmarks"}


def test_there_is_no_import_cycle() -> None:
    try:
        graphlib.TopologicalSorter(edges()).prepare()
    except graphlib.CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def test_only_a_few_modules_call_out() -> None:
    calling = {
        module.name: sorted(called)
        for module in house.modules(*house.APPS, "shared")
        if (called := {each for each in OUTBOUND for name in module.imports if f"{name}.".startswith(f"{each}.")})
    }
    surprising = {name: called for name, called in calling.items() if not allowed_out(name)}
    assert not surprising, f"everything leaves by {sorted(MAY_CALL_OUT)}: {surprising}"


def allowed_out(name: str) -> bool:
    return any(f"{name}.".startswith(f"{door}.") for door in MAY_CALL_OUT)


def test_each_room_of_the_gateway_imports_only_the_rooms_it_may() -> None:
    assert house.rooms() <= ROOMS.keys(), "say in ROOMS what the new room may import"
    wrong = []
    for module in house.modules("gateway"):
        room = module.name.split(".")[1] if module.name.count(".") else ""
        if room not in ROOMS:
            continue
        for target in module.imports:
            inside = target.removeprefix("gateway.")
            other = inside.split(".")[0]
            if target != inside and other in ROOMS and other != room:
                if not any(f"{inside}.".startswith(f"{may}.") for may in ROOMS[room]):
                    wrong.append(f"{module.name} imports {target}")
    assert not wrong, f"see ROOMS: {wrong}"


def test_shared_names_no_app() -> None:
    """A text constant that is an app's name would be an `if` about one of them; `gateway` is also a kind of caller."""
    apps = {*house.apps(), "identity", "registry", "referrals", "cases", "gateway"}
    named = [
        f"{module.where}:{line}"
        for module in house.modules("shared")
        if module.name != "shared.grants"
        for line, text in house.texts(module)
        if text in apps or any(text.startswith(f"services.{app}") for app in apps)
    ]
    assert not named, f"shared is how every app runs, never what one means: {named}"
