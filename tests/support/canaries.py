"""A value of its own in every column and every sealed member of a region, and what of them an answer shows."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import asyncpg
import httpx
import yaml
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local import places
from shared import vault
from shared.door import Door, evidence
from shared.settings import Settings, in_turn
from shared.vault import Vault
from tests.support.launched import Installation

LISTS = Path(__file__).parents[1] / "outages" / "canaries.yaml"
DATABASES = (*places.OFFSETS, "keys")
TEXT_LIKE = ("text", "character varying", "ARRAY", "json", "jsonb", "bytea", "uuid", "inet", "USER-DEFINED")
COLUMNS = """
SELECT table_schema AS schema, table_name AS table, column_name AS column, data_type AS type
FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND data_type = ANY($1) ORDER BY 1, 2, 3
"""
# What is sealed: by column the id of each row, under whose key it lies, and whose it is.
SEALED = {
    "registry.person.sealed": "SELECT subject AS id, subject AS owner, subject AS whose FROM person",
    "registry.dependant.sealed": "SELECT id, id AS owner, subject AS whose FROM dependant",
    "registry.name_writing.sealed": "SELECT id, subject AS owner, subject AS whose FROM name_writing",
    "registry.held_record.sealed": "SELECT id, coalesce(dependant::text, subject) AS owner, subject AS whose"
    " FROM held_record",
    "registry.record_request.answer": "SELECT id, subject AS owner, subject AS whose FROM record_request",
    "registry.rights_request.sealed": "SELECT id, subject AS owner, subject AS whose FROM rights_request",
    "referrals.referral_answers.sealed": "SELECT id, person AS owner, id AS whose FROM referral",
    **{
        f"cases.mediation_case.{column}": "SELECT case_id AS id, person AS owner, case_id AS whose FROM party"
        " WHERE role = 'applicant'"
        for column in ("request", "respondent")
    },
    **{
        f"cases.party.{column}": "SELECT id, person AS owner, case_id || '/' || role AS whose FROM party"
        for column in ("contact", "statement")
    },
    **{
        f"cases.{column}": f"SELECT id, 'case:' || case_id AS owner, case_id AS whose FROM {column.split('.')[0]}"  # noqa: S608 - names from here
        for column in ("session.record", "agreement.document", "follow_up.note")
    },
}
ANSWERS = "referrals.referral_answers.sealed"
BEYOND = ("户籍地", "就业单位", "证件类型", "证件号码")  # what a referral would not keep: no recipient may get it
KEY = {"person": "subject", "referral_answers": "referral"}  # the tables whose rows are not named by `id`
OWNERS = ("subject", "person")  # the column that says whose a row is
CALLED = "SELECT id::text FROM dependant"  # has a key of its own like a person, and is called by this id
FIRST_DAY = date(1901, 1, 1)
CANARY = re.compile(r"cnry-([a-z]+\.[a-z_]+\.[a-z_]+(?:/[^\s\"'<>&/-]+)?)-(\d+)")
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
DAY = re.compile(r"(?<!\d)19\d\d-\d\d-\d\d(?!\d)")
ENCODED = re.compile(r"[\w-]{16,}")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKEN = re.compile(r"[\w+/-]{16,}")
SECRET = re.compile(rf"{UUID.pattern}|(?!0+$)[0-9a-f]{{32,}}|(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[\w+/=-]{{22,}}")


@dataclass(frozen=True)
class Column:
    """One column that can hold text."""

    app: str
    schema: str
    table: str
    column: str
    type: str

    @property
    def name(self) -> str:
        """How canaries and lists call it."""
        return f"{self.app}.{self.table}.{self.column}"


@dataclass(frozen=True)
class Seen:
    """A canary that came out: its column, with the member of what was sealed, and whose it is if it is somebody's."""

    place: str
    whose: str = ""


