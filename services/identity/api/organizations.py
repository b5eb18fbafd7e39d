"""The tree of organisations: public as it is in force, changed by administrators of the service centre."""

from typing import Annotated

from fastapi import Header, Response

from services.identity.api.acts import ActDep
from services.identity.commands import organizations as commands
from services.identity.queries import clients
from services.identity.queries import organizations as queries
from services.identity.schemas import organizations as schemas
from services.identity.tables import Organization
from shared import problems, requests
from shared.requests import Internal, Public, SessionDep

router = requests.router()
IfMatch = Annotated[str | None, Header(description="The ETag that you read.")]


@router.get("/v1/organizations")
async def organizations(session: SessionDep, _: Public) -> schemas.OrganizationsOut:
    """The tree of organisations, which is public."""
    rows = await queries.organizations(session)
    contracts = await queries.contracts(session, [row.id for row in rows])
    return schemas.OrganizationsOut(organizations=[schemas.OrganizationOut.of(row, contracts) for row in rows])


@router.get("/v1/organizations/{organization}")
async def organization(
    session: SessionDep, _: Public, organization: str, response: Response
) -> schemas.OrganizationOut:
    """One organisation that is in force."""
    row = await queries.organization(session, organization)
    if row is None:
        raise problems.NOT_FOUND()
    response.headers["etag"] = requests.etag(row.version)
    return schemas.OrganizationOut.of(row, await queries.contracts(session, [row.id]))


@router.get("/v1/organizations/{organization}/keys")
async def organization_keys(session: SessionDep, _: Public, organization: str) -> schemas.KeysOut:
    """The public keys of an organisation's own systems (JWK Set, RFC 7517): what it signs is verified by them."""
    return schemas.KeysOut.of(await clients.of_systems(session, organization))


@router.get("/v1/administered-organizations")
async def administered_organizations(session: SessionDep, grant: Internal) -> schemas.AdministeredOrganizationsOut:
    """The own service centre and everything below it in every state, for those who administer it."""
    rows = await queries.administered(session, grant.actor.organisation)
    contracts = await queries.contracts(session, [row.id for row in rows])
    return schemas.AdministeredOrganizationsOut(
        organizations=[schemas.AdministeredOut.of(row, contracts) for row in rows]
    )


@router.post("/v1/organizations", status_code=201)
async def register_organization(
    act: ActDep, body: schemas.OrganizationIn, response: Response
) -> schemas.AdministeredOut:
    """Propose an organisation below the own service centre; another administrator has to confirm it."""
    return await _shown(act.session, await commands.register(act, body), response)


@router.put("/v1/organizations/{organization}")
async def change_organization(
    act: ActDep, organization: str, body: schemas.ChangeIn, response: Response, if_match: IfMatch = None
) -> schemas.AdministeredOut:
    """Change name, services, and where the office is reached; a name and services in force wait for a second person."""
    return await _shown(act.session, await commands.change(act, organization, body, if_match), response)


@router.post("/v1/organizations/{organization}/contracts", status_code=201)
async def register_contract(
    act: ActDep, organization: str, body: schemas.ContractIn, response: Response
) -> schemas.AdministeredOut:
    """Register the contract by which a social organisation is brought in."""
    return await _shown(act.session, await commands.contract(act, organization, body), response)


@router.post("/v1/organizations/{organization}:confirm")
async def confirm_organization(
    act: ActDep, organization: str, response: Response, if_match: IfMatch = None
) -> schemas.AdministeredOut:
    """Let in what another administrator proposed or changed last, as one read it: an organisation or a change of it."""
    return await _shown(act.session, await commands.confirm(act, organization, if_match), response)


@router.post("/v1/organizations/{organization}:suspend")
async def suspend_organization(act: ActDep, organization: str, response: Response) -> schemas.AdministeredOut:
    """Stop it: within 5 s no gateway takes calls of its staff and systems any more."""
    return await _shown(act.session, await commands.suspend(act, organization), response)


@router.post("/v1/organizations/{organization}:resume")
async def resume_organization(act: ActDep, organization: str, response: Response) -> schemas.AdministeredOut:
    """Let it act again; another administrator than the one who suspended it does."""
    return await _shown(act.session, await commands.resume(act, organization), response)


@router.post("/v1/organizations/{organization}:close")
async def close_organization(act: ActDep, organization: str, response: Response) -> schemas.AdministeredOut:
    """End it for good, once no organisation, client or member of staff depends on it."""
    return await _shown(act.session, await commands.close(act, organization), response)


async def _shown(session: SessionDep, row: Organization, response: Response) -> schemas.AdministeredOut:
    response.headers["etag"] = requests.etag(row.version)
    return schemas.AdministeredOut.of(row, await queries.contracts(session, [row.id]))
