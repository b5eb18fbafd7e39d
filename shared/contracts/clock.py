"""The legal time of China: one zone in the whole country, without summer time."""

from datetime import timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "China")
