"""The typed Python client, made of the partners' document: one type for each schema, one method for each operation."""

import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
MADE = "Made from docs/openapi/partners.json by `make docs`; a test holds it equal."
JSON = "application/json"
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
# Headers that the client sends by itself, and what they are called where the caller gives them.
TERMS = {"Jieli-Agreement", "Jieli-Purpose"}
GIVEN = {"Idempotency-Key": ("idempotency_key", "str"), "if-match": ("if_match", "int | str")}


def schemas(document: Document) -> str:
    """The types, in a module of their own."""
    every = document["components"]["schemas"]
    return "\n".join(
        [
            f'"""What is sent and answered. {MADE}"""',
            "",
            "from typing import Any, Literal, NotRequired, TypeAlias, TypedDict",
            *("\n\n" + _declared(_class(name), schema) for name, schema in sorted(every.items())),
            "",
        ]
    )


def operations(document: Document) -> str:
    """The methods, in a module of their own."""
    methods = [
        _method(path, verb, _without_conditions(found) if verb == "get" else found)
        for path, verbs in sorted(document["paths"].items())
        for verb, found in sorted(verbs.items())
    ]
    return "\n".join(
        [
            f'"""Every operation. {MADE}"""',
            "",
            "from typing import Any, Literal, cast",
            "",
            "from jieli_client import schemas",
            "from jieli_client.calls import Asked, Calls, Terms, quoted",
            "",
            "",
            "class Operations(Calls):",
            '    """One method for each operation of the document; a refusal raises `Refused`."""',
            *("\n" + method for method in methods),
            "",
        ]
    )


def _without_conditions(found: Document) -> Document:
    """Reading changes nothing that a version could be wanted for."""
    return {**found, "parameters": [each for each in found["parameters"] if each["name"] != "if-match"]}


def _class(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("."))


def _declared(name: str, schema: Document) -> str:
    if schema.get("type") != "object":
        return f'{name}: TypeAlias = "{_type(schema)}"'
    members = schema.get("properties", {})
    if not members:
        return f"{name}: TypeAlias = dict[str, Any]"
    wanted = set(schema.get("required", ()))
    lines = {key: _type(each) if key in wanted else f"NotRequired[{_type(each)}]" for key, each in members.items()}
    if any(keyword.iskeyword(key) or not key.isidentifier() for key in lines):
        listed = ", ".join(f'"{key}": "{each}"' for key, each in lines.items())
        return f'{name} = TypedDict("{name}", {{{listed}}})'
    body = "\n".join(f'    {key}: "{each}"' for key, each in lines.items())
    return f"class {name}(TypedDict):\n{body}"


def _type(schema: Document, module: str = "") -> str:
    """A schema as an annotation; names stand in `module`."""
    if "$ref" in schema:
        return module + _class(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(each, module) for each in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(repr(value) for value in values)}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}), module)}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {_type(inner, module) if isinstance(inner, dict) else 'Any'}]"
    return PLAIN.get(kind, "Any") if isinstance(kind, str) else "Any"


def _method(path: str, verb: str, found: Document) -> str:
    answer = _answer(found["responses"])
    named = list(_named(found))
    arguments = ", ".join(["self", *_positional(found), *(["*", *named] if named else [])])
    name = re.sub(r"\W", "_", found["operationId"])
    said = textwrap.indent(textwrap.fill(found["description"].split("\n\n")[0].replace("\\", ""), 110), " " * 8).strip()
    place = re.sub(r"\{(\w+)\}", lambda member: f"{{quoted({_name({'name': member[1]})})}}", path)
    shown = f'f"{place}"' if "{" in path else f'"{path}"'
    call = f"self.call(Asked({', '.join([repr(verb.upper()), shown, *_passed(found)])}))"
    result = f'return cast("{answer}", {call})' if answer != "None" else call
    return f'    def {name}({arguments}) -> "{answer}":\n        """{said}"""\n        {result}'


def _parameters(found: Document, where: str) -> Iterator[Document]:
    return (each for each in found["parameters"] if each["in"] == where)


def _name(parameter: Document) -> str:
    """What a parameter is called in Python."""
    name = str(parameter["name"])
    return f"{name}_" if keyword.iskeyword(name) else name


def _headers(found: Document) -> set[str]:
    return {each["name"] for each in _parameters(found, "header")}


def _body(found: Document) -> tuple[str, str]:
    """The media type of the body and its annotation; nothing where there is none."""
    for media, content in found.get("requestBody", {}).get("content", {}).items():
        kinds = {JSON: _type(content["schema"], "schemas."), "text/csv": "str"}
        return media, kinds.get(media, "dict[str, str]")
    return "", ""


def _answer(responses: Document) -> str:
    good = next(answer for status, answer in sorted(responses.items()) if status.startswith("2"))
    content = good.get("content", {})
    if not content:
        return "None"
    return _type(content[JSON]["schema"], "schemas.") if JSON in content else "bytes"


def _positional(found: Document) -> Iterator[str]:
    yield from (f"{_name(each)}: str" for each in _parameters(found, "path"))
    if annotation := _body(found)[1]:
        yield f'body: "{annotation}"'


def _named(found: Document) -> Iterator[str]:
    """What is given by name: the agreement, the query, and headers of a write."""
    if _headers(found) >= TERMS:
        yield "terms: Terms"
    for each in _parameters(found, "query"):
        kind = _type(each["schema"]).removesuffix(" | None")
        yield f'{_name(each)}: "{kind}"' if each["required"] else f'{_name(each)}: "{kind} | None" = None'
    yield from (f"{as_}: {kind} | None = None" for name, (as_, kind) in GIVEN.items() if name in _headers(found))


def _passed(found: Document) -> Iterator[str]:
    media, _ = _body(found)
    if media:
        yield f'body=body, media="{media}"'
    if queries := [f'"{each["name"]}": {_name(each)}' for each in _parameters(found, "query")]:
        yield f"query={{{', '.join(queries)}}}"
    if _headers(found) >= TERMS:
        yield "terms=terms"
    yield from (f"{as_}={as_}" for name, (as_, _) in GIVEN.items() if name in _headers(found))
    if "security" not in found:
        yield "token=False"
