"""The demonstration's agreements are between organisations that its seed registers, under their names."""

from pathlib import Path

import pytest
import yaml

from gateway.agreements import files, parties
from gateway.agreements.parties import Told
from shared.contracts import vocabulary

ROOT = Path(__file__).parents[2]
SEED = yaml.safe_load((ROOT / "deploy" / "local" / "demonstration.yaml").read_text("utf-8"))


@pytest.mark.parametrize("region", SEED)
def test_every_party_is_as_the_seed_registers_it(region: str) -> None:
    told = {each["organization"]: Told(each["name"], each["kind"], "active") for each in SEED[region]["organizations"]}
    found = files.read(ROOT / "demo" / "agreements" / region, vocabulary.load())
    assert found
    assert [(each.agreement_id, *parties.findings(each, region, told)) for each in found] == [
        (each.agreement_id,) for each in found
    ]
