"""Organisations as anyone may see them."""

from pydantic import BaseModel


class OrganizationOut(BaseModel):
    """An organisation as anyone may see it."""

    id: str
    name: str
    kind: str
    parent: str | None
    district: str
    services: list[str]


class OrganizationsOut(BaseModel):
    """The whole tree of a region."""

    organizations: list[OrganizationOut]
