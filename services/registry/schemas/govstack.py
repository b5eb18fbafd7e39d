"""Consents and notices as GovStack's Consent building block 1.1.0 knows them."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.registry.schemas.common import Body

Offset = Annotated[int, Query(ge=0, le=10_000, description="After so many.")]
RevisionId = Annotated[
    str | None, Query(alias="revisionId", max_length=80, description="That version, not the current.")
]


class Thing(Body):
    """One of the standard's schemas."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Controller(Thing):
    """Who answers for the processing."""

    id: str
    name: str
    url: str


class Policy(Thing):
    """A notice, as a policy with a permanent address."""

    id: str
    name: str
    version: str
    url: str
    jurisdiction: str


class Lifecycle(Thing):
    """Where a data agreement stands."""

    id: str
    name: str


class DataAgreement(Thing):
    """A purpose under its notice."""

    id: str
    version: str
    controller: Controller | None = None
    policy: Policy | None = None
    purpose: str
    lawful_basis: str
    dpia: str
    active: bool | None = None
    forgettable: bool | None = None
    lifecycle: Lifecycle | None = None


class Revision(Thing):
    """One version of a thing: the RFC 8785 form, its SHA-256, and that of the one before."""

    id: str
    schema_name: str
    object_id: str
    serialized_snapshot: str
    serialized_hash: str
    timestamp: str
    predecessor_hash: str | None = None


class Signature(Thing):
    """The receipt of a consent, whose JWS stands in `verificationJwsHeader`."""

    id: str
    payload: str
    signature: str
    verification_method: str
    verification_payload: str
    verification_payload_hash: str
    verification_signed_by: str
    verification_jws_header: str
    timestamp: str
    object_type: str
    object_reference: str


class ConsentRecord(Thing):
    """One consent of the person who asks."""

    id: Annotated[str, Field(max_length=64)]
    data_agreement: DataAgreement | None = None
    data_agreement_revision_hash: str
    opt_in: bool | None = None
    state: str
    signature: Signature | None = None


class Withdrawn(ConsentRecord):
    """The record with the one change that can be made to it."""

    opt_in: Literal[False]

    def is_of(self, kept: ConsentRecord) -> bool:
        """Whether nothing that it says is otherwise in the record that is kept."""
        said = self.model_dump(exclude={"opt_in"}, exclude_none=True)
        return said.items() <= kept.model_dump(exclude_none=True).items()


class ConsentRecordIn(Thing):
    """A consent that is withdrawn."""

    consent_record: Withdrawn


class PolicyAlone(Thing):
    """A policy."""

    policy: Policy


class PolicyRead(PolicyAlone):
    """A policy and its revision."""

    revision: Revision


class Policies(Thing):
    """Policies."""

    policies: list[Policy]


class DataAgreementAlone(Thing):
    """A data agreement."""

    data_agreement: DataAgreement


class DataAgreementRead(DataAgreementAlone):
    """A data agreement and its revision."""

    revision: Revision


class DataAgreementList(Thing):
    """Data agreements, under the name that the standard gives the list of its `config` part."""

    data_agreement: list[DataAgreement]


class DataAgreements(Thing):
    """Data agreements."""

    data_agreements: list[DataAgreement]


class ConsentRecordAlone(Thing):
    """A consent."""

    consent_record: ConsentRecord


class ConsentRecordRead(ConsentRecordAlone):
    """A consent and the newest link of its chain."""

    revision: Revision


class ConsentRecords(Thing):
    """Consents."""

    consent_records: list[ConsentRecord]
