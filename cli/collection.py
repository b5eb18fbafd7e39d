"""What a partner's system asks, request after request, as one .http file made of the partners' document."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]

OPENING = """\
# A working day of a partner's system. Made from docs/openapi/partners.json by `make docs`; a test runs each request.
# The form is that of the .http files of editors. {{token}} is an access token for the request's agreement and purpose
# and {{proof}} its proof for this one request (RFC 9449): `make collection` fills both, and the rest from
# .run/sandbox.json.
"""
JSON = "application/json"
TEXT, NUMBER = "text", 1
# Headers that the document wants, and what is sent.
SENT = {
    "Jieli-Agreement": "{{agreement}}",
    "Jieli-Purpose": "{{purpose}}",
    "Idempotency-Key": "{{$guid}}",
}


@dataclass(frozen=True)
class Step:
    """One request: the operation, what its path and query name, what is not as the schema's first example has it, and
    the request before whose ETag it wants. `name` where an operation comes twice."""

    operation: str
    names: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    after: str = ""
    name: str = ""


REFERRAL = {"referral": "{{referral}}"}
OTHER = {"referral": "{{other_referral}}"}
THIRD = {"referral": "{{third_referral}}"}
PREVIEW = {"fields": "{{preview}}"}
ADDRESS = {"url": "{{receiver}}"}
REVIEW = {"review_on": "{{review_on}}"}
STEPS = (
    Step("gateway_resource"),
    Step("identity_metadata"),
    Step("identity_keys"),
    Step("gateway_read_deprecations"),
    Step("gateway_agreement", {"agreement": "{{agreement}}"}),
    Step("registry_service", {"service_id": "EDU-01"}),
    Step("registry_notice", {"notice": "{{purpose}}"}),
    Step("gateway_keep_webhook", body=ADDRESS),
    Step("gateway_read_webhook"),
    Step("gateway_rotate_webhook_secret"),
    Step("gateway_read_dead_letters"),
    Step("gateway_replay_dead_letters"),
    Step("referrals_inbox"),
    Step("referrals_read_referral", REFERRAL | PREVIEW),
    Step("referrals_accept_referral", REFERRAL, after="referrals_read_referral"),
    Step("referrals_read_referral", REFERRAL | {"fields": "{{fields}}"}, name="read_all"),
    Step("referrals_start_referral", REFERRAL, after="read_all"),
    Step("referrals_hold_referral", REFERRAL, REVIEW, after="referrals_start_referral"),
    Step("referrals_resume_referral", REFERRAL, after="referrals_hold_referral"),
    Step("referrals_complete_referral", REFERRAL, after="referrals_resume_referral"),
    Step("referrals_read_referral", OTHER | PREVIEW, name="read_another"),
    Step("referrals_reject_referral", OTHER, after="read_another"),
    Step("referrals_read_referral", THIRD | PREVIEW, name="read_a_third"),
    Step("referrals_accept_referral", THIRD, after="read_a_third", name="accept_a_third"),
    Step("referrals_start_referral", THIRD, after="accept_a_third", name="start_a_third"),
    Step("referrals_fail_referral", THIRD, after="start_a_third"),
    Step("gateway_remove_webhook"),
)


def http(document: Document) -> str:
    """The whole file."""
    described = {
        found["operationId"]: (method.upper(), path, found)
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    }
    schemas = document["components"]["schemas"]
    parts = ["\n".join(_request(step, *described[step.operation], schemas)) for step in STEPS]
    return OPENING + "\n" + "\n\n".join(parts) + "\n"


def _request(step: Step, method: str, path: str, found: Document, schemas: Document) -> Iterator[str]:
    for name, value in step.names.items():
        path = path.replace(f"{{{name}}}", value)
    queries = [each["name"] for each in found["parameters"] if each["in"] == "query"]
    asked = "&".join(f"{name}={step.names[name]}" for name in queries if name in step.names)
    yield f"### {' '.join(found['description'].split())}"
    yield f"# @name {step.name or step.operation}"
    yield f"{method} {{{{gateway_url}}}}{path}" + (f"?{asked}" if asked else "")
    yield from _headers(step, found)
    if "requestBody" in found:
        schema = found["requestBody"]["content"][JSON]["schema"]
        yield f"Content-Type: {JSON}"
        yield ""
        yield json.dumps({**example(schema, schemas), **step.body}, ensure_ascii=False)


def _headers(step: Step, found: Document) -> Iterator[str]:
    if "security" in found:
        yield "Authorization: DPoP {{token}}"
        yield "DPoP: {{proof}}"
    wanted = {each["name"] for each in found["parameters"] if each["in"] == "header"}
    yield from (f"{name}: {value}" for name, value in SENT.items() if name in wanted)
    if step.after:
        yield f"If-Match: {{{{{step.after}.response.headers.etag}}}}"


def example(schema: Document, schemas: Document) -> Any:
    """The simplest instance: of an object what it requires, of a choice the first."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    if schema.get("type") == "object":
        wanted = schema.get("required", ())
        return {name: example(each, schemas) for name, each in schema.get("properties", {}).items() if name in wanted}
    if schema.get("type") == "array":
        return []
    return NUMBER if schema.get("type") == "integer" else TEXT
