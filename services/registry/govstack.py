"""Notices and consents in the shape of GovStack's Consent building block; nothing is kept in it."""

import hashlib
from collections.abc import Sequence

from joserfc import jws

from services.registry.rules import consents as rules
from services.registry.rules.consents import ConsentState
from services.registry.rules.notices import PROMINENT, Notice, find
from services.registry.schemas import govstack as schemas
from services.registry.schemas.consents import ConsentOut, EventSealed
from services.registry.tables import ConsentEvent
from shared.settings import Settings

PREFIX = "/govstack/consent"


def policy(settings: Settings, notice: Notice) -> schemas.Policy:
    """A notice as a policy."""
    return schemas.Policy(
        id=notice.id,
        name=notice.texts[PROMINENT].title,
        version=str(notice.version),
        url=f"{settings.public_url}/directory/notices/{notice.id}?version={notice.version}",
        jurisdiction="CN",
    )


def data_agreement(settings: Settings, notice: Notice) -> schemas.DataAgreement:
    """A purpose under one version of its notice. Impact assessments are those of the agreements that carry it out."""
    return schemas.DataAgreement(
        id=notice.id,
        version=str(notice.version),
        controller=schemas.Controller(id=settings.region, name=settings.region_name, url=settings.public_url),
        policy=policy(settings, notice),
        purpose=notice.texts[PROMINENT].purpose,
        lawful_basis="consent",
        dpia=f"{settings.public_url}/v1/agreements",
        active=notice == find(notice.id),
        forgettable=False,
        lifecycle=schemas.Lifecycle(id="complete", name="Complete"),
    )


def revision(notice: Notice, schema_name: str) -> schemas.Revision:
    """A version of a notice, as the revision of what is made of it."""
    return schemas.Revision(
        id=notice.revision,
        schema_name=schema_name,
        object_id=notice.id,
        serialized_snapshot=notice.form,
        serialized_hash=notice.digest,
        timestamp=notice.released.isoformat(),
        predecessor_hash=notice.previous,
    )


def consent_record(settings: Settings, consent: ConsentOut) -> schemas.ConsentRecord:
    """A consent; it says yes only while it is live. Who it is of is nobody's but hers to say."""
    notice = find(consent.notice.id, consent.notice.version)
    return schemas.ConsentRecord(
        id=consent.id,
        data_agreement=data_agreement(settings, notice) if notice else None,
        data_agreement_revision_hash=consent.notice.digest,
        opt_in=consent.state is ConsentState.GIVEN,
        state="signed",
        signature=_signature(settings, consent),
    )


def _signature(settings: Settings, consent: ConsentOut) -> schemas.Signature:
    receipt = jws.extract_compact(consent.receipt.encode())
    payload = receipt.payload.decode()
    return schemas.Signature(
        id=consent.id,
        payload=payload,
        signature=consent.receipt.rpartition(".")[2],
        verification_method="JWS ES256",
        verification_payload=payload,
        verification_payload_hash=hashlib.sha256(receipt.payload).hexdigest(),
        verification_signed_by=f"{settings.public_url}/directory/receipt-keys#{receipt.headers()['kid']}",
        verification_jws_header=consent.receipt,
        timestamp=consent.decided_at.isoformat(),
        object_type="revision",
        object_reference=f"{consent.id}/1",
    )


def newest(links: Sequence[tuple[ConsentEvent, EventSealed]]) -> schemas.Revision:
    """The newest link of a consent's chain."""
    link, event = links[-1]
    return schemas.Revision(
        id=f"{link.consent}/{link.sequence}",
        schema_name="ConsentRecord",
        object_id=str(link.consent),
        serialized_snapshot=rules.event_form(link.previous, event.model_dump(mode="json")).decode(),
        serialized_hash=link.hash,
        timestamp=event.at.isoformat(),
        predecessor_hash=link.previous if link.sequence > 1 else None,
    )
