"""System clients as administrators see them."""

from pydantic import BaseModel


class ClientOut(BaseModel):
    """A system client's state."""

    id: str
    state: str
