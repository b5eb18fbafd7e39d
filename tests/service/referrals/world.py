"""A town for the tests of referrals: its organisations, services and agreements, and people who come to its counter."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from shared.contracts import events
from shared.grants import AgreementRef
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

CENTRE, EDUCATION, MEDICAL, HOUSING = (f"org-610118-{name}" for name in ("centre", "education", "medical", "housing"))
SCHOOL_FIELDS = ("姓名", "联系电话", "儿童姓名", "出生日期", "居住地址")
SERVICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "EDU-01": ("filing", (*SCHOOL_FIELDS, "户籍地")),
    "HEA-05": ("referral", ("姓名", "儿童姓名", "出生日期", "接种证号")),
    "HOU-03": ("filing", ("姓名", "房屋地址", "租期")),
    "RES-02": ("info", ("姓名",)),
    "EMP-01": ("referral", ("姓名", "技能")),
}
AGREEMENTS: dict[str, tuple[str, str, str, tuple[str, ...], tuple[str, ...]]] = {
    "agr-school": (EDUCATION, "EDU-01", "school_enrolment", ("儿童姓名", "出生日期"), SCHOOL_FIELDS),
    "agr-medical": (MEDICAL, "HEA-05", "health_service", ("儿童姓名",), ("姓名", "儿童姓名", "接种证号")),
    "agr-housing": (HOUSING, "HOU-03", "housing_help", ("租期",), ("姓名", "房屋地址", "租期")),
}
SCHOOL_NEED = {"service": "EDU-01", "answers": {name: f"答{at}" for at, name in enumerate(SCHOOL_FIELDS)}}


def agreement(name: str, version: int = 1, **changes: Any) -> events.AgreementActivated:
    """One of the agreements as the gateway tells of it."""
    consumer, service, purpose, preview, full = AGREEMENTS[name]
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "agreement": name,
        "version": version,
        "provider": CENTRE,
        "consumer": consumer,
        "services": (service,),
        "purposes": (purpose,),
        "preview_fields": preview,
        "fields": full,
        "sensitive": ("minor",),
        "operations": ("read_referral", "answer_referral"),
        "consent_kind": "separate_consent",
        "consent_hash": f"{version:064x}",
        "retention_days": 730,
        "valid_from": now - timedelta(days=1),
        "valid_until": now + timedelta(days=365),
    }
    return events.AgreementActivated.model_validate(values | changes)


@dataclass
class Person:
    """Somebody at the counter."""

    seal: str = field(default_factory=lambda: f"seal-{uuid.uuid4()}")
    subject: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class World:
    """The running service and what a test does with it."""

    app: RunningApp

    async def publish(self) -> None:
        """Tell the service of its town."""
        for organisation in (CENTRE, EDUCATION, MEDICAL, HOUSING):
            kind = "service_centre" if organisation == CENTRE else "department"
            told = events.OrganizationRegistered(
                organization=organisation, name=f"名{organisation}", kind=kind, district="610118"
            )
            await self.app.receive("identity", organisation, 1, told)
        for code, (kind, fields) in SERVICES.items():
            await self.app.receive("registry", code, 1, service(code, kind, fields))
        for name in AGREEMENTS:
            await self.app.receive("gateway", name, 1, agreement(name))
        await self.rows("SELECT 1 FROM agreement", len(AGREEMENTS))
        await self.rows("SELECT 1 FROM service", len(SERVICES))
        await self.rows("SELECT 1 FROM organisation", 4)

    async def rows(self, query: str, count: int = 1, **values: Any) -> list[Any]:
        """Wait until a query finds so many rows."""

        async def found() -> list[Any] | None:
            rows = await self.select(query, **values)
            return rows if len(rows) == count else None

        result = await until(found)
        assert result is not None
        return result

    async def select(self, query: str, **values: Any) -> list[Any]:
        """What a query finds now."""
        async with self.app.runtime.engine.connect() as connection:
            return list((await connection.execute(text(query), values)).all())

    async def change(self, statement: str, **values: Any) -> None:
        """A statement under the app's own role, to set a scene or to try what must not work."""
        async with self.app.runtime.engine.begin() as connection:
            await connection.execute(text(statement), values)

    def person(self, who: Person) -> httpx.AsyncClient:
        """The person on her own data."""
        return self.app.as_(grants.resident(self.app.settings, who.subject, who.seal))

    def office(self, organisation: str) -> httpx.AsyncClient:
        """A member of staff of an organisation."""
        return self.app.as_(grants.staff(self.app.settings, organisation, "officer"))

    def partner(self, organisation: str, agreed: str, fields: tuple[str, ...] = ()) -> httpx.AsyncClient:
        """An organisation's system under an agreement, with the fields that the gateway allowed."""
        return self.app.as_(grants.partner(self.app.settings, organisation, fields, agreement=AgreementRef(agreed, 1)))

    async def take_in(self, who: Person, *needs: dict[str, Any], **headers: str) -> httpx.Response:
        """One intake."""
        async with self.person(who) as client:
            return await client.post("/v1/me/intakes", json={"needs": list(needs), "told": True}, headers=headers)

    async def waiting(self, who: Person) -> dict[str, Any]:
        """A school referral that waits for consent."""
        answer = await self.take_in(who, SCHOOL_NEED)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["referrals"][0]
        return made

    async def requested(self, who: Person) -> str:
        """A school referral that its recipient may see; its id."""
        made = await self.waiting(who)
        await self.say(events.ConsentGiven, made)
        await self.state(who, made["id"], "requested")
        return str(made["id"])

    async def say(
        self, fact: type[events.ConsentFact], made: dict[str, Any], sequence: int = 1, **changes: Any
    ) -> None:
        """What the registry tells of the consent about a referral."""
        asked = made["consent_request"]
        wanted = ("recipient", "purpose", "agreement", "agreement_version", "consent_hash", "fields")
        values = {name: asked[name] for name in wanted} | {
            "consent": f"consent-of-{made['id']}",
            "referral": str(made["id"]),
            "expires_at": datetime.now(UTC) + timedelta(days=180),
            "seal": "seal-of-the-registry",
        }
        event = fact.model_validate(values | changes)
        await self.app.receive("registry", event.consent, sequence, event)

    async def state(self, who: Person, referral: str, wanted: str) -> dict[str, Any]:
        """Wait until the person sees the referral in a state."""

        async def seen() -> dict[str, Any] | None:
            now = await self.mine(who, referral)
            return now if now["state"] == wanted else None

        result = await until(seen)
        assert result is not None
        return result

    async def mine(self, who: Person, referral: str) -> dict[str, Any]:
        """The referral as the person sees it."""
        async with self.person(who) as client:
            answer = await client.get(f"/v1/me/referrals/{referral}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def move(self, referral: str, verb: str, version: int | None, **body: Any) -> httpx.Response:
        """A verb of the education office."""
        headers = {"if-match": f'"{version}"'} if version else {}
        async with self.partner(EDUCATION, "agr-school") as client:
            return await client.post(f"/v1/referrals/{referral}:{verb}", json=body or None, headers=headers)

    async def read(self, referral: str, *fields: str) -> httpx.Response:
        """The education office reads."""
        async with self.partner(EDUCATION, "agr-school", fields) as client:
            return await client.get(f"/v1/referrals/{referral}")


def service(code: str, kind: str, fields: tuple[str, ...]) -> events.ServicePublished:
    """A service as the registry tells of it."""
    return events.ServicePublished(
        service=code,
        name_zh=f"服务{code}",
        name_en=f"Service {code}",
        domain="education",
        kind=kind,
        fields=fields,
        guardian_if_under14=False,
        sla_days=10,
        sla_unit="day",
    )
