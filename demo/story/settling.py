"""Settling: records in both regions, one intake with three needs, and what each consent shows."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from demo import says
from demo.client import Actor, Terms, until
from demo.family import Person
from demo.scene import HEALTH_AT_HOME, Scene

VACCINATION = {
    "issuer": "临洮县卫生健康局",
    "issued_on": "2026-08-20",
    "entries": [
        {"vaccine": "麻腮风", "dose": "2", "given_on": "2022-03-14", "place": "临洮县疾控中心"},
        {"vaccine": "百白破", "dose": "4", "given_on": "2023-05-09", "place": "临洮县疾控中心"},
    ],
}


def keep_record(actor: Actor, person: Person, district: str) -> None:
    """The person says once who she is; a wrong separator is no mistake of hers."""
    body = {
        "name": person.typed,
        "document_type": "resident_id",
        "document_number": person.document_number,
        "birth_date": person.birth_date.isoformat(),
        "phone": person.phone,
        "district": district,
    }
    known = actor.get("/v1/me/record", quiet=True).headers.get("etag", "")
    says.expect("the record is kept", actor.put("/v1/me/record", body, if_match=known).status_code, 200)
    kept = actor.get("/v1/me/record").json()
    says.why("• became ·, the one separator of 民委发〔2016〕33号; what was typed is kept beside it, as a hint")
    says.expect("the name is kept as the document writes it", kept["name"], person.name)
    says.expect("the other writing is shown as a hint, not an error", kept["writing_differs"], True)


def add_child(actor: Actor, child: Person) -> str:
    """A guardian link: for whom the parent answers, and what proves it."""
    body = {
        "name": child.typed,
        "birth_date": child.birth_date.isoformat(),
        "relation": "parent",
        "proof_type": "household_booklet",
    }
    answer = actor.post("/v1/me/dependants", body)
    says.expect("the guardian link is kept", answer.status_code, 201)
    return str(answer.json()["id"])


def intake(scene: Scene, actor: Actor, needs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One intake; the answer names recipient, fields and preview of each referral before anything leaves."""
    key = str(uuid.uuid4())
    body = {"needs": needs, "told": True}
    answer = actor.post("/v1/me/intakes", body, key=key)
    says.expect("one intake was taken", answer.status_code, 201)
    again = actor.post("/v1/me/intakes", body, key=key)
    says.expect("the same key again gives the same answer and nothing twice", again.json(), answer.json())
    made = {referral["service"]: referral for referral in answer.json()["referrals"]}
    says.expect("each need has its referral", sorted(made), sorted(need["service"] for need in needs))
    for service, referral in made.items():
        request = referral["consent_request"]
        fields = "、".join(request["fields"])
        says.note(f"{service} would go to {referral['recipient_name']}: {fields}")
        says.note(f"   before it accepts, only: {'、'.join(request['preview_fields'])}")
    return made


def notice(actor: Actor, purpose: str) -> dict[str, Any]:
    """The notice about the purpose, read in a language in which there is one."""
    shown = actor.get(f"/directory/notices/{purpose}?language=zh-Hans").json()
    says.note(f"{shown['texts'][shown['language']]['title']}: {shown['texts'][shown['language']]['refusal']}")
    return {"id": shown["id"], "version": shown["version"], "language": shown["language"], "channel": "web"}


def consent(actor: Actor, referral: dict[str, Any], dependant: str = "") -> str:
    """Consent to exactly what was shown, for one recipient, with an end; the receipt is hers."""
    asked = referral["consent_request"]
    names = ("agreement", "agreement_version", "consent_hash", "purpose", "recipient", "fields", "sensitive")
    body: dict[str, Any] = {name: asked[name] for name in names}
    body |= {
        "referral": referral["id"],
        "notice": notice(actor, asked["purpose"]),
        "decision": "given",
        "expires_on": (datetime.now(UTC) + timedelta(days=180)).date().isoformat(),
    }
    if dependant:
        body["dependant"] = dependant
    answer = actor.post("/v1/me/consents", body)
    says.expect(f"the consent for {referral['recipient_name']} is kept", answer.status_code, 201)
    consent_id = str(answer.json()["id"])
    kept = actor.get(f"/v1/me/consents/{consent_id}", quiet=True).json()
    says.expect("it is given, to these fields and no more", (kept["state"], kept["fields"]), ("given", asked["fields"]))
    says.expect("the receipt is a signature over it (JWS)", kept["receipt"].count("."), 2)
    return consent_id


