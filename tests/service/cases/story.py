"""One mediation case as its three people live it: the applicant, the respondent, the committee's mediator."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.contracts.events import OrganizationRegistered
from tests.support import grants
from tests.support.apps import REGION, RunningApp
from tests.support.grants import Caller
from tests.support.until import until

COMMITTEE = "org-610118-mediation"
OTHER_COMMITTEE = "org-610118-town"
CANARIES = {
    "statement": "CANARY-STATEMENT 房东不退押金",
    "request": "CANARY-REQUEST 退还押金1800元",
    "name": "CANARY-NAME 王某某",
    "contact": "CANARY-13900000000",
    "applicant": "CANARY-APPLICANT 阿依努尔",
    "own": "CANARY-OWN 房屋有损坏",
    "record": "CANARY-RECORD 双方到场",
    "term": "CANARY-TERM 退还1500元",
    "note": "CANARY-NOTE 电话回访",
}
DUE = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()


def application(**more: object) -> dict[str, object]:
    """A body that asks for mediation about a deposit."""
    return {
        "dispute_type": "rent_deposit",
        "statement": CANARIES["statement"],
        "request": CANARIES["request"],
        "respondent": {"name": CANARIES["name"], "contact": CANARIES["contact"]},
        "applicant": {"name": CANARIES["applicant"], "contact": CANARIES["contact"]},
    } | more


async def register_committees(app: RunningApp) -> None:
    """Tell the app of two committees, as identity does, and wait until it knows."""
    for committee, district in ((COMMITTEE, REGION), (OTHER_COMMITTEE, REGION + "101")):
        event = OrganizationRegistered(
            organization=committee, name="人民调解委员会", kind="mediation_committee", district=district
        )
        await app.receive("identity", committee, 1, event)

    async def known() -> bool:
        async with app.as_(grants.resident(app.settings)) as client:
            answers = [
                await client.post("/v1/me/cases", json=application(committee=committee))
                for committee in (COMMITTEE, OTHER_COMMITTEE)
            ]
        return all(answer.status_code == 201 for answer in answers)

    await until(known)


class Story:
    """A case under way; every verb is sent with the version that was last read unless a test says otherwise."""

    def __init__(self, app: RunningApp) -> None:
        self.app = app
        self.case = ""
        self.applicant = grants.resident(app.settings, seal=f"seal-applicant-{uuid.uuid4()}")
        self.respondent = grants.resident(app.settings, seal=f"seal-respondent-{uuid.uuid4()}")
        self.mediator = grants.staff(app.settings, COMMITTEE, "mediator")

    async def get(self, caller: Caller, path: str | None = None) -> httpx.Response:
        """Read the case, or another path, as `caller`."""
        async with self.app.as_(caller) as client:
            return await client.get(path or self._path(caller))

    async def post(self, caller: Caller, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send a body as `caller`."""
        async with self.app.as_(caller) as client:
            return await client.post(path, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    async def do(self, caller: Caller, verb: str, body: object = None) -> httpx.Response:
        """Use a verb with the version as it is now."""
        etag = (await self.get(caller)).headers.get("etag", '"0"')
        return await self.post(caller, f"{self._path(caller)}:{verb}", body, if_match=etag)

    def _path(self, caller: Caller) -> str:
        return f"/v1/cases/{self.case}" if caller.kind == "internal" else f"/v1/me/cases/{self.case}"

    def code(self) -> str:
        """The code in the newest message sent to the respondent."""
        assert self.app.settings.messages_file
        last = json.loads(self.app.settings.messages_file.read_text().splitlines()[-1])
        assert last["to"] == CANARIES["contact"]
        return str(last["text"]).split("邀请码 ")[1].split(" ")[0]

    async def apply(self, **more: object) -> httpx.Response:
        """The applicant asks for mediation."""
        answer = await self.post(self.applicant, "/v1/me/cases", application(**more))
        self.case = answer.json().get("case", "")
        return answer

    async def answer(self, answer: str, code: str | None = None, caller: Caller | None = None) -> httpx.Response:
        """Somebody answers an invitation."""
        body: dict[str, Any] = {"code": code or self.code(), "answer": answer, "statement": CANARIES["own"]}
        return await self.post(caller or self.respondent, "/v1/me/invitations:answer", body)

    async def terms_hash(self) -> str:
        """The digest of the text as it stands."""
        return str((await self.get(self.applicant)).json()["agreement"]["terms_hash"])

    async def sign(self, caller: Caller) -> httpx.Response:
        """A party signs the text as it stands."""
        return await self.do(caller, "sign", {"terms_hash": await self.terms_hash()})

    async def step(self, name: str) -> httpx.Response:
        """One step of the straight way from application to performance."""
        steps = {
            "applied": lambda: self.apply(),
            "screening": lambda: self.do(self.mediator, "screen", {"in_scope": True}),
            "inviting": lambda: self.do(self.mediator, "invite"),
            "accepted": lambda: self.answer("accepted"),
            "notified": lambda: self.do(self.mediator, "notify", {"signed_by": ["applicant", "respondent"]}),
            "in_session": lambda: self.do(
                self.mediator, "open-session", {"no_interest": True, "record": CANARIES["record"]}
            ),
            "agreement_drafted": lambda: self.draft(),
            "agreement_signed": lambda: self.seal(),
            "performing": lambda: self.report(self.applicant, "performed"),
            "performed": lambda: self.follow_up("performed"),
        }
        return await steps[name]()

    async def until(self, state: str) -> "Story":
        """Go the straight way until the case is in `state`."""
        for name in WAY[: WAY.index(state) + 1]:
            answer = await self.step(name)
            assert answer.status_code in (200, 201), answer.text
            assert answer.json()["state"] == name
        return self

    async def draft(self, text: str = CANARIES["term"], due: str = DUE) -> httpx.Response:
        """The mediator writes down one term."""
        return await self.do(self.mediator, "draft", {"terms": [{"text": text, "due": due}]})

    async def seal(self) -> httpx.Response:
        """Both sign, the committee seals."""
        for party in (self.applicant, self.respondent):
            assert (await self.sign(party)).status_code == 200
        return await self.do(self.mediator, "seal")

    async def report(self, caller: Caller, result: str, term: int = 1) -> httpx.Response:
        """A party reports on a term."""
        return await self.do(caller, "report", {"reports": [{"term": term, "result": result}]})

    async def follow_up(self, result: str) -> httpx.Response:
        """The mediator follows up."""
        return await self.do(self.mediator, "follow-up", {"result": result, "note": CANARIES["note"]})


WAY = (
    "applied",
    "screening",
    "inviting",
    "accepted",
    "notified",
    "in_session",
    "agreement_drafted",
    "agreement_signed",
    "performing",
    "performed",
)
