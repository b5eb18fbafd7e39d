"""Every call that the committed OpenAPI documents name, with members and bodies that somebody guesses."""

import json
import random
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from deploy.local import places

METHODS = ("get", "post")
NEVER_SENT = frozenset({"authorization", "dpop", "jieli-agreement", "jieli-purpose"})  # the caller's own, or beside it
ODD = ("", "*", "%", "..", "0", "-1", "' OR 1=1 --", "null", "999999999", "a" * 200)
COUNTS = ("1", "200", "0", "-1", "1000000")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CURSOR = re.compile(r'"next":\s*"([^"]+)"')


@dataclass(frozen=True)
class Operation:
    """One line of a document; `members` are (where, name, schema)."""

    method: str
    path: str
    members: tuple[tuple[str, str, dict[str, Any]], ...]
    media: str
    body: dict[str, Any]
    schemas: dict[str, Any]


def operations(methods: tuple[str, ...] = METHODS) -> list[Operation]:
    """Every operation by these methods of every document, each once; the partners', which is whole, goes first."""
    found: dict[tuple[str, str], Operation] = {}
    for file in sorted((places.ROOT / "docs" / "openapi").glob("*.json"), key=lambda each: each.stem != "partners"):
        for each in _of(json.loads(file.read_text("utf-8")), methods):
            found.setdefault((each.method, re.sub(r"\{\w+\}", "{}", each.path)), each)
    return list(found.values())


def _of(document: dict[str, Any], wanted: tuple[str, ...]) -> Iterator[Operation]:
    schemas = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method in (each for each in wanted if each in methods):
            told = methods[method]
            members = tuple((each["in"], each["name"], each["schema"]) for each in told.get("parameters", []))
            ((media, content),) = told.get("requestBody", {}).get("content", {"": {}}).items()
            yield Operation(method.upper(), path, members, media, content.get("schema", {}), schemas)


@dataclass(frozen=True)
class Attempt:
    """One call as it would be sent, and which of the guessed values are somebody's."""

    operation: Operation
    path: str
    headers: dict[str, str]
    body: bytes
    hers: frozenset[str]
    own: bool

    def instead(self, unknown: Mapping[str, str]) -> "Attempt":
        """The same call with what nobody has in the place of what is somebody's, as far as `unknown` says."""
        path, body, headers = self.path, self.body.decode(), dict(self.headers)
        for value, nobodys in ((each, unknown[each]) for each in self.hers if each in unknown):
            path, body = path.replace(quote(value, safe=""), quote(nobodys, safe="")), body.replace(value, nobodys)
            body = body.replace(quote(value, safe=""), quote(nobodys, safe=""))
            headers = {name: held.replace(value, nobodys) for name, held in headers.items()}
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        return Attempt(self.operation, path, headers, body.encode(), frozenset(), self.own)


