"""Custom fields as a viewer sees them: everybody their definitions, files as documents."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection
from typing_extensions import override

from models.custom_field import CustomField
from models.document import document
from resolvers import custom_field_records, document_records
from resolvers.document_seen import SeenDocument, show_documents
from resolvers.enums import CustomFieldObject, FileFormat
from resolvers.field_options import FileUploadOptions
from resolvers.lens import Lens, Named
from resolvers.loading import Wants
from resolvers.problems import CostLimit

MOST_FILES = 5000


class SeenCustomField(Named):
    """The definition of a custom field with its options."""

    __slots__ = ("options",)

    @override
    def __init__(self, row: CustomField) -> None:
        """Show `row`."""
        super().__init__(custom_field_records.KIND, row)
        self.options = FileUploadOptions.stored(row.options)

    @property
    def group(self) -> str:
        """The group it stands in."""
        name: str = self.row.group_name
        return name

    @property
    def formats(self) -> list[FileFormat]:
        """The formats it takes."""
        return list(self.options.formats)

    @property
    def allow_multiple(self) -> bool:
        """Whether it takes several files."""
        return self.options.allow_multiple

    @property
    def max_files(self) -> int:
        """How many files it takes of one record."""
        return self.options.max_files


@dataclass(frozen=True, slots=True)
class CustomFieldValue:
    """A field of one record and what is in it."""

    field: SeenCustomField
    files: list[SeenDocument]


def custom_fields(
    connection: Connection, lens: Lens, wanted: CustomFieldObject | None
) -> list[SeenCustomField]:
    """Return the practice's custom fields, or those of one object."""
    of = wanted.value if wanted else None
    found = custom_field_records.fields_of(connection, lens.viewer.practice_id, of)
    return [SeenCustomField(one) for one in found]


def find(connection: Connection, lens: Lens, key: UUID) -> SeenCustomField | None:
    """Return a custom field of the practice."""
    found = custom_field_records.find(connection, lens.viewer.practice_id, key)
    return SeenCustomField(found) if found else None


def values_of(
    connection: Connection, lens: Lens, kind: str, record_ids: Sequence[UUID], wants: Wants
) -> list[list[CustomFieldValue]]:
    """Return, for each record of a kind, all its fields with their files, the newest file last."""
    of = CustomFieldObject(custom_field_records.OBJECTS[kind])
    fields = custom_fields(connection, lens, of)
    files: dict[tuple[UUID, UUID], list[SeenDocument]] = defaultdict(list)
    if fields and "files" in wants:
        for one in _files(connection, lens, record_ids, wants):
            files[one.contact_id or one.opportunity_id, one.field_id].append(one)
    return [
        [CustomFieldValue(field, files[record_id, field.id]) for field in fields]
        for record_id in record_ids
    ]


def _files(
    connection: Connection, lens: Lens, record_ids: Sequence[UUID], wants: Wants
) -> list[SeenDocument]:
    """Return the files in fields of these records, the newest last.

    Raises CostLimit where there are more than one request may read.
    """
    statement = document_records.select_visible(
        lens.viewer,
        document.c.field_id.is_not(None),
        document.c.id.in_(document_records.ids_on(record_ids)),
    ).order_by(document.c.created_at, document.c.id)
    found = document_records.documents_of(connection.execute(statement.limit(MOST_FILES + 1)))
    if len(found) > MOST_FILES:
        raise CostLimit(f"More than {MOST_FILES} files would be read. Ask for fewer records.")
    return show_documents(connection, lens, found, wants)
