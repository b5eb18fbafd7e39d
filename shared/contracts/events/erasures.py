"""Rights: a person asks a desk; or is erased everywhere, by the id that each app alone knows, until each says done."""

from typing import ClassVar, Final

from pydantic import Field

from shared.contracts.envelope import Event
from shared.contracts.events.values import Id, Seal

NOBODY: Final = "erased"  # in place of a seal, once its person is erased


class RightsRequestMade(Event):
    """A person asked for a right (PIPL 44 to 48), and this organisation has to answer."""

    subject: ClassVar[str] = "registry.rights-request.made.v1"
    request: Id
    desk: Id
    seal: Seal


class ErasureAsked(Event):
    """A person wants everything erased (PIPL 47); only the gateway can open the seal."""

    subject: ClassVar[str] = "registry.erasure.asked.v1"
    request: Id
    seal: Seal


class ErasureOrdered(Event):
    """Erase this person; the id is the one that the app it is for knows, and nobody else."""

    request: Id
    person: Id


class IdentityErasureOrdered(ErasureOrdered):
    """For identity."""

    subject: ClassVar[str] = "gateway.identity-erasure.ordered.v1"


class RegistryErasureOrdered(ErasureOrdered):
    """For the registry."""

    subject: ClassVar[str] = "gateway.registry-erasure.ordered.v1"


class ReferralsErasureOrdered(ErasureOrdered):
    """For referrals."""

    subject: ClassVar[str] = "gateway.referrals-erasure.ordered.v1"


class CasesErasureOrdered(ErasureOrdered):
    """For cases."""

    subject: ClassVar[str] = "gateway.cases-erasure.ordered.v1"


class ErasureDone(Event):
    """One app erased the person; `records` are the ids by which the gateway linked her to something there."""

    request: Id
    records: tuple[Id, ...] = Field(default=(), max_length=10_000)


class IdentityErasureDone(ErasureDone):
    """By identity."""

    subject: ClassVar[str] = "identity.erasure.done.v1"


class RegistryErasureDone(ErasureDone):
    """By the registry."""

    subject: ClassVar[str] = "registry.erasure.done.v1"


class ReferralsErasureDone(ErasureDone):
    """By referrals."""

    subject: ClassVar[str] = "referrals.erasure.done.v1"


class CasesErasureDone(ErasureDone):
    """By cases."""

    subject: ClassVar[str] = "cases.erasure.done.v1"


class ErasureCompleted(Event):
    """Every app erased the person, and the log's key for her is destroyed."""

    subject: ClassVar[str] = "gateway.erasure.completed.v1"
    request: Id
