"""The demonstration's offices and staff follow the rules that every installation is held to."""

import pytest

from deploy.local import places
from services.identity.rules import organizations, staff
from services.identity.rules.organizations import Place
from shared.contracts import vocabulary


@pytest.mark.parametrize("region", sorted(places.demonstration()))
def test_the_demonstration_could_be_registered(region: str) -> None:
    told, closed = places.demonstration()[region], vocabulary.load()
    known: dict[str, Place] = {}
    for entry in told["organizations"]:
        name, kind, parent = entry["organization"], entry["kind"], known.get(entry.get("parent", ""))
        organizations.check_organization(entry["name"], kind, closed)
        organizations.check_services(entry["services"], closed)
        organizations.check_place(name, kind, parent)
        known[name] = Place(name, kind, "active", ((parent.id, parent.kind), *parent.above) if parent else ())
    for entry in told["staff"]:
        staff.check_roles(entry["roles"])
        assert entry["organization"] in known
