"""Notices, public: what a person is told before she decides about a consent."""

from typing import Annotated

from fastapi import Path

from services.registry.queries import notices as queries
from services.registry.schemas import notices as schemas
from shared import requests
from shared.requests import Public, RuntimeDep

router = requests.router()

NoticeId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


@router.get("/directory/notices")
async def notices(_: Public) -> schemas.NoticesOut:
    """The current notice of each purpose."""
    return schemas.NoticesOut(notices=[queries.line(each) for each in queries.currents()])


@router.get("/directory/notices/{notice}")
async def notice(
    runtime: RuntimeDep, _: Public, notice: NoticeId, version: schemas.Version = None, language: schemas.Wanted = None
) -> schemas.NoticeOut:
    """A notice by the code of its purpose, in the nearest language there is, or in all; earlier versions stay."""
    return queries.shown(runtime.settings, queries.notice(notice, version), language)
