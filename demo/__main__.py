"""`make demo`: the whole story; exit 0 only if every expectation held."""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

from demo import client, family, says
from demo.scene import Scene
from demo.story import agreement, exchange, mediation, naming, proof, rights, settling

RUN = Path(os.environ.get("JIELI_RUN_DIR") or Path(__file__).resolve().parents[1] / ".run")


def arrival(scene: Scene) -> None:
    """The family has arrived: the parent's own record here, and the child for whom she answers."""
    naming.wrong_then_right(scene.parent, scene.family.parent, scene.here.code)
    naming.sheet(scene.parent, scene.family.parent, RUN)
    settling.keep_record(scene.parent, scene.family.parent, scene.here.code)
    scene.child = settling.add_child(scene.parent, scene.family.child)


STORY: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("At home, before they leave: the clinic files the child's vaccination record", settling.at_home),
    ("A couple with a child arrives", arrival),
    ("One intake: a school place, off-site medical filing, a rent deposit", settling.three_needs),
    ("Three consents, one for each recipient", settling.three_consents),
    ("The vaccination record comes from home", exchange.record_from_home),
    ("The education office: preview, accept, exactly the agreed fields", exchange.education),
    ("The housing office asks for more than its agreement", exchange.housing),
    ("The family withdraws one consent", exchange.withdrawal),
    ("What is kept of her is hers: a copy, a question to the desk, a freeze", rights.hers),
    ("The deposit is mediated, agreed and paid back", mediation.deposit),
    ("An agreement: refused, corrected, signed by both sides, used, exceeded, suspended, ended", agreement.life),
    ("The outcome is confirmed by the person", exchange.outcome),
    ("Who saw what, and the proof", proof.who_saw_what),
)


def stage() -> Scene:
    """A fresh family, signed in at both regions."""
    regions = client.regions(RUN / "demonstration.json")
    here, home = regions["receiving"], regions["sending"]
    fresh = family.fresh(random.SystemRandom())
    return Scene(
        here=here,
        home=home,
        family=fresh,
        parent=here.resident("parent", fresh.parent.phone),
        parent_at_home=home.resident("parent, at home", fresh.parent.phone),
    )


def main() -> int:
    """Tell the story."""
    try:
        scene = stage()
        for number, (title, tell) in enumerate(STORY):
            says.chapter(number, title)
            tell(scene)
    except client.NotRunning as stopped:
        return says.fail(str(stopped))
    except (says.Disappointed, KeyError) as wrong:
        return says.fail(f"{type(wrong).__name__}: {wrong}")
    print(f"\n    {says.held} expectations held; every answer came from the running platform.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
