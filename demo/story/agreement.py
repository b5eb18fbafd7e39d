"""An agreement's life: drafted, refused, corrected, signed by both sides, used, exceeded, suspended, ended."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws

from demo import says
from demo.client import Actor, Terms, until
from demo.scene import Scene
from demo.story import settling

CENTRE, OFFICE = "org-610118-centre", "org-610118-education"
PURPOSE = "school_enrolment"
CALLS_A_DAY = 3
STAFF = "staff-610118-education"
ORDER = ("first", "second")
REFUSED = (422, "agreement-refused")


def life(scene: Scene) -> None:
    """School transfers: the centre and the education office agree on them, and on three calls a day."""
    terms = Terms(f"agr-610118-centre-transfer-{uuid.uuid4().hex[:8]}", PURPOSE)
    clerk = scene.here.staff("coordinator of the centre", "staff-610118-coordinator")
    refused(clerk, terms)
    digest = drafted(clerk, terms, assessed(scene))
    signed(scene, clerk, terms, digest)
    exceeded(scene, clerk, terms)


def refused(clerk: Actor, terms: Terms) -> None:
    """The first draft wants a purpose that there is not."""
    answer = clerk.post("/v1/agreements", {"terms": text(terms, "-") | {"purposes": ["credit_scoring"]}})
    problem = answer.json()
    says.expect("a draft for credit scoring is refused", (answer.status_code, problem["code"]), REFUSED)
    found = {each["code"]: each.get("line") for each in problem["errors"]}
    says.expect("it names the line of the product that it crosses", found["purpose-not-on-list"], 5)


def assessed(scene: Scene) -> str:
    """Before anything is offered two protection officers assess what it may do to people (PIPL 55); the id of that."""
    names = ("staff-610118-protection", "staff-610118-second-protection")
    first, second = (
        scene.here.staff(f"{which} protection officer", name) for which, name in zip(ORDER, names, strict=True)
    )
    written = {"necessity": "转学须知年级。", "impact": "未成年人信息外泄。", "safeguards": "逐项同意、按次留痕。"}
    answer = first.post("/v1/impact-assessments", written | {"purpose": PURPOSE})
    says.expect("the impact is written down", answer.status_code, 201)
    written_down = str(answer.json()["id"])
    path, tag = f"/v1/impact-assessments/{written_down}:approve", answer.headers["etag"]
    says.expect("and approved by another", second.post(path, if_match=tag).json()["state"], "approved")
    return written_down


def drafted(clerk: Actor, terms: Terms, assessment: str) -> str:
    """The corrected draft, offered to the other side; what both sign."""
    answer = clerk.post("/v1/agreements", {"terms": text(terms, assessment)})
    says.expect("corrected, it is a draft", (answer.status_code, answer.json()["state"]), (201, "draft"))
    offered = does(clerk, terms, "offer")
    says.expect("it is offered, and the clock to reply runs", offered["clocks"][0]["kind"], "reply")
    says.why(f"{offered['clocks'][0]['article']}: due {str(offered['clocks'][0]['due'])[:10]}")
    return str(offered["to_sign"])


def signed(scene: Scene, clerk: Actor, terms: Terms, to_sign: str) -> None:
    """Two people of each side approve; each organisation's own key signs the offer."""
    here = scene.here
    for organisation, second in (
        (CENTRE, "staff-610118-protection"),
        (OFFICE, "staff-610118-education-protection"),
    ):
        first = clerk if organisation == CENTRE else here.staff("coordinator there", f"{STAFF}-coordinator")
        does(first, terms, "approve", signature=None)
        key = here.key(f"{organisation}-system")
        header = {"alg": "ES256", "kid": key.thumbprint(), "typ": "jieli-agreement+jws"}
        protected, _, proof = jws.serialize_compact(header, to_sign.encode(), key).split(".")
        last = does(here.staff("protection officer", second), terms, "approve", signature=f"{protected}..{proof}")
    says.expect("four people approved, and it is agreed", last["state"], "agreed")
    says.expect("both organisations signed", [each["by"] for each in last["signatures"]], ["organisation"] * 2)
    says.expect("the provider puts it in force", does(clerk, terms, "activate")["state"], "active")


