"""The tree of organisations, public."""

from services.identity.queries import organizations as queries
from services.identity.schemas import organizations as schemas
from shared import problems, requests
from shared.requests import Public, SessionDep

router = requests.router()


@router.get("/v1/organizations")
async def organizations(session: SessionDep, _: Public) -> schemas.OrganizationsOut:
    """The tree of organisations, which is public."""
    rows = await queries.organizations(session)
    return schemas.OrganizationsOut(organizations=[schemas.OrganizationOut(**row.model_dump()) for row in rows])


@router.get("/v1/organizations/{organization}")
async def organization(session: SessionDep, _: Public, organization: str) -> schemas.OrganizationOut:
    """One organisation."""
    row = await queries.organization(session, organization)
    if row is None:
        raise problems.NOT_FOUND()
    return schemas.OrganizationOut(**row.model_dump())
