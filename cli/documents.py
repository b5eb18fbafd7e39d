"""`jieli documents`: what is published about the code, made from the code: OpenAPI, AsyncAPI, problems, settings."""

import importlib
import json
import pkgutil
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic_core import PydanticUndefined

import gateway
import services
from cli import asyncapi, authorisation, collection, partners, partners_client
from cli.authorisation import Operation
from deploy.local import places, region
from shared import problems
from shared.settings import Settings

DOCS = places.ROOT / "docs"
CATALOGUE = places.ROOT / "gateway" / "exchange" / "problems.json"
CLIENT = "../clients/python/jieli_client"  # beside docs/
MADE = "<!-- Made from the code by `make docs`; a test holds it equal. -->"
UNUSED = secrets.token_hex(32)  # apps want well-formed keys even where nothing is signed with them


def write(directory: Path = DOCS) -> None:
    """Writes OpenAPI by app and for partners, AsyncAPI, the pages about the code, the gateway's list of problems."""
    CATALOGUE.write_text(catalogue(), encoding="utf-8")
    for name, text in pages().items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Everything made: its path from docs/ and its text."""
    load_everything()
    described = {app: built(app).openapi() for app in region.MODULES}
    handled = {app: importlib.import_module(module).SERVICE.handlers for app, module in region.MODULES.items()}
    offered = partners.document(described)
    return {f"openapi/{app}.json": as_json(document) for app, document in described.items()} | {
        "openapi/partners.json": as_json(offered),
        "partners.http": collection.http(offered),
        f"{CLIENT}/schemas.py": partners_client.schemas(offered),
        f"{CLIENT}/operations.py": partners_client.operations(offered),
        "asyncapi.json": as_json(asyncapi.document(handled)),
        "authorisation.md": authorisation_page(authorisation.operations(described)),
        "errors.md": errors(),
        "settings.md": settings_page(),
    }


def as_json(document: dict[str, Any]) -> str:
    """The same form each time, so that a difference is a change."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def load_everything() -> None:
    """Imports every module of the apps, so that each problem code is declared."""
    for package in (services, gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)


def built(app: str) -> FastAPI:
    """One app as the factory makes it; nothing is started."""
    made = importlib.import_module(region.MODULES[app]).create(settings(app))
    assert isinstance(made, FastAPI)  # noqa: S101 - what every `create` is typed to return
    return made


def settings(app: str) -> Settings:
    """Settings that let an app be built, not run."""
    return Settings(
        app=app,
        region="000000",
        region_name="documents",
        environment="development",
        public_url="http://127.0.0.1",
        database_url="postgresql+asyncpg://nobody@127.0.0.1/nothing",
        nats_url="nats://127.0.0.1",
        nats_user=app,
        nats_password=UNUSED,
        nats_monitor_url="http://127.0.0.1",
        grant_key=UNUSED,
        kek=UNUSED,
        index_key=UNUSED,
        seal_key=UNUSED,
        token_key=UNUSED,
        service_urls=dict.fromkeys(region.MODULES, "http://127.0.0.1"),
        grant_keys=dict.fromkeys(region.MODULES, UNUSED),
        pairwise_keys=dict.fromkeys(region.MODULES, UNUSED),
        secrets_dir=Path("/nonexistent"),
    )


def catalogue() -> str:
    """Every problem code as the gateway reads it, which knows no service's code."""
    load_everything()
    said = {kind.code: {"status": kind.status, "title": kind.title, "advice": kind.advice} for kind in known()}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def known() -> list[problems.Kind]:
    """Every problem code, by its name."""
    return sorted(problems.CATALOGUE.values(), key=lambda kind: kind.code)


def errors() -> str:
    """Every problem code, what it means and what to do."""
    rows = [(f"`{kind.code}`", str(kind.status), kind.title, kind.advice) for kind in known()]
    return page(
        "Problems",
        "Every refusal is `application/problem+json` (RFC 9457). `code` is stable: programs may rely on it. `type` is"
        "\n`/problems/<code>`, which the gateway explains. `detail` says what to do and never holds a personal value.",
        table(("code", "HTTP", "meaning", "what to do"), rows),
    )


def authorisation_page(operations: Sequence[Operation]) -> str:
    """Every operation and who may call it, by app; then what everybody else is told."""
    heads = ("operation", "what it does", "who may", "on condition that")
    parts = []
    for app in region.MODULES:
        own = [(f"`{op.name}`", op.what, op.who, op.condition) for op in operations if op.app == app]
        parts.append(f"## {app}\n\n{table(heads, own)}")
    wanted = authorisation.REFUSED
    callers = list(dict.fromkeys(caller for said in wanted.values() for caller in said))
    told = [(caller, *(said.get(caller, "-") for said in wanted.values())) for caller in callers]
    parts.append(f"## Whoever is not named\n\n{table(('who calls', *wanted), told)}\n\n{authorisation.CLOSING}")
    return page("Who may call what", authorisation.OPENING, "\n\n".join(parts))


def settings_page() -> str:
    """Every setting of the apps, its default and what it is for; then what the launcher reads."""
    fields = {name: field for name, field in Settings.model_fields.items() if name != "app"}
    rows = [
        (f"`JIELI_{name.upper()}`", default(field.default), field.description or "") for name, field in fields.items()
    ]
    launcher = [(f"`{name}`", without, what) for name, without, what in places.SETTINGS]
    apps = table(("setting", "default", "what it is for"), rows)
    own = table(("setting", "without it", "what it is for"), launcher)
    return page(
        "Settings",
        "Each setting of an app is read from `JIELI_<APP>_<SETTING>`, then from `JIELI_<SETTING>`. A missing, malformed"
        "\nor placeholder value stops the start with one line that names it. `make run` makes all of them itself.",
        f"{apps}\n\n## What `make run` reads itself\n\nThe launcher makes the apps' settings from these; in its own"
        f" environment nothing else counts.\n\n{own}",
    )


def default(value: object) -> str:
    """How a default is shown."""
    if value is PydanticUndefined:
        return "must be set"
    return f"`{value}`" if value not in ("", None, {}) else "none"


def page(title: str, opening: str, body: str) -> str:
    """One Markdown page."""
    return f"# {title}\n\n{MADE}\n\n{opening}\n\n{body}\n"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [tuple(heads), *map(tuple, rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
