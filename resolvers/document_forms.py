"""What callers send to change documents and to upload files."""

from dataclasses import dataclass

from resolvers.ids import Ref
from resolvers.inputs import FileNameText, Name


@dataclass(frozen=True, kw_only=True)
class RequestUpload:
    """The file that is going to be sent, for a contact; `size` in bytes."""

    contact_id: Ref
    name: FileNameText
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True)
class CreateDocument:
    """The upload that becomes a document; without a name it keeps the upload's."""

    contact_id: Ref
    upload_id: Ref
    name: FileNameText | None = None
    folder: Name | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateDocument:
    """The new name or folder of a document; absent leaves it as it is."""

    id: Ref
    expected_version: int | None = None
    name: FileNameText | None = None
    folder: Name | None = None


@dataclass(frozen=True, kw_only=True)
class RestoreDocument:
    """The deleted document to bring back."""

    id: Ref
    expected_version: int | None = None
