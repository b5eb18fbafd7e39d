"""Every problem code of the platform: services are processes of their own, and the gateway explains their codes too."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from shared.problems import Kind

FILE = Path(__file__).with_name("problems.json")  # made from the code by `make docs`; a test holds it equal


@functools.cache
def known() -> Mapping[str, Kind]:
    """What each code means and what to do about it."""
    return {code: Kind(code=code, **said) for code, said in json.loads(FILE.read_text("utf-8")).items()}
