"""One transition table per thing and one door to change it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared import problems


@dataclass(frozen=True)
class Machine:
    """States of one thing: `moves` maps a verb to (states it may start from, state it leads to)."""

    noun: str
    initial: str
    moves: Mapping[str, tuple[frozenset[str], str]]

    def after(self, state: str, verb: str) -> str:
        """The state after `verb`; 409 `state-conflict` that lists the verbs allowed now."""
        sources, target = self.moves[verb]
        if state not in sources:
            raise problems.STATE_CONFLICT(
                f"A {self.noun} that is {state} cannot be moved by '{verb}'.", state=state, allowed=self.allowed(state)
            )
        return target

    def allowed(self, state: str) -> list[str]:
        """The verbs possible in `state`, in the order of the table."""
        return [verb for verb, (sources, _) in self.moves.items() if state in sources]

    def states(self) -> set[str]:
        """Every state that the table knows."""
        return {self.initial}.union(*({*sources, target} for sources, target in self.moves.values()))


def moves(table: Mapping[str, tuple[str, str]]) -> dict[str, tuple[frozenset[str], str]]:
    """Read a table written as verb -> ("from|from", "to")."""
    return {verb: (frozenset(sources.split("|")), target) for verb, (sources, target) in table.items()}
