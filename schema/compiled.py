"""Executing plain subtrees by generated functions (ADR-0004).

A subtree is plain if its fields only read attributes: no arguments, no directives, no resolvers,
no abstract types. Each gets one Python function, made once a document. Everything else, and every
value that does not fit, goes the generic way, so that errors, paths and nulls stay the same.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter
from typing_extensions import override

from schema.plainness import has_no_directives

Complete = Callable[[Any], Any]
Details = list[FieldDetails]
Plans = dict[tuple[Any, ...], Complete | None]


class Misfit(Exception):
    """A value that needs the generic way."""


class CompilingExecutor(Executor[Any]):
    """An executor that completes plain subtrees by generated functions.

    `plans` are those of one document; they outlive the execution.
    """

    def __init__(self, *args: Any, plans: Plans | None = None, **kwargs: Any) -> None:
        """Begin with the plans that are known for the document."""
        super().__init__(*args, **kwargs)
        self.plans: Plans = {} if plans is None else plans

    @override
    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: Details,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Return a completed value: by its plan if it has one and fits, else the generic way."""
        if result is not None and field_details_list[0].node.selection_set is not None:
            plan = self._plan(return_type, field_details_list)
            if plan is not None:
                try:
                    return plan(result)
                except Exception:
                    pass
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _plan(self, return_type: GraphQLOutputType, details: Details) -> Complete | None:
        key = (return_type, *(id(one.node) for one in details))
        if key not in self.plans:
            self.plans[key] = _Compiler(self).plan(return_type, details)
        return self.plans[key]


class _Compiler:
    """Writes the functions of one subtree."""

    def __init__(self, executor: CompilingExecutor) -> None:
        """Compile for the document of `executor`."""
        self._executor = executor
        self._names: dict[str, Any] = {"Misfit": Misfit, "misfit": _misfit}

    def plan(self, return_type: GraphQLOutputType, details: Details) -> Complete | None:
        """Return the function for a value of `return_type`; None if the subtree is not plain."""
        if not isinstance(get_named_type(return_type), GraphQLObjectType):
            return None
        nodes = [one.node for one in details]
        if not has_no_directives(nodes, self._executor.fragment_definitions):
            return None
        try:
            expression = self._expression(return_type, details, "value")
        except Misfit:
            return None
        return self._function("value", f"return {expression}")

    def _expression(self, kind: GraphQLOutputType, details: Details, value: str) -> str:
        """Return the source of a completed value; `value` is the name that holds it."""
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, details, value)
        return f"(None if {value} is None else {self._present(kind, details, value)})"

    def _present(self, kind: GraphQLOutputType, details: Details, value: str) -> str:
        if isinstance(kind, GraphQLList):
            item = self._expression(kind.of_type, details, "item")
            each = self._name(self._function("item", f"return {item}"))
            return (
                f"[{each}(item) for item in {value}] if type({value}) in LISTS else misfit({value})"
            )
        if isinstance(kind, GraphQLObjectType):
            return f"{self._name(self._object(kind, details))}({value})"
        return self._leaf(kind, value)

    def _leaf(self, kind: Any, value: str) -> str:
        exact = _EXACT.get(kind.name)
        if exact is not None:
            return f"({value} if type({value}) is {exact} else misfit({value}))"
        if not isinstance(kind, GraphQLLeafType):
            raise Misfit
        return f"{self._name(_serialized(kind))}({value})"

    def _object(self, kind: GraphQLObjectType, details: Details) -> Complete:
        grouped = self._executor.collect_subfields(kind, details).grouped_field_set
        lines = []
        if kind.is_type_of is not None:
            check = self._name(kind.is_type_of)
            lines.append(f"if not {check}(row, None): raise Misfit")
        members = []
        for place, (name, fields) in enumerate(grouped.items()):
            members.append(f"{name!r}: {self._field(kind, fields, f'v{place}', lines)}")
        lines.append("return {" + ", ".join(members) + "}")
        return self._function("row", *lines)

    def _field(self, kind: GraphQLObjectType, fields: Details, value: str, lines: list[str]) -> str:
        node: FieldNode = fields[0].node
        if node.name.value == "__typename":
            return repr(kind.name)
        field = self._executor.schema.get_field(kind, node.name.value)
        if field is None or field.args or not getattr(field.resolve, "_is_default", False):
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
        names = {"LISTS": (list, tuple), **self._names}
        exec(source, names)
        complete: Complete = names["complete"]
        return complete


# Scalars whose values are shown as they are, if they are of exactly this class.
_EXACT = {"String": "str", "ID": "str", "Boolean": "bool"}


def _serialized(kind: GraphQLLeafType) -> Complete:
    """Return the function that shows a leaf's value; enums by look-up."""
    if isinstance(kind, GraphQLEnumType):
        names = {value.value: name for name, value in kind.values.items()}
        return names.__getitem__
    return kind.coerce_output_value


def _misfit(_value: Any) -> Any:
    raise Misfit
