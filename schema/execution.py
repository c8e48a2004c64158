"""Executing documents: parsed and validated once, then run for one viewer (ADR-0004)."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_operation_ast,
)
from graphql.execution import create_source_event_stream

from resolvers.limits import USUAL, Limits
from resolvers.loading import Wants
from schema.compiled import CompilingExecutor, Plans
from schema.context import Context
from schema.cost import Bill
from schema.listening import Document, Listening, Source
from schema.reading import Rejected, beyond, read
from schema.schema import core

__all__ = ["Engine", "KnownDocument", "Rejected", "Request"]

_MOST_CACHED = 512 * 1024  # characters of documents; parsed, each takes some 50 bytes
_SNAPSHOT = "BoardSnapshot"
_DECLARED_AND_USED_ONCE = 2


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


class KnownDocument(NamedTuple):
    """A valid document, its cost, plans of its plain parts, and what its listeners share."""

    document: DocumentNode
    bill: Bill
    plans: Plans
    listening: WeakValueDictionary[Hashable, Document]


class Engine:
    """Runs GraphQL documents against the schema."""

    def __init__(self, limits: Limits = USUAL) -> None:
        """Begin without known documents; refuse what goes beyond `limits`."""
        self._schema: GraphQLSchema = core
        self._limits = limits
        self._documents: OrderedDict[str, KnownDocument] = OrderedDict()
        self._cached = 0

    def operation(self, request: Request) -> OperationType:
        """Return whether the request is a query, a mutation or a subscription."""
        found = get_operation_ast(self.known(request.query).document, request.operation_name)
        if found is None:
            raise _unnamed()
        return found.operation

    def cost(self, request: Request) -> int:
        """Return how many records the request may read; Rejected if those are too many."""
        known, most = self.known(request.query), self._limits.cost
        cost = known.bill.cost(request.operation_name, request.variables)
        if cost is None:
            raise _unnamed()
        if cost > most:
            way = "Ask for smaller pages (`first`), or for less of each record."
            raise beyond("The request may read", cost, most, "records", way)
        return cost

    def known(self, query: str) -> KnownDocument:
        """Return the valid document of a text; Rejected tells what is wrong with it."""
        known = self._documents.get(query)
        if known is not None:
            self._documents.move_to_end(query)
            return known
        document, bill = read(query, self._limits)
        known = self._documents[query] = KnownDocument(
            document, bill, Plans(), WeakValueDictionary()
        )
        self._cached += len(query)
        while self._cached > _MOST_CACHED:
            self._cached -= len(self._documents.popitem(last=False)[0])
        return known

    async def execute(self, request: Request, context: Context) -> ExecutionResult:
        """Return the result of a query or mutation."""
        known = self.known(request.query)
        executor = self._executor(known, request, context)
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        context.executor = executor
        try:
            result: Any = executor.execute_operation()
            done: ExecutionResult = await result if hasattr(result, "__await__") else result
        finally:
            context.executor = None
            executor.forget()
            context.note_sights()
        return done

    def _executor(
        self, known: KnownDocument, request: Request, context: Context
    ) -> CompilingExecutor | list[GraphQLError]:
        """Return what executes a request; errors where its variables do not fit."""
        made: Any = CompilingExecutor.build(
            self._schema,
            known.document,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            hide_suggestions=True,
            plans=known.plans,
        )
        executor: CompilingExecutor | list[GraphQLError] = made
        return executor

    async def listen(self, request: Request, context: Context) -> tuple[Source, Listening]:
        """Return what a subscription listens to and how its events are answered."""
        known = self.known(request.query)
        executor = self._executor(known, request, context)
        if isinstance(executor, list):
            raise Rejected(*executor)
        source: Any = create_source_event_stream(executor)
        if hasattr(source, "__await__"):
            source = await source
        if isinstance(source, ExecutionResult):
            raise Rejected(*(source.errors or ()))
        key = _key(known.document, request)
        shared = known.listening.get(key)
        if shared is None:
            # Listeners alike share one executor: it holds nothing of whom it was made for.
            executor.context_value = None
            shared = known.listening[key] = Document(executor, key, _names(known.document))
        return source, Listening(shared, context.services, context.request_id)


def _unnamed() -> Rejected:
    return Rejected(GraphQLError("Name the operation of the document that is to run."))


def _key(document: DocumentNode, request: Request) -> Hashable:
    """Return what is equal for listeners who show an event alike: not where they went on from."""
    after = _resume_variable(document, request)
    variables = {name: value for name, value in (request.variables or {}).items() if name != after}
    plain = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    return request.query, request.operation_name, plain


def _resume_variable(document: DocumentNode, request: Request) -> str | None:
    """Return the variable that is the `after` of the subscription, and nothing else."""
    operation: Any = get_operation_ast(document, request.operation_name)
    for field in operation.selection_set.selections if operation else ():
        for argument in getattr(field, "arguments", None) or ():
            if argument.name.value == "after" and isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                alone = request.query.count(f"${name}") <= _DECLARED_AND_USED_ONCE
                return name if alone else None
    return None


def _names(document: DocumentNode) -> Wants:
    """Return the names of the fields that deltas ask for; those of the snapshot are its own."""
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    names: set[str] = set()
    for one in document.definitions:
        if not isinstance(one, FragmentDefinitionNode):
            _collect(one.selection_set, fragments, names)  # type: ignore[attr-defined]
    return frozenset(names)


def _collect(
    selections: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    names: set[str],
) -> None:
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            names.add(node.name.value)
            _collect(node.selection_set, fragments, names)
            continue
        fragment: Any = node
        if isinstance(node, FragmentSpreadNode):
            fragment = fragments.pop(node.name.value, None)  # each is looked at once
            if fragment is None:
                continue
        on = fragment.type_condition.name.value if fragment.type_condition else None
        if on != _SNAPSHOT:
            _collect(fragment.selection_set, fragments, names)
