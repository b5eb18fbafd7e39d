"""Ready-made grants for the sides that skip the gateway: made with the installation's own key."""

import time
import uuid
from typing import Any

from shared import grants
from shared.grants import Actor, AgreementRef, Grant


def fresh(like: dict[str, Any], method: str, path: str, body: str = "") -> str:
    """A grant for one call; `like` holds the key and what the gateway would have said."""
    now = int(time.time())
    said = dict(like["said"])
    actor = Actor(**{**said.pop("actor"), "roles": ()})
    agreement = said.pop("agreement", None)
    fields = tuple(said.pop("fields", ()))
    grant = Grant(
        jti=uuid.uuid4().hex,
        aud=like["service"],
        iat=now,
        exp=now + grants.LIFETIME,
        method=method,
        path=path,
        body=grants.digest(body.encode()),
        actor=actor,
        agreement=AgreementRef(**agreement) if agreement else None,
        fields=fields,
        decision=str(uuid.uuid4()),
        **said,
    )
    return grants.issue(grant, bytes.fromhex(like["key"]))
