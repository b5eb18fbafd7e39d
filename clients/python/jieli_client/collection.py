"""Runs a file of requests: `python -m jieli_client.collection FILE.http SANDBOX.json`."""

import json
import re
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from jieli_client.calls import Terms
from jieli_client.client import Client

VARIABLE = re.compile(r"\{\{([^{}]+)\}\}")
ETAG = ".response.headers.etag"
ON_ITS_WAY = (0.5, 1.0, 2.0, 4.0)  # seconds between tries
LONGEST = 10.0  # of them
LATE, AWAY = (404, 502, 504), 503


@dataclass(frozen=True)
class Request:
    """One request of the file."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: str


def requests(text: str) -> list[Request]:
    """Every request, in order."""
    return [_request(part) for part in re.split(r"^###.*\n", text, flags=re.MULTILINE)[1:]]


def _request(part: str) -> Request:
    head, _, body = part.partition("\n\n")
    name, line, *headers = head.splitlines()
    method, url = line.split(" ", 1)
    told = dict(header.split(": ", 1) for header in headers if header)
    return Request(name.removeprefix("# @name "), method, url, told, body.strip())


def run(client: Client, text: str, variables: Mapping[str, str]) -> Iterator[tuple[str, httpx.Response]]:
    """Each request's name and answer; tokens and proofs are the client's, ETags those of answers before.

    What was done just before may still be on its way to the gateway: what is not there yet is read again, and what was
    answered 503 is sent again under the same key.
    """
    known = {**variables, "gateway_url": client.gateway_url}
    for each in requests(text):
        made = _filled(each, known)
        answer = _answer(client, made)
        for pause in ON_ITS_WAY:
            if not (answer.status_code == AWAY or (made.method == "GET" and answer.status_code in LATE)):
                break
            time.sleep(max(pause, min(_asked(answer), LONGEST)))
            answer = _answer(client, made)
        known[each.name + ETAG] = answer.headers.get("etag", "")
        yield each.name, answer


def _asked(answer: httpx.Response) -> float:
    """Seconds that the server asks to wait."""
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdigit() else 0.0


def _filled(each: Request, known: Mapping[str, str]) -> Request:
    headers = {name: filled(value, known) for name, value in each.headers.items() if "{{token}}" not in value}
    return replace(each, url=filled(each.url, known), headers=headers, body=filled(each.body, known))


def _answer(client: Client, each: Request) -> httpx.Response:
    headers = dict(each.headers)
    if "DPoP" in headers:
        terms = Terms(headers["Jieli-Agreement"], headers["Jieli-Purpose"]) if "Jieli-Agreement" in headers else None
        shown = client.shown(each.method, httpx.URL(each.url).path, terms)
        headers |= {"DPoP": shown["dpop"], "Authorization": shown["authorization"]}
    return client.http.request(each.method, each.url, headers=headers, content=each.body.encode())


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with its variables; what only the client knows is left."""
    return VARIABLE.sub(lambda found: str(uuid.uuid4()) if found[1] == "$guid" else known.get(found[1], found[0]), text)


def main() -> int:
    """Run it and say what was answered; 1 when anything was refused."""
    text, kept = Path(sys.argv[1]).read_text("utf-8"), json.loads(Path(sys.argv[2]).read_text("utf-8"))
    client = Client(kept["gateway_url"], kept["client"], Path(kept["key_file"]).read_text("utf-8"))
    answers = [*run(client, text, kept["variables"])]
    for name, answer in answers:
        print(answer.status_code, name, answer.headers.get("jieli-decision", ""))
    return int(any(answer.is_error for _, answer in answers))


if __name__ == "__main__":
    sys.exit(main())
