"""Notices that were released, for whoever is about to decide."""

from services.registry.rules import notices as rules
from services.registry.schemas import notices as schemas
from shared import problems
from shared.contracts import vocabulary
from shared.settings import Settings


def check(settings: Settings) -> None:
    """SettingsError unless the released notices are whole and speak of every purpose of the signed release."""
    try:
        rules.check_complete(vocabulary.load(settings.vocabulary_key), rules.released())
    except rules.NoticesError as error:
        raise settings.error(f"{error}.") from None


def currents() -> list[rules.Notice]:
    """The current notice of each purpose."""
    return [versions[-1] for versions in rules.released().values()]


def notice(notice_id: str, version: int | None = None) -> rules.Notice:
    """One version of a notice, the current one without a version; 404 when there is none."""
    found = rules.find(notice_id, version)
    if found is None:
        raise problems.NOT_FOUND()
    return found


def at_revision(revision: str) -> list[rules.Notice]:
    """The version of a notice that a revision is (`id/version`); none when there is none such."""
    return [each for versions in rules.released().values() for each in versions if each.revision == revision]


def revised(notice_id: str, revision: str | None) -> rules.Notice:
    """A notice, at a revision or the current one; 404 when it has none such."""
    if revision is None:
        return notice(notice_id)
    for found in at_revision(revision):
        if found.id == notice_id:
            return found
    raise problems.NOT_FOUND()


def line(found: rules.Notice) -> schemas.NoticeLine:
    """A notice in a list."""
    return schemas.NoticeLine(
        id=found.id,
        version=found.version,
        digest=found.digest,
        languages=list(found.texts),
        title=found.texts[rules.PROMINENT].title,
    )


def shown(settings: Settings, found: rules.Notice, wanted: str | None) -> schemas.NoticeOut:
    """A notice in the language that comes nearest to the wanted one, or in all."""
    language = rules.lookup(wanted, found) if wanted else None
    return schemas.NoticeOut(
        id=found.id,
        version=found.version,
        current=notice(found.id).version,
        released=found.released,
        previous=found.previous,
        digest=found.digest,
        controller=schemas.ControllerOut(name=settings.region_name, url=settings.public_url),
        fields=list(found.fields),
        sensitive=list(found.sensitive),
        languages=list(found.texts),
        language=language,
        texts={
            name: schemas.TextOut.model_validate(text) for name, text in found.texts.items() if language in (None, name)
        },
    )
