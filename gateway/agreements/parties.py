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
    """What identity contradicts (product line 5), and who is of another region: that would open nothing.

    Nothing is contradicted while identity told of nobody, as before a first start.
    """
    for side, party in (("provider", agreement.provider), ("consumer", agreement.consumer)):
        known = told.get(party.organisation)
        if party.region != region:
            yield Finding("party-elsewhere", (side, "region"), f"both parties have to be of region {region}", 5)
        elif known and known.state != "closed":
            yield from _differing(side, party, known)
        elif told:
            detail = f"'{party.organisation}' is no organisation of region {region}: register it there first"
            yield Finding("party-unknown", (side, "organisation"), detail, 5)


def _differing(side: str, party: Party, known: Told) -> Iterator[Finding]:
    for member, said, fact in (("name", party.name, known.name), ("kind", party.kind, known.kind)):
        if said != fact:
            yield Finding("party-differs", (side, member), f"'{party.organisation}' is '{fact}', not '{said}'", 5)
