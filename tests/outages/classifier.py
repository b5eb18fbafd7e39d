"""Two populations that differ only in stand-ins for a group: a classifier over a dump without keys stays at chance.

`python -m tests.outages.classifier [people]` (or `make classifier`) prints the verdict; test_classifier.py runs it with
fewer. Each place (a column, a stream, a log, the traces) has a classifier of its own, and so has everything together;
each is trained on half of the people and tried on the other half. Beside the product's own places stand leaks that are
planted on purpose: a classifier that does not find those proves nothing.
"""

import asyncio
import random
import sys
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from demo import family, says
from demo.client import Region
from deploy.local import places
from services.registry.rules.numbers import check_character
from tests.support import guessing, planted, room
from tests.support.guessing import Classifier, Sample
from tests.support.labelled import seeded
from tests.support.launched import Installation
from tests.support.planted import Somebody
from tests.support.thief import Dump, Thief
from tests.support.until import until

REGION, COMMITTEE, SEED = "610118", "org-610118-mediation", 20261128
PEOPLE = 400
CHANCE = 1e-6  # how seldom a run may find a leak where there is none
EVERYTHING = "everything together"
WAITING = "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"
LEAKS = "CREATE TABLE planted (size int, language text)"
PLANTED = ("planted.size", "planted.language", "planted.log")
BESIDE = "planted"  # in the name of everything that stands beside the product
EARLIEST, DAYS = datetime(1960, 1, 1), 16_000  # when the grown-ups were born
YOUNGEST, CHILDHOOD = datetime(2021, 1, 1), 2_500


@dataclass(frozen=True)
class Population:
    """The stand-ins by which two populations differ, and nothing else; `names` with how they stand elsewhere."""

    names: dict[str, str]
    children: tuple[str, ...]
    prefixes: tuple[str, ...]
    languages: tuple[str, ...]
    insured_at: tuple[str, ...]
    words: str

    def somebody(self, chance: random.Random) -> Somebody:
        """One of them; birth date and phone are drawn alike for both."""
        born = EARLIEST + timedelta(days=chance.randrange(DAYS))
        number = f"{chance.choice(self.prefixes)}{born:%Y%m%d}{chance.randrange(1000):03d}"
        return Somebody(
            name=chance.choice([*self.names]),
            child=chance.choice(self.children),
            phone=family.phone(chance),
            document_type="resident_id",
            document_number=number + check_character(number),
            birth_date=f"{born:%Y-%m-%d}",
            child_born=f"{YOUNGEST - timedelta(days=chance.randrange(CHILDHOOD)):%Y-%m-%d}",
            address=self.words[:20],
            words=self.words,
            language=chance.choice(self.languages),
            insured_at=chance.choice(self.insured_at),
        )


HERE = Population(
    names={"王伟": "王 伟", "李秀英": "李秀瑛", "张敏": "張敏", "刘洋": "劉洋", "杨建国": "楊建國"},
    children=("王芳", "李娜", "张明", "刘军"),
    prefixes=("610118", "610125"),
    languages=("zh", "zh-CN"),
    insured_at=("陕西省西安市", "陕西省咸阳市"),
    words="押金没有退。",
)
ELSEWHERE = Population(
    names={
        "阿卜杜热合曼·阿卜杜克热木·买买提依明": "阿卜杜热合曼•阿卜杜克热木•买买提依明",
        "བསྟན་འཛིན་རྒྱ་མཚོ་རིན་པོ་ཆེ": "Tenzin Gyatso Rinpoche",
        "ئابدۇرېھىم ئابدۇكېرىم ئوغلى": "阿卜杜热依木·阿卜杜克里木",
        "Kuanyshbek Nurmukhambetuly Abdrakhmanov": "克阿尼什别克·努尔穆罕别吐勒",
        "次仁旺姆·央金卓玛": "次仁旺姆央金卓玛",
    },
    children=("帕提古丽·阿卜杜热合曼·买买提", "ཚེ་རིང་སྒྲོལ་མ", "Aigerim Kuanyshbekkyzy Abdrakhmanova"),
    prefixes=("653101", "540102", "632721", "522601"),
    languages=("ug", "bo-CN", "kk-Arab-CN", "en"),
    insured_at=("新疆维吾尔自治区喀什地区", "西藏自治区拉萨市", "青海省玉树藏族自治州", "贵州省黔东南苗族侗族自治州"),
    words="ئىجارە گۆرۈ پۇلۇم قايتۇرۇلمىدى، ياردەم قىلىشىڭلارنى سورايمەن. ཁང་གླ་ཕྱིར་སློག་མ་བྱུང་། " * 3,
)


