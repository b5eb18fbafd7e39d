"""What a family and somebody else leave in a region: referrals in every state, a mediation, rights, records, notes."""

import contextlib
import io
import json
import random
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from demo import family
from demo.client import Actor, Region, Terms, until
from demo.scene import EDUCATION, HOUSING, MEDICAL, Scene
from demo.story import settling
from deploy.local import places
from tests.support import planted
from tests.support.launched import Installation
from tests.support.planted import Arrived, Somebody
from tests.system import world
from tests.system.test_foreign_ids import consent

AWAITING, REQUESTED, ACCEPTED = "awaiting_consent", "requested", "accepted"
REVIEW = (date.today() + timedelta(days=30)).isoformat()
# How the office brings a referral that it accepted to another state.
VERBS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "in_progress": (("start", {}),),
    "on_hold": (("start", {}), ("hold", {"reason": "waiting_list", "review_on": REVIEW})),
    "completed": (("start", {}), ("complete", {"outcome": "provided"})),
    "failed": (("start", {}), ("fail", {"reason": "not_reachable"})),
}
STATES = (AWAITING, REQUESTED, ACCEPTED, *VERBS, "rejected", "cancelled", "revoked")
INVITED = re.compile(r"邀请码 (\S+)")


@dataclass(frozen=True)
class Standing:
    """One referral: where it stands, and under which terms its recipient may ask."""

    id: str
    state: str
    terms: Terms
    recipient: str


@dataclass
class Lives:
    """The region, who signed in, the referrals, and the ids of everything by what paths call them."""

    region: Region
    scene: Scene
    her: Actor
    landlord: Actor
    another: Arrived
    standings: list[Standing] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)

    def left(self, kind: str, *ids: str) -> None:
        """Note ids."""
        self.ids.setdefault(kind, []).extend(ids)


def installation(directory: Path) -> Installation:
    """One in which the partner may file records too."""
    agreements = directory / "agreements"
    shutil.copytree(places.ROOT / "demo" / "agreements" / "610118", agreements)
    file = agreements / "centre-education.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    told["operations"].append("file_record")
    file.write_text(yaml.safe_dump(told, allow_unicode=True))
    return Installation.fresh(directory, JIELI_610118_GATEWAY_AGREEMENTS_DIR=str(agreements))


def lived(installation: Installation) -> Lives:
    """Everything, told through the gateway."""
    with contextlib.redirect_stdout(io.StringIO()):
        scene = world.arrived(installation)
        told = world.here(scene).objects
        region = scene.here
        landlord = region.resident("landlord", scene.family.landlord.phone)
        made = Lives(region, scene, scene.parent, landlord, _somebody_else(region))
        for kind in ("consent", "request", "entry"):
            made.left(kind, told[kind])
        made.left("dependant", scene.child)
        _referrals(made)
        _mediation(made)
        made.left("case", told["case"])
        _rights(made)
        _oversight(made)
        _office(made)
    return made


def _chance() -> random.Random:
    return random.SystemRandom()


def _ok(answer: Any, status: int = 201) -> Any:
    assert answer.status_code == status, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()


def _referrals(made: Lives) -> None:
    """Those of the scene, and one school referral in each other state."""
    scene = made.scene
    made.standings.append(Standing(scene.referral("EDU-01"), ACCEPTED, EDUCATION, "org-610118-education"))
    made.standings.append(Standing(scene.referral("HEA-01"), REQUESTED, MEDICAL, "org-610118-medical"))
    housing = made.region.system("housing", "org-610118-housing", HOUSING)
    settling.accept(housing, scene.referral("HOU-04"), HOUSING)
    made.standings.append(Standing(scene.referral("HOU-04"), ACCEPTED, HOUSING, "org-610118-housing"))
    office = made.region.system("education", "org-610118-education", EDUCATION)
    for state in STATES:
        standing = Standing(_in_state(made, office, state), state, EDUCATION, "org-610118-education")
        made.standings.append(standing)
    made.left("referral", *(each.id for each in made.standings))


def _in_state(made: Lives, office: Actor, state: str) -> str:
    scene, her = made.scene, made.her
    child = {"儿童姓名": "某", "出生日期": "2019-10-02", "监护人关系": "母亲", "居住地址": "某路"}
    answers = {"姓名": "某人", "联系电话": "19900000000", "现住区划代码": made.region.code} | child
    need = {"service": "EDU-01", "dependant": scene.child, "answers": answers}
    [referral] = _ok(her.post("/v1/me/intakes", {"needs": [need], "told": True}))["referrals"]
    found = str(referral["id"])
    if state == AWAITING:
        return found
    given = str(_ok(her.post("/v1/me/consents", consent(referral) | {"dependant": scene.child}))["id"])
    made.left("consent", given)
    if state in (ACCEPTED, *VERBS):
        settling.accept(office, found, EDUCATION)
        for verb, body in VERBS.get(state, ()):
            _moved(office, found, verb, body, "姓名")
        return found
    settling.preview(office, found, EDUCATION)
    if state == "rejected":
        _moved(office, found, "reject", {"reason": "no_capacity"}, "出生日期")
    if state == "cancelled":
        _ok(her.post(f"/v1/me/referrals/{found}:cancel", {}), 200)
    if state == "revoked":
        _ok(her.post(f"/v1/me/consents/{given}:withdraw"), 200)
    if state != REQUESTED:
        _until_her(her, found, state)
    return found


def _until_her(her: Actor, referral: str, state: str) -> None:
    until(state, lambda: her.get(f"/v1/me/referrals/{referral}", quiet=True).json()["state"] == state)


