"""Where each region of the local platform lies: directories under `.run/`, ports from a base, names."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.local import child

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = Path(__file__).with_name("demonstration.yaml")
BASES = {"610118": 7100, "621124": 7200}
# What the launcher reads from its own environment, for docs/settings.md: name, what it does without it, what it is for.
SETTINGS = (
    ("JIELI_RUN_DIR", "`.run/` beside the Makefile", "Where all data, secrets and logs are written."),
    (
        "JIELI_PORT_BASE_<region>",
        "`7100`, `7200`",
        "The first of a region's 44 ports; its gateway listens on the first.",
    ),
    (
        "JIELI_DATABASE_URL",
        "a PostgreSQL of its own",
        "The address of your server's *administrator*, who makes databases and roles: postgresql://admin:...@host/postgres."
        " In an app's settings the same name is the app's own database.",
    ),
    ("JIELI_NATS_URL", "a NATS of its own", "Your bus; the first start says which users it has to know."),
    ("JIELI_NATS_MONITOR_URL", "must be set beside it", "Your bus's monitoring page."),
    ("JIELI_<region>_DATABASE_URL", "the one for both", "For one region alone; so with the two of the bus."),
    (
        "JIELI_LOG_LEVEL",
        "as above",
        "Handed on to every app, as are JIELI_TRACE_FILE, JIELI_TRACE_RATIO and JIELI_OTLP_ENDPOINT.",
    ),
    (
        "JIELI_<region>_<APP>_<SETTING>",
        "what the launcher makes",
        "Handed on to one app of one region as `JIELI_<APP>_<SETTING>`: e.g. JIELI_610118_IDENTITY_UPSTREAM_ISSUER.",
    ),
    ("JIELI_ADMIN_DATABASE_URL", "must be set", "`python -m deploy.databases`: the administrator of the apps' data."),
    ("JIELI_KEYS_ADMIN_DATABASE_URL", "must be set", "The same of the person keys."),
    ("ROLE_<app>_owner, ROLE_<app>_app", "must be set", "The passwords of each app's two roles, for that job."),
)
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
    """The two regions. Raises child.LaunchError when a port base is no number in range, or two want one port."""
    found = [
        Region(code, facts["name"], facts["role"], base(environ, code), run_directory(environ) / code)
        for code, facts in demonstration().items()
    ]
    _check_apart(found)
    return found


def _check_apart(found: list[Region]) -> None:
    for one, other in itertools.combinations(found, 2):
        if one.ports(True, True).keys() & other.ports(True, True).keys():
            raise child.LaunchError(
                f"{one.base_setting} ({one.base}) and {other.base_setting} ({other.base}) overlap: "
                f"each is the first of {NATS_MONITOR + 1} ports"
            )


def base(environ: Mapping[str, str], code: str) -> int:
    """The first port of a region."""
    setting = f"JIELI_PORT_BASE_{code}"
    text = environ.get(setting) or str(BASES[code])
    if not text.isdigit() or not 1024 <= int(text) <= 65535 - NATS_MONITOR:
        raise child.LaunchError(f"{setting} must be a port from 1024 to {65535 - NATS_MONITOR}, not {text!r}")
    return int(text)
