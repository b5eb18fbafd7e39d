"""The spans over which calls are counted, and how long each still runs. Pure."""

from datetime import datetime, timedelta

from shared.contracts.clock import CHINA


def till_next_minute(now: datetime) -> int:
    """Seconds until the calls of a minute are counted anew."""
    return 60 - now.second


def till_midnight(now: datetime) -> int:
    """Seconds until the calls of a day are counted anew, in China, which has one time."""
    midnight = (now.astimezone(CHINA) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - now).total_seconds()) + 1