def at_home(scene: Scene) -> None:
    """Before they left: the parent's record at home, and the child's vaccination record filed there by the clinic."""
    parent, family = scene.parent_at_home, scene.family
    keep_record(parent, family.parent, scene.home.code)
    scene.child_at_home = add_child(parent, family.child)
    answers = {
        "姓名": family.parent.name,
        "联系电话": family.parent.phone,
        "儿童姓名": family.child.name,
        "出生日期": family.child.birth_date.isoformat(),
        "监护人": family.parent.name,
    }
    needs = [{"service": "HEA-05", "dependant": scene.child_at_home, "answers": answers}]
    made = intake(scene, parent, needs)["HEA-05"]
    consent(parent, made, scene.child_at_home)
    clinic = scene.home.system("health office", "org-621124-health", HEALTH_AT_HOME)
    accept(clinic, made["id"], HEALTH_AT_HOME)
    filed = {"record_type": "vaccination", "dependant_name": family.child.name, "document": VACCINATION}
    answer = clinic.post(f"/v1/referrals/{made['id']}/held-records", filed, HEALTH_AT_HOME)
    says.expect("the clinic's record is held at home", answer.status_code, 201)


def accept(office: Actor, referral: str, terms: Terms) -> None:
    """An office accepts what it has seen the preview of."""
    seen = preview(office, referral, terms)
    answer = office.post(f"/v1/referrals/{referral}:accept", {}, terms, if_match=seen.headers["etag"])
    says.expect("the office accepted; from now on it is responsible", answer.json()["state"], "accepted")


def preview(office: Actor, referral: str, terms: Terms) -> Any:
    """What the office may see before it accepts."""
    listed = office.region.http.get(f"/v1/agreements/{terms.agreement}").json()["terms"]
    names = ",".join(field["path"] for field in listed["preview_fields"])
    path = f"/v1/referrals/{referral}?fields={names}"
    answer = until("the office's preview", lambda: _ok(office.get(path, terms, quiet=True)))
    says.sent(office.who, "GET", path)
    says.answered(answer.status_code, answer.text)
    return answer


def _ok(answer: Any) -> Any:
    return answer if answer.status_code == 200 else None


def three_needs(scene: Scene) -> None:
    """School, medical filing and the deposit, said once."""
    family = scene.family
    person = {"姓名": family.parent.name, "联系电话": family.parent.phone}
    child = {"儿童姓名": family.child.name, "出生日期": family.child.birth_date.isoformat(), "监护人关系": "母亲"}
    identity = {"证件类型": "居民身份证", "证件号码": family.parent.document_number}
    place = {"现住区划代码": scene.here.code}
    filing = {"参保地": "甘肃省定西市", "就医地": "陕西省西安市", "备案类型": "长期居住", "起始日": "2026-11-01"}
    dispute = {"房屋地址": "甘亭街道某小区3号楼", "争议": "退租后押金未退", "请求": "退还押金1500元"}
    home = {"居住地址": "甘亭街道某小区5号楼"}
    needs = [
        {"service": "EDU-01", "dependant": scene.child, "answers": person | child | place | home},
        {"service": "HEA-01", "answers": person | identity | filing},
        {"service": "HOU-04", "answers": person | dispute},
    ]
    scene.referrals = intake(scene, scene.parent, needs)


def three_consents(scene: Scene) -> None:
    """One consent per recipient, each for what was shown."""
    for service in ("EDU-01", "HEA-01", "HOU-04"):
        dependant = scene.child if service == "EDU-01" else ""
        scene.consents[service] = consent(scene.parent, scene.referrals[service], dependant)
    says.why("consents are separate for each recipient (PIPL 23, 29); refusing one would not touch the others")
