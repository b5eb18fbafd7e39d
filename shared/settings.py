"""The one frozen settings model: read from the environment inside a function, never at import."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

SECRET_HEX = re.compile(r"[0-9a-f]{64}")
SHORTEST = 16  # characters of a password or token


class SettingsError(SystemExit):
    """A setting that keeps the app from starting; its text is the one line the operator sees."""


def in_turn(text: str) -> tuple[bytes, ...]:
    """The keys of a setting that holds one, or while it changes two: the first makes, all of them are good."""
    return tuple(bytes.fromhex(each) for each in text.split(",")) if text else ()


def is_placeholder(text: str) -> bool:
    """Whether a password or token is too short, or one that somebody was asked to replace."""
    return len(text) < SHORTEST or "change" in text.lower()


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
    upstream_sure: str = "aal2 aal3 mfa"
    """Identity: what its ID token has to say, one of these in acr or amr (RFC 8176): two factors, or a passkey."""
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
    """Connections kept to each database; the gateway holds four of them all the time and wants six at least."""

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
    """Services, required: the key that proves the gateway's grants, 32 bytes in hex; while it changes "new,old"."""
    kek: str = Field(min_length=1)
    """The app's key that wraps person keys and seals dead letters, 32 bytes in hex; while it changes "new,old"."""
    keys_a_minute: int = Field(default=60_000, ge=1)
    """Keys of persons that one process may unwrap in a minute."""
    index_key: str = Field(min_length=1)
    """The key of indexes over personal values, 32 bytes in hex; while it changes "new,old". Identity, gateway: one."""
    secrets_dir: Path
    """The folder of the app's key files."""
    seed_file: Path | None = None
    """Identity: organisations, clients, staff and issuers to take in at the start (JSON)."""
    sender: Literal["file", "http", "apprise"] = Field(default="file", validate_default=True)
    """How messages reach phones: an HTTP gateway for text messages, Apprise, or (never in production) a file."""
    sender_url: str = Field(default="", validate_default=True)
    """http: where messages are POSTed. apprise: its address of the service, with {to} where the number belongs."""
    sender_body: str = '{"to": "{to}", "text": "{text}"}'
    """http: the JSON body of a message, with {to} and {text}."""
    sender_token_file: Path | None = None
    """http: the file with the bearer token, in the folder of key files unless its path is absolute."""
    codes_per_hour: int = Field(default=2_000, ge=1)
    """Identity: one-time codes that leave in an hour; a flood in one purpose, or from new browsers, stops no other."""
    messages_file: Path | None = None
    """file: messages are written here, a line of JSON each, instead of being sent."""
    vocabulary_key: Path | None = None
    """The officer's public key (PEM) that the vocabulary has to be signed with; the pinned one without it."""

    trace_file: Path | None = None
    """Traces are appended here, one span a line."""
    otlp_endpoint: str = ""
    """Traces are sent to this collector (OTLP over HTTP)."""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    """The part of requests that is traced."""

    service_urls: dict[str, str] = {}
    """Gateway, required: where each service is, as JSON {service: url}."""
    grant_keys: dict[str, str] = {}
    """Gateway, required: each service's grant key, as JSON {service: hex}; of two the first is used."""
    pairwise_keys: dict[str, str] = {}
    """Gateway, required: the key of each service's pairwise ids, as JSON {service: hex}; a new one knows nobody."""
    seal_key: str = ""
    """Gateway, required: the key of seals, 32 bytes in hex; once it changed "new,old,older": none of them ever goes."""
    token_key: str = ""
    """Identity and gateway, required, the same: hides whom a resident's token names; while it changes "new,old"."""
    agreements_dir: Path | None = None
    """Gateway: the folder of data-sharing agreements to apply at the start (YAML)."""
    peers_file: Path | None = None
    """Gateway: the other regions and their pinned keys (JSON)."""

    @classmethod
    def _secret(cls, value: str) -> str:
        if value and (not SECRET_HEX.fullmatch(value) or len(set(value)) < 8):
            raise ValueError("must be 32 random bytes in hex (openssl rand -hex 32), not a placeholder")
        return value

    @field_validator("grant_key", "token_key", "kek", "index_key", "seal_key")
    @classmethod
    def _changing(cls, value: str) -> str:
        held = value.split(",") if value else []
        if len(set(held)) < len(held) or not all(held):
            raise ValueError("must be one key, or the new one and the old with commas between them")
        return ",".join(map(cls._secret, held))

    @field_validator("pairwise_keys")
    @classmethod
    def _secrets(cls, value: dict[str, str]) -> dict[str, str]:
        return {service: cls._secret(secret) for service, secret in value.items()}

    @field_validator("grant_keys")
    @classmethod
    def _all_changing(cls, value: dict[str, str]) -> dict[str, str]:
        return {service: cls._changing(secret) for service, secret in value.items()}

    @field_validator("nats_password")
    @classmethod
    def _password(cls, value: str) -> str:
        if is_placeholder(value):
            raise ValueError(f"must be at least {SHORTEST} random characters, not a placeholder")
        return value

    @field_validator("sender")
    @classmethod
    def _leaves(cls, value: str, known: ValidationInfo) -> str:
        if value == "file" and known.data.get("environment") == "production":
            raise ValueError("must be http or apprise: in production messages reach phones, not a file")
        return value

    @field_validator("sender_url")
    @classmethod
    def _reached(cls, value: str, known: ValidationInfo) -> str:
        sender, address = known.data.get("sender"), urlsplit(value)
        schemes = {"https"} if known.data.get("environment") == "production" else {"https", "http"}
        if sender == "http" and not (address.scheme in schemes and address.hostname):
            raise ValueError("must be the https address of the gateway for text messages")
        if sender == "apprise" and "{to}" not in value:
            raise ValueError("must be an Apprise address with {to} where the number belongs")
        return value

    @field_validator("sender_body")
    @classmethod
    def _template(cls, value: str) -> str:
        if not {"{to}", "{text}"} <= set(re.findall(r"{\w+}", value)):
            raise ValueError("must hold {to} and {text}")
        json.loads(value)
        return value

    def error(self, reason: str) -> SettingsError:
        """What keeps this app from starting, to raise."""
        return SettingsError(f"{self.app} cannot start: {reason} See docs/settings.md.")

    def key_file(self, name: str | Path) -> str:
        """The text of a file in the folder of key files; SettingsError in one line when it cannot be read."""
        path = self.secrets_dir / name
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise self.error(f"{path} cannot be read ({error.strerror}).") from None

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
                values[field] = _map(app, field, text) if info.annotation == dict[str, str] else text
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = "; ".join(f"JIELI_{e['loc'][0]}".upper() + f": {e['msg']}" for e in error.errors())
            raise SettingsError(f"{app} cannot start: {wrong}. See docs/settings.md.") from None

    def require(self, *names: str, each: Collection[str] = ()) -> None:
        """SettingsError unless these settings are there; a map has to have every key of `each`."""
        lacking = []
        for name in names:
            value = getattr(self, name)
            missing = [key for key in sorted(each) if not value.get(key)] if isinstance(value, dict) else []
            if missing or not value:
                lacking.append(f"JIELI_{name}".upper() + f": {', '.join(missing) or 'it'} must be set")
        if lacking:
            raise SettingsError(f"{self.app} cannot start: {'; '.join(lacking)}. See docs/settings.md.")


def _map(app: str, field: str, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        where = f"JIELI_{field}".upper()
        raise SettingsError(f"{app} cannot start: {where} is no JSON: {error}. See docs/settings.md.") from None
