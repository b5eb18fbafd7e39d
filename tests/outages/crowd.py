"""A hundred planted people of whom a partner's referrals name a few, and everybody who is not them."""

import contextlib
import io
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from joserfc.jwk import ECKey

from demo import family
from demo.client import Actor, Region, until
from demo.scene import EDUCATION
from demo.story import settling
from deploy.local import places
from tests.support import planted
from tests.support.attempts import Guesses
from tests.support.callers import Caller
from tests.support.launched import Installation
from tests.support.planted import Arrived, Somebody

PEOPLE, NAMED = 100, 5
MEDIATED, ASKING = 6, 3  # who applied for mediation, to two committees in turn; who asked the rights desk
NOBODY = 200  # from here on somebody is made up and never planted: the twin of who is so many before
RATE = {"per_minute": 60, "per_day": 3600, "distinct_people_per_day": 30}  # of the partner's agreement here
HAN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
CANARY = re.compile(rf"(?:金丝雀|幼雀)[{HAN}]{{2}}|CNRY\d{{5}}|(?<!\d)1990\d{{7}}(?!\d)|雀[巢语]\d{{5}}")
AGREED = ("姓名", "联系电话", "现住区划代码", "儿童姓名", "出生日期", "监护人关系", "居住地址")
BEYOND = ("证件号码", "户籍地", "争议", "fields")
TERMS = {"jieli-agreement": EDUCATION.agreement, "jieli-purpose": EDUCATION.purpose}
COMMITTEES = ("org-610118-mediation", "org-610118-mediation-ganting")
PARTNER = "org-610118-education"


@dataclass(frozen=True)
class Outsider:
    """Somebody who is not the person: `may` are the words of people that are theirs to see, by `reads`.

    `kind`: what paths call what they read. `counted`: the agreement's quota counts their calls.
    """

    name: str
    make: Callable[[], Caller]
    may: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    kind: str = ""
    counted: bool = False


@dataclass(frozen=True)
class Crowd:
    """Everybody who was planted, those whom the partner's referrals name first."""

    region: Region
    people: list[Arrived] = field(default_factory=list)

    @property
    def named(self) -> list[Arrived]:
        """Those whom the partner's referrals name."""
        return self.people[:NAMED]

    def guesses(self, outsider: Outsider, chance: random.Random) -> Guesses:
        """All that there is to know of people, as if the outsider had it; only what is not theirs has a twin."""
        hers: dict[str, str] = {}
        by_kind: dict[str, list[str]] = {}
        for number, person in enumerate(self.people):
            hers |= dict(zip(words(person.who), words(somebody(number + NOBODY)), strict=True))
            for kind, ids in person.ids.items():
                hers |= {each: planted.another(each) for each in ids}
                by_kind.setdefault(kind, []).extend(set(ids) - outsider.own)
        theirs = outsider.own | outsider.may
        foreign = {value: twin for value, twin in hers.items() if value not in theirs}
        return Guesses(chance, foreign, by_kind, sorted(theirs), (*AGREED, *BEYOND), TERMS)


def words(who: Somebody) -> tuple[str, ...]:
    """By what she would be known again."""
    return (who.name, who.child, who.phone, who.document_number, who.address, who.words)


