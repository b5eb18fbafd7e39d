"""Who may be an organisation here."""

import pytest

from services.identity.rules import organizations, staff
from shared.contracts import vocabulary
from shared.problems import Problem

BODIES = ["鄠邑区公安局", "西街派出所", "综治中心", "区委统战部", "民族宗教事务局", "网格管理中心"]


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


def test_a_role_that_the_house_does_not_know_is_refused() -> None:
    with pytest.raises(Problem):
        staff.check_roles(("officer", "watcher"))
