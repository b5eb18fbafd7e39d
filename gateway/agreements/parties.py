"""Whether an agreement's parties are the organisations that identity told of: by region, name and kind; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.agreements.rules import Agreement, Finding, Party


@dataclass(frozen=True, slots=True)
class Told:
    """An organisation of this region as identity told of it, which lets in nobody who cannot be a party."""

    name: str
    kind: str
    state: str


def findings(agreement: Agreement, region: str, told: Mapping[str, Told]) -> Iterator[Finding]:
    """What identity contradicts (product line 5); nothing while it told of nobody, as before a first start."""
    for side, party in (("provider", agreement.provider), ("consumer", agreement.consumer)):
        known = told.get(party.organisation)
        if known and known.state != "closed":
            yield from _differing(side, party, region, known)
        elif known or (told and party.region == region):
            detail = f"'{party.organisation}' is no organisation of region {region}: register it there first"
            yield Finding("party-unknown", (side, "organisation"), detail, 5)


def _differing(side: str, party: Party, region: str, known: Told) -> Iterator[Finding]:
    if party.region != region:
        yield Finding("party-differs", (side, "region"), f"'{party.organisation}' is of region {region}", 5)
    for member, said, fact in (("name", party.name, known.name), ("kind", party.kind, known.kind)):
        if said != fact:
            yield Finding("party-differs", (side, member), f"'{party.organisation}' is '{fact}', not '{said}'", 5)
