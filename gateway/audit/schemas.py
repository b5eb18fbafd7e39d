"""What the log answers: a person's accesses, the bundle that proves one entry, proofs between checkpoints."""

from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class WhoOut(BaseModel):
    """Who acted: an organisation and its system or officer (by pseudonym).

    `resident` is the person herself, `helper` somebody whom she let help her.
    """

    kind: str
    region: str
    organisation: str | None
    organisation_name: str | None
    client: str | None
    officer: str | None
    role: str | None


class WhyOut(BaseModel):
    """The purpose: its code, and in plain words."""

    purpose: str | None
    basis: str | None
    zh: str
    en: str


class FieldsOut(BaseModel):
    """Names of fields, never their values."""

    asked: list[str]
    allowed: list[str]
    sent: list[str]


class AgreementOut(BaseModel):
    """The agreement version it was decided on, to be read at /v1/agreements."""

    id: str
    version: int
    hash: str


class EntryOut(BaseModel):
    """A place in the log; the proof is at /v1/me/accesses/{entry}/proof."""

    entry: int
    phase: str
    at: str


class AccessOut(BaseModel):
    """One access: when, who, why, which fields, under which agreement and consent, with what result.

    `through` is what let somebody act in her place: the presence at a counter, or the delegation to a helper.
    """

    decision: str
    at: str
    kind: str
    who: WhoOut
    why: WhyOut
    service: str | None
    operation: str
    fields: FieldsOut
    agreement: AgreementOut | None
    consent: str | None
    about: str | None
    through: str | None
    result: str
    reason: str | None
    entries: list[EntryOut]


class AccessesOut(BaseModel):
    """Newest first; `next` leads to older ones."""

    accesses: list[AccessOut]
    next: str | None


class UsageWindow(BaseModel):
    """Which of the accesses findUsage answers. The person is whoever asks: nothing here names one."""

    model_config = ConfigDict(alias_generator=to_camel)

    period_start: AwareDatetime | None = None
    period_end: AwareDatetime | None = None
    offset: int = Field(default=0, ge=0, lt=2**31)
    limit: int = Field(default=1000, ge=1, le=1000)


class UsageOut(BaseModel):
    """One access as the Data Tracker's `Usage`: where no organisation acted, the region stands for it."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    logtime: str
    action: str
    receiver_code: str
    receiver_name: str | None = None
    receiver_system: str

    @classmethod
    def of(cls, access: AccessOut) -> Self:
        """The access with what the Data Tracker has a place for."""
        who = access.who
        return cls(
            logtime=access.at,
            action=access.why.zh,
            receiver_code=who.organisation or who.region,
            receiver_name=who.organisation_name,
            receiver_system=who.client or who.kind,
        )


class FindUsageOut(BaseModel):
    """Newest first; `totalUsages` counts all in the period, whatever the offset and the limit."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    total_usages: int
    usages: list[UsageOut]


class OpeningOut(BaseModel):
    """What shows that the entry is hers. Whoever has the key can tell all her entries: not to be passed on."""

    key: str
    counter: int
    consent: str | None


class ProofOut(BaseModel):
    """Everything that jieli-verify needs for one entry; binary values in base64."""

    log: str
    entry: str = Field(description="The entry's exact bytes as text: hash these, do not format them anew.")
    index: int
    inclusion: list[str]
    checkpoint: str = Field(description="Signed by the log, with the cosignatures that it has by now.")
    opening: OpeningOut | None


class ConsistencyOut(BaseModel):
    """The proof that the log of `to` entries begins with that of `from` (RFC 9162, 2.1.4)."""

    from_: int = Field(serialization_alias="from")
    to: int
    consistency: list[str]
