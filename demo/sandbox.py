"""`make sandbox`: referrals of fictitious people for a partner's first tests, one for each answer that it may provoke.

There is no magic in the platform: people, consents and refusals are made through the public API like anybody's, so
there is nothing that a real installation would have to switch off.
"""

import json
import os
import random
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo import client, family, says
from demo.client import Actor, Region, until
from demo.family import Family
from demo.scene import AID, EDUCATION, HOUSING
from demo.story import settling

RUN = Path(os.environ.get("JIELI_RUN_DIR") or Path(__file__).resolve().parents[1] / ".run")
FILE = "sandbox.json"
ORGANISATION = "org-610118-education"
PREVIEW = "出生日期,现住区划代码"
FULL = "姓名,儿童姓名"
SCHOOL = "学校"
NOBODYS = "0198aaaa-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Case:
    """`GET /v1/referrals/{referral}?fields=...` under these terms, or `POST /v1/referrals/{referral}:accept` with the
    `if_match`, and what comes of it; `code` of a refusal, and the `step` of the decision that refuses."""

    name: str
    referral: str
    fields: str
    status: int
    code: str = ""
    step: int | None = None
    agreement: str = EDUCATION.agreement
    purpose: str = EDUCATION.purpose
    accept: bool = False
    if_match: str | None = None


@dataclass
class Guardian:
    """A fictitious guardian whose child needs a school place, or help with what school costs."""

    actor: Actor
    people: Family
    referral: dict[str, Any]

    @classmethod
    def arrived(cls, here: Region, service: str = "EDU-01") -> "Guardian":
        """Somebody who asked for this service and was shown what would be sent."""
        people = family.fresh(random.SystemRandom())
        actor = here.resident("guardian", people.parent.phone)
        settling.keep_record(actor, people.parent, here.code)
        child = settling.add_child(actor, people.child)
        answers = _answers(people, here.code)[service] | {"姓名": people.parent.name, "联系电话": people.parent.phone}
        body = {"needs": [{"service": service, "dependant": child, "answers": answers}], "told": True}
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
    current = office.get(f"/v1/referrals/{taken.id}?fields={FULL}", EDUCATION, quiet=True).headers["etag"]
    return [
        *_reading(waiting.id, taken.id),
        Case("she withdrew", left.id, PREVIEW, 403, "consent-withdrawn", 11),
        Case("she did not consent", asked.id, PREVIEW, 404, "not-found"),
        Case("nobody's", NOBODYS, PREVIEW, 404, "not-found"),
        _used_up(here),
        Case("requested: accept without If-Match", waiting.id, "", 428, "if-match-missing", accept=True),
        Case("requested: accept as of before", waiting.id, "", 412, "version-stale", accept=True, if_match='"0"'),
        Case("accepted: accept again", taken.id, "", 409, "state-conflict", accept=True, if_match=current),
    ]


def variables(here: Region) -> dict[str, str]:
    """What docs/partners.http names: three referrals that wait, and what goes with them."""
    office = here.system("education office", ORGANISATION, EDUCATION)
    names = ("referral", "other_referral", "third_referral")
    waiting = {name: Guardian.arrived(here) for name in names}
    for each in waiting.values():
        each.consents()
        settling.preview(office, each.id, EDUCATION)
    later = datetime.now(UTC).date() + timedelta(days=7)
    return {
        **{name: each.id for name, each in waiting.items()},
        **{"agreement": EDUCATION.agreement, "purpose": EDUCATION.purpose, "preview": PREVIEW, "fields": FULL},
        **{"receiver": "http://127.0.0.1:9999/jieli", "review_on": later.isoformat()},
    }


def _reading(waiting: str, taken: str) -> list[Case]:
    """What may be read of a referral that waits and of one that is accepted, and what may not."""
    outside, elsewhere = "fields-not-agreed", "purpose-not-agreed"
    return [
        Case("requested", waiting, PREVIEW, 200),
        Case("requested: more than the preview", waiting, FULL, 403, outside, 9),
        Case("requested: no fields", waiting, "", 403, "fields-missing", 9),
        Case("accepted", taken, FULL, 200),
        Case("accepted: a field outside the agreement", taken, "证件号码", 403, outside, 9),
        Case("accepted: a purpose of another agreement", taken, FULL, 403, elsewhere, 7, purpose=HOUSING.purpose),
        Case(
            "accepted: another's agreement", taken, FULL, 403, "party-mismatch", 5, HOUSING.agreement, HOUSING.purpose
        ),
        Case("accepted: no such agreement", taken, FULL, 403, "agreement-unknown", 4, "agr-of-nobody"),
    ]


def _used_up(here: Region) -> Case:
    """A referral under an agreement of which the last call of the day was made."""
    office = here.system("education office", ORGANISATION, AID)
    helped = Guardian.arrived(here, "EDU-04")
    helped.consents()
    path = f"/v1/referrals/{helped.id}?fields={SCHOOL}"
    until("the end of the day's calls", lambda: office.get(path, AID, quiet=True).status_code == 429)
    return Case("the day's calls are used up", helped.id, SCHOOL, 429, "quota-exceeded", 12, AID.agreement, AID.purpose)


def _answers(people: Family, district: str) -> dict[str, dict[str, str]]:
    """What each service asks for, but for the guardian's name and number."""
    place = {
        **{"儿童姓名": people.child.name, "出生日期": people.child.birth_date.isoformat(), "监护人关系": "母亲"},
        **{"现住区划代码": district, "居住地址": "甘亭街道某小区5号楼"},
    }
    return {
        "EDU-01": place,
        "EDU-04": {"学生姓名": people.child.name, SCHOOL: "甘亭小学", "困难类型": "低保家庭"},
    }


def _state(guardian: Guardian) -> str:
    return str(guardian.actor.get(f"/v1/me/referrals/{guardian.id}", quiet=True).json()["state"])


def main() -> int:
    """Make them, write them down, say what they are for."""
    try:
        here = client.regions(RUN / "demonstration.json")["receiving"]
        made = cases(here)
        named = variables(here)
    except client.NotRunning as stopped:
        return says.fail(str(stopped))
    except says.Disappointed as wrong:
        return says.fail(str(wrong))
    system = next(each for each in here.clients if each["client"] == f"{ORGANISATION}-system")
    written = {
        **{"gateway_url": here.gateway_url, **system},
        **{"cases": [asdict(each) for each in made], "variables": named},
    }
    (RUN / FILE).write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"\n    {RUN / FILE}: read these referrals as {system['client']}")
    for each in made:
        print(f"    {each.status} {each.code:20} {each.referral}  {each.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
