"""The settings of a region's five apps, as environment variables (`JIELI_<APP>_<KEY>`, see shared/settings.py)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local import demonstration, places, provision, secrets

PASSED_ON = ("LOG_LEVEL", "TRACE_FILE", "TRACE_RATIO", "OTLP_ENDPOINT")  # what the operator may set for every app


@dataclass(frozen=True)
class Bus:
    """How a region's apps reach NATS. `user_prefix` is empty on our own server, `r<region>_` on a shared one."""

    url: str
    monitor_url: str
    user_prefix: str = ""


def tenants(region: places.Region) -> list[provision.Tenant]:
    """The databases and roles of the region."""
    passwords = secrets.symmetric(region)["database"]
    return [provision.tenant(secrets.prefix(region), app, passwords) for app in provision.APPS]


def variables(
    region: places.Region, everyone: list[places.Region], admin_url: str, bus: Bus, environ: Mapping[str, str]
) -> dict[str, str]:
    """Everything the region's apps are told; also writes the files that the settings point to."""
    common = {
        "REGION": region.code,
        "REGION_NAME": region.name,
        "ENVIRONMENT": "demonstration",
        "HOST": "127.0.0.1",
        "PUBLIC_URL": region.gateway_url,
        "SIGN_IN_URL": region.sign_in_url,
        "NATS_URL": bus.url,
        "NATS_MONITOR_URL": bus.monitor_url,
        "SEED_FILE": str(region.secrets / "seed.json"),
        "MESSAGES_FILE": str(demonstration.messages(region)),
    }
    common |= {key: environ[f"JIELI_{key}"] for key in PASSED_ON if environ.get(f"JIELI_{key}")}
    found = {f"JIELI_{key}": value for key, value in common.items()}
    for holder in tenants(region):
        for key, value in of_app(region, holder, admin_url, bus).items():
            found[f"JIELI_{holder.app}_{key}".upper()] = value
    found |= {f"JIELI_GATEWAY_{key}": value for key, value in of_gateway(region).items()}
    found |= handed_on(region, environ)
    secrets.write_private(region.secrets / "seed.json", written(demonstration.seed(region)))
    secrets.write_private(region.secrets / "gateway" / "peers.json", written(secrets.peers(region, everyone)))
    secrets.signing_keys(region)
    return found


def handed_on(region: places.Region, environ: Mapping[str, str]) -> dict[str, str]:
    """What the operator sets for one app of this region: `JIELI_<region>_<APP>_<KEY>` as `JIELI_<APP>_<KEY>`."""
    begins = tuple(f"JIELI_{region.code}_{app}_".upper() for app in provision.APPS)
    return {name.replace(f"_{region.code}", "", 1): value for name, value in environ.items() if name.startswith(begins)}


def of_app(region: places.Region, holder: provision.Tenant, admin_url: str, bus: Bus) -> dict[str, str]:
    """What every app has, each its own."""
    kept = secrets.symmetric(region)
    own = {
        "PORT": str(region.port(holder.app)),
        "NATS_USER": bus.user_prefix + holder.app,
        "NATS_PASSWORD": kept["nats"][holder.app],
        "KEK": kept["kek"][holder.app],
        "INDEX_KEY": kept["index"][holder.app],
        "SECRETS_DIR": str(region.secrets / holder.app),
        **({"TOKEN_KEY": kept["token"]["people"]} if holder.app in ("identity", "gateway") else {}),
        **provision.addresses(admin_url, holder),
    }
    if holder.app in kept["grant"]:
        own["GRANT_KEY"] = kept["grant"][holder.app]
    secrets.private_directory(region.secrets / holder.app)
    return own


def of_gateway(region: places.Region) -> dict[str, str]:
    """What the gateway alone has: the services' addresses and keys, the agreements, the peers."""
    kept = secrets.symmetric(region)
    return {
        "SERVICE_URLS": json.dumps({app: region.app_url(app) for app in kept["grant"]}),
        "GRANT_KEYS": json.dumps(kept["grant"]),
        "PAIRWISE_KEYS": json.dumps(kept["pairwise"]),
        "SEAL_KEY": kept["seal"]["gateway"],
        "AGREEMENTS_DIR": str(places.ROOT / "demo" / "agreements" / region.code),
        "PEERS_FILE": str(region.secrets / "gateway" / "peers.json"),
    }


def written(value: object) -> str:
    """JSON as it lies in a file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
