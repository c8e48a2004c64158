"""The table collection, and column types that mean the same on SQLite and PostgreSQL."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    String,
    Table,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine
from typing_extensions import override

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Return the whole microseconds from 1970 (UTC) to `moment`."""
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the moment `count` microseconds after 1970, in UTC."""
    return EPOCH + timedelta(microseconds=count)


def id_of(text: str) -> UUID:
    """Return the id in a text, as the driver of PostgreSQL makes it: in C, and quick to look up."""
    made: UUID = pgproto.UUID(text)
    return made


class Id(Uuid[UUID]):
    """A UUIDv7: its 32 hexadecimal digits on SQLite, `uuid` on PostgreSQL."""

    cache_ok = True

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what makes ids of stored values."""
        if dialect.name != "sqlite":
            processor: Any = super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]
            return processor
        return lambda text: None if text is None else pgproto.UUID(text)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: microseconds since 1970 on SQLite, `timestamptz` on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of `dialect`."""
        native: TypeEngine[Any] = BigInteger()
        if dialect.name == "postgresql":
            native = TIMESTAMP(timezone=True)
        return dialect.type_descriptor(native)

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the database stores for `value`."""
        if value is None or dialect.name == "postgresql":
            return value
        return to_microseconds(value)

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what makes moments of stored values."""
        if dialect.name == "postgresql":
            return None
        return lambda value: None if value is None else EPOCH + timedelta(microseconds=value)


class Amount(TypeDecorator[Decimal]):
    """Money in the practice's currency, exact: cents on SQLite, `numeric` on PostgreSQL.

    `digits` counts all digits, two of them behind the point; a sum needs more than its parts.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, digits: int = 12) -> None:
        """Hold amounts of so many digits."""
        super().__init__()
        self.digits = digits

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of `dialect`."""
        native: TypeEngine[Any] = BigInteger()
        if dialect.name == "postgresql":
            native = Numeric(self.digits, 2)
        return dialect.type_descriptor(native)

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return what the database stores for `value`."""
        if value is None or dialect.name == "postgresql":
            return value
        return int(value.scaleb(2))

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what makes amounts with exactly two decimals of stored values."""
        if dialect.name == "postgresql":
            return lambda value: None if value is None else Decimal(value)
        return lambda value: None if value is None else Decimal(int(value)).scaleb(-2)


# Texts that are compared byte by byte on both databases (C9).
Key = String().with_variant(String(collation="C"), "postgresql")


def id_column(name: str = "id") -> Column[Any]:
    """Return a UUIDv7 primary key column."""
    return Column(name, Id(), primary_key=True)


def practice_column(*, primary_key: bool = False) -> Column[Any]:
    """Return the column that names the practice a row belongs to (P24)."""
    return Column("practice_id", Id(), nullable=False, primary_key=primary_key)


def within_practice(column: str, target: str, **options: Any) -> ForeignKeyConstraint:
    """Return a foreign key to `target` that also holds the practice equal (P24)."""
    return ForeignKeyConstraint(
        ["practice_id", column], [f"{target}.practice_id", f"{target}.id"], **options
    )


def columns_of(table: Table, record: type[Any]) -> list[ColumnElement[Any]]:
    """Return the columns that fill a record, in the order of its fields.

    The columns come first among the fields; `record(*row)` makes one.
    """
    named = getattr(record, "_fields", None) or [field.name for field in fields(record)]
    return [table.c[name] for name in named if name in table.c]
