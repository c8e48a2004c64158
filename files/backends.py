"""Opens the place where bytes are: a local folder, or a bucket of S3 or of what speaks like it."""

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from obstore.store import LocalStore, S3Store

from files.storage_errors import StorageAway

if TYPE_CHECKING:  # the library has these names for type checkers only
    from obstore.store import ClientConfig, RetryConfig, S3Config

_PRIVATE_UMASK = 0o077
_RETRIES = 2
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
_OPTIONS = {"region", "endpoint"}
_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


@dataclass(frozen=True, slots=True)
class Backend:
    """Where objects are; `root` is their folder if that is on this machine."""

    objects: LocalStore | S3Store
    root: Path | None = None


def open_backend(url: str, patience_seconds: float) -> Backend:
    """Open what `url` names; ValueError if it names neither a folder nor a bucket."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return _open_folder(_folder(parts))
    if parts.scheme == "s3":
        return Backend(_open_bucket(parts, patience_seconds))
    raise ValueError("files are stored at an address that starts with file:// or s3://")


def _folder(parts: SplitResult) -> Path:
    """Return the folder: file:///absolute/folder, or file://./relative/folder."""
    path = unquote(parts.path)
    named = path.strip("/") and not (parts.query or parts.fragment)
    if not named or parts.netloc not in {"", "."}:
        raise ValueError("a folder for files is given as file:///folder or file://./folder")
    return Path(parts.netloc + path).absolute()


def _open_folder(root: Path) -> Backend:
    """Open a folder, made for its owner only where it is not there.

    The umask is the whole process's: nothing that this program writes is for other users of the
    machine, and the library has no other way to be told the mode of files and folders.
    """
    os.umask(_PRIVATE_UMASK)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        failed = StorageAway(f"The folder for files cannot be made: {error.strerror}.")
    else:
        return Backend(LocalStore(root), root)
    raise failed


def _open_bucket(parts: SplitResult, patience_seconds: float) -> S3Store:
    """Open a bucket: s3://bucket/prefix?region=...&endpoint=..., credentials by the environment."""
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not _BUCKET.fullmatch(parts.netloc) or not set(options) <= _OPTIONS:
        raise ValueError("a bucket is given as s3://bucket/prefix?region=...&endpoint=...")
    endpoint = options.get("endpoint") or _endpoint_of_environment()
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise ValueError("the endpoint of a bucket starts with https:// or http://")
    config: S3Config = {"virtual_hosted_style_request": False, "conditional_put": "etag"}
    if endpoint:
        config["aws_endpoint_url_s3"] = endpoint  # before whatever the environment names
    if options.get("region"):
        config["region"] = options["region"]
    return S3Store(
        parts.netloc,
        prefix=unquote(parts.path).strip("/") or None,
        config=config,
        client_options=_client(endpoint.startswith("http://"), patience_seconds),
        retry_config=_retries(patience_seconds),
    )


def _endpoint_of_environment() -> str:
    return next((found for one in _ENDPOINT_VARIABLES if (found := os.environ.get(one))), "")


def _client(plain: bool, patience_seconds: float) -> "ClientConfig":
    """Return how requests are made: over TLS, unless the endpoint is `plain` by its own address."""
    return {
        "allow_http": plain,
        "connect_timeout": timedelta(seconds=patience_seconds / 3),
        "timeout": timedelta(seconds=patience_seconds),
    }


def _retries(patience_seconds: float) -> "RetryConfig":
    return {
        "max_retries": _RETRIES,
        "retry_timeout": timedelta(seconds=patience_seconds),
        "backoff": {
            "init_backoff": timedelta(seconds=0.1),
            "max_backoff": timedelta(seconds=1),
            "base": 2,
        },
    }
