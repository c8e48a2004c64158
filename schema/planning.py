"""Plans of plain subtrees, and what of their cards can be read by keys (ADR-0004, ADR-0022)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
)
from graphql.execution import Executor
from typing_extensions import override

from resolvers.cards import Selection
from resolvers.seen import SeenOpportunity
from resolvers.sharing import Need
from schema.compiling import Compiler, Complete, Details, completed
from schema.errors import PlanFailure
from schema.plain_values import Misfit
from schema.plainness import has_no_directives
from schema.sharing import NEEDS
from schema.wants import names_below

_READ_AHEAD = frozenset((("BoardColumn", "cards"),))
_CARD = "Opportunity"


class Ahead(NamedTuple):
    """A field whose page can be read ahead, where it stands, and what it asks of cards."""

    field: GraphQLField
    node: FieldNode
    cards: Selection


class PagePlan(NamedTuple):
    """How a page of cards that are JSON already is completed, and what is asked of them."""

    complete: Complete
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
    if not _may_be_plain(executor, return_type, details):
        return None
    compiler = _TreeCompiler(executor, failure)
    try:
        return Plan(compiler.completing(return_type, details), compiler.ahead)
    except Misfit:
        return None


def planned_page(
    executor: Executor[Any],
    return_type: GraphQLOutputType,
    details: Details,
    failure: PlanFailure,
) -> PagePlan | None:
    """Return the plan for a page of cards that are JSON; None if it is not plain, or of none."""
    if not _may_be_plain(executor, return_type, details):
        return None
    compiler = _PageCompiler(executor, failure)
    try:
        complete = compiler.completing(return_type, details)
    except Misfit:
        return None
    return None if compiler.cards is None else PagePlan(complete, compiler.cards)


def _may_be_plain(
    executor: Executor[Any], return_type: GraphQLOutputType, details: Details
) -> bool:
    if not isinstance(get_named_type(return_type), GraphQLObjectType):
        return False
    return has_no_directives([one.node for one in details], executor.fragment_definitions)


class _TreeCompiler(Compiler):
    """Writes the functions of a plain subtree, in which a page that is read ahead is plain, too."""

    def __init__(self, executor: Executor[Any], failure: PlanFailure) -> None:
        """Begin without pages."""
        super().__init__(executor, failure)
        self.ahead: list[Ahead] = []

    @override
    def _field(self, kind: GraphQLObjectType, fields: Details, value: str, lines: list[str]) -> str:
        node = fields[0].node
        if (kind.name, node.name.value) not in _READ_AHEAD:
            return super()._field(kind, fields, value, lines)
        field = kind.fields[node.name.value]
        page = planned_page(self.executor, field.type, fields, self.failure)
        if page is None or fields[0].fragment_variable_values is not None:
            raise Misfit
        self.ahead.append(Ahead(field, node, page.cards))
        lines.append(f"{value} = row.page_ahead({id(node)}) or misfit(row)")
        return f"{self._name(page.complete)}({value})"


class _PageCompiler(Compiler):
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


class _CardCompiler(Compiler):
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
        done = completed(lambda one: orjson.dumps(complete(one)), card, failure)
        return done.value if done is not None else None

    return show
