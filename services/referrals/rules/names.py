"""The name of a referral, which tells its recipient nothing that another recipient's tells too (product line 12)."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Final

from shared.contracts.clock import day_of, end_of

_RANDOM: Final = 80  # bits after the time
_DAY: Final = timedelta(days=1)


def of_the_day(now: datetime) -> uuid.UUID:
    """A UUIDv7 whose time is the beginning of the day in China (RFC 9562, 6.1 allows to alter it): the needs of one
    intake lie milliseconds apart, and two partners could tell by that which of their referrals are of one person."""
    began = end_of(day_of(now)) - _DAY
    value = int(began.timestamp() * 1000) << _RANDOM | secrets.randbits(_RANDOM)
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0b11 << 62) | 0b10 << 62)
