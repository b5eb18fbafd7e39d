"""Identity's tables: organisations, system clients, staff, residents, their sign-in and its sessions."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared import db


class Base(SQLModel, registry=db.new_registry()):
    """The base of this service's tables."""


def _now() -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=False, server_default=func.now())


class Organization(Base, table=True):
    """One organisation of the tree region -> department or town -> community or provider.

    `next_name` and `next_services` wait for a second person: for one who is not `proposed_by`.
    """

    __tablename__ = "organization"

    id: str = Field(primary_key=True)
    name: str
    kind: str
    parent: str | None = Field(default=None, foreign_key="organization.id")
    district: str
    services: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str
    version: int = 1
    office_phone: str | None = None
    office_address: str | None = None
    next_name: str | None = None
    next_services: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    proposed_by: str | None = None
    confirmed_by: str | None = None
    suspended_by: str | None = None


class Contract(Base, table=True):
    """What a social organisation was asked to do, from the first to the last day, and how it is measured."""

    __tablename__ = "contract"

    id: uuid.UUID = Field(primary_key=True)
    organization: str = Field(foreign_key="organization.id", index=True)
    starts_on: date
    ends_on: date
    referrals_answered_within_days: int | None = None
    outcomes_confirmed_share: int | None = None
    proposed_by: str | None = None


class Client(Base, table=True):
    """A partner's or front end's system, which its keys prove (private_key_jwt). `signs_in`: staff, resident.

    `proposed_from` is the organisation for which the one who registered it acted; the seed's clients have neither.
    """

    __tablename__ = "client"

    id: str = Field(primary_key=True)
    organization: str = Field(foreign_key="organization.id", index=True)
    state: str
    grants: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    redirect_uris: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    signs_in: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    proposed_by: str | None = None
    proposed_from: str | None = None
    approved_by: str | None = None


class ClientKey(Base, table=True):
    """A public key that proves a client once two people let it; `id` is its thumbprint (RFC 7638)."""

    __tablename__ = "client_key"

    client: str = Field(primary_key=True, foreign_key="client.id")
    id: str = Field(primary_key=True)
    jwk: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    state: str
    since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    proposed_by: str | None = None
    approved_by: str | None = None


class Staff(Base, table=True):
    """A member of staff within one organisation; `upstream` is their `sub` at the provider that signs staff in.

    `proposed_by` and `approved_by` let them join; whom the seed brought nobody proposed. A code that the operator hands
    over opens nothing unless it runs out after `invited_until`.
    """

    __tablename__ = "staff"

    id: str = Field(primary_key=True)
    organization: str = Field(foreign_key="organization.id", index=True)
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str = "active"
    upstream: str | None = Field(default=None, unique=True)
    proposed_by: str | None = None
    approved_by: str | None = None
    invited_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Invitation(Base, table=True):
    """What a member of staff joins by, once, as SHA-256: the code of who proposed it, and `approval`, that of a second
    administrator. Nobody proposed what the installation's own operator handed over: there the first code is enough."""

    __tablename__ = "invitation"

    code: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    staff: str = Field(foreign_key="staff.id")
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    proposed_by: str | None = None
    approval: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class Resident(Base, table=True):
    """A person who signs in; her own id stays here and at the gateway."""

    __tablename__ = "resident"

    person: uuid.UUID = Field(primary_key=True)
    since: datetime = Field(sa_column=_now())


class Handle(Base, table=True):
    """A way to find a person at her sign-in: a keyed hash of a phone number or paper key, never the thing itself.

    `paper_until`: what it opens counts as opened on paper until then, since it was obtained on paper.
    """

    __tablename__ = "handle"

    tag: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    person: uuid.UUID = Field(foreign_key="resident.person")
    kind: str
    paper_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class PaperKey(Base, table=True):
    """A key on paper: the keyed hash of the digits that go with it, and how often others were typed in a row.

    `salt` is what is hashed with them where they were typed before a witness: the presence's `form`; else the tag is.
    """

    __tablename__ = "paper_key"

    tag: bytes = Field(sa_column=Column(LargeBinary, ForeignKey("handle.tag"), primary_key=True))
    pin: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    wrong: int = 0
    made_at: datetime = Field(sa_column=_now())


