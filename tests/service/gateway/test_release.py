"""Whatever a service answers, in body, headers or errors: nothing leaves the gateway that the grant does not hold."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.exchange.forward import PASSED_BACK
from tests.support.governed import Region, sound

PERSON = str(uuid.uuid4())  # one for all: an agreement reaches so many people a day
CANARY = "金丝雀-canary"
AGREED = ("姓名", "联系电话", "现住区划代码", "儿童姓名", "出生日期", "监护人关系", "居住地址")
NOT_AGREED = ("证件号码", "户籍地", "民族", "names", "person", "subject", "_links", "extra")
RELEASED = {name: f"{name}的值" for name in AGREED} | {"出生日期": "2019-10-02"}
MEMBERS = ("id", "referral", "service", "state", "fhir", "version", "due", "due_kind", *NOT_AGREED)
# A canary in every place where a JSON document can hold one: a text, a name, in lists and in objects of any depth.
canaries = st.recursive(
    st.just(CANARY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*AGREED, *NOT_AGREED, CANARY]), inner, max_size=3)
    ),
    max_leaves=8,
)
bodies = st.fixed_dictionaries(
    {"fields": st.dictionaries(st.sampled_from([*NOT_AGREED, CANARY]), canaries, max_size=4).map(RELEASED.__or__)},
    optional=dict.fromkeys(MEMBERS, canaries),
)
problems = st.fixed_dictionaries(
    {"code": st.just("not-found") | canaries, "status": st.just(404) | canaries},
    optional=dict.fromkeys(("type", "title", "detail", "instance", "errors", "allowed", "state", "fields"), canaries),
)
headers = st.dictionaries(
    st.sampled_from([name for name in PASSED_BACK if name != "content-type"] + ["set-cookie", "server", "x-person"]),
    st.just(f'<https://example.org/{CANARY}>; title="canary"'.encode().decode("latin-1")),
)


@pytest.fixture
def behind(region: Region) -> Iterator[Region]:
    yield region
    region.behind.status, region.behind.content_type, region.behind.headers = 200, "application/json", {}


async def answered(region: Region, fields: frozenset[str]) -> Any:
    answer = await region.send(sound(await region.referral(person=PERSON), fields=tuple(sorted(fields))))
    said = answer.text + json.dumps(dict(answer.headers))
    assert "canary" not in said and "金丝雀" not in said, said
    return answer


asked = st.frozensets(st.sampled_from(AGREED), min_size=1)
once = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@once
@given(asked, bodies, headers)
async def test_an_answer_holds_the_fields_of_the_grant_and_no_other(
    behind: Region, fields: frozenset[str], body: dict[str, Any], more: dict[str, str]
) -> None:
    behind.behind.body, behind.behind.headers = body, more
    answer = await answered(behind, fields)
    assert answer.status_code == 200, answer.text
    released = {name: RELEASED[name] for name in fields}
    assert answer.json()["fields"] == released
    (outcome,) = (each for each in (await behind.logged())[-1:] if each["phase"] == "outcome")
    assert set(outcome["fields"]["sent"]) == released.keys(), "the log says what left"


@once
@given(asked, problems, headers)
async def test_an_error_says_what_it_is_in_our_words_only(
    behind: Region, fields: frozenset[str], problem: dict[str, Any], more: dict[str, str]
) -> None:
    behind.behind.body, behind.behind.headers = problem, more
    behind.behind.status, behind.behind.content_type = 404, "application/problem+json"
    answer = await answered(behind, fields)
    assert answer.json()["code"] in ("not-found", "answer-type-unlisted")


@pytest.mark.parametrize(
    "content_type", ["text/html", "application/xml", "application/pdf", "text/plain; charset=utf-8", "image/png"]
)
async def test_what_is_no_json_does_not_leave(behind: Region, content_type: str) -> None:
    behind.behind.content_type, behind.behind.body = content_type, CANARY.encode()
    answer = await answered(behind, frozenset(AGREED))
    assert (answer.status_code, answer.json()["code"]) == (502, "answer-type-unlisted")
    assert answer.headers["jieli-decision"] == answer.json()["decision"], "it names the decision that came before it"
    assert answer.headers["jieli-receipt"] and answer.headers["ratelimit"]


async def test_what_was_dropped_is_counted_and_raises_the_alarm(
    behind: Region, capsys: pytest.CaptureFixture[str]
) -> None:
    behind.behind.body = {"fields": {"姓名": "某人", "证件号码": CANARY}, "person": CANARY}
    behind.behind.headers = {"link": "<https://example.org/canary>"}
    before = counted(behind)
    await answered(behind, frozenset({"姓名"}))
    assert counted(behind) - before == 3
    assert '"event": "fields_dropped"' in capsys.readouterr().out


def counted(region: Region) -> float:
    """The counter that the alarm of docs/operations.md watches."""
    return float(region.gateway.runtime.telemetry.refusals.labels("field-dropped")._value.get())
