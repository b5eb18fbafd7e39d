"""What a member of staff has in hand: the password, and an authenticator whose codes serve once each."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp

STEP = 30  # seconds (RFC 6238)


@dataclass
class Staff:
    """A member of staff of the demonstration."""

    name: str
    file: Path
    used: int = field(default=0)

    @classmethod
    def all(cls, file: Path) -> dict[str, Any]:
        """Everybody's proofs, by name."""
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    @property
    def password(self) -> str:
        """What they know."""
        return str(self.all(self.file)[self.name]["password"])

    def code(self) -> str:
        """What the authenticator shows: a code that was not used before, waited for where there is none."""
        while self.used > time.time() // STEP:
            time.sleep(0.2)
        self.used = max(self.used + 1, int(time.time()) // STEP)
        return pyotp.TOTP(self.all(self.file)[self.name]["totp"]).generate_otp(self.used)
