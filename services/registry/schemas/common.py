"""What every body of the registry shares: closed forms, and the answer to a write."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A request body: what is not named in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kept(BaseModel):
    """The answer to a write: which thing, and its state where it has one. Never a personal value."""

    id: str
    state: str = "kept"
