"""The formats of files that a practice may keep; everything else is refused."""

from enum import Enum


class FileFormat(Enum):
    """A format, with its media type and the endings of names that say it."""

    PDF = ("application/pdf", "pdf")
    JPEG = ("image/jpeg", "jpg", "jpeg")
    PNG = ("image/png", "png")
    GIF = ("image/gif", "gif")
    WEBP = ("image/webp", "webp")
    HEIC = ("image/heic", "heic")
    TIFF = ("image/tiff", "tif", "tiff")
    DOCX = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
    XLSX = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
    PPTX = ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx")
    TXT = ("text/plain", "txt")
    CSV = ("text/csv", "csv")
    MP4 = ("video/mp4", "mp4")
    MOV = ("video/quicktime", "mov")
    MP3 = ("audio/mpeg", "mp3")

    def __init__(self, media_type: str, *extensions: str) -> None:
        """Take the media type, and the extensions without their dot."""
        self.media_type = media_type
        self.extensions = extensions


OFFICE = frozenset({FileFormat.DOCX, FileFormat.XLSX, FileFormat.PPTX})
TEXTS = frozenset({FileFormat.TXT, FileFormat.CSV})
# HEIC is missing: there is nothing here that decodes it.
IMAGES = frozenset(
    {FileFormat.JPEG, FileFormat.PNG, FileFormat.GIF, FileFormat.WEBP, FileFormat.TIFF}
)

_OF_MEDIA_TYPE = {one.media_type: one for one in FileFormat}
_OF_EXTENSION = {extension: one for one in FileFormat for extension in one.extensions}


def format_of_media_type(text: str) -> FileFormat | None:
    """Return the format of a media type; its case and its parameters say nothing.

    >>> format_of_media_type("Text/CSV; charset=utf-8")
    <FileFormat.CSV: ('text/csv', 'csv')>
    """
    return _OF_MEDIA_TYPE.get(text.partition(";")[0].strip().lower())


def format_of_name(name: str) -> FileFormat | None:
    """Return the format that the ending of a file's name says.

    >>> format_of_name("Consent.PDF")
    <FileFormat.PDF: ('application/pdf', 'pdf')>
    """
    _, dot, extension = name.rpartition(".")
    return _OF_EXTENSION.get(extension.lower()) if dot else None
