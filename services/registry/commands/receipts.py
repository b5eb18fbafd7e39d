"""Receipts of consents: JSON Web Signatures (RFC 7515, ES256) that a person keeps and others can check."""

import asyncio
import contextlib
import json
import os
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey

from shared.runtime import Runtime
from shared.settings import Settings

KEY_FILE = "registry-receipts.jwk"


def check(settings: Settings) -> None:
    """SettingsError when the key is missing in production, where an operator puts it there."""
    if settings.environment == "production":
        settings.key_file(KEY_FILE)


async def ensure_key(runtime: Runtime) -> None:
    """Make the signing key when there is none yet."""
    await asyncio.to_thread(_ensure, runtime.settings)


def _ensure(settings: Settings) -> None:
    path = settings.secrets_dir / KEY_FILE
    if path.exists():
        return
    with contextlib.suppress(FileExistsError):
        _write(path, json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))


def _write(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


def _key(settings: Settings) -> ECKey:
    key = ECKey.import_key(json.loads((settings.secrets_dir / KEY_FILE).read_text()))
    key.ensure_kid()
    return key


def public_key(settings: Settings) -> dict[str, str]:
    """The public half (RFC 7517)."""
    shown = _key(settings).as_dict(private=False)
    return {name: str(value) for name, value in shown.items()} | {"alg": "ES256", "use": "sig"}


def sign(settings: Settings, claims: dict[str, object]) -> str:
    """The claims as a compact JWS."""
    key = _key(settings)
    header = {"alg": "ES256", "typ": "consent-receipt+jwt", "kid": key.kid}
    return jws.serialize_compact(header, json.dumps(claims, ensure_ascii=False), key, algorithms=["ES256"])
