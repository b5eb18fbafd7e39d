"""`jieli documents`: writes the published descriptions, OpenAPI per app and AsyncAPI for the events, from the code."""

import importlib
import json
import secrets
from pathlib import Path
from typing import Any

from deploy.local import places, region
from shared.contracts import events
from shared.settings import Settings

DOCS = places.ROOT / "docs"
UNUSED = secrets.token_hex(32)  # apps want well-formed keys even where nothing is signed with them


def write(directory: Path = DOCS) -> None:
    """Writes openapi/<app>.json and asyncapi.json under the directory; no server is needed."""
    for app in region.MODULES:
        save(directory / "openapi" / f"{app}.json", openapi(app))
    save(directory / "asyncapi.json", asyncapi())


def save(path: Path, document: dict[str, Any]) -> None:
    """One document, in the same form each time, so that a difference is a change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def openapi(app: str) -> dict[str, Any]:
    """The OpenAPI document of one app."""
    made = importlib.import_module(region.MODULES[app]).create(settings(app))
    document: dict[str, Any] = made.openapi()
    return document


def settings(app: str) -> Settings:
    """Settings that let an app be built, not run."""
    return Settings(
        app=app,
        region="000000",
        region_name="documents",
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
        secrets_dir=Path("/nonexistent"),
    )


def asyncapi() -> dict[str, Any]:
    """Every event of the platform as AsyncAPI 3.0: a channel per subject, CloudEvents 1.0 in structured JSON."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Jieli events",
            "version": "1",
            "description": "Ids, states, codes and times; no personal data.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {subject: channel(subject) for subject in events.BY_SUBJECT},
        "operations": {
            subject: {"action": "send", "channel": {"$ref": f"#/channels/{subject}"}} for subject in events.BY_SUBJECT
        },
    }


def channel(subject: str) -> dict[str, Any]:
    """One subject, with the schema of its data."""
    event = events.BY_SUBJECT[subject]
    schema = event.model_json_schema(ref_template=f"#/channels/{subject}/messages/event/payload/$defs/{{model}}")
    return {
        "address": subject,
        "messages": {"event": {"name": event.__name__, "summary": (event.__doc__ or "").strip(), "payload": schema}},
    }
