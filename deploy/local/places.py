"""Where each region of the local platform lies: directories under `.run/`, ports from a base, names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.local import child

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = Path(__file__).with_name("demonstration.yaml")
BASES = {"610118": 7100, "621124": 7200}
OFFSETS = {"gateway": 0, "identity": 1, "registry": 2, "referrals": 3, "cases": 4}
POSTGRES, NATS, NATS_MONITOR = 32, 42, 43


@dataclass(frozen=True)
class Region:
    """One region of the installation."""

    code: str
    name: str
    role: str
    base: int
    directory: Path

    @property
    def base_setting(self) -> str:
        """The setting that moves all of the region's ports."""
        return f"JIELI_PORT_BASE_{self.code}"

    @property
    def secrets(self) -> Path:
        """Files that no other account may read."""
        return self.directory / "secrets"

    @property
    def logs(self) -> Path:
        """What the children print."""
        return self.directory / "logs"

    @property
    def environment(self) -> Path:
        """The settings of the region's apps, as a JSON object of environment variables."""
        return self.secrets / "environment.json"

    @property
    def gateway_url(self) -> str:
        """The only address that outsiders need."""
        return self.app_url("gateway")

    @property
    def sign_in_url(self) -> str:
        """Where browsers sign in: passkeys are bound to a name, not to an address."""
        return f"http://{self.code}.localhost:{self.port('gateway')}"

    def port(self, app: str) -> int:
        """The port of one app."""
        return self.base + OFFSETS[app]

    def app_url(self, app: str) -> str:
        """The address of one app."""
        return f"http://127.0.0.1:{self.port(app)}"

    def ports(self, postgres: bool, nats: bool) -> dict[int, str]:
        """Every port the region needs, with what for; without those of servers that are not ours to start."""
        needed = {self.port(app): app for app in OFFSETS}
        needed |= {self.base + POSTGRES: "PostgreSQL"} if postgres else {}
        needed |= {self.base + NATS: "NATS", self.base + NATS_MONITOR: "NATS monitoring"} if nats else {}
        return needed


def demonstration() -> dict[str, dict[str, Any]]:
    """The demonstration's regions as written in demonstration.yaml."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(DEMONSTRATION.read_text(encoding="utf-8"))
    return loaded


def run_directory(environ: Mapping[str, str]) -> Path:
    """Everything the platform writes lies here: `.run/` beside the Makefile, or what JIELI_RUN_DIR names."""
    return Path(environ.get("JIELI_RUN_DIR") or ROOT / ".run").resolve()


def regions(environ: Mapping[str, str]) -> list[Region]:
    """The two regions. Raises child.LaunchError when a port base is no number in range."""
    return [
        Region(code, facts["name"], facts["role"], base(environ, code), run_directory(environ) / code)
        for code, facts in demonstration().items()
    ]


def base(environ: Mapping[str, str], code: str) -> int:
    """The first port of a region."""
    setting = f"JIELI_PORT_BASE_{code}"
    text = environ.get(setting) or str(BASES[code])
    if not text.isdigit() or not 1024 <= int(text) <= 65535 - NATS_MONITOR:
        raise child.LaunchError(f"{setting} must be a port from 1024 to {65535 - NATS_MONITOR}, not {text!r}")
    return int(text)
