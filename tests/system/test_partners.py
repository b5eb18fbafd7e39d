"""The partners' document is what a partner meets: answers and refusals fit it; what is known is not sent again."""

import random
from typing import Any

import httpx
import pytest

from demo import family
from demo.client import Region
from services.registry import terms
from tests.support import documented
from tests.support.documented import DOCUMENT
from tests.support.launched import Installation

EXAMPLES = {
    "organization_id": "org-610118-education",
    "service_id": "EDU-01",
    "taxonomy_id": str(terms.taxonomy_id("domain")),
    "term_id": str(terms.term_id("domain", "education")),
    "code": "610118",
    "notice": "school_enrolment",
    "agreement": "agr-610118-centre-education",
    "organization": "org-610118-education",
}
# Where a fresh platform has nothing to show: a log of one size, erasures, offers (tests/conformance/test_hsds.py), and
# what was cosigned of another region's log (tests/service/gateway/test_cosigning.py).
NOTHING_YET = {
    "/v1/witness/{log}/checkpoint",
    *("/v1/log/consistency", "/v1/erasures/{erasure}", "/directory/service_at_locations/{at_location_id}"),
}
UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"
OPERATIONS = [(method, path, found) for path, methods in DOCUMENT["paths"].items() for method, found in methods.items()]


def public(path: str) -> str:
    """A path that leads to something."""
    examples = EXAMPLES | ({"code": "not-found"} if path.startswith("/problems/") else {})
    return path.format(**{name: value for name, value in examples.items() if f"{{{name}}}" in path})


@pytest.fixture(scope="module")
def region(platform: Installation) -> Region:
    return platform.regions()["receiving"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param(path, found, id=path)
        for method, path, found in OPERATIONS
        if method == "get" and "security" not in found and path not in NOTHING_YET
    ],
)
def test_what_anybody_may_read_is_what_the_document_says(region: Region, path: str, found: dict[str, Any]) -> None:
    answer = httpx.get(region.gateway_url + public(path), timeout=10)
    assert answer.status_code == 200, answer.text
    documented.holds(answer)
    assert ("etag" in answer.headers) == ("ETag" in found["responses"]["200"]["headers"])


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        pytest.param(method, path, found, id=f"{method} {path}")
        for method, path, found in OPERATIONS
        if "security" in found
    ],
)
def test_without_a_token_the_refusal_is_what_the_document_says(
    region: Region, method: str, path: str, found: dict[str, Any]
) -> None:
    members = {each["name"]: UNKNOWN for each in found["parameters"] if each["in"] == "path"}
    headers = {each["name"]: "a-value-of-a-test" for each in found["parameters"] if each["in"] == "header"}
    answer = httpx.request(method, region.gateway_url + path.format(**members), headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
    documented.holds(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/directory/services/EDU-01",
        "/directory/organizations/org-610118-education",
        "/v1/divisions/610118",
        "/v1/organizations/org-610118-education",
        "/v1/agreements/agr-610118-centre-education",
    ],
)
def test_what_somebody_has_is_not_sent_again(region: Region, path: str) -> None:
    read = httpx.get(region.gateway_url + path, timeout=10)
    tag = read.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = httpx.get(region.gateway_url + path, headers={"if-none-match": known}, timeout=10)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = httpx.get(region.gateway_url + path, headers={"if-none-match": '"other"'}, timeout=10)
    assert (other.status_code, other.content) == (200, read.content)


def test_what_goes_says_so_on_each_answer_and_on_its_page(region: Region) -> None:
    page = httpx.get(f"{region.gateway_url}/deprecations", timeout=10).json()["deprecations"]
    for each in page:
        method, path = each["operation"].split(" ")
        answer = httpx.request(method, region.gateway_url + path, timeout=10)
        assert answer.headers["deprecation"].startswith("@")
        assert f"<{region.gateway_url}/deprecations>" in answer.headers["link"]
        method, path = each["instead"].split(" ")
        stays = httpx.request(method, region.gateway_url + path, timeout=10)
        assert stays.status_code == 200 and not {"deprecation", "sunset"} & stays.headers.keys()
    assert [each["operation"] for each in page] == ["GET /directory"]


def test_what_is_ones_own_is_read_anew_each_time(region: Region) -> None:
    actor = region.resident("somebody", family.phone(random.SystemRandom()))
    path = "/v1/me/referrals"
    first = actor.get(path)
    headers = actor.token.headers("GET", path) | {"if-none-match": first.headers["etag"]}
    again = region.http.get(path, headers=headers)
    assert (again.status_code, again.content, again.headers["cache-control"]) == (200, first.content, "no-store")
