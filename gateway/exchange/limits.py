"""What an answer says of the agreement's quota (draft-ietf-httpapi-ratelimit-headers): its policies, and what is left.

Only calls are told. How many different people were reached is the office's own to know: next to an answer, that number
would narrow down who they are (product line 12); each referral counts as somebody else.
"""

from datetime import datetime

from gateway.agreements.rules import Rate
from gateway.exchange.rules import Usage
from gateway.exchange.spans import till_midnight, till_next_minute

MINUTE, DAY = 60, 86_400  # seconds


def headers(rate: Rate, used: Usage, now: datetime) -> dict[str, str]:
    """RateLimit-Policy and RateLimit, as structured fields (RFC 9651); `used` counts the call that is answered."""
    minute, day = max(0, rate.per_minute - used.minute), max(0, rate.per_day - used.day)
    return {
        "ratelimit-policy": f'"minute";q={rate.per_minute};w={MINUTE}, "day";q={rate.per_day};w={DAY}',
        "ratelimit": f'"minute";r={minute};t={till_next_minute(now)}, "day";r={day};t={till_midnight(now)}',
    }
