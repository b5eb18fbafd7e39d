"""Who calls the region of the canaries, what each of them may see, and everything that they saw."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import yaml
from joserfc.jwk import ECKey

from demo.client import Actor, Region, Terms, until
from demo.scene import EDUCATION, HOUSING
from demo.tokens import Token
from deploy.local import places
from gateway.exchange.routes import JSON
from gateway.federation.signatures import Message
from tests.outages.lives import Lives, Standing
from tests.support import attempts
from tests.support.attempts import Attempt, Guesses, Operation
from tests.support.callers import Caller
from tests.support.canaries import ANSWERS, Planted, Seen, matches
from tests.support.launched import Installation

READ = "GET /v1/referrals/{referral}"
OPEN = ("accepted", "in_progress", "on_hold", "scheduled")  # in these states the whole list is open
AGREEMENTS = places.ROOT / "demo" / "agreements" / "610118"
BEHIND = 503  # what a region on a starved machine says until it is with it again
AGAIN = 10  # so many calls are made once more, and then it is no starved machine
AWAY = (401, 429)  # whoever is answered so was not heard at all
OWN = {
    "person": "/v1/me/sessions",
    "staff": "/v1/staff-sessions",
    "system": "/v1/referrals",
}  # open to each of the kind
SHOWN = Path(__file__).with_name("shown.yaml")
NOWHERE = "0198aaaa-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Who:
    """One caller with a client of their own, the terms that they name, and whose sealed values are theirs to see."""

    caller: Caller
    http: httpx.Client
    terms: Terms | None = None
    theirs: frozenset[str] = frozenset()
    sign_in: Callable[[], Token] | None = None

    def renewed(self) -> "Who":
        """The same with a new token: they live for ten minutes, and some readings want a fresh proof."""
        return replace(self, caller=replace(self.caller, token=self.sign_in())) if self.sign_in else self

    @property
    def name(self) -> str:
        """How the lists call them."""
        return self.caller.name

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


def _by_hand(name: str) -> Any:
    return yaml.safe_load(SHOWN.read_text("utf-8"))[name]


def _listed(fields: list[dict[str, str]]) -> dict[str, str]:
    return {each["path"]: each.get("transform", "none") for each in fields}


@dataclass
class Watch:
    """Looks at every answer: `leaks` are canaries that must not be there, `shown` counts those that may."""

    planted: Planted
    lives: Lives
    agreed: Agreed = field(default_factory=Agreed.read)
    expected: dict[str, Any] = field(default_factory=lambda: _by_hand("shown"))
    told: dict[str, Any] = field(default_factory=lambda: _by_hand("told_of_changes"))
    unanswered: list[str] = field(default_factory=lambda: _by_hand("unanswered"))
    leaks: list[str] = field(default_factory=list)
    shown: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    again: list[str] = field(default_factory=list)

    def ask(self, who: Who, tried: Attempt) -> httpx.Response:
        """One call as that caller makes it."""
        return self.heard(who, label(tried.operation), lambda: _sent(who, tried))

    def heard(self, who: Who, operation: str, call: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer to a call, which is made once more where the region was behind; whatever comes is looked at."""
        answer = call()
        self.look(who, operation, answer)
        if answer.status_code == BEHIND:
            self.again.append(operation)
            assert len(self.again) <= AGAIN, self.again
            until("the region", lambda: who.http.get("/ready").status_code == 200)
            answer = call()
            self.look(who, operation, answer)
        return answer

    def look(self, who: Who, operation: str, answer: httpx.Response) -> set[Seen]:
        """Note what one answer shows."""
        seen = self.planted.seen(answer)
        exchanged = self.exchanged(who, operation, str(answer.request.url))
        self.answers[who.name, answer.status_code] += 1
        if answer.is_success:
            self.answered.add(operation)
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

    def unheard(self, callers: list[Who]) -> list[str]:
        """Whose token let them in nowhere, or seldom let them be heard."""
        return [who.name for who in callers if who.caller.token and not self._is_heard(who.name)]

    def _is_heard(self, name: str) -> bool:
        counted = {status: number for (of, status), number in self.answers.items() if of == name}
        away = sum(counted.get(status, 0) for status in AWAY)
        return any(httpx.codes.is_success(status) for status in counted) and 2 * away < sum(counted.values())

    def unseen(self) -> list[str]:
        """Lines of the hand-written file by which nothing was shown."""
        told = [(name, at, lines) for name, each in self.expected.items() for at, lines in each.items()]
        every = [(name, at, each) for name, at, lines in told for each in lines]
        return [": ".join(each) for each in every if not self.shown[each]]


