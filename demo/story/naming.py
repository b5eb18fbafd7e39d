"""A wrong name: typed with another character, seen and corrected by her, and how it stands elsewhere as a sheet."""

from datetime import date
from pathlib import Path

from demo import says
from demo.client import Actor
from demo.family import Person

WRONG = "买"


def wrong_then_right(actor: Actor, person: Person, district: str) -> None:
    """The counter typed another character; the person reads her record, sees it, and writes it again."""
    body = {
        "name": WRONG + person.typed[1:],
        "birth_date": person.birth_date.isoformat(),
        "phone": person.phone,
        "district": district,
    }
    says.expect("a name was kept, with a wrong character", actor.put("/v1/me/record", body).status_code, 200)
    read = actor.get("/v1/me/record")
    says.why("she reads what is kept of her, and whether the writing was changed; nothing goes on with a wrong name")
    right = body | {"name": person.typed}
    corrected = actor.put("/v1/me/record", right, if_match=read.headers["etag"])
    says.expect("she corrected it, over the version that she read", corrected.status_code, 200)
    says.expect("the name is right", actor.get("/v1/me/record").json()["name"], person.name)


def sheet(actor: Actor, person: Person, folder: Path) -> None:
    """How the name stands on her ticket and her bank card, and the sheet that she carries."""
    for written, document in ((person.name.replace("·", ""), "ticket"), (person.typed, "bank_card")):
        answer = actor.post("/v1/me/name-writings", {"written": written, "document": document})
        says.expect(f"the writing on the {document} is kept", answer.status_code, 201)
    shown = actor.get("/v1/me/name-writings").json()["writings"]
    differences = [each["difference"] for each in shown]
    says.expect("what tells each from the name", differences, ["missing_separator", "separator"])
    printed = actor.get("/v1/me/name-sheet", quiet=True)
    says.expect("姓名写法对照说明 is a PDF", printed.content[:5], b"%PDF-")
    place = folder / f"name-sheet-{date.today():%Y%m%d}.pdf"
    place.write_bytes(printed.content)
    says.note(f"printed to {place.name}, {len(printed.content)} bytes, A4; a hint to look at, never a reason to refuse")