def exceeded(scene: Scene, clerk: Actor, terms: Terms) -> None:
    """The office uses it, asks too often, and is suspended."""
    referral = needed(scene)
    office = scene.here.system("education office", OFFICE, terms)
    path = f"/v1/referrals/{referral['id']}?fields=年级"
    until("the office's preview", lambda: office.get(path, terms, quiet=True).status_code == 200)
    answers = [office.get(path, terms, quiet=True) for _ in range(CALLS_A_DAY)]
    problem = answers[-1].json()
    says.expect("after three calls of the day it is refused", (answers[-1].status_code, problem["step"]), (429, 12))
    says.why(f"{problem['code']}: again in {answers[-1].headers['retry-after']} s")
    state = does(clerk, terms, "suspend", reason="超出约定的使用频次")["state"]
    says.expect("one officer suspends it", state, "suspended")
    problem = office.get(path, terms).json()
    says.expect("the very next call is refused", (problem["code"], problem["step"]), ("agreement-not-active", 4))
    ended = does(clerk, terms, "terminate", reason="双方同意终止")
    says.expect("it is ended, and a receipt of deletion is waited for", ended["clocks"][0]["kind"], "disposal")
    there = scene.here.staff("coordinator there", f"{STAFF}-coordinator")
    done = does(there, terms, "dispose", method="转学登记数据已删除", reference="XH-2026-1")
    says.expect("the office says that the data is gone", done["clocks"], [])


def needed(scene: Scene) -> dict[str, Any]:
    """A transfer for the child, with the parent's consent under the new agreement."""
    person = {"姓名": scene.family.parent.name, "联系电话": scene.family.parent.phone}
    child = {"儿童姓名": scene.family.child.name, "现就读学校": "甘亭小学", "年级": "二年级"}
    answers = person | child | {"现住区划代码": scene.here.code}
    body = {"needs": [{"service": "EDU-02", "dependant": scene.child, "answers": answers}], "told": True}
    taken = until("the agreement's way to the referrals", lambda: _taken(scene.parent, body))
    referral: dict[str, Any] = taken["referrals"][0]
    settling.consent(scene.parent, referral, scene.child)
    return referral


def _taken(parent: Actor, body: dict[str, Any]) -> dict[str, Any] | None:
    answer = parent.post("/v1/me/intakes", body)
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 201 else None


def does(officer: Actor, terms: Terms, verb: str, **body: object) -> dict[str, Any]:
    """An officer uses a verb on the agreement; its life after that."""
    path = f"/v1/agreements/{terms.agreement}/versions/1:{verb}"
    answer = officer.post(path, body or None)
    says.expect(f"{verb} is taken", answer.status_code, 200)
    found: dict[str, Any] = answer.json()
    return found


def text(terms: Terms, assessment: str) -> dict[str, Any]:
    """What is agreed on."""
    now = datetime.now(UTC)
    minor = {"sensitivity": "minor"}
    grade = {"path": "年级", "need": "安排班级", **minor}
    place = {"path": "现住区划代码", "need": "判断是否归本区受理"}
    region = {"region": "610118"}
    return {
        "agreement_id": terms.agreement,
        "version": 1,
        "provider": region | {"organisation": CENTRE, "name": "鄠邑区便民服务中心", "kind": "service_centre"},
        "consumer": region | {"organisation": OFFICE, "name": "鄠邑区教育局", "kind": "department"},
        "services": ["EDU-02"],
        "purposes": [PURPOSE],
        "legal_basis": {"kind": "statutory_duty", "article": "义务教育法12条；政务数据共享条例14、20条"},
        "scenario": "随迁子女转学，经监护人单独同意后转教育局安排学位。",
        "necessity": "教育局须知道哪个孩子转入哪个年级，联系哪位监护人。",
        "impact_assessment": assessment,
        "sharing_class": "conditional",
        "operations": ["read_referral", "answer_referral"],
        "preview_fields": [grade, place],
        "fields": [
            grade,
            place,
            {"path": "姓名", "need": "称呼监护人"},
            {"path": "联系电话", "need": "通知转入时间"},
            {"path": "儿童姓名", "need": "指明孩子", **minor},
            {"path": "现就读学校", "need": "办理转出", **minor},
        ],
        "subject_scope": "people named in a consented referral or case between these parties",
        "consent": "separate_consent",
        "valid_from": (now - timedelta(minutes=1)).isoformat(),
        "valid_until": (now + timedelta(days=365)).isoformat(),
        "rate": {"per_minute": 60, "per_day": CALLS_A_DAY, "distinct_people_per_day": 1},
        "retention_days": 180,
    }
