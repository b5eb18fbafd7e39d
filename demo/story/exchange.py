"""Exchange: what offices get, what they do not get, and what comes from home."""

import json
import re

from demo import says
from demo.client import Actor, until
from demo.scene import EDUCATION, HOUSING, MEDICAL, Scene
from demo.story import settling
from demo.story.settling import VACCINATION

CODE = re.compile(r"(?<!\d)(\d{8})(?!\d)")


def record_from_home(scene: Scene) -> None:
    """The parent asks her home region for the child's vaccination record; it goes only after she confirmed there."""
    body = {"record_type": "vaccination", "region": scene.home.code, "dependant": scene.child}
    refused = scene.parent.post("/v1/me/record-requests", body)
    says.expect("without being told what a request shows, none is sent", refused.status_code, 422)
    says.why(refused.json()["detail"])
    answer = scene.parent.post("/v1/me/record-requests", body | {"told": True})
    says.expect("the request is on its way", answer.status_code, 201)
    request = answer.json()["id"]
    before = messages(scene)
    code = until("the code on the phone that the home region knows", lambda: code_of(scene, before))
    says.note(f"the parent's phone, on record at {scene.home.name}, received a one-time code")
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    says.expect("a wrong code opens nothing", confirm(scene, request, wrong), 403)
    says.expect("the right code releases the record", confirm(scene, request, code), 200)
    path = f"/v1/me/record-requests/{request}/record"
    until("the record from home", lambda: scene.parent.get(path, quiet=True).status_code == 200)
    record = scene.parent.get(path).json()["record"]
    says.expect("the vaccination record is here, as the clinic filed it", record, VACCINATION)
    says.why("signed between the gateways (RFC 9421), released by the region that holds it, in both regions' logs")


def messages(scene: Scene) -> int:
    """How many messages the home region has sent so far."""
    path = scene.home.messages_file
    return len(path.read_text().splitlines()) if path.exists() else 0


def code_of(scene: Scene, before: int) -> str:
    """The one-time code on the parent's phone, once there is a newer message than `before`."""
    path = scene.home.messages_file
    lines = path.read_text().splitlines() if path.exists() else []
    mine = [json.loads(line) for line in lines[before:] if scene.family.parent.phone in line]
    found = [code[1] for line in mine if (code := CODE.search(line["text"]))]
    return found[-1] if found else ""


def confirm(scene: Scene, request: str, code: str) -> int:
    """Enter a code at the home region; the status of its answer."""
    body = {"request": request, "code": code}
    answer = scene.home.http.post("/v1/confirmations", json=body)
    says.sent("parent, at home", "POST", "/v1/confirmations", body)
    says.answered(answer.status_code, answer.text)
    return answer.status_code


def education(scene: Scene) -> None:
    """The education office: preview, too early for more, accept, exactly the agreed fields."""
    office = scene.here.system("education office", "org-610118-education", EDUCATION)
    referral = scene.referral("EDU-01")
    inbox = until("the referral in the inbox", lambda: _inbox(office, referral))
    says.note(f"its inbox shows only: {sorted(inbox)}")
    seen = settling.preview(office, referral, EDUCATION)
    born = str(scene.family.child.birth_date.year)
    wanted = {"出生日期": born, "现住区划代码": scene.here.code}
    says.expect("the preview: the year of birth and the district, no name", seen.json()["fields"], wanted)
    early = office.get(f"/v1/referrals/{referral}?fields=儿童姓名", EDUCATION)
    says.expect("more is refused until it accepts", (early.status_code, early.json()["step"]), (403, 9))
    office.post(f"/v1/referrals/{referral}:accept", {}, EDUCATION, if_match=seen.headers["etag"])
    agreed = scene.referrals["EDU-01"]["consent_request"]["fields"]
    path = f"/v1/referrals/{referral}?fields={','.join(agreed)}"
    full = office.get(path, EDUCATION).json().get("fields", {})
    says.expect("exactly the agreed fields, after accepting", sorted(full), sorted(agreed))
    says.expect("the child's name is written as on the document", full["儿童姓名"], scene.family.child.name)


