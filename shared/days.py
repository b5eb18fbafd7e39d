"""A day in a request body: an ISO 8601 date, written out."""

import datetime
import re
from typing import Annotated

from pydantic import BeforeValidator

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written(value: object) -> object:
    """Numbers and other ways to write a date are refused: nobody could say which day was meant."""
    if isinstance(value, datetime.date) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise ValueError("write the date as YYYY-MM-DD")


Day = Annotated[datetime.date, BeforeValidator(_written)]
