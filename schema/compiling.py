"""Writing the functions of plain subtrees (ADR-0004)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.errors import PlanFailure
from schema.plain_values import EXACT, Misfit, is_named, misfit, serialized, shows

_OUT = "return found"

Complete = Callable[[Any], Any]
Details = list[FieldDetails]


class Completed(NamedTuple):
    """A completed value; also what a resolver returns that has completed its value itself."""

    value: Any


def completed(complete: Complete, value: Any, failure: PlanFailure) -> Completed | None:
    """Return a value as completed; None where it has to go the generic way."""
    try:
        return Completed(complete(value))
    except Misfit:
        return None
    except Exception as error:
        failure.tell(error)
        return None


class Compiler:
    """Writes the functions of one subtree."""

    def __init__(self, executor: Executor[Any], failure: PlanFailure) -> None:
        """Compile for the document of `executor`; `failure` is told what fails later."""
        self.executor = executor
        self.failure = failure
        self._names: dict[str, Any] = {"Misfit": Misfit, "misfit": misfit, "LISTS": (list, tuple)}

    def completing(self, kind: GraphQLOutputType, details: Details) -> Complete:
        """Return the function for a value of `kind`; Misfit if the subtree is not plain."""
        return self._function("value", f"return {self._expression(kind, details, 'value')}")

    def _expression(self, kind: GraphQLOutputType, details: Details, value: str) -> str:
        """Return the source of a completed value; `value` is the name that holds it."""
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, details, value)
        return f"(None if {value} is None else {self._present(kind, details, value)})"

    def _present(self, kind: GraphQLOutputType, details: Details, value: str) -> str:
        if isinstance(kind, GraphQLList):
            item = self._expression(kind.of_type, details, "item")
            return f"([{item} for item in {value}] if type({value}) in LISTS else misfit({value}))"
        if isinstance(kind, GraphQLObjectType):
            return f"{self._name(self._object(kind, details))}({value})"
        return self._leaf(kind, value)

    def _leaf(self, kind: Any, value: str) -> str:
        exact = EXACT.get(kind.name)
        if exact is not None:
            return f"({value} if type({value}) is {exact} else misfit({value}))"
        if not isinstance(kind, GraphQLLeafType):
            raise Misfit
        return f"{self._name(serialized(kind))}({value})"

    def _object(self, kind: GraphQLObjectType, details: Details) -> Complete:
        grouped = self.executor.collect_subfields(kind, details).grouped_field_set
        lines, members = self._checks(kind), []
        for place, (name, fields) in enumerate(grouped.items()):
            members.append(f"{name!r}: {self._field(kind, fields, f'v{place}', lines)}")
        shown = "{" + ", ".join(members) + "}"
        if not is_named(kind):
            return self._function("row", *lines, f"return {shown}")
        # Many records name the same user or tag: it is completed once an answer.
        found = f"found = row.shown.get({(key := self._name(object()))})"
        kept = f"found = row.shown[{key}] = {shown}"
        return self._function(
            "row", found, "if found is not None: return found", *lines, kept, _OUT
        )

    def _checks(self, kind: GraphQLObjectType) -> list[str]:
        """Return the lines that refuse what is no row of `kind`."""
        if kind.is_type_of is None:
            return []
        check, usual = self._name(kind.is_type_of), self._name(shows(kind)[0])
        return [f"if type(row) is not {usual} and not {check}(row, None): raise Misfit"]

    def _field(self, kind: GraphQLObjectType, fields: Details, value: str, lines: list[str]) -> str:
        node: FieldNode = fields[0].node
        if node.name.value == "__typename":
            return repr(kind.name)
        field = self.executor.schema.get_field(kind, node.name.value)
        if field is None:
            raise Misfit
        if field.args or not getattr(field.resolve, "_is_default", False):
            raise Misfit
        definition = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        lines.append(f"{value} = row.{definition.python_name}")
        return self._expression(field.type, fields, value)

    def _name(self, thing: Any) -> str:
        name = f"n{len(self._names)}"
        self._names[name] = thing
        return name

    def _function(self, argument: str, *lines: str) -> Complete:
        source = f"def complete({argument}):\n" + "".join(f"    {line}\n" for line in lines)
        names = dict(self._names)
        exec(source, names)
        complete: Complete = names["complete"]
        return complete