def _inbox(office: Actor, referral: str) -> dict[str, object] | None:
    listed = office.get("/v1/referrals?limit=200", quiet=True).json().get("referrals", [])
    return next((entry for entry in listed if entry["id"] == referral), None)


def housing(scene: Scene) -> None:
    """The housing office asks for a field outside its agreement, and for somebody else's referral."""
    office = scene.here.system("housing office", "org-610118-housing", HOUSING)
    referral = scene.referral("HOU-04")
    settling.accept(office, referral, HOUSING)
    answer = office.get(f"/v1/referrals/{referral}?fields=姓名,证件号码", HOUSING)
    problem = answer.json()
    says.expect("refused, by the rule", (answer.status_code, problem["code"]), (403, "fields-not-agreed"))
    says.expect("the refusal names its step and the field", (problem["step"], problem["fields"]), (9, ["证件号码"]))
    says.why(f"{problem['detail']}; the whole call is refused, nothing of it is answered")
    foreign = office.get(f"/v1/referrals/{scene.referral('EDU-01')}?fields=姓名", HOUSING)
    unknown = office.get("/v1/referrals/0198aaaa-0000-7000-8000-000000000000?fields=姓名", HOUSING)
    says.expect("another office's referral does not exist for it", foreign.status_code, 404)
    same = [{**answer.json(), "decision": ""} for answer in (foreign, unknown)]
    says.expect("and looks exactly like one that nobody has", same[0], same[1])


def withdrawal(scene: Scene) -> None:
    """The family takes one consent back: one step, at once, for that recipient only."""
    office = scene.here.system("medical office", "org-610118-medical", MEDICAL)
    referral = scene.referral("HEA-01")
    settling.accept(office, referral, MEDICAL)
    path = f"/v1/referrals/{referral}?fields=姓名,参保地"
    says.expect("before: the office may read", office.get(path, MEDICAL).status_code, 200)
    answer = scene.parent.post(f"/v1/me/consents/{scene.consents['HEA-01']}:withdraw")
    says.expect("withdrawn in one step", answer.status_code, 200)
    refused = office.get(path, MEDICAL)
    says.expect("the very next call is refused", refused.status_code, 403)
    says.expect("with the reason", refused.json()["code"], "consent-withdrawn")
    mine = f"/v1/me/referrals/{referral}"
    until("the stopped referral", lambda: scene.parent.get(mine, quiet=True).json()["state"] == "revoked")
    says.expect("and the referral has stopped", scene.parent.get(mine, quiet=True).json()["state"], "revoked")
    school = scene.parent.get(f"/v1/me/referrals/{scene.referral('EDU-01')}", quiet=True).json()
    says.expect("the school place is untouched", school["state"], "accepted")


def outcome(scene: Scene) -> None:
    """The office reports an outcome; whether it is true is the person's own answer."""
    office = scene.here.system("education office", "org-610118-education", EDUCATION)
    referral = scene.referral("EDU-01")
    for verb, body, state in (
        ("start", {}, "in_progress"),
        ("complete", {"outcome": "provided"}, "completed"),
    ):
        version = office.get(f"/v1/referrals/{referral}?fields=姓名", EDUCATION, quiet=True).headers["etag"]
        answer = office.post(f"/v1/referrals/{referral}:{verb}", body, EDUCATION, if_match=version)
        says.expect(f"the referral is {state}", answer.json()["state"], state)
    answer = scene.parent.post(f"/v1/me/referrals/{referral}:confirm", {})
    says.expect("the parent confirms it: the child has a place", answer.status_code, 200)
    closed = office.get(f"/v1/referrals/{referral}?fields=姓名", EDUCATION)
    says.expect("a closed referral opens nothing any more", closed.status_code, 404)
