"""Who calls the region of the canaries, what each of them may see, and everything that they saw."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import yaml
from joserfc.jwk import ECKey

from demo.client import Actor, Terms, until
from demo.scene import EDUCATION, HOUSING
from deploy.local import places
from gateway.exchange.routes import JSON
from gateway.federation.signatures import Message
from tests.outages.lives import Lives, Standing
from tests.support import attempts, canaries
from tests.support.attempts import Attempt, Guesses, Operation
from tests.support.callers import Caller
from tests.support.canaries import ANSWERS, Planted, Seen, matches
from tests.support.launched import Installation

READ = "GET /v1/referrals/{referral}"
OPEN = ("accepted", "in_progress", "on_hold", "scheduled")  # in these states the whole list is open
AGREEMENTS = places.ROOT / "demo" / "agreements" / "610118"
BEHIND = 503  # what a region on a starved machine says until it is with it again
NOWHERE = "0198aaaa-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Who:
    """One caller, the terms that they name, and whose sealed values are theirs to see."""

    name: str
    caller: Caller
    terms: Terms | None = None
    theirs: frozenset[str] = frozenset()

    @property
    def headers(self) -> dict[str, str]:
        """Which agreement, for what."""
        return {"jieli-agreement": self.terms.agreement, "jieli-purpose": self.terms.purpose} if self.terms else {}


@dataclass(frozen=True)
class Agreed:
    """The agreements as they are written down: which fields, in which form, before and after accepting."""

    preview: dict[str, dict[str, str]]
    full: dict[str, dict[str, str]]

    @classmethod
    def read(cls) -> "Agreed":
        """From the files that both sides signed."""
        files = [yaml.safe_load(each.read_text("utf-8")) for each in AGREEMENTS.glob("*.yaml")]
        return cls(
            {each["agreement_id"]: _listed(each["preview_fields"]) for each in files},
            {each["agreement_id"]: _listed(each["fields"]) for each in files},
        )

    def may(self, standing: Standing, who: Who, asked: frozenset[str]) -> dict[str, str]:
        """The fields of a referral that one call is answered with, and how; all of those asked for, or none."""
        if who.caller.organisation != standing.recipient or who.terms != standing.terms:
            return {}
        if who.caller.kind != "system" and who.caller.role != "officer":
            return {}
        agreement = standing.terms.agreement
        listed = self.preview[agreement] if standing.state == "requested" else {}
        listed = self.full[agreement] if standing.state in OPEN else listed
        return {each: listed[each] for each in asked} if asked <= listed.keys() else {}


def _listed(fields: list[dict[str, str]]) -> dict[str, str]:
    return {each["path"]: each.get("transform", "none") for each in fields}


@dataclass
class Watch:
    """Looks at every answer: `leaks` are canaries that must not be there, `shown` counts those that may."""

    planted: Planted
    lives: Lives
    agreed: Agreed = field(default_factory=Agreed.read)
    expected: dict[str, Any] = field(default_factory=lambda: yaml.safe_load(canaries.LISTS.read_text("utf-8"))["shown"])
    told: dict[str, Any] = field(
        default_factory=lambda: yaml.safe_load(canaries.LISTS.read_text("utf-8"))["told_of_changes"]
    )
    leaks: list[str] = field(default_factory=list)
    shown: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    def look(self, who: Who, operation: str, answer: httpx.Response) -> set[Seen]:
        """Note what one answer shows."""
        seen = self.planted.seen(answer)
        exchanged = self.exchanged(who, operation, str(answer.request.url))
        self.answers[f"{who.name}: {answer.status_code // 100}xx"] += 1
        for each in seen - exchanged:
            line = self.line(who, operation, each)
            if line:
                self.shown[line] += 1
            else:
                whose = "theirs" if each.whose in who.theirs else each.whose and "another's"
                self.leaks.append(f"{who.name}: {operation}: {answer.status_code}: {each.place} {whose}".strip())
        for _ in seen & exchanged:
            self.shown[who.name, operation, ANSWERS] += 1
        return seen

    def line(self, who: Who, operation: str, seen: Seen) -> tuple[str, str, str] | None:
        """The line of the hand-written file that lets this caller see that here."""
        for name in ("anyone", who.name):
            told = [lines for at, lines in self.told.get(name, {}).items() if matches(operation, [at])]
            for pattern in (*self.expected.get(name, {}).get(operation, []), *chain.from_iterable(told)):
                if matches(seen.place, [pattern]) and (not seen.whose or seen.whose in who.theirs):
                    return name, operation, pattern
        return None

    def exchanged(self, who: Who, operation: str, url: str) -> set[Seen]:
        """What the agreement lets this call see of the referral that it names."""
        if operation != READ:
            return set()
        split = urlsplit(url)
        asked = frozenset(each for value in parse_qs(split.query).get("fields", []) for each in value.split(","))
        at = {each.id: each for each in self.lives.standings}.get(split.path.rpartition("/")[2])
        may = self.agreed.may(at, who, asked) if at else {}
        return {Seen(f"{ANSWERS}/{name}", at.id) for name, how in may.items() if at and how == "none"}

    def unseen(self) -> list[str]:
        """Lines of the hand-written file by which nothing was shown."""
        told = [(name, at, lines) for name, each in self.expected.items() for at, lines in each.items()]
        every = [(name, at, each) for name, at, lines in told for each in lines]
        return [": ".join(each) for each in every if not self.shown[each]]


async def everybody(installation: Installation, lives: Lives) -> list[Who]:
    """All kinds of callers, people first: some of what they read wants a fresh proof of who they are."""
    region = lives.region

    async def subject(app: str, column: str, table: str, of: str) -> str:
        rows = await installation.rows(region.code, app, f"SELECT {column} AS s FROM {table} WHERE id = '{of}'")  # noqa: S608 - the test's own
        return str(rows[0]["s"])

    hers = await subject("registry", "subject", "rights_request", lives.ids["rights_request"][0])
    anothers = await subject("registry", "subject", "rights_request", lives.another.ids["rights_request"][0])
    case, [other_case] = lives.ids["case"][0], lives.another.ids["case"]
    cases = [part for each in lives.ids["case"] for part in (each, f"{each}/applicant")]

    def staff(name: str, organisation: str, role: str, *theirs: str) -> Who:
        token = region.staff(name, f"staff-{region.code}-{name}").token
        caller = Caller(name, "staff", region.code, f"org-{region.code}-{organisation}", role=role, token=token)
        return Who(name, caller, EDUCATION, frozenset(theirs))

    def system(name: str, organisation: str, *terms: Terms) -> Who:
        token = region.system(name, f"org-{region.code}-{organisation}", *terms).token
        caller = Caller(name, "system", region.code, f"org-{region.code}-{organisation}", role="system", token=token)
        return Who(name, caller, terms[0] if terms else EDUCATION)

    def person(name: str, actor: Actor, *theirs: str) -> Who:
        assert actor.sign_in is not None
        caller = Caller(name, "person", region.code, token=actor.sign_in())  # some readings want a fresh proof
        return Who(name, caller, EDUCATION, frozenset(theirs))

    return [
        person("landlord", lives.landlord, case, f"{case}/respondent"),
        person(
            *("another", lives.another.actor, anothers, *lives.another.referrals.values()),
            *(other_case, f"{other_case}/applicant"),
        ),
        person("her", lives.her, hers, *(each.id for each in lives.standings), *cases),
        Who("nobody", Caller("nobody", "nobody")),
        _peer(installation),
        system("an office", "education", EDUCATION),
        staff("education", "education", "officer"),
        system("another office", "housing", HOUSING),
        system("an office without an agreement", "legal"),
        staff("counter", "centre", "counter"),
        staff("registrar", "centre", "registrar"),
        staff("mediator", "mediation", "mediator", *cases, f"{case}/respondent"),
        staff("mediator-ganting", "mediation-ganting", "mediator", other_case, f"{other_case}/applicant"),
        staff("education-administrator", "education", "administrator"),
        staff("coordinator", "centre", "coordinator"),
        staff("protection", "centre", "data_protection_officer", hers, anothers),
        staff("administrator", "centre", "administrator"),
    ]


def _peer(installation: Installation) -> Who:
    (home,) = [each for each in places.regions(installation.environ) if each.role == "sending"]
    key = ECKey.import_key((home.secrets / "gateway" / "federation.pem").read_text())
    return Who("another region", Caller("peer", "gateway", home.code, key=key))


def send(http: httpx.Client, who: Who, tried: Attempt) -> httpx.Response:
    """One call as that caller makes it, once more where the region was behind."""
    answer = _sent(http, who, tried)
    if answer.status_code == BEHIND:
        until("the region", lambda: http.get("/ready").status_code == 200)
        answer = _sent(http, who, tried)
    return answer


def _sent(http: httpx.Client, who: Who, tried: Attempt) -> httpx.Response:
    headers = tried.headers | ({"content-type": JSON} if who.caller.key else {})  # a signature covers it
    url = str(http.base_url).rstrip("/") + tried.path
    shows = who.caller.shows(Message(tried.operation.method, url, headers), tried.path, tried.body)
    http.cookies.clear()
    return http.request(tried.operation.method, url, content=tried.body, headers=headers | shows)


def read(who: Who, fields: list[str], referral: str) -> Attempt:
    """A reading of fields of a referral."""
    path = f"/v1/referrals/{referral}" + (f"?fields={quote(','.join(fields), safe='')}" if fields else "")
    return Attempt(Operation("GET", READ.partition(" ")[2], (), "", {}, {}), path, who.headers, b"", frozenset(), False)


def readings(who: Who, ids: dict[str, list[str]], fields: tuple[str, ...]) -> Iterator[Attempt]:
    """Every GET of every document, on each thing that its path may name, with as much as it gives at once."""
    for operation in attempts.operations():
        if operation.method == "GET":
            for path in _paths(operation, ids):
                query = _much(operation)
                query += [f"fields={quote(','.join(fields), safe='')}"] if path.startswith("/v1/referrals/") else []
                asked = f"{path}?{'&'.join(query)}" if query else path
                yield Attempt(operation, asked, who.headers, b"", frozenset(), False)


def _much(operation: Operation) -> list[str]:
    """What makes an answer as long as it gets."""
    asked = {name: schema for where, name, schema in operation.members if where == "query"}
    long = [f"limit={asked['limit'].get('maximum', 200)}"] if "limit" in asked else []
    return [*long, *(["full=true"] if "full" in asked else [])]


def _paths(operation: Operation, ids: dict[str, list[str]]) -> list[str]:
    found = [operation.path]
    for where, name, _ in operation.members:
        if where == "path":
            values = [quote(value, safe="") for value in ids.get(name, [NOWHERE])]
            found = [each.replace(f"{{{name}}}", value) for each in found for value in values]
    return found


def writings(who: Who, ids: dict[str, list[str]], fields: tuple[str, ...]) -> Iterator[Attempt]:
    """Every other operation once, with members and bodies that somebody guesses."""
    chance = random.Random(who.name)  # noqa: S311 - guesses, no secret
    hers = dict.fromkeys((each for values in ids.values() for each in values), NOWHERE)
    guesses = Guesses(chance, hers, ids, [], fields, who.headers)
    for operation in attempts.operations(("post", "put", "delete")):
        yield guesses.attempt(operation)
