"""Custom fields: their definitions, and what a record has in them."""

from datetime import datetime

import strawberry

from resolvers import custom_field_lists
from schema.documents import Document
from schema.enums import CustomFieldKind, CustomFieldObject, FileFormat
from schema.kind import Node, kind


@kind(custom_field_lists.SeenCustomField)
class CustomField(Node):
    """What a practice keeps of its contacts or opportunities besides our own fields (R84)."""

    key: str = strawberry.field(description="Names it for programs; once an object, for ever.")
    name: str
    kind: CustomFieldKind
    object: CustomFieldObject
    group: str
    description: str | None
    formats: list[FileFormat]
    allow_multiple: bool
    max_files: int
    version: int
    created_at: datetime
    updated_at: datetime


@kind(custom_field_lists.CustomFieldValue)
class CustomFieldValue:
    """A custom field of one record, with its files."""

    field: CustomField = strawberry.field(description="The field.")
    files: list[Document]
