"""Which roles go together, and who answers for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import staff
from services.identity.rules.organizations import Place
from services.identity.rules.staff import ROLES, WORK
from shared.problems import Problem

SETS = st.frozensets(st.sampled_from(sorted(ROLES)))
STATES = st.sampled_from(["proposed", "active", "suspended", "closed"])
PEOPLE = st.frozensets(st.sampled_from(["a", "b"]))


def allowed(roles: frozenset[str]) -> bool:
    try:
        staff.check_roles(roles)
    except Problem as refused:
        assert refused.kind is staff.ROLES_APART
        return False
    return True


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_stands_alone(role: str) -> None:
    staff.check_roles({role})


@pytest.mark.parametrize("role", ["watcher", "", "Officer", "system"])
def test_a_role_that_the_house_does_not_know_is_refused(role: str) -> None:
    with pytest.raises(Problem, match="role-unknown"):
        staff.check_roles({"officer", role})


@given(SETS)
def test_powers_oversight_and_work_are_apart(roles: frozenset[str]) -> None:
    """The same said in another way: at most one of the three sides, and no mediator decides as an officer."""
    sides = ["administrator" in roles, "data_protection_officer" in roles, bool(roles & WORK)]
    assert allowed(roles) is (sum(sides) <= 1 and not {"mediator", "officer"} <= roles)


@given(SETS, st.sampled_from(sorted(ROLES)))
def test_taking_a_role_away_is_always_allowed(roles: frozenset[str], role: str) -> None:
    if allowed(roles):
        assert allowed(roles - {role})


@given(STATES, PEOPLE)
def test_each_organisation_answers_for_its_own(state: str, others: frozenset[str]) -> None:
    place = Place("org-school", "school", state, (("org-education", "department"), ("org-centre", "service_centre")))
    assert staff.may_act("org-school", place, others)
    assert staff.may_act("org-centre", place, others) is (state != "active" or not others)
    assert not staff.may_act("org-education", place, others), "a department does not administer its schools"
    assert not staff.may_act("org-elsewhere", place, others)


@given(STATES, PEOPLE)
def test_only_an_active_organisation_has_to_keep_an_administrator(state: str, others: frozenset[str]) -> None:
    place = Place("org-school", "school", state)
    if state == "active" and not others:
        with pytest.raises(Problem, match="last-administrator"):
            staff.check_keeps_administrator(place, others)
    else:
        staff.check_keeps_administrator(place, others)


def test_nobody_acts_on_themselves() -> None:
    staff.check_other("work-1", "work-2")
    with pytest.raises(Problem, match="not-for-oneself"):
        staff.check_other("work-1", "work-1")
