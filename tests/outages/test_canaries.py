"""No answer holds a value beyond the grant: canaries in every column, looked for in whatever anybody is answered."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from demo.scene import EDUCATION
from tests.outages import fuzzed, lives, watch
from tests.outages.fuzzed import Fuzz
from tests.outages.lives import Lives, Standing
from tests.outages.watch import READ, Watch, Who
from tests.support import attempts, canaries, launched, room
from tests.support.canaries import ANSWERS, BEYOND, Lists, matches
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_partners import EXAMPLES

REGION = "610118"
AT_ONCE = 4
SEVERAL = 120  # random readings of a referral
LISTED = tuple("姓名 联系电话 现住区划代码 儿童姓名 出生日期 监护人关系 居住地址 房屋地址 争议 请求".split())
ODD = ("", *"fields * 姓名.姓 fields.姓名 居住地址/门牌 姓名[0] sealed seal person id state".split())
EXCHANGING = ("an office", "education", "another office", "an office without an agreement", "coordinator", "her")
# Those who could put others out of office write when nobody else is at work.
ERASING = "SELECT count(*) AS n FROM rights_request WHERE kind = 'erase' AND closed_at IS NULL"
LAST = ("coordinator", "protection", "education-administrator", "administrator", "her")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """One of its own: nothing in it keeps its name."""
    with room.folder("canaries") as folder:
        with launched.ready(lives.installation(folder)) as made:
            yield made


@pytest.fixture(scope="module")
async def watching(installation: Installation) -> Watch:
    lived = await asyncio.to_thread(lives.lived, installation)
    return Watch(await canaries.plant(installation, REGION), lived)


@pytest.fixture(scope="module")
async def everybody(installation: Installation, watching: Watch) -> AsyncIterator[list[Who]]:
    made = await watch.everybody(installation, watching.lives)
    yield made
    for each in made:
        each.http.close()


def ids(lived: Lives) -> dict[str, list[str]]:
    """What paths may name: hers, another's, and what is public."""
    both = {kind: list(values) for kind, values in lived.ids.items()}
    for kind, values in lived.another.ids.items():
        both.setdefault(kind, []).extend(values)
    examples = {kind: [value] for kind, value in EXAMPLES.items()}
    return both | examples | {"version": ["1"], "code": [EXAMPLES["code"], "not-found"]}


def agreed(watching: Watch) -> tuple[str, ...]:
    """What the office may ask for once it has accepted."""
    return tuple(watching.agreed.full[EDUCATION.agreement])


async def test_every_column_and_every_sealed_member_has_its_canary(installation: Installation, watching: Watch) -> None:
    lists, planted = Lists.read(), watching.planted
    names = [each.name for each in await canaries.columns(installation, REGION)]
    assert [each for each in names if not lists.of(each)] == [], "add it to tests/outages/canaries.yaml"
    whole = [each for told in lists.whole.values() for each in told]
    patterns = [*lists.written, *lists.found, *canaries.SEALED, *whole]
    assert [each for each in patterns if not any(matches(name, [each]) for name in names)] == []
    members = [*lists.kept, *lists.days]
    assert [each for each in members if not any(matches(name, [each]) for name in planted.members)] == []
    empty = {each for each in names if lists.of(each)[0] != "whole"} - planted.columns
    assert {each for each in empty if not matches(each, [*lists.empty, *lists.passing])} == set(), (
        "nobody left anything there"
    )
    assert [each for each in lists.empty if not any(matches(name, [each]) for name in empty)] == [], "it is there"


def test_whoever_reads_whatever_sees_what_the_hand_written_list_says(watching: Watch, everybody: list[Who]) -> None:
    def look(who: Who) -> None:
        for each in watch.readings(who, ids(watching.lives), agreed(watching)):
            watching.ask(who, each)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(look, everybody))
    assert sorted(set(watching.leaks)) == []
    assert watching.unseen() == [], "shown by nothing: the list says more than is true"
    assert watching.unheard(everybody) == [], watching.answers
    readings = {watch.label(each) for each in attempts.operations(("get",))}
    assert readings - watching.answered == set(watching.unanswered), "nobody got an answer there"


def test_whatever_one_should_not_see_would_be_noticed(watching: Watch, everybody: list[Who]) -> None:
    """Her own reading, as if nothing were hers."""
    blind = Watch(watching.planted, watching.lives)
    her = next(each for each in everybody if each.name == "her")
    referral = watching.lives.standings[0].id
    for each in ("/v1/me/record", "/v1/me/copy.jws", "/v1/me/referrals/{referral}"):
        answer = watching.ask(her, watch.get(her, each.format(referral=referral), each))
        assert answer.status_code == 200, answer.text
        before = len(blind.leaks)
        blind.look(replace(her, theirs=frozenset()), f"GET {each}", answer)
        assert len(blind.leaks) > before, each


Question = tuple[Who, Standing, list[str]]


def fitting(watching: Watch, callers: list[Who]) -> list[Question]:
    """Each recipient, of each of its referrals, for the whole of either list."""
    lists = (watching.agreed.preview, watching.agreed.full)
    return [
        (who, each, sorted(side[each.terms.agreement]))
        for who in callers
        for each in watching.lives.standings
        for side in lists
        if who.caller.organisation == each.recipient
    ]