@dataclass(frozen=True)
class Lists:
    """What is done with each column; `kept` members of sealed objects stay, `days` are dates, and in
    `empty` columns nobody left anything that can be recognised, in `passing` ones perhaps."""

    written: list[str]
    found: list[str]
    whole: dict[str, list[str]]
    kept: list[str]
    days: list[str]
    empty: list[str]
    passing: list[str]

    @classmethod
    def read(cls) -> "Lists":
        """From the hand-written file."""
        told = yaml.safe_load(LISTS.read_text("utf-8"))["columns"]
        whole = {each["because"]: each["columns"] for each in told["whole"]}
        members = told["members"]
        kept, days = members["kept"], members["days"]
        return cls(told["written"], told["found"], whole, kept, days, told["empty"], told["passing"])

    def of(self, name: str) -> list[str]:
        """The lists that a column stands in."""
        named = {"written": self.written, "sealed": list(SEALED), "found": self.found}
        named["whole"] = [each for columns in self.whole.values() for each in columns]
        return [kind for kind, patterns in named.items() if matches(name, patterns)]


def matches(name: str, patterns: list[str]) -> bool:
    """Whether one of the patterns fits."""
    return any(fnmatchcase(name, each) for each in patterns)


@dataclass
class Planted:
    """Everything that can be recognised: whose each number is, which day and which secret stands where."""

    whose: dict[str, str] = field(default_factory=dict)
    days: dict[str, Seen] = field(default_factory=dict)
    secrets: dict[str, Seen] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def value(self, place: str, whose: str) -> str:
        """A fresh canary."""
        number = str(len(self.whose) + 1)
        self.whose[number] = whose
        return f"cnry-{place}-{number}"

    def day(self, place: str, whose: str) -> str:
        """A fresh canary where nothing but a day is taken."""
        made = (FIRST_DAY + timedelta(days=len(self.days))).isoformat()
        self.days[made] = Seen(place, whose)
        return made

    def keep(self, found: Seen, value: bytes | str) -> None:
        """What stands there is its own canary, in every form in which bytes are written; `$` parts a hash (PHC)."""
        if isinstance(value, str):
            forms = {each for each in value.split("$") if SECRET.fullmatch(each)}
        else:
            forms = {value.hex(), base64.b64encode(value).decode(), base64.urlsafe_b64encode(value).decode()}
            forms = forms if len(value) >= 12 else set()
        if forms:
            self.columns.add(found.place)
        self.secrets |= {form.rstrip("="): found for form in forms}

    def seen(self, answer: httpx.Response) -> set[Seen]:
        """What an answer shows, in its body or its headers."""
        text = readable(answer)
        found = {Seen(place, self.whose.get(number, "")) for place, number in CANARY.findall(text)}
        found |= {self.days[each] for each in DAY.findall(text) if each in self.days}
        tokens = {each.rstrip("=") for form in (UUID, TOKEN, ENCODED) for each in form.findall(text)}
        return found | {self.secrets[each] for each in tokens if each in self.secrets}


def readable(answer: httpx.Response) -> str:
    """The text of an answer and of its headers, without escapes, and the contents of what is signed in it."""
    text = answer.text + "\n".join(answer.headers.values())
    decoded = [_decoded(each) for each in ENCODED.findall(text) if each.startswith("eyJ")]
    plain = "\n".join([text, *decoded])
    return unquote(ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain))


def _decoded(part: str) -> str:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")


async def columns(installation: Installation, region: str) -> list[Column]:
    """Every column of a region's databases that can hold text."""
    found = []
    for app in DATABASES:
        async with installation.connected(region, app) as connection:
            found += [Column(app, **dict(row)) for row in await connection.fetch(COLUMNS, TEXT_LIKE)]
    return found


async def plant(installation: Installation, region: str) -> Planted:
    """Put a canary wherever the lists say so, and learn what stands in the rest."""
    lists, planted = Lists.read(), Planted()
    every = await columns(installation, region)
    owners = {(each.app, each.table): each.column for each in every if each.column in OWNERS}
    for app in DATABASES:
        async with installation.connected(region, app) as connection:
            await connection.execute("SET session_replication_role = replica")
            if app in {each.partition(".")[0] for each in SEALED}:
                await _seal(_Sealing(installation, region, app, connection, lists, planted))
            for column in (each for each in every if each.app == app):
                [kind] = lists.of(column.name)[:1] or [""]
                if kind == "written":
                    await _write(connection, column, planted)
                elif kind == "found":
                    await _learn(connection, column, owners.get((app, column.table), ""), planted)
    for row in await installation.rows(region, "registry", CALLED):
        planted.secrets.pop(row["id"], None)
    return planted


