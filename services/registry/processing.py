"""The register of processing (PIPL 17, 51, 55): from the signed release, the catalogue, the record's own fields."""

from collections.abc import Mapping
from dataclasses import asdict

from services.registry.rules import fields
from services.registry.schemas import processing as schemas
from services.registry.tables import ImpactAssessment, Service
from shared.contracts import clock
from shared.contracts.vocabulary import Purpose, Vocabulary
from shared.settings import Settings


def register(
    settings: Settings, closed: Vocabulary, services: Mapping[str, Service], assessed: Mapping[str, ImpactAssessment]
) -> schemas.ProcessingOut:
    """The whole register of this region."""
    return schemas.ProcessingOut(
        controller=settings.region_name,
        release=closed.release.version,
        retentions=[schemas.RetentionOut(code=code, zh=zh, en=en) for code, (zh, en) in fields.RETENTIONS.items()],
        fields=[_field(each) for each in fields.FIELDS],
        kept=[schemas.KeptOut(**asdict(each)) for each in fields.THINGS],
        purposes=[_purpose(each, services, assessed.get(each.code)) for each in closed.release.purposes],
        agreements=f"{settings.public_url}/v1/agreements",
    )


def _field(each: fields.Field) -> schemas.FieldOut:
    return schemas.FieldOut(**asdict(each), field=each.name)


def _purpose(
    purpose: Purpose, services: Mapping[str, Service], assessment: ImpactAssessment | None
) -> schemas.PurposeOut:
    approved = assessment.approved_at if assessment else None
    return schemas.PurposeOut(
        code=purpose.code,
        zh=purpose.label_zh,
        en=purpose.label_en,
        assessment=assessment.id if assessment else None,
        assessed_on=clock.day_of(approved) if approved else None,
        review_on=assessment.review_on if assessment else None,
        services=[_service(services[code]) for code in purpose.services if code in services],
    )


def _service(row: Service) -> schemas.PurposeServiceOut:
    return schemas.PurposeServiceOut(**row.model_dump(), service_zh=row.name_zh, service_en=row.name_en)
