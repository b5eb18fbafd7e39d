"""Receipts of consents: JSON Web Signatures (RFC 7515, ES256) that a person keeps and others can check."""

import asyncio
import contextlib
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey

from shared.runtime import Runtime
from shared.settings import Settings

KEY_FILE = "registry-receipts.jwk"


def files(folder: Path) -> list[Path]:
    """The files of keys, oldest first: the last one with a private key signs, all of them are published."""
    return sorted(folder.glob(f"{Path(KEY_FILE).stem}*.jwk"), key=lambda file: file.stem)


def successor(moment: datetime) -> str:
    """The name of a key's file that is made at this moment."""
    return f"{Path(KEY_FILE).stem}-{moment:%Y%m%dT%H%M%SZ}.jwk"


def check(settings: Settings) -> None:
    """SettingsError when the key is missing in production, where an operator puts it there."""
    if settings.environment == "production" and not any(key.is_private for key in _keys(settings)):
        raise settings.error(f"{settings.secrets_dir / KEY_FILE} or a successor must hold a private key.")


async def ensure_key(runtime: Runtime) -> None:
    """Make the signing key when there is none yet."""
    await asyncio.to_thread(_ensure, runtime.settings)


def _ensure(settings: Settings) -> None:
    if files(settings.secrets_dir):
        return
    with contextlib.suppress(FileExistsError):
        _write(settings.secrets_dir / KEY_FILE, json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))


def _write(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


def _keys(settings: Settings) -> Sequence[ECKey]:
    """All of them, oldest first, each named by its thumbprint (RFC 7638)."""
    found = [ECKey.import_key(json.loads(file.read_text())) for file in files(settings.secrets_dir)]
    for key in found:
        key.ensure_kid()
    return found


def public_keys(settings: Settings) -> list[dict[str, str]]:
    """The public halves (RFC 7517), also of keys that sign no more: their receipts hold."""
    shown = [key.as_dict(private=False) for key in _keys(settings)]
    return [{name: str(value) for name, value in each.items()} | {"alg": "ES256", "use": "sig"} for each in shown]


def sign(settings: Settings, claims: dict[str, object]) -> str:
    """The claims as a compact JWS."""
    key = [each for each in _keys(settings) if each.is_private][-1]
    header = {"alg": "ES256", "typ": "consent-receipt+jwt", "kid": key.kid}
    return jws.serialize_compact(header, json.dumps(claims, ensure_ascii=False), key, algorithms=["ES256"])
