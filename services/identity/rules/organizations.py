"""Who may be an organisation, where it stands in the tree, and how it begins and ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from shared import problems, states
from shared.contracts.vocabulary import Vocabulary

CENTRE = "service_centre"
BY_CONTRACT = "social_organisation"
DEEPEST = 4  # levels of the tree
INFORMATION = "info"  # the kind of service that nobody offers: it is read
# What each kind may stand under; the top has nothing above it.
UNDER: Mapping[str, frozenset[str]] = {
    "region": frozenset(),
    CENTRE: frozenset({"region"}),
    "department": frozenset({CENTRE}),
    "town_street": frozenset({CENTRE}),
    "court": frozenset({CENTRE}),
    "notary_office": frozenset({CENTRE, "department"}),
    "community": frozenset({CENTRE, "town_street"}),
    "school": frozenset({CENTRE, "department", "town_street", "community"}),
    "health_provider": frozenset({CENTRE, "department", "town_street", "community"}),
    "mediation_committee": frozenset({CENTRE, "department", "town_street", "community"}),
    "legal_aid_centre": frozenset({CENTRE, "department", "town_street"}),
    BY_CONTRACT: frozenset({CENTRE, "department", "town_street", "community"}),
}
TOPS = frozenset({"region", CENTRE})
ORGANIZATION = states.Machine(
    "organisation",
    "proposed",
    states.moves(
        {
            "confirm": ("proposed", "active"),
            "suspend": ("active", "suspended"),
            "resume": ("suspended", "active"),
            "close": ("proposed|active|suspended", "closed"),
        }
    ),
)

PARTY_FORBIDDEN = problems.kind(
    409, "party-forbidden", "This body cannot be a party", "See line 5 of the lines it does not cross in the README."
)
MISPLACED = problems.kind(
    409, "organisation-misplaced", "It cannot stand there in the tree", "See the tree in services/identity/README.md."
)
NOT_A_SERVICE = problems.kind(
    409, "service-not-offered", "Nobody can offer this service", "Use codes of the catalogue that are not information."
)
SECOND_PERSON = problems.kind(
    409, "second-person-needed", "This takes two people", "Ask another administrator, as `detail` says."
)
NOT_IN_FORCE = problems.kind(
    409, "contract-not-in-force", "Its contract is not in force", "Register a contract that covers today first."
)
NOT_BY_CONTRACT = problems.kind(
    409, "not-by-contract", "It acts by its office, not by contract", "Register contracts of social organisations only."
)
CONTRACT_OVERLAPS = problems.kind(
    409, "contract-overlaps", "There is a contract for these days", "Begin the next one after the last one ends."
)
IN_USE = problems.kind(
    409, "organisation-in-use", "Others still depend on it", "End what `children`, `clients` and `staff` count first."
)


@dataclass(frozen=True)
class Place:
    """Where an organisation stands; `above` is who stands above it, nearest first, as (id, kind).

    `suspended_by` is who suspended it, while it is.
    """

    id: str
    kind: str
    state: str
    above: tuple[tuple[str, str], ...] = ()
    suspended_by: str | None = None

    @property
    def line(self) -> frozenset[str]:
        """Itself and whoever stands above it."""
        return frozenset({self.id, *(name for name, _ in self.above)})

    @property
    def centres(self) -> frozenset[str]:
        """The service centres above it."""
        return frozenset(name for name, kind in self.above if kind == CENTRE)

    @property
    def at_centres(self) -> frozenset[str]:
        """The same, and itself if it is one."""
        return self.centres | ({self.id} if self.kind == CENTRE else set())


@dataclass(frozen=True)
class Held:
    """What depends on an organisation: how many organisations below, clients and members of staff have not ended."""

    children: int
    clients: int
    staff: int


def check_organization(name: str, kind: str, vocabulary: Vocabulary) -> None:
    """Refuse bodies of policing, security and content control, and kinds outside the closed list (line 5)."""
    reason = vocabulary.forbidden(name, kind)
    if reason:
        raise PARTY_FORBIDDEN(reason)


def check_services(services: Collection[str], vocabulary: Vocabulary) -> None:
    """Refuse services that are not in the signed release, and information, which is nobody's to offer."""
    wrong = sorted(
        code for code in services if code not in vocabulary.services or vocabulary.services[code].kind == INFORMATION
    )
    if wrong:
        raise NOT_A_SERVICE(f"Not offered by anybody: {', '.join(wrong)}.")


def check_place(organization: str, kind: str, parent: Place | None) -> None:
    """Hold the tree: a parent of a right kind, no circle, at most four levels."""
    if parent is None:
        if kind not in TOPS:
            raise MISPLACED(f"A {kind} stands under another organisation.")
        return
    line = [(parent.id, parent.kind), *parent.above]
    if parent.kind not in UNDER.get(kind, frozenset()):
        raise MISPLACED(f"A {kind} does not stand under a {parent.kind}.")
    if organization in {name for name, _ in line}:
        raise MISPLACED("It would stand under itself.")
    if len(line) >= DEEPEST:
        raise MISPLACED(f"The tree has {DEEPEST} levels.")


def check_district(district: str, region: str) -> None:
    """Refuse a place outside the region (GB/T 2260 codes begin with the region's)."""
    if not district.startswith(region):
        raise MISPLACED("Its district is not of this region.")


def check_takes(place: Place) -> None:
    """Only an active organisation takes organisations, clients and staff in."""
    if place.state != "active":
        raise problems.STATE_CONFLICT(
            f"An organisation that is {place.state} takes nobody in.",
            state=place.state,
            allowed=ORGANIZATION.allowed(place.state),
        )


def check_changes(state: str) -> None:
    """What is closed stays as it was."""
    if state == "closed":
        raise problems.STATE_CONFLICT("An organisation that is closed changes no more.", state=state, allowed=[])


def check_second(first: str | None, second: str) -> None:
    """What one person began another has to confirm."""
    if first == second:
        raise SECOND_PERSON("Whoever began it cannot confirm it.")


def check_contract(kind: str, in_force: bool) -> None:
    """A social organisation acts under a contract that is in force, or not at all."""
    if kind == BY_CONTRACT and not in_force:
        raise NOT_IN_FORCE()


def check_by_contract(kind: str) -> None:
    """Only social organisations are brought in by contract."""
    if kind != BY_CONTRACT:
        raise NOT_BY_CONTRACT()


def check_free(starts_on: date, ends_on: date, others: Collection[tuple[date, date]]) -> None:
    """One contract at a time; both days are included."""
    if any(starts_on <= until and since <= ends_on for since, until in others):
        raise CONTRACT_OVERLAPS()


def check_alone(held: Held) -> None:
    """Close only what nothing depends on; 409 that counts what does."""
    if held != Held(0, 0, 0):
        raise IN_USE(children=held.children, clients=held.clients, staff=held.staff)
