"""Where the published vectors lie. They are not part of the project: JIELI_VECTORS names the folder that holds them."""

import os
from pathlib import Path

ROOT = Path(os.environ.get("JIELI_VECTORS", Path(__file__).parents[2] / ".." / "shared" / "vectors")).resolve()


def files(folder: str, pattern: str) -> list[Path]:
    """The files of one suite in a stable order. A missing suite is an error: a run of no cases would prove nothing."""
    found = sorted((ROOT / folder).rglob(pattern))
    if not found:
        raise FileNotFoundError(f"no vectors in {ROOT / folder}: point JIELI_VECTORS at the folder that holds them")
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
