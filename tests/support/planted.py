"""Made-up people who arrive through the public API as anybody does, each with words by which she is known again."""

import contextlib
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.client import Actor, Region
from tests.system.test_foreign_ids import consent

PROOF = {"proof_type": "household_booklet"}


@dataclass(frozen=True)
class Somebody:
    """What one person says of herself; every word of it can be looked for."""

    name: str
    child: str
    phone: str
    document_type: str
    document_number: str
    birth_date: str
    address: str
    words: str
    child_born: str = "2019-10-02"
    language: str = "zh"
    insured_at: str = "陕西省西安市"

    def record(self, district: str) -> dict[str, str]:
        """Her service record."""
        names = ("name", "document_type", "document_number", "birth_date", "phone")
        return {name: getattr(self, name) for name in names} | {
            "district": district,
            "preferred_language": self.language,
        }

    def answers(self, service: str, district: str) -> dict[str, str]:
        """What she answers for a service."""
        known = {"姓名": self.name, "联系电话": self.phone, "证件号码": self.document_number}
        special = {
            "EDU-01": {
                "儿童姓名": self.child,
                "出生日期": "2019-10-02",
                "监护人关系": "母亲",
                "居住地址": self.address,
            },
            "HEA-01": {"参保地": self.insured_at, "就医地": "陕西省西安市", "备案类型": "长期居住"},
            "HOU-04": {"房屋地址": self.address, "争议": self.words, "请求": "退还押金"},
        }
        return known | {"现住区划代码": district} | special[service]

    def dispute(self, committee: str) -> dict[str, Any]:
        """Her application for mediation at a committee."""
        against = {"name": "某房东", "contact": "请到门市联系"}
        asked = {"dispute_type": "rent_deposit", "statement": self.words, "request": "退还押金", "respondent": against}
        return asked | {"committee": committee}


@dataclass(frozen=True)
class Arrived:
    """She, signed in, with the ids of what she left: `ids` by what paths call them, referrals by service."""

    who: Somebody
    actor: Actor
    ids: dict[str, list[str]] = field(default_factory=dict)
    referrals: dict[str, str] = field(default_factory=dict)

    def left(self, kind: str, path: str, body: object, member: str = "id") -> dict[str, Any]:
        """Post something that is taken; its id is noted."""
        with contextlib.redirect_stdout(io.StringIO()):
            answer = self.actor.post(path, body)
        assert answer.status_code == 201, f"{path}: {answer.status_code} {answer.text}"
        made: dict[str, Any] = answer.json()
        if member in made:
            self.ids.setdefault(kind, []).append(str(made[member]))
        return made


def arrive(region: Region, who: Somebody) -> Arrived:
    """She signs in, says who she is, and names the child for whom she answers."""
    actor = region.resident("somebody", who.phone)
    with contextlib.redirect_stdout(io.StringIO()):
        kept = actor.put("/v1/me/record", who.record(region.code))
    assert kept.status_code == 200, kept.text
    made = Arrived(who, actor)
    child = {"name": who.child, "birth_date": who.child_born, "relation": "parent"} | PROOF
    made.left("dependant", "/v1/me/dependants", child)
    return made


def refer(person: Arrived, services: Sequence[str], **notice: object) -> None:
    """One intake of several needs, and a consent to each."""
    district = person.actor.region.code
    needs: list[dict[str, Any]] = [
        {"service": each, "answers": person.who.answers(each, district)} for each in services
    ]
    for need in needs:
        if need["service"] == "EDU-01":
            need["dependant"] = person.ids["dependant"][0]
    taken = person.left("intake", "/v1/me/intakes", {"needs": needs, "told": True})
    for made in taken["referrals"]:
        person.referrals[made["service"]] = made["id"]
        person.ids.setdefault("referral", []).append(made["id"])
        asked = consent(made)
        asked["notice"] |= notice
        if made["service"] == "EDU-01":
            asked["dependant"] = person.ids["dependant"][0]
        person.left("consent", "/v1/me/consents", asked)


def ask_right(person: Arrived) -> None:
    """She asks the desk to correct something, in her own words."""
    asked = {"kind": "correct", "about": "record", "words": person.who.words}
    person.left("rights_request", "/v1/me/rights-requests", asked)


def apply(person: Arrived, committee: str) -> None:
    """She applies for mediation."""
    person.left("case", "/v1/me/cases", person.who.dispute(committee), "case")


def another(known: str) -> str:
    """An id of the same time and form that nothing has."""
    made = uuid.uuid4().hex
    return f"{known[:15]}{made[:3]}-8{made[3:6]}-{made[6:18]}"
