"""What partners call, as one OpenAPI document: the apps' own documents seen through the gateway's table of routes."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cli import authorisation
from gateway import main as gateway
from gateway.exchange import policy, routes
from gateway.exchange.routes import Route
from gateway.webhooks import rules as webhooks
from shared import requests
from shared.contracts import vocabulary

Document = dict[str, Any]

INSIDE = frozenset({"jieli-grant"})  # set by the gateway
SECURED = frozenset({"authorization", "dpop"})  # said by `security`
PROBLEM = "application/problem+json"
INTRODUCTION = """\
Every call enters by the region's gateway. Get a token at `/v1/token` (RFC 7523, RFC 9449), bound to a key of yours and,
between organisations, to an agreement and a purpose (RFC 9396); send it with a fresh proof of that key on each call.
Writes carry an `Idempotency-Key`: the same key and body again get the same answer. Refusals are problems (RFC 9457);
`code` is stable, docs/errors.md lists all. Pages that people sign in on, and what regions' gateways say to each other,
are not in here."""
DPOP = {
    "token": {"type": "http", "scheme": "DPoP", "description": "`Authorization: DPoP <access token>` (RFC 9449, 7.1)."},
    "proof": {
        "type": "apiKey",
        "in": "header",
        "name": "DPoP",
        "description": "A JWT signed by the token's key for this method, address and token; each serves once.",
    },
}
TEXT = {"type": "string"}
DECIDED = ("Jieli-Decision", "Jieli-Receipt")
COUNTED = ("RateLimit-Policy", "RateLimit")
HEADERS = {
    "ETag": {"description": "What was read, or the version to name in If-Match (RFC 9110, 8.8.3).", "schema": TEXT},
    "Jieli-Decision": {
        "description": "The id of the decision, in the log for good: name it when you ask for support.",
        "schema": TEXT | {"format": "uuid"},
    },
    "Jieli-Receipt": {"description": "The log's signed promise to hold this call (base64url JSON).", "schema": TEXT},
    "RateLimit-Policy": {
        "description": "How many calls the agreement allows, `q`, in how many seconds, `w` (RFC 9651 list).",
        "schema": TEXT | {"examples": ['"minute";q=60;w=60, "day";q=2000;w=86400']},
    },
    "RateLimit": {
        "description": "How many calls are left, `r`, and in how many seconds they are counted anew, `t`.",
        "schema": TEXT | {"examples": ['"minute";r=59;t=24, "day";r=1764;t=30224']},
    },
    "Retry-After": {
        "description": "With 429 and 503: in how many seconds to come back (RFC 9110, 10.2.3).",
        "schema": {"type": "integer", "minimum": 0},
    },
}
SOMETIMES = "Refused."  # before the name of a header that a refusal has only from the step on at which it is known
PARAMETERS = {
    "Idempotency-Key": {
        "description": "A fresh one for each write; again for the same write.",
        "schema": TEXT | {"minLength": 8, "maxLength": 128, "pattern": "^[ -~]+$"},
    },
    "Jieli-Agreement": {"description": "The agreement that this call stands on.", "schema": TEXT},
    "If-None-Match": {"description": "The ETag that you have: 304 where it is still that.", "schema": TEXT},
    "Jieli-Purpose": {"description": "The purpose, one of those the agreement names.", "schema": TEXT},
}
FIELDS = {
    "name": "fields",
    "in": "query",
    "required": False,
    "description": "The names of the fields that are wanted, joined by commas; without it all that may be seen.",
    "schema": TEXT,
}
PROBLEM_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "description": "Why not, and what to do (RFC 9457). Some codes have members of their own, such as `allowed`.",
    "required": ["type", "code", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The address of what the code means, at this gateway."},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What to do; never a personal value."},
        "decision": {"type": "string", "description": "The id of the decision that refused."},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "reason": {"type": "string"}}},
        },
        "trace_id": {"type": "string", "description": "With a fault of ours: report it."},
    },
}
HOLDS = {
    "description": "It holds from now on; the registry, which does not answer, is told as soon as it does.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["id", "state"],
                "properties": {"id": TEXT, "state": {"const": "withdrawn"}},
            }
        }
    },
}
SENT = """\
What your system is sent once it has registered a webhook (Standard Webhooks 1.0). Answer 2xx within ten seconds; 410
disables it, and until you register again nothing new is sent. Messages may come twice, under one webhook-id, and in
another order than what they tell of: read the referral. `timestamp` is later than what happened, by up to a minute of
chance."""
WEBHOOKS = {
    webhooks.TYPE: {
        "post": {
            "operationId": "referral_state_changed",
            "description": SENT,
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": TEXT}
                for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["type", "timestamp", "data"],
                            "properties": {
                                "type": {"const": webhooks.TYPE},
                                "timestamp": {"type": "string", "format": "date-time"},
                                "data": {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["referral", "state"],
                                    "properties": {"referral": {"type": "string", "format": "uuid"}, "state": TEXT},
                                },
                            },
                        }
                    }
                },
            },
            "responses": {"2XX": {"description": "You have it."}},
        }
    }
}
TAGS = {
    "public": "Anyone, without a token.",
    "self": "The person herself.",
    "internal": "Staff within their own organisation, by role; never people.",
    "exchange": "Officers and systems of another organisation, under an agreement and with the person's consent.",
}


def document(documents: Mapping[str, Mapping[str, Any]]) -> Document:
    """The partners' document, made of the OpenAPI documents by app."""
    paths: Document = {}
    for app, method, path, route in _offered(documents):
        found = copy.deepcopy(documents[app]["paths"][path][method])
        paths.setdefault(path, {})[method] = _named(app, seen_from_outside(found, route))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Jieli for partners", "version": "1", "description": INTRODUCTION},
        "servers": [{"url": "https://{gateway}", "variables": {"gateway": {"default": "gateway.example"}}}],
        "paths": paths,
        "webhooks": WEBHOOKS,
        "components": {
            "securitySchemes": DPOP,
            "headers": _headers(),
            "schemas": {**_needed(paths, documents), "Problem": PROBLEM_SCHEMA},
        },
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
    }


