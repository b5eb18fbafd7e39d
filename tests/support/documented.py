"""Whether an answer is what the partners' document says of it: its status, its headers, its body."""

import json
import re
from typing import Any

import httpx
import jsonschema

from deploy.local import places

DOCUMENT: dict[str, Any] = json.loads((places.ROOT / "docs" / "openapi" / "partners.json").read_text("utf-8"))
TOLD = ("Jieli-Decision", "Jieli-Receipt", "RateLimit-Policy", "RateLimit", "Retry-After")


def client(base_url: str = "") -> httpx.Client:
    """A client whose every answer is held against the document."""
    return httpx.Client(base_url=base_url, timeout=30, trust_env=False, event_hooks={"response": [holds]})


def operation(method: str, path: str) -> dict[str, Any]:
    """The operation that a request is one of; of several the one with fewer members in its path."""
    every = sorted(DOCUMENT["paths"].items(), key=lambda item: item[0].count("{"))
    for template, methods in every:
        if method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            found: dict[str, Any] = methods[method.lower()]
            return found
    raise AssertionError(f"{method} {path} is not in the document")


def holds(answer: httpx.Response) -> None:
    """AssertionError, or what jsonschema raises, where an answer is not as it is described."""
    answer.read()
    request = answer.request
    responses = operation(request.method, request.url.path)["responses"]
    where = f"{request.method} {request.url.path}: {answer.status_code} {answer.text[:200]}"
    assert str(answer.status_code) in responses or answer.status_code >= 400, where
    described = responses.get(str(answer.status_code)) or responses["default"]
    _tells(answer, {name: _led_to(said) for name, said in described.get("headers", {}).items()}, where)
    media = answer.headers.get("content-type", "").partition(";")[0]
    if answer.content:
        assert media in described["content"], f"{where}: {media}"
        if media.endswith("json"):
            fits(answer.json(), described["content"][media].get("schema", {}))


def fits(instance: object, schema: dict[str, Any]) -> None:
    """Raises where an instance is not of a schema of the document."""
    jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(instance)


def _tells(answer: httpx.Response, described: dict[str, Any], where: str) -> None:
    for name in TOLD:
        assert name in described or name not in answer.headers, f"{where}: {name} is not described"
    for name, said in described.items():
        assert name in answer.headers or not said.get("required"), f"{where}: no {name}"
        if name in answer.headers:
            value = answer.headers[name]
            fits(int(value) if said["schema"]["type"] == "integer" else value, said["schema"])


def _led_to(reference: dict[str, Any]) -> Any:
    return DOCUMENT["components"]["headers"][reference["$ref"].rpartition("/")[2]]
