"""What callers send to define custom fields, and to fill them with files."""

from dataclasses import dataclass

from resolvers.enums import CustomFieldKind, CustomFieldObject, FileFormat
from resolvers.ids import Ref
from resolvers.inputs import ABSENT, Absent, Description, FileNameText, Name


@dataclass(frozen=True, kw_only=True)
class CreateCustomField:
    """A new custom field; without a key it gets one made of its name."""

    object: CustomFieldObject
    name: Name
    group: Name
    key: str | None = None
    description: Description | None = None
    kind: CustomFieldKind = CustomFieldKind.FILE_UPLOAD
    formats: list[FileFormat] | None = None
    allow_multiple: bool = False
    max_files: int | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateCustomField:
    """What to change of a custom field; its files stay, also those it would not take now."""

    id: Ref
    expected_version: int | None = None
    name: Name | None = None
    group: Name | None = None
    description: Description | Absent | None = ABSENT
    formats: list[FileFormat] | Absent | None = ABSENT
    allow_multiple: bool | None = None
    max_files: int | Absent | None = ABSENT


@dataclass(frozen=True, kw_only=True)
class RequestFieldUpload:
    """The file that is going to be sent, for a field of a record; `size` in bytes."""

    record_id: Ref
    field_id: Ref
    name: FileNameText
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True)
class AddFieldFile:
    """The upload that becomes a file of a field; without a name it keeps the upload's."""

    record_id: Ref
    field_id: Ref
    upload_id: Ref
    name: FileNameText | None = None