@dataclass
class Guesses:
    """What somebody may know or guess: `hers` are people's ids and words, each with its twin that nobody has.

    `terms`: the headers that name an agreement.
    """

    chance: random.Random
    hers: dict[str, str]
    by_kind: dict[str, list[str]]
    own: list[str]
    fields: tuple[str, ...]
    terms: dict[str, str]
    learned: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def attempt(self, operation: Operation) -> Attempt:
        """One call of an operation, with everything that it takes."""
        self._used = set()
        path, query, headers = operation.path, {}, dict(self.terms if self.chance.random() < 0.9 else {})
        for where, name, schema in operation.members:
            if where == "path":
                path = path.replace(f"{{{name}}}", quote(self._id(name), safe=""))
            elif where == "query" and self.chance.random() < 0.7:
                query[name] = self._query(name, schema)
            elif where == "header" and name.lower() not in NEVER_SENT:
                headers[name] = self._header(name)
        if query:
            path += f"?{urlencode(query, quote_via=quote, safe='')}"
        body = self._body(operation)
        if body:
            headers["content-type"] = operation.media
        hers = frozenset(self._used & self.hers.keys())
        return Attempt(operation, path, headers, body, hers, bool(self._used & {*self.own, *self.learned}))

    def learn(self, text: str) -> None:
        """Ids and cursors of an answer serve in later guesses."""
        known = {*self.hers, *self.own, *self.learned, *self.hers.values()}
        self.learned += sorted(set(_ID.findall(text)) - known)[: 2_000 - len(self.learned)]
        self.cursors += _CURSOR.findall(text)

    def _id(self, name: str) -> str:
        of_kind = self.by_kind.get(name) or list(self.hers)
        pools = (of_kind, of_kind, list(self.hers), [*self.own, *self.learned] or of_kind, ODD[1:])
        if self.chance.random() < 0.15:
            return self._neighbour(self.chance.choice(of_kind))
        return self._take(self.chance.choice(pools))

    def _neighbour(self, known: str) -> str:
        """The next number, or the same milliseconds with another chance (UUIDv7)."""
        if not _ID.fullmatch(known):
            return known
        number = int(known.replace("-", ""), 16)
        near = (number + 1, number - 1, number ^ self.chance.getrandbits(62), number + (1 << 80), number - (1 << 80))
        return str(uuid.UUID(int=self.chance.choice(near)))

    def _take(self, pool: "list[str] | tuple[str, ...]") -> str:
        value = self.chance.choice(pool)
        self._used.add(value)
        return value

    def _query(self, name: str, schema: dict[str, Any]) -> str:
        if name == "fields":
            return ",".join(self.chance.sample(self.fields, self.chance.randint(1, len(self.fields))))
        if name == "cursor":
            known = self.chance.choice(self.cursors) if self.cursors else self._take(list(self.hers))
            return known if self.chance.random() < 0.5 else known[:-2] + self.chance.choice("AQgw") + known[-1:]
        if schema.get("type") == "integer":
            return self.chance.choice(COUNTS)
        return self._take(ODD) if self.chance.random() < 0.1 else self._take(list(self.hers))

    def _header(self, name: str) -> str:
        if name == "Idempotency-Key":
            return str(uuid.uuid4())
        if name.lower() in ("if-match", "if-none-match"):
            return self.chance.choice(('"1"', '"2"', '"3"', "*"))
        return self._neighbour(self.chance.choice(list(self.hers))).encode("ascii", "ignore").decode()

    def _body(self, operation: Operation) -> bytes:
        if not operation.body:
            return b""
        made = self._made(operation.body, operation.schemas)
        if operation.media == "application/json":
            return json.dumps(made, ensure_ascii=False).encode()
        return urlencode(made if isinstance(made, dict) else {"": str(made)}, quote_via=quote, safe="").encode()

    def _made(self, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
        """Something that a schema takes, filled with what is somebody's wherever it takes that."""
        if "$ref" in schema:
            return self._made(schemas[schema["$ref"].rpartition("/")[2]], schemas)
        if either := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            return self._made(self.chance.choice(either), schemas)
        if "const" in schema or "enum" in schema:
            return self.chance.choice(schema.get("enum") or [schema.get("const")])
        return self._of_type(schema, schemas)

    def _of_type(self, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
        kind = schema.get("type", "object")
        if kind == "object":
            wanted = {*schema.get("required", ())}
            named = schema.get("properties", {}).items()
            return {
                name: self._made(each, schemas) for name, each in named if name in wanted or self.chance.random() < 0.6
            }
        if kind == "array":
            return [self._made(schema["items"], schemas)] if "items" in schema else []
        if kind in ("integer", "number"):
            return int(max(schema.get("minimum", 1), 1))
        return {"boolean": True, "null": None}[kind] if kind != "string" else self._text(schema)

    def _text(self, schema: dict[str, Any]) -> str:
        if schema.get("format") in ("date", "date-time"):
            return {"date": "1987-06-05", "date-time": "2026-09-01T00:00:00Z"}[schema["format"]]
        fits = re.compile(schema.get("pattern", ""))
        ids = [each for each in self.hers if _ID.fullmatch(each)]
        pool = ids if schema.get("format") == "uuid" else [*self.hers, *self.own, "610118", "12345678", "0" * 64]
        chosen = [each for each in pool if fits.search(each) and len(each) <= schema.get("maxLength", 1_000)]
        return self._take(chosen or ["a-guess-of-somebody"])
