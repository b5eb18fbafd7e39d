"""GovStack's Consent building block: what anybody reads of purposes, and what a person does with her own consents."""

from uuid import UUID

from fastapi import Depends

from services.registry import govstack
from services.registry.api.notices import NoticeId
from services.registry.api.reach import Call, Own
from services.registry.commands import consents as commands
from services.registry.queries import consents as queries
from services.registry.queries import notices
from services.registry.schemas import govstack as schemas
from services.registry.schemas.consents import ConsentIn
from services.registry.tables import Consent, now
from shared import pages, problems, requests
from shared.contracts import clock
from shared.requests import Public, RuntimeDep

CONFIG = f"{govstack.PREFIX}/config"
SERVICE = f"{govstack.PREFIX}/service"
AUDIT = f"{govstack.PREFIX}/audit"
RECORD = f"{SERVICE}/individual/record"
SHOWN_ONCE = [Depends(requests.kept_nowhere)]  # what she decided is not kept in clear with the answer

router = requests.router()


@router.get(f"{CONFIG}/policy/{{notice}}/", operation_id="configPolicyRead", response_model_exclude_none=True)
@router.get(f"{SERVICE}/policy/{{notice}}/", operation_id="servicePolicyRead", response_model_exclude_none=True)
async def policy(
    runtime: RuntimeDep, _: Public, notice: NoticeId, revision: schemas.RevisionId = None
) -> schemas.PolicyRead:
    """A notice as a policy, with its revision."""
    found = notices.revised(notice, revision)
    return schemas.PolicyRead(
        policy=govstack.policy(runtime.settings, found), revision=govstack.revision(found, "Policy")
    )


@router.get(f"{CONFIG}/policy/{{notice}}/revisions/", operation_id="configPolicyRevisionsList")
async def current_policy(runtime: RuntimeDep, _: Public, notice: NoticeId) -> schemas.PolicyAlone:
    """The current policy, as the standard has it here."""
    return schemas.PolicyAlone(policy=govstack.policy(runtime.settings, notices.notice(notice)))


@router.get(f"{CONFIG}/policies/", operation_id="configPolicyList")
async def policies(
    runtime: RuntimeDep,
    _: Public,
    revision: schemas.RevisionId = None,
    offset: schemas.Offset = 0,
    limit: pages.Limit = 50,
) -> schemas.Policies:
    """The current policies; with a revision the one that it is of."""
    found = notices.currents() if revision is None else notices.at_revision(revision)
    shown = [govstack.policy(runtime.settings, each) for each in found[offset : offset + limit]]
    return schemas.Policies(policies=shown)


@router.get(
    f"{CONFIG}/data-agreement/{{notice}}/", operation_id="configDataAgreementRead", response_model_exclude_none=True
)
@router.get(
    f"{SERVICE}/data-agreement/{{notice}}/", operation_id="serviceDataAgreementRead", response_model_exclude_none=True
)
async def data_agreement(runtime: RuntimeDep, _: Public, notice: NoticeId) -> schemas.DataAgreementRead:
    """A purpose under its current notice, with its revision."""
    found = notices.notice(notice)
    return schemas.DataAgreementRead(
        data_agreement=govstack.data_agreement(runtime.settings, found),
        revision=govstack.revision(found, "DataAgreement"),
    )


@router.get(f"{AUDIT}/data-agreement/{{notice}}/", operation_id="auditDataAgreementRead")
async def data_agreement_alone(runtime: RuntimeDep, _: Public, notice: NoticeId) -> schemas.DataAgreementAlone:
    """A purpose under its current notice."""
    found = notices.notice(notice)
    return schemas.DataAgreementAlone(data_agreement=govstack.data_agreement(runtime.settings, found))


@router.get(f"{CONFIG}/data-agreements/", operation_id="configDataAgreementList")
async def data_agreement_list(
    runtime: RuntimeDep, _: Public, offset: schemas.Offset = 0, limit: pages.Limit = 50
) -> schemas.DataAgreementList:
    """All purposes under their current notices."""
    shown = [govstack.data_agreement(runtime.settings, each) for each in notices.currents()[offset : offset + limit]]
    return schemas.DataAgreementList(data_agreement=shown)


