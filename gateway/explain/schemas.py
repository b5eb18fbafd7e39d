"""AuthZEN's access evaluation, closed to what the decision reads; whom it would be about is made up."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(max_length=100)]
Words = Annotated[list[Word], Field(max_length=100)]
MOST = 50  # questions in one request
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SubjectPropertiesIn(_In):
    """Whom the partner's caller acts for, and as what."""

    organisation: Word = ""
    roles: Words = Field(default=[], description="Of staff; a client has the role `system`.")


class SubjectIn(_In):
    """The partner's caller: its system, or a member of its staff, whose id may be anything."""

    type: Word = Field(description="`client` or `staff`.")
    id: Word = Field(min_length=1, description="Of a client its id as the agreement names it.")
    properties: SubjectPropertiesIn = SubjectPropertiesIn()


class ActionIn(_In):
    """What would be done."""

    name: Word = Field(description="An operation that agreements list, for example `read_referral`.")


class ResourcePropertiesIn(_In):
    """Where the fictitious referral stands, and for which service; without one, the first that the purpose serves."""

    state: Word = "accepted"
    service: Word = ""


class ResourceIn(_In):
    """A referral that does not exist: nobody's real one can be named."""

    type: Word = Field(description="`referral`.")
    id: str = Field(pattern=r"^fictitious(-[a-z0-9]{1,20})?$", description="`fictitious`; no id of a real referral.")
    properties: ResourcePropertiesIn = ResourcePropertiesIn()


class ConsentIn(_In):
    """The fictitious consent; without lists it covers all that the agreement asks for."""

    state: Literal["none", "given", "withdrawn", "expired", "frozen"] = "given"
    fields: Words | None = None
    separate: Words | None = Field(None, description="Kinds of sensitive information with a yes of their own.")


class UsageIn(_In):
    """Calls counted before this one, and different people reached today."""

    minute: Count = 0
    day: Count = 0
    people: Count = 0


class ContextIn(_In):
    """What the partner's call would name, and what was made up around it."""

    agreement: Word = ""
    purpose: Word = ""
    fields: Words = []
    consent: ConsentIn = ConsentIn()
    usage: UsageIn = UsageIn()


class EvaluationIn(_In):
    """An access evaluation request (AuthZEN Authorization API 1.0)."""

    subject: SubjectIn
    action: ActionIn
    resource: ResourceIn
    context: ContextIn = ContextIn()


class EvaluationPartIn(_In):
    """One question of several; a part that it leaves out is the one beside `evaluations`."""

    subject: SubjectIn | None = None
    action: ActionIn | None = None
    resource: ResourceIn | None = None
    context: ContextIn | None = None


class OptionsIn(_In):
    """How the questions are answered: all, or up to the first no or the first yes."""

    evaluations_semantic: Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"] = "execute_all"


class EvaluationsIn(EvaluationPartIn):
    """An access evaluations request (AuthZEN Authorization API 1.0); without `evaluations` it is a single one."""

    evaluations: list[EvaluationPartIn] = Field([], max_length=MOST)
    options: OptionsIn = OptionsIn()


class RefusalOut(BaseModel):
    """One step that says no. `code` is what the partner would see, `reason` what the log would keep."""

    step: int
    code: str
    reason: str
    title: str
    detail: str
    fields: list[str] = Field([], description="Those beyond the agreement.")
    agreed: list[str] = Field([], description="The operations or purposes that it has.")
    sensitive: list[str] = Field([], description="The kinds that want a consent of their own.")


class ReleasedOut(BaseModel):
    """A field that would be released, and how much coarser."""

    field: str
    transform: Literal["none", "year"]


class ExplanationOut(BaseModel):
    """The first refusal, if any; what would be released; and every refusal, each with those before it mended."""

    step: int | None = None
    code: str | None = None
    reason: str | None = None
    title: str | None = None
    detail: str | None = None
    fields: list[ReleasedOut]
    every: list[RefusalOut]


class EvaluationOut(BaseModel):
    """An access evaluation response (AuthZEN Authorization API 1.0)."""

    decision: bool
    context: ExplanationOut


class EvaluationsOut(BaseModel):
    """An access evaluations response (AuthZEN Authorization API 1.0), in the order of the questions."""

    evaluations: list[EvaluationOut]


class ConfigurationOut(BaseModel):
    """Policy decision point metadata (AuthZEN Authorization API 1.0). No search: nobody can be listed."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str
