"""`make sandbox`: referrals of fictitious people for a partner's first tests, one for each answer that it may get.

There is no magic in the platform: people, consents and refusals are made through the public API like anybody's, so
there is nothing that a real installation would have to switch off.
"""

import json
import os
import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo import client, family, says
from demo.client import Actor, Region, until
from demo.family import Family
from demo.scene import EDUCATION, HOUSING
from demo.story import settling

RUN = Path(os.environ.get("JIELI_RUN_DIR") or Path(__file__).resolve().parents[1] / ".run")
FILE = "sandbox.json"
ORGANISATION = "org-610118-education"
PREVIEW = "出生日期,现住区划代码"
FULL = "姓名,儿童姓名"
NOBODYS = "0198aaaa-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Case:
    """`GET /v1/referrals/{referral}?fields=...` under these terms, and what comes of it; `code` of a refusal."""

    name: str
    referral: str
    fields: str
    status: int
    code: str = ""
    agreement: str = EDUCATION.agreement
    purpose: str = EDUCATION.purpose


@dataclass
class Guardian:
    """A fictitious guardian whose child needs a school place."""

    actor: Actor
    people: Family
    referral: dict[str, Any]

    @classmethod
    def arrived(cls, here: Region) -> "Guardian":
        """Somebody who asked for a school place and was shown what would be sent."""
        people = family.fresh(random.SystemRandom())
        actor = here.resident("guardian", people.parent.phone)
        settling.keep_record(actor, people.parent, here.code)
        answers = {
            "姓名": people.parent.name,
            "联系电话": people.parent.phone,
            "儿童姓名": people.child.name,
            "出生日期": people.child.birth_date.isoformat(),
            "监护人关系": "母亲",
            "现住区划代码": here.code,
            "居住地址": "甘亭街道某小区5号楼",
        }
        child = settling.add_child(actor, people.child)
        body = {"needs": [{"service": "EDU-01", "dependant": child, "answers": answers}], "told": True}
        made = actor.post("/v1/me/intakes", body).json()["referrals"][0]
        return cls(actor, people, made | {"dependant": child})

    def consents(self) -> str:
        """She consents; the consent's id."""
        return settling.consent(self.actor, self.referral, self.referral["dependant"])

    @property
    def id(self) -> str:
        """The referral's id."""
        return str(self.referral["id"])


def cases(here: Region) -> list[Case]:
    """Everything made, and the list of what may be tried on it."""
    office = here.system("education office", ORGANISATION, EDUCATION)
    waiting, asked, taken, left = (Guardian.arrived(here) for _ in range(4))
    for each in (waiting, taken):
        each.consents()
    consent = left.consents()
    settling.accept(office, taken.id, EDUCATION)
    settling.preview(office, waiting.id, EDUCATION)
    settling.preview(office, left.id, EDUCATION)
    left.actor.post(f"/v1/me/consents/{consent}:withdraw")
    until("the stopped referral", lambda: _state(left) == "revoked")
    return [
        Case("requested", waiting.id, PREVIEW, 200),
        Case("requested: more than the preview", waiting.id, FULL, 403, "fields-not-agreed"),
        Case("requested: no fields", waiting.id, "", 403, "fields-missing"),
        Case("accepted", taken.id, FULL, 200),
        Case("accepted: a field outside the agreement", taken.id, "证件号码", 403, "fields-not-agreed"),
        Case(
            "accepted: a purpose of another agreement",
            taken.id,
            FULL,
            403,
            "purpose-not-agreed",
            purpose="housing_help",
        ),
        Case(
            "accepted: somebody else's agreement",
            taken.id,
            FULL,
            403,
            "party-mismatch",
            HOUSING.agreement,
            HOUSING.purpose,
        ),
        Case("accepted: no such agreement", taken.id, FULL, 403, "agreement-unknown", "agr-of-nobody"),
        Case("she withdrew", left.id, PREVIEW, 403, "consent-withdrawn"),
        Case("she did not consent", asked.id, PREVIEW, 404, "not-found"),
        Case("nobody's", NOBODYS, PREVIEW, 404, "not-found"),
    ]


def _state(guardian: Guardian) -> str:
    return str(guardian.actor.get(f"/v1/me/referrals/{guardian.id}", quiet=True).json()["state"])


def main() -> int:
    """Make them, write them down, say what they are for."""
    try:
        here = client.regions(RUN / "demonstration.json")["receiving"]
        made = cases(here)
    except client.NotRunning as stopped:
        return says.fail(str(stopped))
    except says.Disappointed as wrong:
        return says.fail(str(wrong))
    system = next(each for each in here.clients if each["client"] == f"{ORGANISATION}-system")
    written = {"gateway_url": here.gateway_url, **system, "cases": [asdict(each) for each in made]}
    (RUN / FILE).write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"\n    {RUN / FILE}: read these referrals as {system['client']}")
    for each in made:
        print(f"    {each.status} {each.code:20} {each.referral}  {each.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
