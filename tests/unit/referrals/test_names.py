"""What the name of a referral tells: the day, and nothing by which two referrals would be put together."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.referrals.rules import names
from shared.contracts.clock import CHINA, day_of

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def told(name: uuid.UUID) -> datetime:
    return datetime.fromtimestamp((name.int >> 80) / 1000, UTC)


@given(MOMENTS)
def test_a_name_is_a_uuid_that_tells_the_day_alone(now: datetime) -> None:
    name = names.of_the_day(now)
    assert (name.version, name.variant) == (7, uuid.RFC_4122)
    assert told(name).astimezone(CHINA) == datetime.combine(day_of(now), datetime.min.time(), CHINA)


def test_names_of_one_moment_are_as_far_apart_as_those_of_one_day() -> None:
    now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    one = [names.of_the_day(now) for _ in range(500)]
    other = [names.of_the_day(now + timedelta(hours=3)) for _ in range(500)]
    assert len({*one, *other}) == 1000
    assert min(one) < max(other) and min(other) < max(one), "the order tells no hour"