class UsedAssertion(Base, table=True):
    """An assertion serves once."""

    __tablename__ = "used_assertion"

    issuer: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class Session(Base, table=True):
    """Somebody is signed in: at a browser that holds the cookie, with this assurance; nothing says where from.

    `on_paper`: by a paper key, or by a way in that was obtained with one within 24 hours.
    """

    __tablename__ = "session"

    id: uuid.UUID = Field(primary_key=True)
    kind: str
    subject: str = Field(index=True)
    level: str
    method: str
    on_paper: bool
    cookie: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    state: str = "open"
    authenticated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    used_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class Authorization(Base, table=True):
    """One authorization request from its push to its code (RFC 9126, RFC 6749, 4.1); secrets as SHA-256 only."""

    __tablename__ = "authorization_request"

    id: uuid.UUID = Field(primary_key=True)
    client: str = Field(foreign_key="client.id")
    state: str = "pushed"
    request: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    scope: str
    redirect_uri: str
    client_state: str
    nonce: str
    code_challenge: str
    key: str
    details: str
    fresh_within: int | None = None
    level: str
    cookie: bytes | None = Field(default=None, sa_column=Column(LargeBinary, unique=True))
    code: bytes | None = Field(default=None, sa_column=Column(LargeBinary, unique=True))
    session: uuid.UUID | None = Field(default=None, foreign_key="session.id")
    token: str = ""
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class Refresh(Base, table=True):
    """A refresh token, bound to client, key and session, and worth nothing once the session ended."""

    __tablename__ = "refresh"

    tag: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session: uuid.UUID = Field(foreign_key="session.id", index=True)
    client: str = Field(foreign_key="client.id")
    key: str
    details: str


class Password(Base, table=True):
    """A member of staff's password (argon2id, RFC 9106) and the sealed secret of the authenticator (RFC 6238)."""

    __tablename__ = "password"

    staff: str = Field(primary_key=True, foreign_key="staff.id")
    hash: str
    totp: str
    totp_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))


class Passkey(Base, table=True):
    """A public key of an authenticator (WebAuthn); `subject` is a staff or person id, `paper_until` as a handle's."""

    __tablename__ = "passkey"

    id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    kind: str
    subject: str = Field(index=True)
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sign_count: int = Field(sa_column=Column(BigInteger, nullable=False))
    made_at: datetime = Field(sa_column=_now())
    paper_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Challenge(Base, table=True):
    """A challenge that a passkey has to sign (WebAuthn, 13.4.3), for one browser, once."""

    __tablename__ = "challenge"

    cookie: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    challenge: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class UpstreamRequest(Base, table=True):
    """A browser was sent to the upstream provider; what its answer is held against, sealed for this browser."""

    __tablename__ = "upstream_request"

    cookie: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    sealed: str
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class OneTimeCode(Base, table=True):
    """A code that was sent, as a keyed hash; `tag` is one of where it was sent, `holder` of the
    browser that asked; `known` when that browser was used with this number before, `purpose` what it is for."""

    __tablename__ = "one_time_code"

    id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    holder: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    tag: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    known: bool
    purpose: str
    tries: int = 0
    sent_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class Presence(Base, table=True):
    """A person and an officer at one counter, for one task; who she is stands here once she proved it.

    `on_paper`: the phone that the code went to was obtained on paper within 24 hours.
    `form` is a keyed hash of the number of the paper that she signed, which somebody of another organisation witnesses;
    `pin` one of the six digits that she typed at their desk, for a paper key made in this presence.
    """

    __tablename__ = "presence"

    id: uuid.UUID = Field(primary_key=True)
    staff: str = Field(foreign_key="staff.id")
    organization: str = Field(foreign_key="organization.id", index=True)
    kind: str
    task: str
    state: str = "asked"
    on_paper: bool = False
    form: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    tries: int = 0
    pin: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    witness: str | None = Field(default=None, foreign_key="staff.id")
    witness_organization: str | None = Field(default=None, foreign_key="organization.id")
    person: uuid.UUID | None = Field(default=None, foreign_key="resident.person")
    asked_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class HelperInvitation(Base, table=True):
    """A code, as a keyed hash, by which a person lets whoever brings it help her for `days`; once, one at a time."""

    __tablename__ = "helper_invitation"

    person: uuid.UUID = Field(primary_key=True, foreign_key="resident.person")
    code: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    days: int
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Delegation(Base, table=True):
    """A person lets another one help her; made only for who declared to be no official, employer or broker.

    `ends_at` is when it ended, once it has.
    """

    __tablename__ = "delegation"

    id: uuid.UUID = Field(primary_key=True)
    person: uuid.UUID = Field(foreign_key="resident.person", index=True)
    helper: uuid.UUID = Field(foreign_key="resident.person", index=True)
    state: str = "active"
    begins_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class Failure(Base, table=True):
    """Failed tries at one account from one known browser, or from all unknown ones together; `tag` is a keyed hash."""

    __tablename__ = "failure"

    tag: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    count: int
    blocked_until: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
