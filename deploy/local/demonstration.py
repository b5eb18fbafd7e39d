"""The demonstration's paperwork: what identity is told at its start, and the credentials that `make demo` uses."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.local import places, secrets

Facts = dict[str, Any]
CALLBACK = "http://127.0.0.1/callback"  # nobody listens there: the demonstration reads the address itself


def keys(region: places.Region) -> Path:
    """Where the private keys of the demonstration's own actors lie; the platform itself never reads them."""
    return region.secrets / "demonstration"


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


def clients(region: places.Region) -> list[Facts]:
    """A system of each organisation, and the service centre's two front ends, where people sign in."""
    systems: list[tuple[str, str, list[str]]] = [
        (client_id(entry["organization"]), entry["organization"], []) for entry in organizations(region)
    ]
    centre = f"org-{region.code}-centre"
    return [
        {"client": name, "organization": organization, "signs_in": signs_in}
        for name, organization, signs_in in (
            *systems,
            (f"{centre}-portal", centre, ["resident"]),
            (f"{centre}-desk", centre, ["staff"]),
        )
    ]


def seed(region: places.Region) -> Facts:
    """What identity registers at its start: organisations, clients and their public keys, staff and their proofs."""
    kept = secrets.staff(keys(region) / "staff.json", [entry["staff"] for entry in staff(region)])
    return {
        "region": region.code,
        "organizations": organizations(region),
        "clients": [
            {
                **entry,
                "redirect_uris": [CALLBACK] if entry["signs_in"] else [],
                "jwk": secrets.public_jwk(secrets.es256(keys(region) / f"{entry['client']}.pem")),
            }
            for entry in clients(region)
        ],
        "staff": staff(region),
        "credentials": [
            {"staff": name, "password_hash": proof["password_hash"], "totp": proof["totp"]}
            for name, proof in kept.items()
        ],
    }


def credentials(regions: Sequence[places.Region]) -> Facts:
    """What `make demo` needs: addresses, and where the private keys of its actors lie."""
    return {region.code: of_region(region) for region in regions}


def of_region(region: places.Region) -> Facts:
    """The credentials of one region."""
    return {
        "name": region.name,
        "role": region.role,
        "gateway_url": region.gateway_url,
        "sign_in_url": region.sign_in_url,
        "messages_file": str(messages(region)),
        "log_public_key": secrets.log_key(region).as_pem(private=False).decode(),
        "callback": CALLBACK,
        "clients": [{**entry, "key_file": str(keys(region) / f"{entry['client']}.pem")} for entry in clients(region)],
        "staff": staff(region),
        "staff_file": str(keys(region) / "staff.json"),
    }


def messages(region: places.Region) -> Path:
    """Where messages to phones go in the demonstration: a file instead of a telephone network."""
    return region.directory / "messages.jsonl"