async def _write(connection: asyncpg.Connection, column: Column, planted: Planted) -> None:
    """Each row another number, which begins with 0: it is nobody's."""
    value = f"'cnry-{column.name}-0' || abs(hashtext(t::text)::bigint)"
    value, empty = (f"ARRAY[{value}]", "'{}'") if column.type == "ARRAY" else (value, "''")
    at = f'"{column.schema}"."{column.table}" AS t SET "{column.column}"'
    done = await connection.execute(f'UPDATE {at} = {value} WHERE t."{column.column}" IS DISTINCT FROM {empty}')
    if done != "UPDATE 0":
        planted.columns.add(column.name)


async def _learn(connection: asyncpg.Connection, column: Column, owner: str, planted: Planted) -> None:
    """What stands there, and whose each row is where its table says so."""
    value = {"bytea": f'"{column.column}"', "ARRAY": f'unnest("{column.column}")::text'}.get(
        column.type, f'"{column.column}"::text'
    )
    whose = f"""coalesce("{owner}"::text, '')""" if owner else "''"
    table = f'"{column.schema}"."{column.table}"'
    query = f'SELECT DISTINCT {value} AS value, {whose} AS whose FROM {table} WHERE "{column.column}" IS NOT NULL'  # noqa: S608 - names from the catalogue
    for row in await connection.fetch(query):
        planted.keep(Seen(column.name, row["whose"]), row["value"])


@dataclass(frozen=True)
class _Sealing:
    """One app's sealed objects, about to be opened and sealed again with the app's own keys and code."""

    installation: Installation
    region: str
    app: str
    connection: asyncpg.Connection
    lists: Lists
    planted: Planted

    def vault(self) -> tuple[Vault, Any]:
        """The app's own, and the engine to dispose of."""
        place = next(each for each in places.regions(self.installation.environ) if each.code == self.region)
        held = Settings.load(self.app, json.loads(place.environment.read_text()))
        engine = create_async_engine(held.keys_database_url)
        passed = Counter("passed", "Keys.", ["evidence"], registry=CollectorRegistry())
        return Vault(engine, self.app, self.region, in_turn(held.kek), Door(100_000, passed)), engine

    def rewritten(self, column: str, text: str, whose: str) -> str:
        """The same object, every member of it a canary unless the lists keep it."""
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            return self._leaf(column, whose)
        if column == ANSWERS:
            content = dict.fromkeys(sorted({*content, *BEYOND}))
        return json.dumps(self._inside(column, content, whose), ensure_ascii=False)

    def _inside(self, place: str, node: Any, whose: str) -> Any:
        if isinstance(node, dict):
            return {name: self._inside(_beneath(place, name), value, whose) for name, value in node.items()}
        if isinstance(node, list):
            return [self._inside(place, each, whose) for each in node]
        self.planted.members.add(place)
        return node if matches(place, self.lists.kept) else self._leaf(place, whose)

    def _leaf(self, place: str, whose: str) -> str:
        made: Callable[[str, str], str] = self.planted.day if matches(place, self.lists.days) else self.planted.value
        return made(place, whose)


def _beneath(place: str, name: str) -> str:
    return f"{place}.{name}" if "/" in place else f"{place}/{name}"


async def _seal(sealing: _Sealing) -> None:
    held, engine = sealing.vault()
    with evidence("job", "canaries"):
        for column, query in SEALED.items():
            if column.startswith(f"{sealing.app}."):
                for row in await sealing.connection.fetch(query):
                    await _anew(sealing, held, column, {name: str(value) for name, value in row.items()})
    await engine.dispose()


async def _anew(sealing: _Sealing, held: Vault, column: str, row: dict[str, str]) -> None:
    _, table, name = column.split(".")
    key = KEY.get(table, "id")
    query = f"SELECT {name} FROM {table} WHERE {key}::text = $1"  # noqa: S608 - names from here
    sealed = await sealing.connection.fetchval(query, row["id"])
    if sealed is None:
        return
    place = f"{table}.{name}/{row['id']}"
    block = await held.open(row["owner"], place, sealed)
    value = sealing.rewritten(column, vault.unpadded(block).decode(), row["whose"]).encode()
    size = len(block)
    while size < len(value) + 4:
        size *= 4
    anew = await held.seal(row["owner"], place, vault.padded(value, size))
    statement = f"UPDATE {table} SET {name} = $2 WHERE {key}::text = $1"  # noqa: S608 - names from here
    await sealing.connection.execute(statement, row["id"], anew)
    sealing.planted.columns.add(column)
