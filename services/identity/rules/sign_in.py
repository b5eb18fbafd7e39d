"""How often one may try: known browsers count alone, so that nobody can lock another person out."""

import re
import unicodedata
from datetime import timedelta

from shared import problems

FREE = 5  # failures before the first pause
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)  # without a new failure
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
HOUR = timedelta(hours=1)
CODES = {HOUR: 5, timedelta(days=1): 10}  # to one number
CODES_ASKED = 5  # in an hour by one sign-in, or by one person for a new phone
PASSWORD = range(12, 129)  # characters (NIST SP 800-63B, 3.1.1.2)
STRENGTH = 3  # of 4 on zxcvbn's scale
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MAINLAND = re.compile(r"1[3-9][0-9]{9}")

NOT_PROVEN = problems.kind(
    403, "sign-in-not-proven", "This does not fit", "Check what you typed; after some tries there is a pause."
)
PAUSED = problems.kind(429, "sign-in-paused", "Too many tries", "Wait, or sign in from a browser that you used before.")
BUSY = problems.kind(
    503, "sign-in-busy", "Many people are signing in now", "Go back and try again in a moment, or use a passkey."
)
PASSWORD_WEAK = problems.kind(
    422, "password-weak", "This password is easily guessed", "Take at least 12 characters, best four unrelated words."
)
PHONE = problems.kind(
    422, "phone-unreadable", "Not a telephone number", "Give digits, with + and the country's number outside China."
)
PHONE_TAKEN = problems.kind(
    409, "phone-taken", "This number signs somebody in already", "Sign in with this number, or take another."
)


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: nothing at first, then doubling up to a quarter of an hour."""
    if failures < FREE:
        return timedelta(0)
    return min(LONGEST_PAUSE, timedelta(seconds=2.0 ** min(failures - FREE, 20)))


def phone(typed: str) -> str:
    """The number in E.164 form; numbers without a country's number are mainland mobiles. Raises `phone-unreadable`."""
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", typed[:64]))
    if _MAINLAND.fullmatch(digits):
        digits = f"+86{digits}"
    if not digits.isascii() or not _PHONE.fullmatch(digits):
        raise PHONE()
    return digits


def message(region: str, code: str) -> str:
    """What a phone is sent: the same words for everybody."""
    return (
        f"【接力】{region}：您的一次性验证码是 {code}，10 分钟内有效。请勿告诉任何人。"
        f"Your one-time code is {code}, valid for 10 minutes. Tell nobody."
    )


def counter_message(organization: str, code: str) -> str:
    """What a phone is sent at a counter: the same words for everybody."""
    return (
        f"【接力】{organization}窗口：您的一次性验证码是 {code}，10 分钟内有效。只有您本人在窗口时才告诉工作人员。"
        f"Your code at the counter of {organization} is {code}, valid for 10 minutes. Say it only if you are there."
    )
