"""Her rights: everything that is kept, in one copy; a request that two officers look at; a freeze that she ends."""

from demo import says
from demo.client import Actor, until
from demo.scene import EDUCATION, Scene

ASKED = {"kind": "explain", "about": "referral", "words": "为什么要登记孩子的出生日期？"}
ANSWER = {"words": "用于判断入学年龄；学位安排结束后按协议期限删除。"}


def hers(scene: Scene) -> None:
    """The copy, the desk, the freeze."""
    _copy(scene.parent, scene.family.parent.name)
    _desk(scene)
    _freeze(scene)


def _copy(parent: Actor, name: str) -> None:
    answer = parent.get("/v1/me/copy", quiet=True)
    says.sent(parent.who, "GET", "/v1/me/copy")
    kept = answer.json()["kept"]
    says.note(", ".join(f"{section}: {_count(told)}" for section, told in kept.items()))
    says.expect("everything that any service keeps, under one decision", kept["record"]["name"], name)
    printed = parent.get("/v1/me/copy.pdf", quiet=True)
    says.expect("the same to print", printed.content[:5], b"%PDF-")


def _count(told: object) -> int:
    """How many things a section holds."""
    inner = next(iter(told.values())) if isinstance(told, dict) and len(told) == 1 else told
    return len(inner) if isinstance(inner, list) else int(inner is not None)


def _desk(scene: Scene) -> None:
    asked = scene.parent.post("/v1/me/rights-requests", ASKED).json()
    officer = scene.here.staff("data protection officer", f"staff-{scene.here.code}-protection")
    path = f"/v1/rights-requests/{asked['id']}"
    until("the request at the desk", lambda: officer.get(path, quiet=True).status_code == 200)
    seen = officer.get(path)
    says.expect("the desk reads her words, and not who she is", seen.json()["words"], ASKED["words"])
    answered = officer.post(f"{path}:grant", ANSWER, if_match=seen.headers["etag"])
    says.expect("it answers, by a day", answered.status_code, 200)
    mine = scene.parent.get(f"/v1/me/rights-requests/{asked['id']}").json()
    says.expect("she reads the answer", mine["answers"][0]["words"], ANSWER["words"])


def _freeze(scene: Scene) -> None:
    office = scene.here.system("education office", "org-610118-education", EDUCATION)
    path = f"/v1/referrals/{scene.referral('EDU-01')}?fields=儿童姓名"

    def comes(status: int) -> bool:
        return office.get(path, EDUCATION, quiet=True).status_code == status

    says.expect("before: the education office may read", office.get(path, EDUCATION).status_code, 200)
    says.expect("she freezes everything", scene.parent.post("/v1/me/freeze").json()["frozen"], True)
    until("the freeze", lambda: comes(403))
    says.why("to the office it looks as if she had never been asked")
    says.expect("she ends it", scene.parent.post("/v1/me/freeze:end").json()["frozen"], False)
    until("the end of the freeze", lambda: comes(200))
    says.note("nothing was withdrawn: the office reads again")
