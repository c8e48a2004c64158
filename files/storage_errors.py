"""What may go wrong where files are stored. No text names an address, a key or a name."""

import errno
import re
from typing import Final

_FULL_ERRNOS: Final = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
# The library tells an errno, and what an S3 server answered, in its text only.
_FULL = re.compile(
    rf"\(os error ({'|'.join(map(str, _FULL_ERRNOS))})\)|status code: 507"
    r"|<Code>\w*(QuotaExceeded|InsufficientStorage|StorageFull)</Code>"
)


class StorageError(Exception):
    """The storage did not do what it was asked for."""


class AlreadyThere(StorageError):
    """There is an object of this name: it stays as it is."""


class Missing(StorageError):
    """An object that is to be read is gone, or shorter than it was."""


class StorageFull(StorageError):
    """There is no space left, or a quota is used up."""


class StorageAway(StorageError):
    """The storage does not answer, or refuses."""


def told(error: Exception) -> StorageError:
    """Return what went wrong in our words: those of the library name addresses."""
    text = str(error)
    if getattr(error, "errno", None) in _FULL_ERRNOS or _FULL.search(text):
        return StorageFull("The storage is full.")
    if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in text:
        return Missing("The stored file is gone.")
    return StorageAway("The storage does not answer, or refuses.")
