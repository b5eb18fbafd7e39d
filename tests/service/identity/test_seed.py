"""The seed file begins an installation and does not overrule those who administer it since."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from services.identity.commands import seed
from shared.settings import SettingsError
from tests.service.identity.offices import CENTRE, EDUCATION, Offices
from tests.support.sign_in import CALLBACK

NOTHING: dict[str, Any] = {"organizations": [], "clients": [], "staff": []}
PLACE = {"parent": CENTRE, "district": "610118", "services": []}


async def start(offices: Offices, directory: Path, **content: Any) -> None:
    """What identity does at its start with such a file."""
    path = directory / "seed.json"
    path.write_text(json.dumps(NOTHING | content))
    settings, runtime = offices.identity.settings.model_copy(update={"seed_file": path}), offices.identity.runtime
    await seed.take_in(type(runtime)(settings, runtime.engine, runtime.sessions, runtime.telemetry, runtime.vault))


async def test_a_suspended_organisation_stays_suspended(offices: Offices, tmp_path: Path) -> None:
    entry = {"organization": offices.fresh("org"), "name": "农业农村局", "kind": "department", **PLACE}
    await start(offices, tmp_path, organizations=[entry])
    await offices.post("centre-1", f"/organizations/{entry['organization']}:suspend")
    await start(offices, tmp_path, organizations=[entry | {"name": "另一个局"}])
    found = await offices.run("SELECT name, state FROM organization WHERE id = :id", {"id": entry["organization"]})
    assert [tuple(row) for row in found] == [("农业农村局", "suspended")]


async def test_roles_and_departures_stay_as_they_were_administered(offices: Offices, tmp_path: Path) -> None:
    stays, leaves = [
        {"staff": offices.fresh("work"), "organization": EDUCATION, "roles": ["officer"]} for _ in range(2)
    ]
    await start(offices, tmp_path, staff=[stays, leaves])
    assert await offices.told("staff.joined", staff=stays["staff"]) == [stays]
    await offices.post("education-1", f"/staff/{stays['staff']}:assign", {"roles": ["counter"]})
    await offices.post("education-1", f"/staff/{leaves['staff']}:leave")
    await start(offices, tmp_path, staff=[stays | {"upstream": f"sub-{stays['staff']}"}, leaves])
    found = await offices.run(
        "SELECT id, roles, state, upstream FROM staff WHERE id = ANY(:ids)", {"ids": [stays["staff"], leaves["staff"]]}
    )
    assert {row.id: (row.roles, row.state, row.upstream) for row in found} == {
        stays["staff"]: (["counter"], "active", f"sub-{stays['staff']}"),
        leaves["staff"]: (["officer"], "left", None),
    }


async def test_an_account_elsewhere_is_one_persons(offices: Offices, tmp_path: Path) -> None:
    """Twice in the file, or of somebody whom an earlier file brought: the error names both of them."""
    first, second, third = (
        {"staff": offices.fresh("work"), "organization": EDUCATION, "roles": ["officer"], "upstream": account}
        for account in ("the-same", "the-same", "another")
    )
    both = f"staff {first['staff']} and {second['staff']} have the same `upstream`"
    with pytest.raises(SettingsError, match=both):
        await start(offices, tmp_path, staff=[third, first, second])
    await start(offices, tmp_path, staff=[first, third])
    await start(offices, tmp_path, staff=[first, third])
    with pytest.raises(SettingsError, match=both):
        await start(offices, tmp_path, staff=[second])


async def test_a_clients_keys_turn_without_the_file_and_a_key_that_was_lost_with_it(
    offices: Offices, tmp_path: Path
) -> None:
    first, second, third = (ECKey.generate_key("P-256") for _ in range(3))
    entry: dict[str, Any] = {"client": offices.fresh("system"), "organization": EDUCATION}
    entry["jwk"] = first.as_dict(private=False)
    await start(offices, tmp_path, clients=[entry])
    path = f"/clients/{entry['client']}/keys"
    await offices.post("education-1", path, {"jwk": second.as_dict(private=False)})
    await offices.post("education-2", f"{path}/{second.thumbprint()}:approve")
    await offices.post("education-1", f"{path}/{first.thumbprint()}:retire")
    await start(offices, tmp_path, clients=[entry])
    assert await works(offices, entry["client"], first, second, third) == [False, True, False]
    await start(offices, tmp_path, clients=[entry | {"jwk": third.as_dict(private=False)}])
    assert await works(offices, entry["client"], first, second, third) == [False, False, True]


async def works(offices: Offices, client: str, *keys: ECKey) -> list[bool]:
    return [(await offices.token(client, key)).status_code == 200 for key in keys]


async def test_a_front_end_of_the_file_goes_back_to_where_the_file_says(offices: Offices, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256")
    entry = {"client": offices.fresh("desk"), "organization": EDUCATION, "signs_in": ["staff"]}
    entry |= {"jwk": key.as_dict(private=False), "redirect_uris": [CALLBACK]}
    for uris in ([CALLBACK], ["https://desk.test/elsewhere"]):
        await start(offices, tmp_path, clients=[entry | {"redirect_uris": uris}])
        found = await offices.run("SELECT grants, redirect_uris FROM client WHERE id = :id", {"id": entry["client"]})
        assert [tuple(row) for row in found] == [(["authorization_code"], uris)]


WRONG: list[Any] = [
    ("organizations", {"name": "公安局", "kind": "department", **PLACE}, "this body cannot be a party"),
    ("organizations", {"name": "某局", "kind": "department", **PLACE, "parent": EDUCATION}, "it cannot stand there"),
    ("organizations", {"name": "某局", "kind": "department", **PLACE, "parent": "org-?"}, "it cannot stand there"),
    ("organizations", {"name": "某局", "kind": "department", **PLACE, "services": ["X"]}, "nobody can offer this"),
    (
        "staff",
        {"organization": EDUCATION, "roles": ["administrator", "officer"]},
        "one person does not have these roles",
    ),
    ("clients", {"organization": EDUCATION, "jwk": {}}, "this key cannot prove"),
]


@pytest.mark.parametrize(("noun", "entry", "title"), WRONG)
async def test_the_file_follows_the_same_rules(
    offices: Offices, tmp_path: Path, noun: str, entry: dict[str, Any], title: str
) -> None:
    named = {"organizations": "organization", "staff": "staff", "clients": "client"}[noun]
    with pytest.raises(SettingsError, match=f"identity cannot start: .*: {title}"):
        await start(offices, tmp_path, **{noun: [{named: offices.fresh("new"), **entry}]})