def questions(watching: Watch, callers: list[Who]) -> st.SearchStrategy[Question]:
    """Who asks for what of which referral: mostly a recipient, for fields of its agreement."""
    anything = st.lists(st.sampled_from((*LISTED, *BEYOND, *ODD)), max_size=5)
    some = st.sampled_from(fitting(watching, callers)).flatmap(lambda each: _some(*each))
    return st.one_of(
        st.tuples(st.sampled_from(callers), st.sampled_from(watching.lives.standings), anything), some, some
    )


def _some(who: Who, standing: Standing, listed: list[str]) -> st.SearchStrategy[Question]:
    names = st.lists(st.sampled_from(listed), min_size=1, unique=True)
    return st.tuples(st.just(who), st.just(standing), names)


def test_of_a_referral_comes_what_agreement_state_and_question_allow_and_no_more(
    watching: Watch, everybody: list[Who]
) -> None:
    callers = [each for each in everybody if each.name in EXCHANGING]

    @settings(
        max_examples=SEVERAL,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(questions(watching, callers))
    def read(question: Question) -> None:
        ask(question)

    def ask(question: Question) -> None:
        who, standing, names = question
        answer = watching.ask(who, watch.read(who, names, standing.id))
        may = watching.agreed.may(standing, who, frozenset(names)) if names else {}
        told = answer.json().get("fields", {}) if answer.is_success else {}
        asked = f"{who.name}: {standing}: {names}"
        assert (answer.is_success, set(told)) == (bool(may), set(may)), f"{asked}: {answer.text}"
        coarse = {name: value for name, value in told.items() if may[name] == "year"}
        assert all(len(value) == len("1901") for value in coarse.values()), coarse
        seen = {each.place for each in watching.planted.seen(answer)}
        assert {f"{ANSWERS}/{name}" for name in may.keys() - coarse.keys()} <= seen, answer.text

    for each in fitting(watching, callers):
        ask(each)
    read()
    assert watching.leaks == []
    for name in ("an office", "education", "another office"):
        assert watching.shown[name, READ, ANSWERS] > 0, f"{name} was shown nothing"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(lambda value: {"text": f"… {value}!"}, id="text"),
        pytest.param(lambda value: {"text": json.dumps({"value": value})}, id="escaped JSON"),
        pytest.param(lambda value: {"headers": {"link": f"<https://a.example/{quote(value)}>"}}, id="link"),
        pytest.param(lambda value: {"text": urlsafe_b64encode(f'{{"a":"{value}"}}'.encode()).decode()}, id="signed"),
    ],
)
def test_a_canary_is_noticed_in_whatever_form(told: Callable[[str], dict[str, Any]]) -> None:
    planted = canaries.Planted()
    value = planted.value(f"{ANSWERS}/姓名", "somebody")
    assert planted.seen(httpx.Response(404, **told(value))) == {canaries.Seen(f"{ANSWERS}/姓名", "somebody")}


@pytest.fixture(scope="module")
def fuzz(watching: Watch, everybody: list[Who]) -> Fuzz:
    own = ids(watching.lives)
    standings = [each for each in watching.lives.standings if each.terms == EDUCATION]
    own["referral"] = [each.id for each in standings if each.state in ("requested", *watch.OPEN)]
    return Fuzz(watching, {each.name: each.renewed() for each in everybody}, own, agreed(watching))


@pytest.mark.parametrize(
    ("label", "mode"),
    [(label, mode) for label in sorted(fuzzed.OPERATIONS, key=fuzzed.order) for mode in fuzzed.modes(label)],
    ids=lambda value: getattr(value, "value", value),
)
def test_schemathesis_finds_nothing(fuzz: Fuzz, label: str, mode: GenerationMode) -> None:
    fuzz.run(label, fuzz.everybody[fuzzed.callers()[label]], mode)


def test_many_of_its_calls_were_let_in(fuzz: Fuzz) -> None:
    """Of an office's the fewest: a referral has one state, and most verbs want another."""
    for name in ("an office", "another", "nobody"):
        assert 4 * fuzz.passed[name, True] > fuzz.passed[name, False], f"{name}: {fuzz.passed}"


@pytest.fixture
async def settled(installation: Installation) -> None:
    """Whose erasure was asked for by the calls before is gone: until then her newest session may be ended too."""

    async def gone() -> bool:
        return not (await installation.rows(REGION, "registry", ERASING))[0]["n"]

    await until(gone, 60)


def test_whoever_writes_whatever_is_told_no_more(watching: Watch, everybody: list[Who], settled: None) -> None:
    callers = {each.name: each.renewed() for each in everybody}
    watching.answers.clear()

    def write(who: Who) -> None:
        if who.caller.token:
            watching.ask(who, watch.get(who, watch.OWN[who.caller.kind]))
        for each in watch.writings(who, ids(watching.lives), agreed(watching)):
            watching.ask(who, each)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(write, [who for name, who in callers.items() if name not in LAST]))
    for name in LAST:
        write(callers[name])
    assert sorted(set(watching.leaks)) == []
    assert watching.unheard(everybody) == [], watching.answers
