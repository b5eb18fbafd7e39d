"""What one sees of one's own sessions: when and how, never where from."""

import uuid
from datetime import datetime

from pydantic import BaseModel


class SessionOut(BaseModel):
    """Somewhere one is signed in."""

    id: uuid.UUID
    method: str
    level: str
    authenticated_at: datetime
    used_at: datetime
    ends_at: datetime
    state: str


class SessionsOut(BaseModel):
    """Everywhere one is signed in."""

    sessions: list[SessionOut]
