"""The one frozen settings model: read from the environment inside a function, never at import."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

SECRET_HEX = re.compile(r"[0-9a-f]{64}")


class SettingsError(SystemExit):
    """A setting that keeps the app from starting; its text is the one line the operator sees."""


class Settings(BaseModel):
    """Settings of one app. `load` reads each from `JIELI_<APP>_<KEY>`, then `JIELI_<KEY>`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    app: str
    """Set by whoever starts the app; not read from the environment."""
    region: str = Field(pattern=r"^[0-9]{6}$")
    """The region's administrative code, six digits (GB/T 2260)."""
    region_name: str = Field(min_length=1)
    """The region's name, as people read it."""
    environment: Literal["production", "development", "demonstration"] = "production"
    """What this installation is for."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 8080
    """The port to listen on."""
    tls_certificate: Path | None = None
    """The server's certificate with its chain (PEM), where no proxy before it ends TLS; with tls_key or not at all."""
    tls_key: Path | None = Field(default=None, validate_default=True)
    """The certificate's private key (PEM)."""
    public_url: str
    """Where the region's gateway is reached from outside; issuer and audience of tokens."""
    sign_in_url: str = ""
    """Identity: where browsers sign in; its host is the name that passkeys are bound to. public_url without it."""
    upstream_issuer: str = ""
    """Identity: the OpenID Connect provider that signs staff in instead of us; https, or a loopback address."""
    upstream_client: str = ""
    """Identity: our client id there; its key is upstream.pem in the secrets directory."""
    upstream_scope: str = ""
    """Identity: what is asked for there beside openid."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least that is logged."""

    database_url: str
    """The app's database, as its application role: postgresql+asyncpg://..."""
    owner_database_url: str = ""
    """The same database as the role that owns its tables; migrations only."""
    keys_database_url: str = ""
    """The database of wrapped person keys, for apps that hold personal data."""
    keys_owner_database_url: str = ""
    """The same as the role that owns its tables; migrations only."""
    database_pool: int = 10
    """Connections kept to each database."""

    nats_url: str
    """The event bus, nats://..."""
    nats_user: str
    """The app's own user of the bus."""
    nats_password: str
    """Its password, at least 16 characters."""
    nats_monitor_url: str
    """The bus's monitoring page; the start reads there that messages are synced to disk."""
    nats_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of each stream: 1 with one bus server, 3 with a cluster."""

    grant_key: str = ""
    """Services: the key that proves the gateway's grants, 32 bytes in hex."""
    kek: str
    """The app's key that wraps person keys and seals dead letters, 32 bytes in hex."""
    index_key: str
    """The key of indexes over personal values, 32 bytes in hex."""
    secrets_dir: Path
    """The folder of the app's key files."""
    seed_file: Path | None = None
    """Identity: organisations, clients, staff and issuers to take in at the start (JSON)."""
    messages_file: Path | None = None
    """Demonstration only: messages to contacts are written here instead of being sent."""
    vocabulary_key: Path | None = None
    """The officer's public key (PEM) that the vocabulary has to be signed with; the pinned one without it."""

    trace_file: Path | None = None
    """Traces are appended here, one span a line."""
    otlp_endpoint: str = ""
    """Traces are sent to this collector (OTLP over HTTP)."""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    """The part of requests that is traced."""

    service_urls: dict[str, str] = {}
    """Gateway: where each service is, as JSON {service: url}."""
    grant_keys: dict[str, str] = {}
    """Gateway: each service's grant key, as JSON {service: hex}."""
    pairwise_keys: dict[str, str] = {}
    """Gateway: the key of each service's pairwise ids, as JSON {service: hex}; changing one makes everybody unknown."""
    seal_key: str = ""
    """Gateway: the key of seals, 32 bytes in hex."""
    token_key: str = ""
    """Identity and gateway, the same: the key that hides whom a resident's token names, 32 bytes in hex."""
    agreements_dir: Path | None = None
    """Gateway: the folder of data-sharing agreements to apply at the start (YAML)."""
    peers_file: Path | None = None
    """Gateway: the other regions and their pinned keys (JSON)."""

    @field_validator("kek", "index_key", "grant_key", "seal_key", "token_key")
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

    @field_validator("tls_key")
    @classmethod
    def _both_or_none(cls, value: Path | None, others: ValidationInfo) -> Path | None:
        if (value is None) != (others.data.get("tls_certificate") is None):
            raise ValueError("tls_certificate and tls_key go together")
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
