"""Every environment variable the app reads, each with its why; there is no other configuration."""

import os
import secrets
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_SHORTEST_KEY = 32
_NO_KEY = (
    f"has to be set in production to at least {_SHORTEST_KEY} characters, because receipts are signed with it and a "
    "short key can be guessed from one receipt; any random text will do, kept secret and kept the same for as long as "
    "receipts are to be recognised"
)
OFF = "off"
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_RATE = rf"^({OFF}|[1-9][0-9]{{0,5}}/(second|minute|hour|day))$"
_ORIGIN = r"(\*|https?://[^\s/,*]+/?)"
_ORIGINS = rf"^(\s*{_ORIGIN}\s*(,\s*{_ORIGIN}\s*)*)?$"


def _workers() -> int:
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)


class Settings(BaseSettings):
    """Read once at start-up, from the environment and nowhere else."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(default="0.0.0.0", description="A container is reached from outside it.")  # noqa: S104
    port: int = Field(default=7860, ge=1, le=65535, description="Where a Hugging Face Space expects an app.")
    app_env: Literal["development", "production"] = Field(default="development", description="Production logs JSON.")
    space_id: str = Field(default="", description="Set by a Hugging Face Space, which is production.")
    secret_key: SecretStr = Field(
        default=SecretStr(""), validate_default=True, description="Signs receipts; random per start in development."
    )
    secret_key_old: SecretStr = Field(
        default=SecretStr(""), description="Earlier keys, with commas between: their receipts are still known."
    )
    metrics_token: SecretStr = Field(default=SecretStr(""), description="Who has it may read the metrics.")
    source: Literal["yahoo", "sample"] = Field(default="yahoo", description="Where prices come from by default.")
    workers: int = Field(default_factory=_workers, ge=1, le=64, description="Each fits one model at a time.")
    queue: int = Field(default=24, ge=0, le=1000, description="Jobs that may wait; one more is told to come back.")
    cache_mb: int = Field(default=256, ge=0, description="Memory for finished answers.")
    cache_seconds: int = Field(default=900, ge=0, description="Daily bars change once a day.")
    redis_url: str = Field(default="", repr=False, description="A Redis that replicas share; one alone needs none.")
    dask_scheduler: str = Field(
        default="", pattern=r"^(tcp://[^\s/]+:\d{1,5})?$", description="Its workers compute; one machine needs none."
    )
    rate_limit: str = Field(
        default="60/minute", pattern=_RATE, description="Card runs for each client: models are costly."
    )
    proxy_hops: int | None = Field(default=None, ge=0, le=9, description="Proxies in front that name the client.")
    allowed_hosts: str = Field(default="", description="Names it answers to: a page of another name is not this one.")
    allowed_origins: str = Field(
        default="", pattern=_ORIGINS, description="Sites whose pages may read the API in their visitors' browsers."
    )
    space_host: str = Field(default="", description="The name that a Space answers to; set by it.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: SecretStr, others: ValidationInfo) -> SecretStr:
        text = key.get_secret_value().strip()
        production = others.data.get("app_env") == "production" or others.data.get("space_id")
        if production and len(text) < _SHORTEST_KEY:
            raise ValueError(_NO_KEY)
        return key if text else SecretStr(secrets.token_hex(32))

    @field_validator("secret_key_old")
    @classmethod
    def _old_ones_too(cls, keys: SecretStr, others: ValidationInfo) -> SecretStr:
        given = [key.strip() for key in keys.get_secret_value().split(",") if key.strip()]
        production = others.data.get("app_env") == "production" or others.data.get("space_id")
        if production and min(map(len, given), default=_SHORTEST_KEY) < _SHORTEST_KEY:
            raise ValueError(f"has a key of less than {_SHORTEST_KEY} characters, which anybody may guess")
        return keys

    @property
    def key(self) -> bytes:
        """What receipts and shared answers are signed with."""
        return self.secret_key.get_secret_value().encode("utf-8", "surrogateescape")

    @property
    def earlier_keys(self) -> tuple[bytes, ...]:
        """What was the key before."""
        keys = self.secret_key_old.get_secret_value().encode("utf-8", "surrogateescape").split(b",")
        return tuple(key.strip() for key in keys if key.strip())

    @property
    def token(self) -> bytes | None:
        """What has to be said for the metrics: nothing where None, and in production without a token no word helps."""
        token = self.metrics_token.get_secret_value().encode("utf-8", "surrogateescape")
        return token if token or self.production else None

    @property
    def hops(self) -> int:
        """How many proxies stand in front; a Space has one."""
        return self.proxy_hops if self.proxy_hops is not None else int(bool(self.space_id))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names to answer ("*" is any): those listed, or in production the Space's and this machine's."""
        if self.allowed_hosts.strip():
            return tuple(name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip())
        return tuple(filter(None, (self.space_host.lower(), *_LOCAL))) if self.production else ("*",)

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may read the API ("*" is any), as browsers write them."""
        return frozenset(
            origin.strip().rstrip("/").lower() for origin in self.allowed_origins.split(",") if origin.strip()
        )

    @property
    def production(self) -> bool:
        """Whether strangers rely on this deployment."""
        return self.app_env == "production" or bool(self.space_id)


def settings_or_exit() -> Settings:
    """The settings of this process; where the environment has something wrong, one sentence and the end."""
    try:
        return Settings()
    except ValidationError as invalid:
        raise SystemExit("\n".join(_sentence(str(one["loc"][0]), one["msg"]) for one in invalid.errors())) from None


def _sentence(name: str, fault: str) -> str:
    return f"The environment variable {name.upper()} {fault.removeprefix('Value error, ').removeprefix('Input ')}."
