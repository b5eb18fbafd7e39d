"""Who may be an organisation here, and where it stands."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import organizations
from services.identity.rules.organizations import DEEPEST, ORGANIZATION, TOPS, UNDER, Held, Place
from shared.contracts import vocabulary
from shared.problems import Problem

BODIES = ["鄠邑区公安局", "西街派出所", "综治中心", "区委统战部", "民族宗教事务局", "网格管理中心"]
KINDS = st.sampled_from(sorted(UNDER))


@pytest.mark.parametrize("name", BODIES)
def test_bodies_of_control_are_refused_whatever_kind_they_claim(name: str) -> None:
    with pytest.raises(Problem) as refused:
        organizations.check_organization(name, "department", vocabulary.load())
    assert refused.value.kind is organizations.PARTY_FORBIDDEN


def test_a_kind_outside_the_list_is_refused() -> None:
    with pytest.raises(Problem):
        organizations.check_organization("某机构", "authority", vocabulary.load())


def test_a_department_of_service_is_welcome() -> None:
    organizations.check_organization("教育局", "department", vocabulary.load())


def test_every_kind_of_the_release_has_its_place() -> None:
    assert set(UNDER) == set(vocabulary.load().release.organisation_kinds)
    assert {kind for kind, parents in UNDER.items() if not parents} <= TOPS
    assert all(parents <= set(UNDER) for parents in UNDER.values())


def test_offered_are_services_of_the_release_and_never_information() -> None:
    closed = vocabulary.load()
    offered = [code for code, service in closed.services.items() if service.kind != "info"]
    organizations.check_services(offered, closed)
    for code in {"ZZZ-99", *closed.services} - set(offered):
        with pytest.raises(Problem, match="service-not-offered"):
            organizations.check_services([code], closed)


@st.composite
def trees(draw: Any) -> dict[str, Place]:
    """Whatever grows when anything is tried and the rule decides."""
    grown: dict[str, Place] = {}
    for number in range(draw(st.integers(1, 25))):
        name, kind = draw(st.sampled_from([*grown, f"org-{number}"])), draw(KINDS)
        parent = draw(st.sampled_from([None, *grown.values()]))
        try:
            organizations.check_place(name, kind, parent)
        except Problem as refused:
            assert refused.kind is organizations.MISPLACED
            continue
        if name not in grown:
            above = ((parent.id, parent.kind), *parent.above) if parent else ()
            grown[name] = Place(name, kind, "active", above)
    return grown


@given(trees())
def test_what_grows_is_a_tree_of_four_levels_with_a_centre_on_top(grown: dict[str, Place]) -> None:
    for place in grown.values():
        line = [place.id, *(name for name, _ in place.above)]
        assert len(set(line)) == len(line) <= DEEPEST
        assert (place.above[-1][1] if place.above else place.kind) in TOPS
        assert place.centres <= place.at_centres <= {*line}
        assert place.kind in TOPS or place.centres, "whatever is no top has a centre that administers it"


@given(KINDS, KINDS)
def test_nothing_stands_under_itself(kind: str, other: str) -> None:
    place = Place("org-a", kind, "active", (("org-b", other),))
    for name in ("org-a", "org-b"):
        with pytest.raises(Problem, match="organisation-misplaced"):
            organizations.check_place(name, other, place)


@pytest.mark.parametrize(("district", "fits"), [("610118", True), ("610118001", True), ("610119", False)])
def test_an_office_lies_in_the_region(district: str, fits: bool) -> None:
    if fits:
        organizations.check_district(district, "610118")
    else:
        with pytest.raises(Problem, match="organisation-misplaced"):
            organizations.check_district(district, "610118")


def test_closed_is_the_end() -> None:
    assert ORGANIZATION.allowed("closed") == []
    assert ORGANIZATION.states() == {"proposed", "active", "suspended", "closed"}


@pytest.mark.parametrize("state", ["proposed", "suspended", "closed"])
def test_only_what_is_active_takes_anybody_in(state: str) -> None:
    organizations.check_takes(Place("org-a", "school", "active"))
    with pytest.raises(Problem, match="state-conflict"):
        organizations.check_takes(Place("org-a", "school", state))


@pytest.mark.parametrize("held", [Held(1, 0, 0), Held(0, 1, 0), Held(0, 0, 1)])
def test_what_holds_an_organisation_is_counted(held: Held) -> None:
    organizations.check_alone(Held(0, 0, 0))
    with pytest.raises(Problem, match="organisation-in-use"):
        organizations.check_alone(held)


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))
SPANS = st.builds(lambda start, days: (start, start + timedelta(days=days)), DAYS, st.integers(0, 20))


@given(SPANS, st.lists(SPANS, max_size=4))
def test_no_day_has_two_contracts(span: tuple[date, date], others: list[tuple[date, date]]) -> None:
    def covered(since: date, until: date) -> set[date]:
        return {since + timedelta(days=each) for each in range((until - since).days + 1)}

    shared_day = any(covered(*span) & covered(*other) for other in others)
    try:
        organizations.check_free(*span, others)
    except Problem as refused:
        assert refused.kind is organizations.CONTRACT_OVERLAPS
        assert shared_day
    else:
        assert not shared_day
