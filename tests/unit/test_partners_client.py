"""The typed client alone, against a platform that answers as told: what it sends, keeps and says of a refusal."""

from collections.abc import Callable

import httpx
import pytest
from jieli_client import Client, Refused, Told, collection
from jieli_client.calls import Asked, Limit
from joserfc.jwk import ECKey

KEY = ECKey.generate_key("P-256").as_pem(private=True).decode()


def client(answer: Callable[[httpx.Request], httpx.Response], asked: list[httpx.Request]) -> Client:
    def platform(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.path == "/v1/token":
            return httpx.Response(200, json={"access_token": str(len(asked)), "expires_in": 600})
        return answer(request)

    return Client("https://gateway.test", "org-a-system", KEY, httpx.Client(transport=httpx.MockTransport(platform)))


def test_its_private_key_is_in_no_text_of_it() -> None:
    assert "PRIVATE" not in repr(client(lambda _: httpx.Response(204), []))


@pytest.mark.parametrize(("given", "sent"), [(0, '"0"'), (3, '"3"'), ("3", '"3"'), ('"3"', '"3"'), ('W/"a"', 'W/"a"')])
def test_a_version_is_sent_as_an_entity_tag(given: int | str, sent: str) -> None:
    asked: list[httpx.Request] = []
    client(lambda _: httpx.Response(204), asked).call(Asked("POST", "/v1/a", if_match=given))
    assert asked[-1].headers["if-match"] == sent


def test_a_refusal_says_all_that_the_problem_does_and_when_to_come_back() -> None:
    problem = {"code": "quota-spent", "allowed": ["accept"]}
    refusing = client(lambda _: httpx.Response(429, json=problem, headers={"retry-after": "7"}), [])
    with pytest.raises(Refused) as refused:
        refusing.call(Asked("GET", "/v1/a"))
    assert (refused.value.retry_after, refused.value.problem) == (7, problem)


def test_each_answer_tells_its_decision_its_receipt_and_what_is_left() -> None:
    telling = {
        **{"jieli-decision": "the-decision", "jieli-receipt": "the-receipt"},
        **{"ratelimit-policy": '"minute";q=60;w=60, "day";q=2000;w=86400'},
        **{"ratelimit": '"minute";r=59;t=24, "day";r=0;t=30224'},
    }
    answers = [httpx.Response(200, json={}, headers=telling), httpx.Response(204)]
    calling = client(lambda _: answers.pop(0), [])
    calling.call(Asked("GET", "/v1/a"))
    left = {"minute": Limit(60, 59, 24), "day": Limit(2000, 0, 30224)}
    assert calling.told == Told("the-decision", "the-receipt", left, None)
    calling.call(Asked("GET", "/v1/a"))
    assert calling.told == Told()


def test_a_refusal_names_its_decision_also_where_a_service_refused() -> None:
    refusing = client(lambda _: httpx.Response(409, json={"code": "a"}, headers={"jieli-decision": "it"}), [])
    with pytest.raises(Refused) as refused:
        refusing.call(Asked("GET", "/v1/a"))
    assert refused.value.decision == refused.value.told.decision == "it"


def test_a_token_that_was_refused_is_not_shown_again() -> None:
    asked: list[httpx.Request] = []
    refusing = client(lambda _: httpx.Response(401, json={"code": "token-invalid"}), asked)
    for _ in range(2):
        with pytest.raises(Refused):
            refusing.call(Asked("GET", "/v1/a"))
    shown = [each.headers["authorization"] for each in asked if each.url.path == "/v1/a"]
    assert len(set(shown)) == 2


def test_what_goes_warns_whoever_calls_it() -> None:
    going = client(lambda _: httpx.Response(204, headers={"deprecation": "@1", "sunset": "Sun, 28 Nov 2027"}), [])
    with pytest.warns(DeprecationWarning, match="GET /v1/a ends on Sun, 28 Nov 2027"):
        going.call(Asked("GET", "/v1/a"))


def test_what_was_answered_503_is_sent_again_under_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first may have been done; and nobody makes it wait for an hour, or says when in words that it knows."""
    slept: list[float] = []
    monkeypatch.setattr(collection.time, "sleep", slept.append)
    asked: list[httpx.Request] = []
    later = ({"retry-after": "3600"}, {"retry-after": "Sun, 29 Nov 2026 00:00:00 GMT"})
    answers = [*(httpx.Response(503, headers=each) for each in later), httpx.Response(201, headers={"etag": '"1"'})]
    text = '###\n# @name made\nPOST {{gateway_url}}/v1/a\nIdempotency-Key: {{$guid}}\nDPoP: {{dpop}}\n\n{"a": 1}\n'
    ((name, answer),) = collection.run(client(lambda _: answers.pop(0), asked), text, {})
    sent = [each for each in asked if each.url.path == "/v1/a"]
    assert (name, answer.status_code, len(sent)) == ("made", 201, 3)
    assert len({each.headers["idempotency-key"] for each in sent}) == 1
    assert len({each.headers["dpop"] for each in sent}) == 3
    assert max(slept) <= collection.LONGEST
