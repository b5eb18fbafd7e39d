"""The demonstration's paperwork: what identity is told at its start, and the credentials that `make demo` uses."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.local import places, secrets

Facts = dict[str, Any]


def keys(region: places.Region) -> Path:
    """Where the private keys of the demonstration's own actors lie; the platform itself never reads them."""
    return region.secrets / "demonstration"


def issuer(region: places.Region) -> str:
    """The `iss` of the demonstration's sign-in assertions (RFC 7523)."""
    return f"demonstration-{region.code}"


def client_id(organization: str) -> str:
    """The system client of an organisation."""
    return f"{organization}-system"


def organizations(region: places.Region) -> list[Facts]:
    """The region's organisations."""
    found: list[Facts] = places.demonstration()[region.code]["organizations"]
    return [{"parent": None, "district": region.code, **entry} for entry in found]


def staff(region: places.Region) -> list[Facts]:
    """The region's staff."""
    found: list[Facts] = places.demonstration()[region.code]["staff"]
    return found


def seed(region: places.Region) -> Facts:
    """What identity registers at its start: organisations, clients and their public keys, staff, trusted assertions."""
    issuing = secrets.es256(keys(region) / "issuer.pem")
    return {
        "region": region.code,
        "organizations": organizations(region),
        "clients": [
            {
                "client": client_id(entry["organization"]),
                "organization": entry["organization"],
                "jwk": secrets.public_jwk(secrets.es256(keys(region) / f"{client_id(entry['organization'])}.pem")),
            }
            for entry in organizations(region)
        ],
        "staff": staff(region),
        "assertion_issuers": [{"issuer": issuer(region), "jwk": secrets.public_jwk(issuing)}],
    }


def credentials(regions: Sequence[places.Region]) -> Facts:
    """What `make demo` needs: addresses, and where the private keys of its actors lie."""
    return {region.code: of_region(region) for region in regions}


def of_region(region: places.Region) -> Facts:
    """The credentials of one region."""
    log_key = secrets.log_key(region)
    seeded = seed(region)
    return {
        "name": region.name,
        "role": region.role,
        "gateway_url": region.gateway_url,
        "messages_file": str(messages(region)),
        "log_public_key": log_key.as_pem(private=False).decode(),
        "issuer": {
            "issuer": issuer(region),
            "kid": seeded["assertion_issuers"][0]["jwk"]["kid"],
            "key_file": str(keys(region) / "issuer.pem"),
        },
        "clients": [
            {
                "client": entry["client"],
                "organization": entry["organization"],
                "kid": entry["jwk"]["kid"],
                "key_file": str(keys(region) / f"{entry['client']}.pem"),
            }
            for entry in seeded["clients"]
        ],
        "staff": seeded["staff"],
    }


def messages(region: places.Region) -> Path:
    """Where messages to phones go in the demonstration: a file instead of a telephone network."""
    return region.directory / "messages.jsonl"
