"""Schemathesis over all that partners may call, as whoever may call it, about things that are there."""

import json
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from deploy.local import places
from gateway.federation.signatures import Message
from tests.outages.watch import Watch, Who

DOCUMENT: dict[str, Any] = json.loads((places.ROOT / "docs" / "openapi" / "partners.json").read_text("utf-8"))
OPERATIONS = {found.ok().label: found.ok() for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()}
MATRIX = places.ROOT / "tests" / "system" / "authorisation.yaml"
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 1}  # calls of each operation
SHOWN = ("authorization", "dpop")  # what the caller shows itself
# Who calls on behalf of whom the matrix names; a system goes first.
CALLERS = {
    "system": "an office",
    "officer": "education",
    "counter": "counter",
    "registrar": "registrar",
    "mediator": "mediator",
    "coordinator": "coordinator",
    "data_protection_officer": "protection",
    "administrator": "administrator",
}
AT_WORK = ("an office", "another", "nobody", "mediator")  # who may change what is there, without an end of everything


def order(label: str) -> tuple[bool, bool, str]:
    """Reading first, and the end of a person last."""
    return not label.startswith("GET "), label.endswith("/v1/me/erasures"), label


def callers() -> dict[str, str]:
    """By whom each operation is called."""
    told = yaml.safe_load(MATRIX.read_text("utf-8"))["operations"]
    return {name: _caller(who) for app in told.values() for name, who in app.items()}


def _caller(who: str) -> str:
    roles = who.partition(" of ")[0].partition(" under ")[0].split(", ")
    named = [each for role, each in CALLERS.items() if role in roles]
    return named[0] if named else "another" if "person" in who else "nobody"


@dataclass
class Fuzz:
    """Every call is looked at: documented, no fault, no canary; `passed` counts those served, and those not."""

    watching: Watch
    everybody: dict[str, Who]
    ids: dict[str, list[str]]
    fields: tuple[str, ...]
    passed: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def run(self, label: str, who: Who, mode: GenerationMode) -> None:
        """Some calls of one operation, the same in each run."""
        operation = OPERATIONS[label]

        @settings(
            max_examples=EXAMPLES[mode],
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), pick=st.integers(0, 5), names=self._names())
        def tried(case: schemathesis.Case, pick: int, names: list[str]) -> None:
            if mode is GenerationMode.POSITIVE:
                self._real(label, who, case, (pick, names))
            answer = self.watching.heard(who, label, lambda: _sent(who, case))
            case.validate_response(answer, checks=CHECKED)
            if mode is GenerationMode.POSITIVE:
                self.passed[who.name, answer.is_success] += 1

        tried()
        assert self.watching.leaks == []

    def _names(self) -> "st.SearchStrategy[list[str]]":
        return st.lists(st.sampled_from(self.fields), min_size=1, max_size=3, unique=True)

    def _real(self, label: str, who: Who, case: schemathesis.Case, chosen: tuple[int, list[str]]) -> None:
        """Things that are there, where who calls may touch them, the agreement and a fresh key."""
        pick, names = chosen
        members: dict[str, Any] = dict(case.path_parameters or {})
        if label.startswith("GET ") or who.name in AT_WORK:
            own = self.watching.lives.another.ids if who.name == "another" else {}
            known = {name: ids[name] for ids in (self.ids, own) for name in members if ids.get(name)}
            case.path_parameters = members | {name: each[pick % len(each)] for name, each in known.items()}
        headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "if-match"}
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if "Jieli-Agreement" in headers:
            named = who.headers
            headers |= {"Jieli-Agreement": named["jieli-agreement"], "Jieli-Purpose": named["jieli-purpose"]}
            headers |= {} if label.startswith("GET ") else {"If-Match": f'"{pick + 1}"'}
        case.headers = type(case.headers)(headers) if case.headers is not None else case.headers
        if any(each.name == "fields" for each in OPERATIONS[label].iter_parameters()):
            case.query = {"fields": ",".join(names)}


def _sent(who: Who, case: schemathesis.Case) -> httpx.Response:
    base = str(who.http.base_url).rstrip("/")
    made = requests.Request(**case.as_transport_kwargs(base_url=base)).prepare()
    headers = {name: str(value).strip() for name, value in made.headers.items() if name.lower() not in SHOWN}
    body = made.body or b""
    content = body.encode() if isinstance(body, str) else body
    message = Message(str(made.method), str(made.url), headers)
    shows = who.caller.shows(message, made.path_url, content)
    who.http.cookies.clear()
    return who.http.request(str(made.method), str(made.url), content=content, headers=headers | shows)


def modes(label: str) -> list[GenerationMode]:
    """What fits, and what does not where anything can be wrong."""
    asks = any(each.location == "query" for each in OPERATIONS[label].iter_parameters())
    negative = asks or "requestBody" in OPERATIONS[label].definition.raw
    return [mode for mode in GenerationMode if mode is GenerationMode.POSITIVE or negative]