def lives(region: Region, who: Somebody, written: str, thief: Thief) -> None:
    """Everything that a person can leave, said by one of either population in the same order."""
    trace = uuid.uuid4().hex
    thief.traces.append(trace)
    told = {"traceparent": f"00-{trace}-{trace[:16]}-01", "accept-language": who.language}
    region.http.headers.update(told)
    person = planted.arrive(region, who)
    person.left("writing", "/v1/me/name-writings", {"written": written, "document": "passport"})
    read_in = "zh-Hans" if who.language.startswith("zh") else "en"
    planted.refer(person, ["EDU-01", "HEA-01", "HOU-04"], language=read_in)
    planted.ask_right(person)
    planted.apply(person, COMMITTEE)
    request = {"record_type": "vaccination", "region": "621124", "dependant": person.ids["dependant"][0], "told": True}
    person.left("request", "/v1/me/record-requests", request)
    for path in ("record", "referrals", "consents", "accesses", "name-sheet"):
        assert person.actor.get(f"/v1/me/{path}", quiet=True).status_code == 200


async def settled(installation: Installation) -> None:
    """Wait until everything that she did has arrived where it goes."""

    async def nothing_waits() -> bool:
        counts = [await installation.rows(REGION, app, WAITING) for app in places.OFFSETS]
        return not sum(rows[0]["n"] for rows in counts)

    await until(nothing_waits, 60)


async def leak(installation: Installation, who: Somebody) -> None:
    """What must be found: a length without padding and a language in clear, in a table and in a log."""
    size = len(who.name.encode()) + len(who.child.encode())
    statement = f"INSERT INTO planted VALUES ({size}, '{who.language}')"  # noqa: S608 - values of this module
    await installation.rows(REGION, "registry", statement)
    with (installation.run / REGION / "logs" / "planted.log").open("a") as log:
        log.write(f'{{"event": "kept", "bytes": {len(who.record(REGION)["name"].encode())}}}\n')


async def story(directory: Path, people: int) -> "Verdict":
    """Let people of both populations arrive in a random order, steal everything, and guess."""
    installation = Installation.fresh(directory, JIELI_TRACE_FILE=str(directory / "traces"))
    installation.launch()
    try:
        installation.wait_ready()
        labels, taken, began = await arrivals(installation, people)
    finally:
        installation.remove()
    return Verdict.over(labels, taken, began)


