"""Values of plain subtrees: which are shown as they are, and how the others become JSON."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter

from resolvers.lens import Named


class Misfit(Exception):
    """A value that needs the generic way."""


# Scalars whose values are shown as they are, if they are of exactly this class.
EXACT = {"String": "str", "ID": "str", "Boolean": "bool"}


class _Names(dict[Any, str]):
    """Names of an enum by the values that rows hold; members of its class are asked for theirs."""

    def __init__(self, kind: GraphQLEnumType) -> None:
        """Know every value."""
        super().__init__((value.value, name) for name, value in kind.values.items())
        self._name_of = kind.coerce_output_value

    def __missing__(self, value: Any) -> Any:
        """Return the name of what is no plain value; GraphQLError if it has none."""
        return self._name_of(value)


def serialized(kind: GraphQLLeafType) -> Callable[[Any], Any]:
    """Return the function that shows a leaf's value; enums by look-up."""
    if isinstance(kind, GraphQLEnumType):
        return _Names(kind).__getitem__
    return kind.coerce_output_value


def shows(kind: GraphQLObjectType) -> tuple[type[Any], ...]:
    """Return the classes of the rows that a kind shows."""
    definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    shows: tuple[type[Any], ...] = getattr(definition.origin, "shows", ()) or (object,)
    return shows


def is_named(kind: GraphQLObjectType) -> bool:
    """Return whether a kind shows rows of the vocabulary, which are made anew for each request."""
    return all(issubclass(one, Named) for one in shows(kind))


def misfit(_value: Any) -> Any:
    """Send a value the generic way; Misfit, always."""
    raise Misfit
