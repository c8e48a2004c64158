"""Writing the functions of plain subtrees, and finding what of them can be read ahead (ADR-0004).

A field of a page that is read ahead is plain, too: its cards are JSON already (ADR-0022).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema_converter import GraphQLCoreConverter
from typing_extensions import override

from resolvers.cards import Selection
from resolvers.seen import SeenOpportunity
from resolvers.sharing import Need
from schema.errors import PlanFailure
from schema.plain_values import EXACT, Misfit, is_named, misfit, serialized, shows
from schema.plainness import has_no_directives
from schema.sharing import NEEDS
from schema.wants import names_below

_READ_AHEAD = frozenset((("BoardColumn", "cards"),))
_CARD = "Opportunity"
_OUT = "return found"

Complete = Callable[[Any], Any]
Details = list[FieldDetails]


class Ahead(NamedTuple):
    """A field whose page can be read ahead, where it stands, and what it asks of cards."""

    field: GraphQLField
    node: FieldNode
    cards: Selection


class Plan(NamedTuple):
    """How a plain subtree is completed, and which of its pages are to be read ahead."""

    complete: Complete
    ahead: list[Ahead]


def planned(
    executor: Executor[Any],
    return_type: GraphQLOutputType,
    details: Details,
    failure: PlanFailure,
) -> Plan | None:
    """Return the plan for a value of `return_type`; None if the subtree is not plain.

    `failure` is told what fails of the cards that are read ahead.
    """
    if not isinstance(get_named_type(return_type), GraphQLObjectType):
        return None
    if not has_no_directives([one.node for one in details], executor.fragment_definitions):
        return None
    compiler = _Compiler(executor, failure)
    try:
        return Plan(compiler.completing(return_type, details), compiler.ahead)
    except Misfit:
        return None


class _Compiler:
    """Writes the functions of one subtree."""

    def __init__(self, executor: Executor[Any], failure: PlanFailure) -> None:
        """Compile for the document of `executor`."""
        self.executor = executor
        self.failure = failure
        self.ahead: list[Ahead] = []
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
        if (kind.name, node.name.value) in _READ_AHEAD:
            lines.append(f"{value} = row.page_ahead({id(node)}) or misfit(row)")
            return f"{self._name(self._page(field, fields))}({value})"
        if field.args or not getattr(field.resolve, "_is_default", False):
            raise Misfit
        definition = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        lines.append(f"{value} = row.{definition.python_name}")
        return self._expression(field.type, fields, value)

    def _page(self, field: GraphQLField, fields: Details) -> Complete:
        """Return the function for a page that is read ahead."""
        page = _PageCompiler(self.executor, self.failure)
        complete = page.completing(field.type, fields)
        if page.cards is None or fields[0].fragment_variable_values is not None:
            raise Misfit
        self.ahead.append(Ahead(field, fields[0].node, page.cards))
        return complete

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


class _PageCompiler(_Compiler):
    """Writes the functions of a page whose cards are JSON already."""

    cards: Selection | None = None

    @override
    def _present(self, kind: GraphQLOutputType, details: Details, value: str) -> str:
        if not (isinstance(kind, GraphQLObjectType) and kind.name == _CARD):
            return super()._present(kind, details, value)
        if self.cards is not None:
            raise Misfit  # a page is of cards under one selection
        self.cards = _CardCompiler(self.executor, self.failure).selection(kind, details)
        return f"{value}.json"


class _CardCompiler(_Compiler):
    """Writes the functions of a card, and what viewers must have in common to see the same."""

    def __init__(self, executor: Executor[Any], failure: PlanFailure) -> None:
        """Begin with a card that shows nothing."""
        super().__init__(executor, failure)
        self._shape: list[str] = []
        self._needs: set[Need] = set()

    def selection(self, kind: GraphQLObjectType, details: Details) -> Selection:
        """Return what a document asks of cards; Misfit for what is not known to be shared."""
        complete = self._object(kind, details)
        wants = names_below(
            (one.node for one in details),
            self.executor.fragment_definitions,
            lambda _node: True,  # without directives, all of it is included
        )
        shape, needs = "".join(self._shape), frozenset(self._needs)
        return Selection(shape, needs, wants, _showing(complete, self.failure))

    @override
    def _object(self, kind: GraphQLObjectType, details: Details) -> Complete:
        self._shape.append("{")
        complete = super()._object(kind, details)
        self._shape.append("}")
        return complete

    @override
    def _field(self, kind: GraphQLObjectType, fields: Details, value: str, lines: list[str]) -> str:
        node = fields[0].node
        needs = NEEDS.get(kind.name, {}).get(node.name.value)
        if needs is None:
            raise Misfit
        self._needs |= needs
        shown_as = node.alias.value if node.alias else node.name.value
        self._shape.append(f"{shown_as}:{node.name.value} ")
        return super()._field(kind, fields, value, lines)


def _showing(complete: Complete, failure: PlanFailure) -> Callable[[SeenOpportunity], bytes | None]:
    """Return what makes JSON of a card; None where it must go the generic way."""

    def show(card: SeenOpportunity) -> bytes | None:
        try:
            return orjson.dumps(complete(card))
        except Misfit:
            return None
        except Exception as error:
            failure.tell(error)
            return None

    return show
