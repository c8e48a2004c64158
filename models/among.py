"""Rows whose id is among many: one text of the statement, however many ids there are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Boolean, ColumnElement, Dialect, String, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine, Uuid
from typing_extensions import override


class _Ids(TypeDecorator[list[UUID]]):
    """Ids as one value: JSON on SQLite, an array on PostgreSQL."""

    impl = String
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of `dialect`."""
        native: TypeEngine[Any] = String()
        if dialect.name == "postgresql":
            native = ARRAY(Uuid())
        return dialect.type_descriptor(native)

    @override
    def process_bind_param(self, value: list[UUID] | None, dialect: Dialect) -> Any:
        """Return what the driver takes for `value`."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps([key.hex for key in value]).decode()


class _Among(FunctionElement[bool]):
    """A column and ids."""

    name = "among"
    type = Boolean()
    inherit_cache = True

    @override
    def self_group(self, against: Any = None) -> Any:
        """Return the condition as it is: SQLite would compare it with 1, and use no index."""
        return self


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, keys = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"


@compiles(_Among, "postgresql")
def _on_postgres(element: _Among, compiler: Any, **options: Any) -> str:
    column, keys = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({keys})"


def among(column: ColumnElement[Any], keys: Iterable[UUID]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `keys`."""
    return _Among(column, bindparam(None, list(keys), type_=_Ids()))


def among_given(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `keys`, a list that comes with the execution."""
    return _Among(column, bindparam("keys", type_=_Ids()))
