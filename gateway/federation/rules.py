"""What regions say to one another and for how long they try; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from shared import problems
from shared.states import Machine, moves

TAG = "region-fed-v1"
LIFETIME = 300  # seconds that a signature is good for, at most
SKEW = 60  # seconds that two regions' clocks may differ
METADATA_LIFETIME = 86_400  # seconds
ASK_AGAIN = 10.0  # seconds until a peer that gave no key is asked for it again
FIRST_WAIT = 1.0  # seconds until the second try
LONGEST_WAIT = 900.0  # seconds between tries
UNDELIVERABLE_AFTER = timedelta(hours=72)

PEER_UNKNOWN = problems.kind(401, "peer-unknown", "No peer with this key", "Sign with the key that both sides pinned.")
PEER_AWAY = problems.kind(
    503, "peer-away", "Your gateway does not answer", "Its metadata say with which key it signs; send again later."
)
SIGNATURE_INVALID = problems.kind(
    401,
    "signature-invalid",
    "The signature does not hold",
    "Sign every listed component, with a fresh nonce.",
)
REPLAYED = problems.kind(401, "nonce-used", "This message came before", "Sign again with a fresh nonce.")
REQUEST_REUSED = problems.kind(
    422, "message-key-reused", "This key belongs to another message", "Use the same key for the same body only."
)
IN_FLIGHT = problems.kind(
    409, "message-in-flight", "The first of these messages is still being handled", "Send it again in a while."
)

DELIVERY = Machine(
    "delivery",
    "waiting",
    moves({"deliver": ("waiting", "delivered"), "drop": ("waiting", "gone"), "give_up": ("waiting", "undeliverable")}),
)


@dataclass(frozen=True)
class Peer:
    """Another region, as two administrators pinned it; while its key changes, `thumbprint` is "new,old"."""

    region: str
    name: str
    gateway_url: str
    thumbprint: str

    @property
    def thumbprints(self) -> frozenset[str]:
        """The keys that are pinned."""
        return frozenset(self.thumbprint.split(","))


class Verifiers(NamedTuple):
    """The public keys (C2SP vkeys) by which a region's log signs, and as a witness it cosigns; empty for none."""

    log: str
    witness: str


@dataclass(frozen=True)
class Errand:
    """One kind of message: where the registry gives its content, where the peer takes it, what the log calls it."""

    fetch: str
    send: str
    operation: str


ERRANDS = {
    "request": Errand("/platform/record-requests/{request}", "/federation/v1/record-requests", "send_record_request"),
    "answer": Errand("/platform/record-answers/{request}", "/federation/v1/record-answers", "release_record"),
}


def wait(attempts: int) -> timedelta:
    """How long until the next try: 1 s, doubled each time, 15 minutes at most."""
    return timedelta(seconds=min(FIRST_WAIT * 2.0 ** min(attempts, 20), LONGEST_WAIT))


def hopeless(created: datetime, now: datetime) -> bool:
    """Whether the person had better bring the paper."""
    return now - created > UNDELIVERABLE_AFTER
