"""The copy to print: what is kept, section by section, each value beside what it is called (PDF, A4)."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import noto_cjk_sans_otc
import typst

from shared.contracts import clock

HERE: Final = Path(__file__).parent
LABELS: Final[dict[str, str]] = json.loads((HERE / "labels.json").read_text("utf-8"))
# Said on screen beside the thing, or only for machines.
_NOT_PRINTED: Final = frozenset(
    {"allowed", "may", "notices", "remedies", "receipt", "fhir", "consent_hash", "digest", "next"}
)
_FONTS: Final = Path(noto_cjk_sans_otc.__file__).parent


def pdf(copy: bytes) -> bytes:
    """The document; takes some tenths of a second of one core, so call it in a thread."""
    content = json.loads(copy)
    sections = [
        {"title": LABELS[name], "things": [list(_lines(thing)) for thing in _things(kept)]}
        for name, kept in content["kept"].items()
    ]
    made_on = clock.day_of(datetime.fromisoformat(content["made_at"]))
    cut = [LABELS[name] for name in content["continued"]]
    said = {"region": content["region"], "day": made_on.isoformat(), "cut": cut, "sections": sections}
    compiler = typst.Compiler(
        HERE / "copy.typ", font_paths=[_FONTS], sys_inputs={"copy": json.dumps(said, ensure_ascii=False)}
    )
    made = compiler.compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("one document gives one file")
    return made


def _things(kept: Any) -> list[Any]:
    """The things of a section: its lines, or the one thing that it is."""
    if isinstance(kept, dict) and len(kept) == 1 and isinstance(next(iter(kept.values())), list):
        kept = next(iter(kept.values()))
    if isinstance(kept, list):
        return kept
    return [] if kept is None else [kept]


def _lines(value: Any, name: str = "") -> Iterator[list[str]]:
    """What a thing says, one value a line; what is empty is left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _NOT_PRINTED:
                continue
            yield from _lines(inner, " › ".join(filter(None, (name, LABELS.get(key, key)))))
    elif isinstance(value, list):
        for inner in value:
            yield from _lines(inner, name)
    elif value not in (None, ""):
        yield [name, str(value)]
