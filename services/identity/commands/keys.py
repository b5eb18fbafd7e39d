"""The ring of keys that sign access tokens: files in the secrets directory, read again when they change."""

import contextlib
import functools
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from services.identity.rules import keys as rules
from shared.settings import Settings

LOOKS = 3  # at a directory that changes


@dataclass(frozen=True)
class Ring:
    """Every key whose tokens are good, by file."""

    by_file: dict[str, ECKey]

    @property
    def signing(self) -> ECKey:
        """The key that signs now, named by its thumbprint (RFC 7638)."""
        return self.by_file[rules.signing(self.by_file, datetime.now(UTC)) or ""]

    @property
    def published(self) -> KeySet:
        """All of them; a token names its own (RFC 7515, 4.1.4)."""
        return KeySet(list(self.by_file.values()))


def ring(settings: Settings) -> Ring:
    """The keys as they lie there now; FileNotFoundError when there is none."""
    for _ in range(LOOKS):
        with contextlib.suppress(FileNotFoundError):  # a key went between the look and the reading
            found = _found(settings.secrets_dir)
            if found:
                return _read(settings.secrets_dir, found)
    raise FileNotFoundError(settings.secrets_dir)


def check(settings: Settings) -> None:
    """SettingsError when nothing could be signed, or what an index names could not be found."""
    if "," in settings.index_key:
        raise settings.error("JIELI_INDEX_KEY must be one key: nobody could be found by her telephone any more.")
    try:
        ring(settings)
    except (OSError, ValueError, JoseError):
        reason = f"{settings.secrets_dir} holds no key token-<time>.pem that can be read (jieli rotate token)."
        raise settings.error(reason) from None


def _found(directory: Path) -> tuple[tuple[str, int], ...]:
    with os.scandir(directory) as entries:
        named = [(entry.name, entry.stat().st_mtime_ns) for entry in entries if rules.made(entry.name)]
    return tuple(sorted(named))


@functools.lru_cache(8)
def _read(directory: Path, found: tuple[tuple[str, int], ...]) -> Ring:
    made = {name: ECKey.import_key((directory / name).read_text(encoding="ascii")) for name, _ in found}
    for key in made.values():
        key.ensure_kid()
    return Ring(made)
