"""Assessments and incidents: kept by data protection officers; what concerns a person she reads herself (PIPL 57)."""

import uuid
from typing import Annotated

from fastapi import Depends, Response

from services.registry import processing
from services.registry.api.reach import IfMatch, Own
from services.registry.commands import oversight as commands
from services.registry.queries import directory
from services.registry.queries import oversight as queries
from services.registry.schemas import oversight as schemas
from services.registry.schemas.processing import ProcessingOut
from services.registry.tables import ImpactAssessment, Incident
from shared import requests
from shared.contracts import vocabulary
from shared.requests import Internal, Public, RuntimeDep, SessionDep

router = requests.router()


async def on_assessment(
    session: SessionDep, grant: Internal, assessment: uuid.UUID, if_match: IfMatch = None
) -> commands.Act:
    """An officer, and the assessment that the path names."""
    return commands.Act(session, grant, assessment, if_match)


async def on_incident(
    session: SessionDep, grant: Internal, incident: uuid.UUID, if_match: IfMatch = None
) -> commands.Act:
    """An officer, and the incident that the path names."""
    return commands.Act(session, grant, incident, if_match)


Assessment = Annotated[commands.Act, Depends(on_assessment, scope="function")]
OnIncident = Annotated[commands.Act, Depends(on_incident, scope="function")]


@router.get("/directory/processing")
async def processing_register(session: SessionDep, runtime: RuntimeDep, _: Public) -> ProcessingOut:
    """What is kept of people here, why, on what basis and how long; what may be asked for which purpose."""
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    services, assessed = await directory.catalogue(session), await queries.assessed(session)
    return processing.register(runtime.settings, closed, services, assessed)


@router.post("/v1/impact-assessments", status_code=201)
async def assess(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, body: schemas.AssessmentIn, response: Response
) -> schemas.AssessmentOut:
    """Write an assessment of one purpose down; another officer approves it."""
    return _assessment(await commands.assess(session, runtime.settings, grant, body), response)


@router.get("/v1/impact-assessments")
async def assessments(session: SessionDep, grant: Internal) -> schemas.AssessmentsOut:
    """The own office's assessments."""
    rows = await queries.assessments(session, grant.actor.organisation)
    return schemas.AssessmentsOut(assessments=[queries.shown_assessment(row) for row in rows])


@router.get("/v1/impact-assessments/{assessment}")
async def read_assessment(act: Assessment, response: Response) -> schemas.AssessmentOut:
    """One assessment, with its ETag."""
    return _assessment(await queries.assessment(act.session, act.grant, act.thing), response)


@router.post("/v1/impact-assessments/{assessment}:approve")
async def approve_assessment(act: Assessment, response: Response) -> schemas.AssessmentOut:
    """Let it into force; for another officer than who wrote it."""
    return _assessment(await commands.approve(act), response)


@router.post("/v1/impact-assessments/{assessment}:withdraw")
async def withdraw_assessment(act: Assessment, response: Response) -> schemas.AssessmentOut:
    """Take a draft back."""
    return _assessment(await commands.withdraw(act), response)


@router.post("/v1/incidents", status_code=201)
async def write_incident_down(
    session: SessionDep, grant: Internal, body: schemas.IncidentIn, response: Response
) -> schemas.IncidentOut:
    """Write down what happened; the clocks begin when it was found."""
    return _incident(await commands.write_down(session, grant, body), response)


@router.get("/v1/incidents")
async def incidents(session: SessionDep, grant: Internal) -> schemas.IncidentsOut:
    """The own office's incidents."""
    rows = await queries.incidents(session, grant.actor.organisation)
    return schemas.IncidentsOut(incidents=[queries.shown_incident(row) for row in rows])


@router.get("/v1/incidents/{incident}")
async def read_incident(act: OnIncident, response: Response) -> schemas.IncidentOut:
    """One incident, with its ETag."""
    return _incident(await queries.incident(act.session, act.grant, act.thing), response)


@router.post("/v1/incidents/{incident}:report")
async def report_incident(act: OnIncident, response: Response) -> schemas.IncidentOut:
    """Say that the authority was told."""
    return _incident(await commands.report(act), response)


@router.post("/v1/incidents/{incident}:tell")
async def tell_incident(act: OnIncident, response: Response) -> schemas.IncidentOut:
    """Tell everybody concerned: they read it under /v1/me/incidents. It cannot be taken back."""
    return _incident(await commands.tell(act), response)


@router.post("/v1/incidents/{incident}:close")
async def close_incident(act: OnIncident, response: Response, body: schemas.ClosingIn) -> schemas.IncidentOut:
    """Close it, once who has to know was told."""
    return _incident(await commands.close(act, body.harmless_because), response)


@router.get("/v1/me/incidents")
async def own_incidents(call: Own) -> schemas.OwnIncidentsOut:
    """What happened to your information, or may have, and what you can do."""
    rows = await queries.concerning(call.session, call.runtime.vault, call.grant.subject)
    return schemas.OwnIncidentsOut(incidents=[schemas.IncidentToldOut(**row.model_dump()) for row in rows])


def _assessment(row: ImpactAssessment, response: Response) -> schemas.AssessmentOut:
    response.headers["etag"] = requests.etag(row.version)
    return queries.shown_assessment(row)


def _incident(row: Incident, response: Response) -> schemas.IncidentOut:
    response.headers["etag"] = requests.etag(row.version)
    return queries.shown_incident(row)
