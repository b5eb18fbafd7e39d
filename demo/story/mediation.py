"""Mediation: the deposit is not a matter for an office alone; both parties talk, agree, sign and perform."""

import json
import re
from datetime import date, timedelta
from typing import Any

from demo import says
from demo.client import Actor, until
from demo.scene import Scene

CODE = re.compile(r"邀请码 (\S+)")


def deposit(scene: Scene) -> None:
    """From the application to the money on the table."""
    case = _apply(scene)
    mediator = scene.here.staff("mediator", "staff-610118-mediator")
    until("the case at the committee", lambda: mediator.get(f"/v1/cases/{case}", quiet=True).status_code == 200)
    _verb(mediator, case, "screen", {"in_scope": True}, "screening")
    _verb(mediator, case, "invite", None, "inviting")
    landlord = _landlord_accepts(scene, case)
    _verb(mediator, case, "notify", {"signed_by": ["applicant", "respondent"]}, "notified")
    says.why("rights and duties are told and signed before the first session (人民调解法 21-24)")
    _verb(mediator, case, "open-session", {"no_interest": True}, "in_session")
    due = (date.today() + timedelta(days=7)).isoformat()
    terms = {"terms": [{"text": "房东于约定日前退还押金1500元", "due": due}]}
    drafted = _verb(mediator, case, "draft", terms, "agreement_drafted")
    for party in (scene.parent, landlord):
        _sign(party, case, drafted["terms_hash"])
    _verb(mediator, case, "seal", None, "agreement_signed")
    report = {"reports": [{"term": 1, "result": "performed"}]}
    answer = scene.parent.post(f"/v1/me/cases/{case}:report", report, if_match=_version(scene.parent, case))
    says.expect("the parent reports: the money came", answer.status_code, 200)
    _verb(mediator, case, "follow-up", {"result": "performed"}, "performed")


def _apply(scene: Scene) -> str:
    family = scene.family
    body = {
        "dispute_type": "rent_deposit",
        "statement": "退租已三周，房屋完好，押金一直未退。",
        "request": "退还押金1500元",
        "respondent": {"name": family.landlord.name, "contact": family.landlord.phone},
        "applicant": {"name": family.parent.name, "contact": family.parent.phone},
        "referral": scene.referral("HOU-04"),
    }
    answer = scene.parent.post("/v1/me/cases", body)
    says.expect("the application is taken; it is free (人民调解法 4)", answer.status_code, 201)
    return str(answer.json()["case"])


def _landlord_accepts(scene: Scene, case: str) -> Actor:
    landlord = scene.here.resident("landlord", scene.family.landlord.phone)
    code = until("the invitation on the landlord's phone", lambda: _invitation(scene))
    answer = landlord.post("/v1/me/invitations:answer", {"code": code, "answer": "accepted"})
    says.expect("the landlord accepts; nobody is forced (人民调解法 17)", answer.json()["state"], "accepted")
    again = landlord.post("/v1/me/invitations:answer", {"code": code, "answer": "refused"})
    says.expect("a code serves once", again.status_code >= 400, True)
    return landlord


def _invitation(scene: Scene) -> str:
    path = scene.here.messages_file
    lines = path.read_text().splitlines() if path.exists() else []
    mine = [json.loads(line) for line in lines if scene.family.landlord.phone in line]
    found = [code[1] for line in mine if (code := CODE.search(line["text"]))]
    return found[-1] if found else ""


def _verb(mediator: Actor, case: str, verb: str, body: Any, state: str) -> dict[str, Any]:
    read = until("the case", lambda: _case(mediator, case))
    answer = mediator.post(f"/v1/cases/{case}:{verb}", body, if_match=read.headers["etag"])
    written: dict[str, Any] = answer.json()
    says.expect(f"the case is {state}", written.get("state"), state)
    return written


def _case(mediator: Actor, case: str) -> Any:
    answer = mediator.get(f"/v1/cases/{case}", quiet=True)
    return answer if answer.status_code == 200 else None


def _sign(party: Actor, case: str, terms_hash: str) -> None:
    version = _version(party, case)
    answer = party.post(f"/v1/me/cases/{case}:sign", {"terms_hash": terms_hash}, if_match=version)
    says.expect(f"{party.who} signs exactly this text", answer.status_code, 200)


def _version(party: Actor, case: str) -> str:
    return str(party.get(f"/v1/me/cases/{case}", quiet=True).headers["etag"])
