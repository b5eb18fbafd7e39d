"""Agreements in memory for the hot path: by id, replaced as a whole, so that a reader sees the old or the new."""

from collections.abc import Mapping, Sequence

from gateway.agreements import rules
from gateway.agreements.rules import AGREEMENT_UNREADABLE, Agreement, Terms
from gateway.agreements.steps import IN_FORCE
from shared.contracts.vocabulary import Vocabulary


class Index:
    """The terms of the current version of each agreement between organisations of this region.

    The decision compares ids alone: a party of another region may have the id of an organisation here. What breaks
    today's rules or vocabulary opens nothing; `left_out` says why, of what would be in force.
    """

    def __init__(self, vocabulary: Vocabulary, region: str) -> None:
        self.vocabulary = vocabulary
        self.left_out: Mapping[str, str] = {}
        self._region = region
        self._terms: Mapping[str, Terms] = {}
        self._given: tuple[Sequence[Agreement], Sequence[str]] = ((), ())

    def get(self, agreement_id: str) -> Terms | None:
        """The terms of an agreement in whatever state; the decision looks at the state."""
        return self._terms.get(agreement_id)

    def replace(self, agreements: Sequence[Agreement], unreadable: Sequence[str] = ()) -> None:
        """Take these agreements in place of all before; `unreadable` are ids of what is in force and cannot be read."""
        if (agreements, unreadable) == self._given:
            return
        taken: dict[str, Terms] = {}
        left_out = dict.fromkeys(unreadable, AGREEMENT_UNREADABLE.code)
        for agreement in agreements:
            against = self._against(agreement)
            if against is None:
                taken[agreement.agreement_id] = rules.terms(agreement, self.vocabulary)
            elif agreement.state in IN_FORCE:
                left_out[agreement.agreement_id] = against
        self._terms, self.left_out, self._given = taken, left_out, (agreements, unreadable)

    def _against(self, agreement: Agreement) -> str | None:
        """The code of the first thing that stands against it."""
        if not agreement.provider.region == agreement.consumer.region == self._region:
            return "party-elsewhere"
        found = rules.validate(agreement, self.vocabulary)
        return found[0].code if found else None
