"""What the authorisation matrix is tried on: in each region a person's own things, and one office that they went to."""

import random
from dataclasses import dataclass

from demo import family
from demo.client import Actor, Region, Terms, until
from demo.scene import EDUCATION, HEALTH_AT_HOME, Scene
from demo.story import exchange, settling
from tests.support.launched import Installation


@dataclass(frozen=True)
class World:
    """One region: `objects` by what paths call them; `seen_by` says which organisations may see an object's id.

    `elsewhere` is a referral of hers that was not sent to the consumer of `terms`.
    """

    region: Region
    terms: Terms
    consumer: str
    fields: str
    objects: dict[str, str]
    elsewhere: str
    seen_by: dict[str, frozenset[str]]


def arrived(platform: Installation) -> Scene:
    """A family that is known in both regions, with an accepted referral in each."""
    regions = platform.regions()
    here, home, made = regions["receiving"], regions["sending"], family.fresh(random.SystemRandom())
    phone = made.parent.phone
    parent, at_home = here.resident("owner", phone), home.resident("owner at home", phone)
    scene = Scene(here, home, made, parent, at_home)
    settling.at_home(scene)
    settling.keep_record(parent, made.parent, here.code)
    scene.child = settling.add_child(parent, made.child)
    settling.three_needs(scene)
    settling.three_consents(scene)
    settling.accept(here.system("office", "org-610118-education", EDUCATION), scene.referral("EDU-01"), EDUCATION)
    return scene


def here(scene: Scene) -> World:
    """The receiving region: the school referral, a consent, a case of the committee, a request for a record."""
    parent = scene.parent
    objects = {
        "referral": scene.referral("EDU-01"),
        "consent": scene.consents["HEA-01"],
        "case": _case(scene),
        "request": _record(scene),
        "entry": str(_newest_entry(parent)),
    }
    seen_by = {
        objects["referral"]: frozenset({"org-610118-education"}),
        objects["case"]: frozenset({"org-610118-mediation"}),
        objects["request"]: frozenset[str](),
    }
    agreed = scene.referrals["EDU-01"]["consent_request"]["fields"]
    medical = scene.referral("HEA-01")
    return World(scene.here, EDUCATION, "org-610118-education", ",".join(agreed), objects, medical, seen_by)


def home(scene: Scene) -> World:
    """The sending region: the referral under which the health office filed a record."""
    parent, needs = scene.parent_at_home, [{"service": "HEA-05", "dependant": scene.child_at_home, "answers": {}}]
    (sent,) = parent.get("/v1/me/referrals").json()["referrals"]
    (kept,) = parent.post("/v1/me/intakes", {"needs": needs, "told": True}).json()["referrals"]
    seen_by = {sent["id"]: frozenset({"org-621124-health"}), kept["id"]: frozenset[str]()}
    objects = {"referral": sent["id"]}
    return World(scene.home, HEALTH_AT_HOME, "org-621124-health", "姓名", objects, kept["id"], seen_by)


def _case(scene: Scene) -> str:
    asked = {
        "dispute_type": "rent_deposit",
        "statement": "押金未退。",
        "request": "退还押金",
        "respondent": {"name": scene.family.landlord.name, "contact": scene.family.landlord.phone},
    }
    case = str(scene.parent.post("/v1/me/cases", asked).json()["case"])
    mediator = scene.here.staff("mediator", "staff-610118-mediator")
    until("the case at the committee", lambda: mediator.get(f"/v1/cases/{case}", quiet=True).status_code == 200)
    return case


def _record(scene: Scene) -> str:
    """A request whose record has come."""
    exchange.record_from_home(scene)
    (asked,) = scene.parent.get("/v1/me/record-requests").json()["requests"]
    return str(asked["id"])


def _newest_entry(person: Actor) -> int:
    first = person.get("/v1/me/accesses?limit=1").json()["accesses"][0]
    return int(first["entries"][0]["entry"])
