"""The one frozen settings model: read from the environment inside a function, never at import."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

SECRET_HEX = re.compile(r"[0-9a-f]{64}")


class SettingsError(SystemExit):
    """A setting that keeps the app from starting; its text is the one line the operator sees."""


class Settings(BaseModel):
    """Settings of one app. `load` reads each from `JIELI_<APP>_<KEY>`, then `JIELI_<KEY>`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    app: str
    region: str = Field(pattern=r"^[0-9]{6}$")
    region_name: str = Field(min_length=1)
    environment: Literal["production", "development", "demonstration"] = "production"
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    database_url: str
    owner_database_url: str = ""
    keys_database_url: str = ""
    keys_owner_database_url: str = ""
    database_pool: int = 10

    nats_url: str
    nats_user: str
    nats_password: str
    nats_monitor_url: str
    nats_replicas: int = Field(default=1, ge=1, le=5)

    grant_key: str = ""
    kek: str
    index_key: str
    secrets_dir: Path
    seed_file: Path | None = None
    messages_file: Path | None = None
    vocabulary_key: Path | None = None

    trace_file: Path | None = None
    otlp_endpoint: str = ""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)

    service_urls: dict[str, str] = {}
    grant_keys: dict[str, str] = {}
    pairwise_keys: dict[str, str] = {}
    seal_key: str = ""
    agreements_dir: Path | None = None
    peers_file: Path | None = None

    @field_validator("kek", "index_key", "grant_key", "seal_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and (not SECRET_HEX.fullmatch(value) or len(set(value)) < 8):
            raise ValueError("must be 32 random bytes in hex (openssl rand -hex 32), not a placeholder")
        return value

    @field_validator("grant_keys", "pairwise_keys")
    @classmethod
    def _secrets(cls, value: dict[str, str]) -> dict[str, str]:
        return {service: cls._secret(secret) for service, secret in value.items()}

    @field_validator("nats_password")
    @classmethod
    def _password(cls, value: str) -> str:
        if len(value) < 16 or "change" in value.lower():
            raise ValueError("must be at least 16 random characters, not a placeholder")
        return value

    @classmethod
    def load(cls, app: str, environ: Mapping[str, str]) -> Self:
        """Read the settings of `app`; SettingsError names each wrong setting in one line and what to do."""
        values: dict[str, object] = {"app": app}
        for field, info in cls.model_fields.items():
            text = environ.get(f"JIELI_{app}_{field}".upper(), environ.get(f"JIELI_{field}".upper()))
            if text is not None and field != "app":
                is_map = info.annotation == dict[str, str]
                values[field] = json.loads(text) if is_map else text
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = "; ".join(f"JIELI_{e['loc'][0]}".upper() + f": {e['msg']}" for e in error.errors())
            raise SettingsError(f"{app} cannot start: {wrong}. See docs/settings.md.") from None
