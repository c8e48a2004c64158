"""Why a file is not taken or not sent: a status, a code, and words for people."""

from typing import Any

from app.answers import Answer, failed
from files.press.jobs import PressBusy, PressFailed, Unreadable
from files.sniff import WrongFormat
from files.storage_errors import StorageError, StorageFull
from resolvers.enums import ErrorCode

_AGAIN_SECONDS = "5"
_GONE = "This link is wrong, used or over. Ask for a new one."
_BOMB = "The file cannot be opened within limits."
_FULL = "There is no room left for files. Tell who runs this server."
_BUSY = "Files cannot be handled just now. Try again in a moment."


class FileRefused(Exception):
    """A request for a file that is not served; nothing of it is left."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        """Take the status, the code, what is told to people, and headers of the answer."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


def gone() -> FileRefused:
    """Return the answer to every link that opens nothing, whatever the reason is (P9)."""
    return FileRefused(404, ErrorCode.NOT_FOUND.value, _GONE)


def not_found(message: str) -> FileRefused:
    """Return the answer where the link is good, but what is asked is not there."""
    return FileRefused(404, ErrorCode.NOT_FOUND.value, message)


def bad_request(message: str) -> FileRefused:
    """Return the answer to a request that contradicts itself or its upload."""
    return FileRefused(400, ErrorCode.INVALID_INPUT.value, message)


def too_large() -> FileRefused:
    """Return the answer where more comes than was announced."""
    message = "These are more bytes than were announced."
    return FileRefused(413, ErrorCode.FILE_TOO_LARGE.value, message)


def conflict(message: str, status: int = 409) -> FileRefused:
    """Return the answer where somebody else was faster."""
    return FileRefused(status, ErrorCode.CONFLICT.value, message)


def busy() -> FileRefused:
    """Return the answer where it may work a little later."""
    return FileRefused(503, "UNAVAILABLE", _BUSY, **{"Retry-After": _AGAIN_SECONDS})


def too_many(most: int) -> FileRefused:
    """Return the answer to who sends too many files at once."""
    message = f"A user sends at most {most} files at once. Wait for one to end."
    return FileRefused(429, "RATE_LIMITED", message, **{"Retry-After": _AGAIN_SECONDS})


def too_slow() -> FileRefused:
    """Return the answer to who sends too little; it ends the connection."""
    message = "The bytes of the file come too slowly."
    return FileRefused(408, "UNAVAILABLE", message, Connection="close")


def is_final(error: BaseException) -> bool:
    """Return whether an upload that failed so can never succeed, or had better not stay."""
    if isinstance(error, PressFailed):
        return error.reason != "closed"
    return isinstance(error, WrongFormat | Unreadable | StorageFull | _Ended)


class _Ended(FileRefused):
    """The sender lost the right to send."""


def ended() -> FileRefused:
    """Return the same answer as `gone`, where the link was good a moment ago."""
    return _Ended(404, ErrorCode.NOT_FOUND.value, _GONE)


def answer_of(error: Exception, request_id: str) -> Answer:
    """Return how any error is told."""
    refused = _refusal_of(error)
    if refused is None:
        return failed(error, request_id)
    told: dict[str, Any] = {"message": str(refused), "extensions": {"code": refused.code}}
    return Answer({"errors": [told]}, refused.status, headers=refused.headers)


def _refusal_of(error: Exception) -> FileRefused | None:
    if isinstance(error, FileRefused):
        return error
    if isinstance(error, WrongFormat | Unreadable):
        return _unsupported(str(error))
    if isinstance(error, PressFailed) and error.reason != "closed":
        return _unsupported(_BOMB)
    if isinstance(error, StorageFull):
        return FileRefused(507, ErrorCode.STORAGE_FULL.value, _FULL)
    if isinstance(error, StorageError | PressBusy | PressFailed):
        return busy()
    return None


def _unsupported(message: str) -> FileRefused:
    return FileRefused(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE.value, message)
