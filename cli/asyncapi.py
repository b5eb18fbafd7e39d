"""The events as AsyncAPI 3.0: a channel per subject, who publishes it, who handles it, CloudEvents 1.0 around it."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from shared.contracts import events
from shared.contracts.envelope import Envelope, Event, Heartbeat

SCHEMAS = "#/components/schemas/"


def document(handled: Mapping[str, Iterable[type[Event]]]) -> dict[str, Any]:
    """Every event of the platform; `handled` says which app handles which."""
    known = events.BY_SUBJECT
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Jieli events",
            "version": "1",
            "description": "Facts that the apps of one region tell one another over NATS JetStream, one stream per app."
            " Ids, states, codes and times; no personal data.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {event.__name__: channel(event) for event in known.values()} | {"Heartbeat": heartbeat(handled)},
        "operations": {
            **{f"{publisher(event)}.publishes.{event.__name__}": operation("send", event) for event in known.values()},
            **{f"{app}.handles.{e.__name__}": operation("receive", e) for app, own in handled.items() for e in own},
        },
        "components": {
            "messages": {event.__name__: message(event) for event in known.values()}
            | {"Heartbeat": {"name": "Heartbeat", "payload": {"$ref": f"{SCHEMAS}Heartbeat"}}},
            "schemas": schemas((Envelope, Heartbeat, *known.values())),
        },
    }


def publisher(event: type[Event]) -> str:
    """The app whose fact it is."""
    return event.subject.split(".")[0]


def channel(event: type[Event]) -> dict[str, Any]:
    """One subject."""
    return {"address": event.subject, "messages": {"event": {"$ref": f"#/components/messages/{event.__name__}"}}}


def heartbeat(apps: Iterable[str]) -> dict[str, Any]:
    """Each app says every second that everything committed before was published."""
    return {
        "address": "{app}.heartbeat.beat.v1",
        "parameters": {"app": {"enum": sorted(apps)}},
        "messages": {"beat": {"$ref": "#/components/messages/Heartbeat"}},
    }


def operation(action: str, event: type[Event]) -> dict[str, Any]:
    """An app sends or receives one event."""
    return {"action": action, "channel": {"$ref": f"#/channels/{event.__name__}"}}


def message(event: type[Event]) -> dict[str, Any]:
    """The envelope with this event in it."""
    inside = {"type": {"const": event.subject}, "data": {"$ref": f"{SCHEMAS}{event.__name__}"}}
    return {
        "name": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "payload": {"allOf": [{"$ref": f"{SCHEMAS}Envelope"}, {"properties": inside}]},
    }


def schemas(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """The JSON Schemas of the models and of what they refer to."""
    found: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template=SCHEMAS + "{model}")
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    return found
