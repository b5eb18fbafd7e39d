"""Days as people in China count them: UTC+8 everywhere, without daylight saving time."""

from datetime import date, datetime, time, timedelta

from shared.contracts.clock import CHINA


def day_of(moment: datetime) -> date:
    """The day in China on which the moment falls."""
    return moment.astimezone(CHINA).date()


def end_of(day: date) -> datetime:
    """The moment at which the day ends in China."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)
