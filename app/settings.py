"""Settings, from the environment."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


class Settings(BaseSettings):
    """What the environment says; each field is the variable of its name in capitals."""

    database_url: str = "sqlite+aiosqlite:///./data/lead2patient.db"
    wake_url: str = "memory://"
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    metrics_token: SecretStr | None = None
    allowed_origins: list[str] = []
    max_body_bytes: int = Field(default=256 * 1024, gt=0)
    max_frame_bytes: int = Field(default=64 * 1024, gt=0)
    max_subscriptions: int = Field(default=20, gt=0)
    connection_init_seconds: float = Field(default=5, gt=0)
    send_seconds: float = Field(default=10, gt=0)
    graceful_stop_seconds: int = Field(default=8, gt=0)

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

    @field_validator("wake_url")
    @classmethod
    def _known_wake(cls, url: str) -> str:
        """Refuse a wake-up call that does not exist yet."""
        if url != "memory://":
            raise ValueError("only memory:// (one process) exists so far")
        return url