@dataclass(frozen=True)
class _Callers:
    """The callers of one region, signed in."""

    region: Region

    def person(self, name: str, actor: Actor, *theirs: str) -> Who:
        """Somebody about herself."""
        return self.made(Caller(name, "person", self.region.code), EDUCATION, theirs, actor.sign_in)

    def staff(self, name: str, organisation: str, role: str, *theirs: str) -> Who:
        """A member of staff in one role."""
        code = self.region.code
        caller = Caller(name, "staff", code, f"org-{code}-{organisation}", role=role)
        return self.made(caller, EDUCATION, theirs, lambda: self.region.staff(name, f"staff-{code}-{name}").token)

    def system(self, name: str, organisation: str, *terms: Terms) -> Who:
        """An office's own system, its token bound to an agreement or to none."""
        code = self.region.code
        caller = Caller(name, "system", code, f"org-{code}-{organisation}", role="system")
        bound = terms[0] if terms else EDUCATION
        return self.made(caller, bound, (), lambda: self.region.system(name, caller.organisation, *terms).token)

    def made(
        self,
        caller: Caller,
        terms: Terms | None = None,
        theirs: tuple[str, ...] = (),
        sign_in: Callable[[], Token] | None = None,
    ) -> Who:
        """With a client that nobody else's cookies lie in."""
        http = httpx.Client(base_url=self.region.gateway_url, timeout=60, trust_env=False)
        return Who(caller, http, terms, frozenset(theirs), sign_in).renewed()


async def everybody(installation: Installation, lives: Lives) -> list[Who]:
    """All kinds of callers, people first: some of what they read wants a fresh proof of who they are."""
    made = _Callers(lives.region)
    hers, anothers = [await _subject(installation, lives.region, each) for each in (lives.ids, lives.another.ids)]
    case, [other_case] = lives.ids["case"][0], lives.another.ids["case"]
    cases = [part for each in lives.ids["case"] for part in (each, f"{each}/applicant")]
    others = (other_case, f"{other_case}/applicant")
    return [
        made.person("landlord", lives.landlord, case, f"{case}/respondent"),
        made.person("another", lives.another.actor, anothers, *lives.another.referrals.values(), *others),
        made.person("her", lives.her, hers, *(each.id for each in lives.standings), *cases),
        made.made(Caller("nobody", "nobody")),
        made.made(_peer(installation)),
        made.system("an office", "education", EDUCATION),
        made.staff("education", "education", "officer"),
        made.system("another office", "housing", HOUSING),
        made.system("an office without an agreement", "legal"),
        made.staff("counter", "centre", "counter"),
        made.staff("registrar", "centre", "registrar"),
        made.staff("mediator", "mediation", "mediator", *cases, f"{case}/respondent"),
        made.staff("mediator-ganting", "mediation-ganting", "mediator", *others),
        made.staff("education-administrator", "education", "administrator"),
        made.staff("coordinator", "centre", "coordinator"),
        made.staff("protection", "centre", "data_protection_officer", hers, anothers),
        made.staff("administrator", "centre", "administrator"),
    ]


async def _subject(installation: Installation, region: Region, ids: dict[str, list[str]]) -> str:
    query = f"SELECT subject FROM rights_request WHERE id = '{ids['rights_request'][0]}'"  # noqa: S608 - the test's own
    [row] = await installation.rows(region.code, "registry", query)
    return str(row["subject"])


def _peer(installation: Installation) -> Caller:
    (home,) = [each for each in places.regions(installation.environ) if each.role == "sending"]
    key = ECKey.import_key((home.secrets / "gateway" / "federation.pem").read_text())
    return Caller("another region", "gateway", home.code, key=key)


def _sent(who: Who, tried: Attempt) -> httpx.Response:
    headers = tried.headers | ({"content-type": JSON} if who.caller.key else {})  # a signature covers it
    url = str(who.http.base_url).rstrip("/") + tried.path
    shows = who.caller.shows(Message(tried.operation.method, url, headers), tried.path, tried.body)
    who.http.cookies.clear()
    return who.http.request(tried.operation.method, url, content=tried.body, headers=headers | shows)


def label(operation: Operation) -> str:
    """How the lists call an operation."""
    return f"{operation.method} {operation.path}"


def get(who: Who, path: str, of: str = "") -> Attempt:
    """A plain reading of a path, of an operation by another path where it names a thing."""
    return Attempt(Operation("GET", of or path, (), "", {}, {}), path, who.headers, b"", frozenset(), False)


def read(who: Who, fields: list[str], referral: str) -> Attempt:
    """A reading of fields of a referral."""
    path = f"/v1/referrals/{referral}" + (f"?fields={quote(','.join(fields), safe='')}" if fields else "")
    return get(who, path, READ.partition(" ")[2])


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
    """Every other operation once, with members and bodies that somebody guesses; the end of a person last."""
    chance = random.Random(who.name)  # noqa: S311 - guesses, no secret
    hers = dict.fromkeys((each for values in ids.values() for each in values), NOWHERE)
    guesses = Guesses(chance, hers, ids, [], fields, who.headers)
    operations = attempts.operations(("post", "put", "delete"))
    for operation in sorted(operations, key=lambda each: each.path.endswith("/erasures")):
        yield guesses.attempt(operation)
