"""Facts about who may call: organisations, their staff and systems, tokens and sessions; never a credential."""

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.envelope import Event
from shared.contracts.events.values import Code, District, Id, Label, ServiceCode


class OrganizationFact(Event):
    """An organisation of the tree as it is now; one that is not active may do nothing."""

    organization: Id
    name: Label
    kind: Code
    parent: Id | None = None
    district: District
    services: tuple[ServiceCode, ...] = ()
    state: Code = "active"


class OrganizationRegistered(OrganizationFact):
    """Two people let it in, or its name or services changed."""

    subject: ClassVar[str] = "identity.organization.registered.v1"


class OrganizationSuspended(OrganizationFact):
    """Until it is resumed it may do nothing."""

    subject: ClassVar[str] = "identity.organization.suspended.v1"


class OrganizationResumed(OrganizationFact):
    """It may act again."""

    subject: ClassVar[str] = "identity.organization.resumed.v1"


class OrganizationClosed(OrganizationFact):
    """It ended for good."""

    subject: ClassVar[str] = "identity.organization.closed.v1"


class StaffFact(Event):
    """A member of staff by work id, where they belong, and what they may do."""

    staff: Id
    organization: Id
    roles: tuple[Code, ...] = ()


class StaffJoined(StaffFact):
    """They took their invitation."""

    subject: ClassVar[str] = "identity.staff.joined.v1"


class StaffAssigned(StaffFact):
    """They have these roles now."""

    subject: ClassVar[str] = "identity.staff.assigned.v1"


class StaffMoved(StaffFact):
    """They belong to this organisation now, which gives them their roles."""

    subject: ClassVar[str] = "identity.staff.moved.v1"


class StaffLeft(StaffFact):
    """They are gone."""

    subject: ClassVar[str] = "identity.staff.left.v1"


class ClientRegistered(Event):
    """A system client may act for its organisation."""

    subject: ClassVar[str] = "identity.client.registered.v1"
    client: Id
    organization: Id


class ClientRevoked(Event):
    """A system client may act no longer; its tokens are worthless from now on."""

    subject: ClassVar[str] = "identity.client.revoked.v1"
    client: Id
    organization: Id


class TokenRevoked(Event):
    """An access token is worthless from now on; after `until` it would have been anyway."""

    subject: ClassVar[str] = "identity.token.revoked.v1"
    token: Id
    until: AwareDatetime


class SessionEnded(Event):
    """A sign-in, or what let one act for a person, ended; its tokens are worthless. After `until` there is none."""

    subject: ClassVar[str] = "identity.session.ended.v1"
    session: Id
    until: AwareDatetime
