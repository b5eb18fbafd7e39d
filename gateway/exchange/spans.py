"""The spans over which calls are counted, and how long each still runs. Pure."""

from datetime import datetime

from shared.contracts.clock import day_of, end_of


def till_next_minute(now: datetime) -> int:
    """Seconds until the calls of a minute are counted anew."""
    return 60 - now.second


def till_midnight(now: datetime) -> int:
    """Seconds until the calls of a day are counted anew, in China, which has one time."""
    return int((end_of(day_of(now)) - now).total_seconds()) + 1
