"""Settings, from the environment."""

import re
from typing import Annotated, Literal

from pydantic import Field, ImportString, SecretStr, field_validator
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from models.connecting import OnConnect
from models.engines import Patience
from resolvers.audit_retention import LEAST_DAYS
from resolvers.limits import Limits

_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
_WAKES = ("memory", "sqlite", "redis", "rediss", "postgres", "postgresql")

Count = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]
Days = Annotated[int, Field(ge=0)]


class Settings(BaseSettings):
    """What the environment says; each field is the variable of its name in capitals."""

    database_url: str = "sqlite+aiosqlite:///./data/lead2patient.db"
    database_on_connect: ImportString[OnConnect] | None = None
    wake_url: str = "memory://"
    files_url: str = "file://./data/files"
    public_url: str | None = None
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    second_secret_key: SecretStr | None = Field(default=None, min_length=32)
    metrics_token: SecretStr | None = None
    allowed_origins: list[str] = []
    introspection: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    max_body_bytes: Count = 256 * 1024
    max_document_bytes: Count = 16 * 1024
    max_tokens: Count = 2000
    max_depth: Count = 12
    max_aliases: Count = 30
    max_cost: Count = 5000
    max_cost_per_minute: Count = 500_000
    max_page_size: Count = 100
    max_ids: Count = 100
    max_search_characters: Count = 200
    max_upload_bytes: Annotated[int, Field(gt=0, lt=2**31)] = 250 * 1024 * 1024
    max_uploads: Count = 10

    max_frame_bytes: Count = 64 * 1024
    max_subscriptions: Count = 20
    max_sockets: Count = 10
    connection_init_seconds: Seconds = 5
    ping_seconds: Seconds = 15
    send_seconds: Seconds = 10
    receive_seconds: Seconds = 10

    request_seconds: Seconds = 10
    statement_seconds: Seconds = 5
    lock_seconds: Seconds = 3
    poll_seconds: Seconds = 1
    token_leeway_seconds: Annotated[int, Field(ge=0)] = 60
    graceful_stop_seconds: Count = 8

    event_retention_hours: Count = 24
    event_retention_count: Count = 100_000
    audit_retention_days: Days = 0

    @property
    def patience(self) -> Patience:
        """How long requests wait for the database."""
        return Patience(self.statement_seconds, self.lock_seconds)

    @property
    def limits(self) -> Limits:
        """How much one request may ask for."""
        return Limits(
            document_bytes=self.max_document_bytes,
            tokens=self.max_tokens,
            depth=self.max_depth,
            aliases=self.max_aliases,
            cost=self.max_cost,
            page_size=self.max_page_size,
            ids=self.max_ids,
            search_characters=self.max_search_characters,
            upload_bytes=self.max_upload_bytes,
            introspection=self.introspection,
        )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        """Refuse a database this program does not know."""
        try:
            driver = make_url(url).drivername
        except ArgumentError as error:
            raise ValueError("this is not a database address") from error
        if driver not in _DRIVERS:
            raise ValueError(f"use one of {', '.join(_DRIVERS)}")
        return url

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        """Refuse what links cannot begin with."""
        if url and not re.fullmatch(r"https?://[^/?#\s]+", url):
            raise ValueError("use an address without a path, like https://crm.example.com")
        return url

    @field_validator("audit_retention_days")
    @classmethod
    def _long_enough(cls, days: int) -> int:
        """Refuse to forget the audit trail too soon (R97)."""
        if 0 < days < LEAST_DAYS:
            raise ValueError(f"use at least {LEAST_DAYS}, or 0 to keep the audit trail for ever")
        return days

    @field_validator("wake_url")
    @classmethod
    def _known_wake(cls, url: str) -> str:
        """Refuse a wake-up call this program does not know."""
        scheme, separator, _ = url.partition("://")
        if not separator or scheme not in _WAKES:
            raise ValueError(f"use one of {', '.join(f'{one}://' for one in _WAKES)}")
        return url