def _offered(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, Route]]:
    """App, method, path and line of the table for each operation that partners may call."""
    lines = {(line.service, line.method, authorisation.shape(line.template)): line for line in routes.ROUTES}
    lines |= {("gateway", method, authorisation.shape(path)): line for method, path, line in _own_rooms()}
    for app, described in documents.items():
        for path, methods in described["paths"].items():
            for method in methods:
                line = lines.get((app, method.upper(), authorisation.shape(path)))
                if line and not line.browser:
                    yield app, method, path, line


def _own_rooms() -> Iterator[tuple[str, str, Route]]:
    """The gateway's own routes, as lines of the table; those between regions are left out."""
    for operation in authorisation.own_rooms():
        method, _, path = operation.name.partition(" ")
        if operation.who == authorisation.ANYONE and not path.startswith("/federation/"):
            yield method, path, Route("public", method, path, "gateway")
        elif operation.who == authorisation.HERSELF:
            yield method, path, Route("self", method, path, "gateway")


def seen_from_outside(found: Document, route: Route) -> Document:
    """The operation with what the gateway wants beside, and without what it sets itself."""
    said = INSIDE if route.kind == "public" else INSIDE | SECURED
    kept = [each for each in found.get("parameters", []) if each["name"].lower() not in said]
    found["parameters"] = [*kept, *_wanted(route)]
    found["responses"].pop("422", None)
    if route.operation == "withdraw_consent":
        found["responses"]["202"] = copy.deepcopy(HOLDS)
    told = [*(DECIDED if route.operation else ()), *(COUNTED if route.kind == "exchange" else ())]
    for answer in (answer for status, answer in found["responses"].items() if status.startswith("2")):
        tagged = ["ETag"] if _is_tagged(route) and "application/json" in answer.get("content", {}) else []
        answer["headers"] = {name: _header(name) for name in (*tagged, *told)}
    found["responses"]["default"] = {
        "description": "A refusal or a fault.",
        "headers": {name: _header(SOMETIMES + name) for name in (*told, "Retry-After")},
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if route.kind != "public":
        found["security"] = [{name: [] for name in DPOP}]
    if route.kind == "public" and _is_tagged(route):
        found["responses"]["304"] = {"description": "It is what you have."}
    if route.takes == routes.CSV:
        found["requestBody"] = {"required": True, "content": {routes.CSV: {"schema": TEXT}}}
    found["tags"] = [route.kind]
    if route.deprecated:
        found["deprecated"] = True
        found["x-sunset"] = route.deprecated.sunset.isoformat()
    return found


def _headers() -> Document:
    """Each header as answers have it always, and as refusals have it from some step on."""
    always = {name: said | {"required": True} for name, said in HEADERS.items() if name != "Retry-After"}
    return always | {SOMETIMES + name: said for name, said in HEADERS.items() if name != "ETag"}


def _header(name: str) -> Document:
    return {"$ref": f"#/components/headers/{name}"}


def _is_tagged(route: Route) -> bool:
    """Whether reading it gives an ETag."""
    own = [each for router in gateway.SERVICE.routers for each in router.routes if isinstance(each, requests.Route)]
    inside = route.service != "gateway" or route.template in {each.path for each in own}
    return route.method == "GET" and inside


def _wanted(route: Route) -> Iterator[Document]:
    names = ["Jieli-Agreement", "Jieli-Purpose"] if route.kind == "exchange" else []
    names += ["Idempotency-Key"] if requests.is_keyed(route.kind, route.method, route.operation) else []
    for name in names:
        yield {"name": name, "in": "header", "required": True, **PARAMETERS[name]}
    if route.kind == "public" and _is_tagged(route):
        yield {"name": "If-None-Match", "in": "header", "required": False, **PARAMETERS["If-None-Match"]}
    rules = policy.load(vocabulary.load()).exchange
    if route.kind == "exchange" and rules[route.operation].reads:
        yield FIELDS


def _named(app: str, found: Document) -> Document:
    """Its id and its schemas under names that no two apps share."""
    moved: Document = _rewritten(found, app)
    return moved | {"operationId": f"{app}_{found['operationId']}"}


def _rewritten(node: Any, app: str) -> Any:
    if isinstance(node, dict):
        return {key: _moved(value, app) if key == "$ref" else _rewritten(value, app) for key, value in node.items()}
    return [_rewritten(each, app) for each in node] if isinstance(node, list) else node


def _moved(reference: str, app: str) -> str:
    place, _, name = reference.rpartition("/")
    ours = name == "Problem" or not place.endswith("/schemas")
    return reference if ours else f"{place}/{_public(app, name)}"


def _public(app: str, name: str) -> str:
    """`registry.people.RecordOut`: FastAPI puts the module before a name that an app has twice."""
    inside = {"services", "schemas", app}
    return ".".join([app, *(part for part in name.split("__") if part not in inside)])


def _needed(paths: Document, documents: Mapping[str, Mapping[str, Any]]) -> Document:
    """The schemas that the operations lead to, however deep."""
    every = {
        _public(app, name): _rewritten(schema, app)
        for app, described in documents.items()
        for name, schema in described.get("components", {}).get("schemas", {}).items()
    }
    found: Document = {}
    pending: list[Any] = [paths]
    while pending:
        for name in _references(pending.pop()) - found.keys():
            found[name] = every[name]
            pending.append(every[name])
    return found


def _references(node: Any) -> set[str]:
    return set(re.findall(r"#/components/schemas/([a-z]+\.[\w.]+)", str(node)))
