"""Questions to the access evaluation: a sound one, changed member by member, asked by an officer of the centre."""

import copy
import json
from typing import Any

import httpx

from tests.support import governed
from tests.support.governed import CENTRE, EDUCATION, Ask, Region

PATH = "/access/v1/evaluation"
SEVERAL = "/access/v1/evaluations"
SOUND: dict[str, Any] = {
    "subject": {
        "type": "client",
        "id": "org-610118-education-system",
        "properties": {"organisation": "org-610118-education"},
    },
    "action": {"name": "read_referral"},
    "resource": {"type": "referral", "id": "fictitious", "properties": {"state": "accepted", "service": "EDU-01"}},
    "context": {
        "agreement": EDUCATION,
        "purpose": "school_enrolment",
        "fields": ["姓名", "儿童姓名"],
        "consent": {"state": "given"},
        "usage": {"minute": 0, "day": 0, "people": 0},
    },
}


def question(**changes: Any) -> dict[str, Any]:
    """The sound question with members changed, each named by its path: `context__purpose`."""
    made = copy.deepcopy(SOUND)
    for path, value in changes.items():
        at, *names = made, *path.split("__")
        for name in names[:-1]:
            at = at[name]
        at[names[-1]] = value
    return made


async def ask(
    region: Region, body: Any, organisation: str = CENTRE, role: str = "coordinator", path: str = PATH
) -> httpx.Response:
    """Ask as an AuthZEN client does: without an Idempotency-Key."""
    token = region.token(Ask("", caller=organisation, kind="staff", roles=(role,), bound=()))
    headers = {**token.headers("POST", path), "content-type": "application/json"}
    async with governed.client(region.gateway) as http:
        return await http.post(path, headers=headers, content=json.dumps(body))