@router.get(f"{SERVICE}/verification/data-agreements/", operation_id="serviceVerificationDataAgreementList")
@router.get(f"{AUDIT}/data-agreements/", operation_id="auditDataAgreementList")
async def data_agreements(
    runtime: RuntimeDep, _: Public, offset: schemas.Offset = 0, limit: pages.Limit = 50
) -> schemas.DataAgreements:
    """All purposes under their current notices."""
    shown = [govstack.data_agreement(runtime.settings, each) for each in notices.currents()[offset : offset + limit]]
    return schemas.DataAgreements(data_agreements=shown)


@router.post(
    f"{RECORD}/data-agreement/{{notice}}/",
    operation_id="serviceIndividualConsentRecordCreate",
    response_model_exclude_none=True,
    dependencies=SHOWN_ONCE,
)
async def create(call: Own, notice: NoticeId, body: ConsentIn) -> schemas.ConsentRecordRead:
    """Give or refuse one consent. The standard has no body here, and a consent needs a recipient and exact fields."""
    if body.purpose != notice:
        raise problems.BODY_INVALID("The `purpose` of the body has to be the data agreement of the path.")
    return await _read(call, await commands.decide(call.session, call.runtime, call.grant, body))


@router.get(
    f"{RECORD}/data-agreement/{{notice}}/",
    operation_id="serviceIndividualConsentRecordRead",
    response_model_exclude_none=True,
)
async def of_data_agreement(call: Own, notice: NoticeId) -> schemas.ConsentRecordAlone:
    """Her newest consent to this purpose."""
    rows = await queries.of_purpose(call.session, call.runtime.vault, call.grant.subject, notice)
    if not rows:
        raise problems.NOT_FOUND()
    return schemas.ConsentRecordAlone(consent_record=await _shown(call, rows[0]))


@router.get(
    f"{RECORD}/data-agreement/{{notice}}/all/",
    operation_id="serviceIndividualDataAgreementConsentRecordList",
    response_model_exclude_none=True,
)
async def all_of_data_agreement(
    call: Own, notice: NoticeId, offset: schemas.Offset = 0, limit: pages.Limit = 50
) -> schemas.ConsentRecords:
    """Her consents to this purpose, newest first: there is one for each recipient."""
    rows = await queries.of_purpose(call.session, call.runtime.vault, call.grant.subject, notice)
    return schemas.ConsentRecords(consent_records=[await _shown(call, row) for row in rows[offset : offset + limit]])


@router.get(
    f"{RECORD}/consent-record/", operation_id="serviceIndividualConsentRecordList", response_model_exclude_none=True
)
async def consent_records(call: Own, offset: schemas.Offset = 0, limit: pages.Limit = 50) -> schemas.ConsentRecords:
    """Her consents, newest first."""
    rows = await queries.from_newest(call.session, call.grant.subject, offset, limit)
    return schemas.ConsentRecords(consent_records=[await _shown(call, row) for row in rows])


@router.put(
    f"{RECORD}/consent-record/{{consent}}/",
    operation_id="serviceIndividualConsentRecordUpdate",
    response_model_exclude_none=True,
    dependencies=SHOWN_ONCE,
)
async def update(call: Own, consent: UUID, body: schemas.ConsentRecordIn) -> schemas.ConsentRecordRead:
    """Withdraw: the record with `optIn: false`, and nothing else of it changed. Again, it changes nothing."""
    kept = await _shown(call, await queries.consent(call.session, call.grant.subject, consent))
    if not body.consent_record.is_of(kept):
        raise problems.BODY_INVALID("Send the record as it was read, with `optIn: false`: nothing else can change.")
    await commands.withdraw(call.session, call.runtime, call.grant, consent)
    return await _read(call, consent)


async def _read(call: Call, consent: UUID) -> schemas.ConsentRecordRead:
    row = await queries.consent(call.session, call.grant.subject, consent)
    links = await queries.chain(call.session, call.runtime.vault, row)
    return schemas.ConsentRecordRead(consent_record=await _shown(call, row), revision=govstack.newest(links))


async def _shown(call: Call, row: Consent) -> schemas.ConsentRecord:
    consent = await queries.shown(call.runtime.vault, row, clock.day_of(now()))
    return govstack.consent_record(call.runtime.settings, consent)