def _moved(office: Actor, referral: str, verb: str, body: dict[str, str], readable: str) -> None:
    path = f"/v1/referrals/{referral}"
    version = until("the referral", lambda: _version(office, f"{path}?fields={readable}", EDUCATION))
    _ok(office.post(f"{path}:{verb}", body, EDUCATION, if_match=version), 200)


def _version(actor: Actor, path: str, terms: Terms | None = None) -> str:
    answer = actor.get(path, terms, quiet=True)
    return str(answer.headers["etag"]) if answer.status_code == 200 else ""


def _mediation(made: Lives) -> None:
    """From the application to what came of it, with everything said that can be said."""
    region, parties = made.region, {"name": "某人", "contact": "某处"}
    asked = {"dispute_type": "rent_deposit", "statement": "某事。", "request": "某求。", "applicant": parties}
    phone = made.scene.family.landlord.phone
    case = _ok(made.her.post("/v1/me/cases", asked | {"respondent": {"name": "某房东", "contact": phone}}))["case"]
    made.left("case", case)
    mediator = region.staff("mediator", f"staff-{region.code}-mediator")

    def verb(name: str, body: object) -> Any:
        version = until("the case", lambda: _version(mediator, f"/v1/cases/{case}"))
        return _ok(mediator.post(f"/v1/cases/{case}:{name}", body, if_match=version), 200)

    verb("screen", {"in_scope": True})
    verb("invite", None)
    code = until("the invitation", lambda: _invitation(made))
    answer = {"code": code, "answer": "accepted", "statement": "某人说。"}
    _ok(made.landlord.post("/v1/me/invitations:answer", answer), 200)
    verb("notify", {"signed_by": ["applicant", "respondent"]})
    verb("open-session", {"no_interest": True, "record": "某事。"})
    drafted = verb("draft", {"terms": [{"text": "退还押金", "due": REVIEW}]})
    for party in (made.her, made.landlord):
        mine = f"/v1/me/cases/{case}"
        signed = party.post(f"{mine}:sign", {"terms_hash": drafted["terms_hash"]}, if_match=_version(party, mine))
        _ok(signed, 200)
    verb("seal", None)
    verb("follow-up", {"result": "performed", "note": "某记。"})


def _invitation(made: Lives) -> str:
    lines = [json.loads(line) for line in made.region.messages_file.read_text().splitlines()]
    phone = made.scene.family.landlord.phone
    found = [code[1] for line in lines if line["to"].endswith(phone) and (code := INVITED.search(line["text"]))]
    return found[-1] if found else ""


def _rights(made: Lives) -> None:
    """A request that the desk answered; another writing of her name."""
    region = made.region
    asked = _ok(made.her.post("/v1/me/rights-requests", {"kind": "correct", "about": "record", "words": "某事。"}))
    path = f"/v1/rights-requests/{asked['id']}"
    desk = region.staff("protection", f"staff-{region.code}-protection")
    version = until("the request at the desk", lambda: _version(desk, path))
    _ok(desk.post(f"{path}:grant", {"words": "某答。"}, if_match=version), 200)
    made.left("rights_request", asked["id"])
    written = _ok(made.her.post("/v1/me/name-writings", {"written": "某某", "document": "ticket"}))
    made.left("writing", written["id"])


def _oversight(made: Lives) -> None:
    """An assessment in force, and an incident that those concerned are told of."""
    region = made.region
    writes = region.staff("protection", f"staff-{region.code}-protection")
    approves = region.staff("second protection", f"staff-{region.code}-second-protection")
    assessment = dict.fromkeys(("necessity", "impact", "safeguards"), "某事。") | {"purpose": EDUCATION.purpose}
    drafted = _ok(writes.post("/v1/impact-assessments", assessment))
    made.left("assessment", drafted["id"])
    path = f"/v1/impact-assessments/{drafted['id']}"
    _ok(approves.post(f"{path}:approve", if_match=_version(approves, path)), 200)
    now = datetime.now(UTC)
    ends, begins = now.isoformat(), (now - timedelta(hours=1)).isoformat()
    told = dict.fromkeys(("cause", "harm", "measures", "advice", "ask_whom"), "某事。")
    when = {"begins_at": begins, "ends_at": ends, "found_at": ends, "grade": "general", "kinds": ["姓名"]}
    found = _ok(writes.post("/v1/incidents", told | when))
    made.left("incident", found["id"])
    path = f"/v1/incidents/{found['id']}"
    _ok(writes.post(f"{path}:tell", if_match=_version(writes, path)), 200)


def _office(made: Lives) -> None:
    """The partner files a record of her, and is told of its referrals from now on."""
    office = made.region.system("education", "org-610118-education", EDUCATION)
    filed = {"record_type": "vaccination", "document": settling.VACCINATION}
    _ok(office.post(f"/v1/referrals/{made.standings[0].id}/held-records", filed, EDUCATION))
    _ok(office.put("/v1/webhook", {"url": "https://partner.example/hook"}), 200)


def _somebody_else(region: Region) -> Arrived:
    """Another person with a record, a referral to the same office and a case at another committee."""
    names = {"name": "某甲", "child": "某乙", "document_type": "passport", "document_number": "E12345678"}
    said = {"birth_date": "1987-06-05", "address": "某路", "words": "某事。"}
    person = planted.arrive(region, Somebody(phone=family.phone(_chance()), **names, **said))
    planted.refer(person, ["EDU-01", "HOU-04"])
    planted.ask_right(person)
    planted.apply(person, f"org-{region.code}-mediation-ganting")
    return person
