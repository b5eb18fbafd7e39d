"""Who may be an organisation."""

from shared import problems
from shared.contracts.vocabulary import Vocabulary

PARTY_FORBIDDEN = problems.kind(
    409, "party-forbidden", "This body cannot be a party", "See line 5 of the lines it does not cross in the README."
)


def check_organization(name: str, kind: str, vocabulary: Vocabulary) -> None:
    """Refuse bodies of policing, security and content control, and kinds outside the closed list (line 5)."""
    reason = vocabulary.forbidden(name, kind)
    if reason:
        raise PARTY_FORBIDDEN(reason)