async def arrivals(installation: Installation, people: int) -> tuple[list[bool], Dump, list[datetime]]:
    """Everybody, one after the other; of which population each is, and what lay on the disks then."""
    region, chance = installation.regions()["receiving"], seeded(SEED)
    thief = Thief(installation, REGION)
    half = [False, True] * (people // 4)
    labels = [*chance.sample(half, len(half)), *chance.sample(half, len(half))]
    await installation.rows(REGION, "registry", LEAKS)
    await thief.look()
    for label in labels:
        population = ELSEWHERE if label else HERE
        who = population.somebody(chance)
        await asyncio.to_thread(lives, region, who, population.names[who.name], thief)
        await leak(installation, who)
        await settled(installation)
        await thief.look()

    async def traced() -> bool:
        return thief.traced(thief.traces[-1])

    await until(traced)
    return labels, await thief.taken(), [moment.at for moment in thief.moments]


@dataclass(frozen=True)
class Guess:
    """How one classifier did on people whom it had not seen."""

    place: str
    right: int
    of: int
    telling: list[str]

    @property
    def by_chance(self) -> float:
        """How probable that is for somebody who tosses a coin."""
        return guessing.by_chance(self.right, self.of)

    def __str__(self) -> str:
        telling = ", ".join(map(repr, self.telling))
        return f"{self.right}/{self.of} right (by chance: {self.by_chance:.2g}) {self.place}: {telling}"


@dataclass(frozen=True)
class Verdict:
    """Every classifier's result; `planted` are those over the leaks."""

    guesses: list[Guess]
    planted: list[Guess]

    @classmethod
    def over(cls, labels: list[bool], taken: Dump, began: list[datetime]) -> "Verdict":
        """Train and try a classifier for each place, and two for everything: without the leaks and with them."""
        samples: dict[str, list[Sample]] = {}
        for place in sorted({place for each in taken for place in each}):
            here = [guessing.tokens(each.get(place, ()), at) for each, at in zip(taken, began, strict=False)]
            samples[place] = here
        leaks = {place for place in samples if place.endswith(PLANTED)}
        product = {place for place in samples if BESIDE not in place}
        own = [tried(place, samples[place], labels) for place in sorted(product)]
        found = [tried(place, samples[place], labels) for place in sorted(leaks)]
        own.append(tried(EVERYTHING, joined(samples, product), labels))
        found.append(tried(f"{EVERYTHING}, with the leaks", joined(samples, product | leaks), labels))
        return cls(own, found)

    @property
    def bound(self) -> float:
        """Less probable than this is no chance: the places share what one run may find where there is nothing."""
        return CHANCE / len(self.guesses)

    @property
    def leaks(self) -> list[Guess]:
        """Where the product tells the populations apart."""
        return [guess for guess in self.guesses if guess.by_chance < self.bound]

    @property
    def missed(self) -> list[Guess]:
        """Planted leaks that were not found."""
        return [guess for guess in self.planted if guess.by_chance >= self.bound]


def joined(samples: dict[str, list[Sample]], chosen: set[str]) -> list[Sample]:
    """What is known of each person from all chosen places at once."""
    ordered = sorted(chosen)
    people = zip(*(samples[place] for place in ordered), strict=True)
    return [
        frozenset(f"{at}: {each}" for at, found in zip(ordered, one, strict=True) for each in found) for one in people
    ]


def tried(place: str, samples: list[Sample], labels: list[bool]) -> Guess:
    """Trained on the first half, tried on the second."""
    half = len(samples) // 2
    trained = Classifier.trained(samples[:half], labels[:half])
    right = sum(trained.guess(each) == label for each, label in zip(samples[half:], labels[half:], strict=True))
    return Guess(place, right, len(samples) - half, trained.telling)


def main() -> int:
    """Print the verdict; exit 0 only if nothing but the planted leaks tells the populations apart."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with room.folder("classifier") as folder:
        verdict = asyncio.run(story(folder, people))
    print(shown(verdict))
    return says.fail("a stand-in shows, or the classifier is blind") if verdict.leaks or verdict.missed else 0


def shown(verdict: Verdict) -> str:
    """The verdict as lines."""
    best = sorted(verdict.guesses, key=lambda guess: guess.by_chance)[:8]
    lines = [f"{len(verdict.guesses)} classifiers; a leak is what chance does once in {1 / verdict.bound:.0e} tries"]
    lines += ["planted leaks:", *(f"  {guess}" for guess in verdict.planted), "the best of the others:"]
    lines += [f"  {'LEAK ' if guess in verdict.leaks else ''}{guess}" for guess in best]
    return "\n".join([*lines, f"  {verdict.guesses[-1]}"])


if __name__ == "__main__":
    sys.exit(main())
