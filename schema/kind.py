"""Declaring kinds: which rows a GraphQL type shows, and where its attributes come from."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from typing_extensions import dataclass_transform

from schema.glossary import glossed

T = TypeVar("T")


def described(cls: type[Any]) -> str | None:
    """Return a class's docstring as the API shows it."""
    return inspect.cleandoc(cls.__doc__) if cls.__doc__ else None


@dataclass_transform(field_specifiers=(strawberry.field,))
def interface(cls: type[T]) -> type[T]:
    """Make a GraphQL interface that is described by its docstring."""
    made: type[T] = glossed(strawberry.interface(cls, description=described(cls)))
    return made


@dataclass_transform(field_specifiers=(strawberry.field,))
def kind(*shows: type[Any], exactly: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a GraphQL type that shows rows of the given classes by attribute name.

    Kinds with interfaces refuse foreign rows unless `is_type_of` accepts them (C13); `exactly`
    leaves subclasses to other kinds.
    """

    def is_type_of(_cls: type[Any], row: Any, _info: Any) -> bool:
        return type(row) in shows if exactly else isinstance(row, shows)

    def declare(cls: type[T]) -> type[T]:
        if shows:
            cls.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
            cls.shows = shows  # type: ignore[attr-defined]
        made: type[T] = glossed(strawberry.type(cls, description=described(cls)))
        return made

    return declare


@interface
class Node:
    """A record that `node(id:)` finds again."""

    global_id: strawberry.ID = strawberry.field(name="id", description="Opaque and stable.")
