"""Agreements in memory for the hot path: by id, replaced as a whole, so that a reader sees the old or the new."""

from collections.abc import Mapping, Sequence

from gateway.agreements import rules
from gateway.agreements.rules import Agreement, Terms
from shared.contracts.vocabulary import Vocabulary


class Index:
    """The terms of the current version of each agreement between organisations of this region.

    The decision compares ids alone: a party of another region may have the id of an organisation here.
    """

    def __init__(self, vocabulary: Vocabulary, region: str) -> None:
        self.vocabulary = vocabulary
        self._region = region
        self._terms: Mapping[str, Terms] = {}
        self._taken: Sequence[Agreement] = ()

    def get(self, agreement_id: str) -> Terms | None:
        """The terms of an agreement in whatever state; the decision looks at the state."""
        return self._terms.get(agreement_id)

    def replace(self, agreements: Sequence[Agreement]) -> None:
        """Take these agreements in place of all before. What breaks today's rules or vocabulary is left out: deny."""
        if agreements == self._taken:
            return
        self._terms = {
            agreement.agreement_id: rules.terms(agreement, self.vocabulary)
            for agreement in agreements
            if agreement.provider.region == agreement.consumer.region == self._region
            and not rules.validate(agreement, self.vocabulary)
        }
        self._taken = agreements
