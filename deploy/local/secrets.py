"""The secrets of one installation: generated at the first start, mode 0600; added to when needed, never replaced.

.run/<region>/secrets/secrets.json                 passwords and symmetric keys
.run/<region>/secrets/identity/token.pem           ES256, signs access tokens
.run/<region>/secrets/gateway/log.pem              Ed25519, signs checkpoints of the access log
.run/<region>/secrets/gateway/witness.pem          Ed25519, cosigns checkpoints of the other region's log
.run/<region>/secrets/gateway/federation.pem       ES256, signs requests to the other region
.run/<region>/secrets/demonstration/<client>.pem   ES256, the key of a department's system or of a front end
.run/<region>/secrets/demonstration/staff.json     password and authenticators of the demonstration's staff
"""

import json
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyotp
from argon2 import PasswordHasher
from joserfc.jwk import ECKey, OKPKey

from deploy.local import nats, places, provision


def hex_key() -> str:
    """32 random bytes."""
    return secrets.token_hex(32)


def wanted(prefix: str) -> dict[str, list[str]]:
    """The names under which symmetric secrets are kept, by kind. `prefix` begins the names of database roles."""
    services = [app for app in provision.APPS if app != "gateway"]
    return {
        "database": ["superuser", *(f"{prefix}_{app}_{kind}" for app in provision.APPS for kind in ("owner", "app"))],
        "nats": [*provision.APPS, nats.OPERATOR],
        "grant": services,
        "pairwise": services,
        "kek": list(provision.APPS),
        "index": list(provision.APPS),
        "seal": ["gateway"],
        "token": ["people"],
    }


def symmetric(region: places.Region) -> dict[str, dict[str, str]]:
    """Every password and symmetric key of the region, generating those that do not exist yet."""
    path = region.secrets / "secrets.json"
    private_directory(region.secrets)
    kept: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    complete = {
        kind: {**{name: hex_key() for name in names}, **kept.get(kind, {})}
        for kind, names in wanted(prefix(region)).items()
    }
    if complete != kept:
        write_private(path, json.dumps(complete, indent=1))
    return complete


def prefix(region: places.Region) -> str:
    """What the names of the region's databases and roles begin with."""
    return f"r{region.code}"


def es256(path: Path) -> ECKey:
    """The P-256 key in the file, generated when there is none."""
    if not path.exists():
        write_private(path, ECKey.generate_key("P-256").as_pem(private=True).decode())
    return ECKey.import_key(path.read_text(encoding="ascii"))


def ed25519(path: Path) -> OKPKey:
    """The Ed25519 key in the file, generated when there is none."""
    if not path.exists():
        write_private(path, OKPKey.generate_key("Ed25519").as_pem(private=True).decode())
    return OKPKey.import_key(path.read_text(encoding="ascii"))


def public_jwk(key: ECKey, algorithm: str = "ES256") -> dict[str, Any]:
    """The public half; its kid is its thumbprint (RFC 7638)."""
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "alg": algorithm, "use": "sig"}


def federation_key(region: places.Region) -> ECKey:
    """The key by which the region's gateway signs to its peers."""
    return es256(region.secrets / "gateway" / "federation.pem")


def log_key(region: places.Region) -> OKPKey:
    """The key by which the region's gateway signs the checkpoints of its log."""
    return ed25519(region.secrets / "gateway" / "log.pem")


def witness_key(region: places.Region) -> OKPKey:
    """The key by which the region's gateway cosigns the checkpoints of other logs."""
    return ed25519(region.secrets / "gateway" / "witness.pem")


def staff(path: Path, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Password, its hash (argon2id) and authenticator secret (base32) of each, generating those that do not exist.

    Those generated together share a password, because hashing takes long by design; each authenticator is its own.
    """
    kept: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if missing := [name for name in names if name not in kept]:
        password = secrets.token_urlsafe(18)
        shared = {"password": password, "password_hash": PasswordHasher().hash(password)}
        kept = {**{name: {**shared, "totp": pyotp.random_base32()} for name in missing}, **kept}
        write_private(path, json.dumps(kept, indent=1))
    return kept


def signing_keys(region: places.Region) -> None:
    """Makes those keys of the region's apps that do not exist yet."""
    es256(region.secrets / "identity" / "token.pem")
    log_key(region)
    witness_key(region)
    federation_key(region)


def peers(region: places.Region, everyone: Iterable[places.Region]) -> dict[str, dict[str, str]]:
    """What the region's gateway knows of the others: address, and the pinned thumbprint of the federation key."""
    return {
        other.code: {
            "name": other.name,
            "gateway_url": other.gateway_url,
            "thumbprint": federation_key(other).thumbprint(),
        }
        for other in everyone
        if other.code != region.code
    }


def private_directory(path: Path) -> None:
    """Makes a directory that only its owner enters."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner reads: whole or not at all, and on disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
