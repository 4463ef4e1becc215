"""Configuration from environment variables (and ``.env``), read once, every problem told at once.

``marketplace config`` lists every variable below with its meaning. Secrets are never printed.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class OidcProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One identity provider. ``audience`` says whom it signs in: ``staff`` or ``citizens``."""

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    audience: Literal["citizens", "staff"] = "citizens"
    scope: str = "openid profile email"


def _about(text: str, *, secret: bool = False) -> msgspec.Meta:
    return msgspec.Meta(description=text, extra={"secret": secret})


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting. The environment variable is the field's name in capitals."""

    environment: Annotated[Environment, _about("development, test or production")] = Environment.DEVELOPMENT
    base_url: Annotated[str, _about("The address people use, e.g. https://setelitori.example")] = (
        "http://127.0.0.1:8000"
    )
    data_dir: Annotated[str, _about("Folder of the embedded database, files and logs")] = ".data"
    secret_key: Annotated[str, _about("Signs cookies and links; at least 32 characters", secret=True)] = ""
    encryption_keys: Annotated[
        str, _about("Comma-separated Fernet keys for identity codes and second factors, newest first", secret=True)
    ] = ""
    database_url: Annotated[str, _about("postgresql://…; empty starts the embedded PostgreSQL", secret=True)] = ""
    database_pool_size: Annotated[int, msgspec.Meta(ge=2, le=200), _about("Connections per process")] = 10
    meilisearch_url: Annotated[str, _about("http(s)://…; empty searches with PostgreSQL")] = ""
    meilisearch_key: Annotated[str, _about("Meilisearch API key", secret=True)] = ""
    stripe_api_key: Annotated[str, _about("sk_…; empty uses the local Stripe double", secret=True)] = ""
    stripe_api_url: Annotated[str, _about("Only for a local double; empty is Stripe itself")] = ""
    stripe_webhook_secret: Annotated[str, _about("Secret of the platform's webhook endpoint", secret=True)] = ""
    stripe_connect_webhook_secret: Annotated[str, _about("Secret of the Connect webhook endpoint", secret=True)] = ""
    stripe_account_webhook_secret: Annotated[
        str, _about("Secret of the endpoint for v2 account events (thin events)", secret=True)
    ] = ""
    ytj_url: Annotated[str, _about("Address of the YTJ open data API; empty uses the local double")] = ""
    files_url: Annotated[str, _about("file:///folder or s3://bucket/prefix; empty is DATA_DIR/files")] = ""
    s3_endpoint: Annotated[str, _about("Address of the S3-compatible store")] = ""
    s3_region: Annotated[str, _about("Region of the S3-compatible store")] = "eu-north-1"
    s3_access_key: Annotated[str, _about("Access key of the S3-compatible store", secret=True)] = ""
    s3_secret_key: Annotated[str, _about("Secret key of the S3-compatible store", secret=True)] = ""
    clamav_address: Annotated[
        str, _about("tcp://host:3310 or unix:///path of a clamd that scans uploaded files; empty scans nothing")
    ] = ""
    smtp_url: Annotated[
        str, _about("smtp:// or smtps://user:password@host:port; empty saves mails in DATA_DIR/mail", secret=True)
    ] = ""
    mail_from: Annotated[str, _about("The address that mails come from")] = "setelitori@localhost"
    oidc_providers: Annotated[str, _about("JSON list of OIDC sign-in providers", secret=True)] = "[]"
    trusted_proxies: Annotated[str, _about("Comma-separated addresses of reverse proxies")] = "127.0.0.1"
    log_level: Annotated[str, _about("debug, info, warning or error")] = "info"
    metrics_token: Annotated[str, _about("Bearer token that /metrics asks for; empty is open", secret=True)] = ""

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).resolve()

    @property
    def uses_stripe_double(self) -> bool:
        return not self.stripe_api_key or bool(self.stripe_api_url)

    def oidc(self) -> list[OidcProvider]:
        return msgspec.json.decode(self.oidc_providers or "[]", type=list[OidcProvider])


class ConfigProblems(Exception):
    """Every problem of the configuration, one line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def load(environ: Mapping[str, str]) -> Config:
    """Builds the configuration.

    Raises:
        ConfigProblems: one or more variables are wrong; all of them are named.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(Config):
        raw = environ.get(field.name.upper())
        if raw is None or raw == "":
            continue
        try:
            values[field.name] = msgspec.convert(raw, field.type, strict=False)
        except msgspec.ValidationError as error:
            problems.append(f"{field.name.upper()}: {error}")
    config = Config(**values)
    problems += _problems_anywhere(config)
    if config.is_production:
        problems += _problems_in_production(config)
    if problems:
        raise ConfigProblems(problems)
    return config


def _problems_anywhere(config: Config) -> list[str]:
    problems: list[str] = []
    try:
        config.oidc()
    except msgspec.MsgspecError as error:
        problems.append(f"OIDC_PROVIDERS: {error}")
    if config.smtp_url and urlsplit(config.smtp_url).scheme not in {"smtp", "smtps"}:
        problems.append("SMTP_URL: must start with smtp:// or smtps://")
    if config.clamav_address and not _is_clamav_address(config.clamav_address):
        problems.append("CLAMAV_ADDRESS: must be tcp://host:port or unix:///path")
    if config.log_level not in {"debug", "info", "warning", "error"}:
        problems.append("LOG_LEVEL: must be debug, info, warning or error")
    for name in ("base_url", "meilisearch_url", "stripe_api_url", "ytj_url", "s3_endpoint"):
        value = getattr(config, name)
        if value and urlsplit(value).scheme not in {"http", "https"}:
            problems.append(f"{name.upper()}: must start with http:// or https://")
    return problems


def _is_clamav_address(address: str) -> bool:
    parts = urlsplit(address)
    try:
        return (
            bool(parts.path)
            if parts.scheme == "unix"
            else parts.scheme == "tcp" and bool(parts.hostname and parts.port)
        )
    except ValueError:  # The port is no number of a port.
        return False


def _problems_in_production(config: Config) -> list[str]:
    """Production refuses every embedded default, every double and every weak secret."""
    required = ("database_url", "meilisearch_url", "stripe_api_key", "stripe_webhook_secret",
                "stripe_connect_webhook_secret", "stripe_account_webhook_secret", "ytj_url", "files_url",
                "encryption_keys", "smtp_url")  # fmt: skip
    problems = [f"{name.upper()}: must be set in production" for name in required if not getattr(config, name)]
    if len(config.secret_key) < 32:
        problems.append("SECRET_KEY: must have at least 32 characters in production")
    if not config.base_url.startswith("https://"):
        problems.append("BASE_URL: must start with https:// in production")
    if config.stripe_api_url:
        problems.append("STRIPE_API_URL: production never talks to a Stripe double")
    if any(not provider.issuer.startswith("https://") for provider in _readable_oidc(config)):
        problems.append("OIDC_PROVIDERS: every issuer must start with https:// in production")
    return problems


def _readable_oidc(config: Config) -> list[OidcProvider]:
    """The providers, or none where ``_problems_anywhere`` has told that they cannot be read."""
    try:
        return config.oidc()
    except msgspec.MsgspecError:
        return []


@cache
def get_config() -> Config:
    """The configuration of this process. ``.env`` fills what the environment leaves out."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return load({**from_file, **os.environ})
