"""What a custom field of the kind FILE_UPLOAD can be told (R84); other kinds get their own."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from files.formats import FileFormat as FormatOfFile
from resolvers.enums import ErrorCode, FileFormat
from resolvers.problems import Refused, refuse

MOST_FILES = 100
_SEVERAL = 10


@dataclass(frozen=True, slots=True)
class FileUploadOptions:
    """Which files a field takes, and how many of them on one record."""

    formats: tuple[FileFormat, ...]
    allow_multiple: bool
    max_files: int

    @classmethod
    def of(
        cls, wanted: Collection[FileFormat] | None, allow_multiple: bool, max_files: int | None
    ) -> "FileUploadOptions":
        """Return options of which some may not be told: then every format, and 1 file or 10."""
        chosen = frozenset(wanted or FileFormat)
        usual = _SEVERAL if allow_multiple else 1
        return cls(
            tuple(one for one in FileFormat if one in chosen),
            allow_multiple,
            usual if max_files is None else max_files,
        )

    @classmethod
    def stored(cls, options: dict[str, Any]) -> "FileUploadOptions":
        """Return what was stored of a field."""
        wanted = [FileFormat(name) for name in options["formats"]]
        return cls.of(wanted, options["allow_multiple"], options["max_files"])

    def to_json(self) -> dict[str, Any]:
        """Return what is stored of a field; every format is stored as none."""
        told = [] if len(self.formats) == len(FileFormat) else self.formats
        return {
            "formats": [one.value for one in told],
            "allow_multiple": self.allow_multiple,
            "max_files": self.max_files,
        }

    @property
    def file_formats(self) -> frozenset[FormatOfFile]:
        """The formats of files that are taken."""
        return frozenset(FormatOfFile[one.name] for one in self.formats)

    def problem(self) -> Refused | None:
        """Return the refusal of options that no field can have."""
        if not 1 <= self.max_files <= MOST_FILES:
            message = f"A field takes at least 1 file and at most {MOST_FILES}."
            return refuse(ErrorCode.INVALID_INPUT, message, "maxFiles")
        if self.max_files > 1 and not self.allow_multiple:
            message = "Only a field with allowMultiple takes more than one file."
            return refuse(ErrorCode.INVALID_INPUT, message, "maxFiles")
        return None
