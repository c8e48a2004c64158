"""What a command begins with: settings, the secret key, an open database."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.failures import Failure
from app.migrating import is_current
from app.settings import Settings
from models.database import Database
from models.engines import UNHURRIED

P = ParamSpec("P")
T = TypeVar("T")

SECRET_FILE = Path("data/secret-key")
SECRET_BYTES = 32


def read_settings() -> Settings:
    """Return the settings; Failure names the variable that is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        name = str(first["loc"][0]).upper() if first["loc"] else "environment"
        if name == "SECRET_KEY":
            reason = f"{SECRET_BYTES} bytes are needed"
        raise Failure(f"{name} is not valid: {reason}.") from None
    except SettingsError:
        raise Failure("ALLOWED_ORIGINS is not valid: write a JSON list of addresses.") from None


def secret_key(settings: Settings, *, may_make: bool) -> bytes:
    """Return the key that signs tokens and seals cursors.

    Without SECRET_KEY, `may_make` makes a random one once in ./data/secret-key, readable by its
    owner only (C12); otherwise Failure.
    """
    if settings.secret_key is not None:
        return _long_enough(settings.secret_key.get_secret_value().encode(), "SECRET_KEY")
    if not may_make:
        raise Failure(
            "SECRET_KEY is missing: set it to at least 32 random bytes, the same for every start,"
            " or use --dev on your own machine."
        )
    try:
        _make_secret_file()
        return _long_enough(SECRET_FILE.read_bytes().strip(), str(SECRET_FILE))
    except OSError as error:
        raise Failure(f"{SECRET_FILE} cannot be used: {error.strerror}.") from None


def _make_secret_file() -> None:
    """Make the file if there is none; of two programs at once, one makes it."""
    if SECRET_FILE.exists():
        return
    SECRET_FILE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = SECRET_FILE.with_name(f"{SECRET_FILE.name}.{os.getpid()}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as stream:
        stream.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
    with suppress(FileExistsError):
        os.link(draft, SECRET_FILE)
    draft.unlink()


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < SECRET_BYTES:
        raise Failure(f"{where} is too short: {SECRET_BYTES} bytes are needed.")
    return key


@asynccontextmanager
async def open_database(url: str, *, unmigrated: bool = False) -> AsyncIterator[Database]:
    """Yield the database of `url`, reachable and, unless `unmigrated`, of the newest schema.

    Its connections are made ready by DATABASE_ON_CONNECT.
    """
    shown = make_url(url).render_as_string(hide_password=True)
    try:
        database = Database(url, UNHURRIED, on_connect=read_settings().database_on_connect)
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (DBAPIError, OSError, TimeoutError) as error:
        raise Failure(f"The database {shown} cannot be reached: {_reason(error)}.") from None
    try:
        if not unmigrated and not await is_current(database):
            raise Failure("The database is not up to date: run `python -m app migrate` first.")
        yield database
    finally:
        await database.close()


def _reason(error: BaseException) -> str:
    """Return the driver's words without parameters."""
    driver = getattr(error, "orig", None) or error
    lines = str(driver).strip().splitlines()
    return lines[0].rsplit(">: ", 1)[-1].rstrip(".") if lines else type(driver).__name__


def with_database(
    url: str,
    work: Callable[Concatenate[Database, P], Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Return what `work` answers, called with the migrated database of `url` and the arguments."""

    async def run() -> T:
        async with open_database(url) as database:
            return await work(database, *args, **kwargs)

    return asyncio.run(run())