def somebody(number: int) -> Somebody:
    """One of 400."""
    mark = HAN[number // len(HAN)] + HAN[number % len(HAN)]
    return Somebody(
        name=f"金丝雀{mark}",
        child=f"幼雀{mark}",
        phone=f"1990{number:07d}",
        document_type="passport",
        document_number=f"CNRY{number:05d}",
        birth_date="1987-06-05",
        address=f"雀巢{number:05d}",
        words=f"雀语{number:05d}",
    )


def installation(directory: Path) -> Installation:
    """One whose agreement with the partner has a rate of an office's size."""
    return Installation.rated(directory, "centre-education", **RATE)


def gathered(made: Installation, count: int) -> Crowd:
    """Plant so many people; the partner accepts the referrals that name it."""
    region = made.regions()["receiving"]
    with ThreadPoolExecutor(4) as pool, contextlib.redirect_stdout(io.StringIO()):
        people = list(pool.map(lambda number: _planted(region, number), range(count)))
        partner = region.system("partner", PARTNER, EDUCATION)
        for person in people[:NAMED]:
            settling.accept(partner, person.referrals["EDU-01"], EDUCATION)
    return Crowd(region, people)


def _planted(region: Region, number: int) -> Arrived:
    person = planted.arrive(region, somebody(number))
    other = ("HEA-01", "HOU-04")[number % 2]
    planted.refer(person, ["EDU-01", other] if number < NAMED else [other])
    if NAMED <= number < NAMED + MEDIATED:
        planted.apply(person, COMMITTEES[number % 2])
    if number >= NAMED + MEDIATED and number < NAMED + MEDIATED + ASKING:
        planted.ask_right(person)
    return person


def outsiders(made: Installation, crowd: Crowd) -> list[Outsider]:
    """A valid partner, and everybody else who is not the person."""
    here = crowd.region
    partner = _of_partner(crowd)
    mediated = {each: f"/v1/cases/{each}" for person in crowd.people[NAMED:] for each in _cases(person)}
    asking = {each: f"/v1/rights-requests/{each}" for p in crowd.people for each in p.ids.get("rights_request", [])}
    said = frozenset(person.who.words for person in crowd.people if _cases(person))
    asked = frozenset(person.who.words for person in crowd.people if "rights_request" in person.ids)
    _arrived(here, [*mediated.values()], "mediator")
    _arrived(here, [*asking.values()], "protection")
    return [
        Outsider("the partner's system", lambda: _system(here, PARTNER), *partner, "referral", True),
        Outsider("an officer of the partner", lambda: _staff(here, "education"), *partner, "referral", True),
        Outsider("the system of an office without an agreement", lambda: _system(here, "org-610118-legal")),
        Outsider("a counter", lambda: _staff(here, "counter")),
        Outsider("a coordinator", lambda: _staff(here, "coordinator")),
        Outsider("an administrator of the partner", lambda: _staff(here, "education-administrator")),
        Outsider(
            *("a data protection officer", lambda: _staff(here, "protection"), asked, tuple(asking.values())),
            *(frozenset(asking), "rights_request"),
        ),
        Outsider(
            *("a mediator", lambda: _staff(here, "mediator"), said, tuple(mediated.values())),
            *(frozenset(mediated), "case"),
        ),
        Outsider("another region's gateway", lambda: _peer(made)),
        Outsider("another person", lambda: _person(here)),
        Outsider("nobody", lambda: Caller("nobody", "nobody")),
    ]


def _of_partner(crowd: Crowd) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """What the partner may see, how it reads it, and the ids that are its own: agreed fields of who is named."""
    agreed = [(each.who.name, each.who.child, each.who.phone, each.who.address) for each in crowd.named]
    ids = [person.referrals["EDU-01"] for person in crowd.named]
    fields = quote(",".join(AGREED))
    reads = tuple(f"/v1/referrals/{each}?fields={fields}" for each in ids)
    return frozenset(word for each in agreed for word in each), reads, frozenset(ids)


def _cases(person: Arrived) -> list[str]:
    """Her cases at the first committee, whose mediator is tried."""
    return person.ids.get("case", []) if int(person.who.phone) % 2 == 0 else []


def _arrived(region: Region, paths: list[str], staff: str) -> None:
    """Wait until the gateway knows whose everything is."""
    actor = region.staff(staff, f"staff-{region.code}-{staff}")
    for path in paths:
        until(path, partial(_reads, actor, path))


def _reads(actor: Actor, path: str) -> bool:
    return actor.get(path, quiet=True).status_code == 200


def _system(region: Region, organisation: str) -> Caller:
    terms = [EDUCATION] if organisation == PARTNER else []
    return Caller(organisation, "system", token=region.system("system", organisation, *terms).token)


def _staff(region: Region, name: str) -> Caller:
    return Caller(name, "staff", token=region.staff(name, f"staff-{region.code}-{name}").token)


def _peer(made: Installation) -> Caller:
    (home,) = [each for each in places.regions(made.environ) if each.role == "sending"]
    return Caller(
        *("peer", "gateway", home.code),
        key=ECKey.import_key((home.secrets / "gateway" / "federation.pem").read_text()),
    )


def _person(region: Region) -> Caller:
    actor: Actor = region.resident("another", family.phone(random.SystemRandom()))
    return Caller("another", "person", token=actor.token)
