"""What the log answers: a person's accesses, the bundle that proves one entry, proofs between checkpoints."""

from pydantic import BaseModel, Field


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
    checkpoint: str
    opening: OpeningOut | None


class ConsistencyOut(BaseModel):
    """The proof that the log of `to` entries begins with that of `from` (RFC 9162, 2.1.4)."""

    from_: int = Field(serialization_alias="from")
    to: int
    consistency: list[str]
