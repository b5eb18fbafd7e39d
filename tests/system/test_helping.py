"""A helper on the running platform: what they do for a person, what they never may, and what she reads of it."""

import random
import re
from collections.abc import Iterator

import httpx
import pytest

from demo import family
from demo.client import Actor
from gateway.exchange import routes
from services.identity.commands import exchanges
from services.identity.rules.helping import DECLARED
from tests.support.acting import acting, exchange
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import refer

UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"
OPEN = {"start_intake", "read_own_referrals", "apply_for_mediation"}


@pytest.fixture(scope="module")
def person(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("the person", family.phone(random.SystemRandom()))


@pytest.fixture(scope="module")
def helper(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("the helper", family.phone(random.SystemRandom()))


def helped(person: Actor, helper: Actor) -> str:
    """Help that the person asked for; its id."""
    invited = person.post("/v1/me/helper-invitations", {"days": 30})
    assert (invited.status_code, invited.headers["cache-control"]) == (201, "no-store"), invited.text
    body = {"code": invited.json()["code"], "declares": sorted(DECLARED)}
    made = helper.post("/v1/me/helping", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_helper_says_her_needs_and_she_reads_that_it_was_one(person: Actor, helper: Actor) -> None:
    delegation = helped(person, helper)
    together = acting(helper, "portal", delegation, exchanges.DELEGATION)
    made = refer(together)
    assert together.get(f"/v1/me/referrals/{made['id']}").status_code == 200
    assert person.get(f"/v1/me/referrals/{made['id']}").status_code == 200
    assert helper.get(f"/v1/me/referrals/{made['id']}").status_code == 404, "it is hers, not the helper's"

    accesses = person.get("/v1/me/accesses?limit=50").json()["accesses"]
    access = next(each for each in accesses if each["operation"] == "start_intake")
    named = {name for name, value in access["who"].items() if value is not None}
    assert (access["who"]["kind"], named, access["through"]) == ("helper", {"kind", "region"}, delegation)
    assert "帮助者" in access["why"]["zh"] and "whom you let help you" in access["why"]["en"]

    assert person.post(f"/v1/me/helpers/{delegation}:end").status_code == 200

    async def worthless() -> bool:
        return together.get("/v1/me/referrals", quiet=True).status_code == 401

    await until(worthless, 5)
    assert exchange(helper, "portal", delegation, exchanges.DELEGATION).json()["error"] == "invalid_request"


def test_a_helper_does_nothing_else(person: Actor, helper: Actor) -> None:
    together = acting(helper, "portal", helped(person, helper), exchanges.DELEGATION)
    closed = [route for route in routes.OWN if route.operation not in OPEN]
    assert {"give_consent", "withdraw_consent", "confirm_outcome", "make_paper_key", "invite_helper"} <= {
        route.operation for route in closed
    }
    for route in closed:
        refused = tried(together, route)
        assert (refused.status_code, refused.json()["code"]) == (403, "person-alone"), route
    for path in ("/v1/me/accesses", "/v1/me/accesses/1/proof"):
        assert together.get(path).json()["code"] == "self-only"


def tried(by: Actor, route: routes.Route) -> httpx.Response:
    """A route as somebody calls it who knows no id."""
    path = re.sub(r"\{\w+\}", UNKNOWN, route.template)
    if route.method == "GET":
        return by.get(path)
    if route.method == "PUT":
        return by.put(path, {})
    return by.post(path, {} if route.takes else None)
