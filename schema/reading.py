"""From a text to a valid document, in little time whatever the text is (P19, ADR-0014).

The cheap checks come first: bytes, tokens, depth, aliases. The one rule of graphql-core whose work
grows with the square of a document is given little to spend, and checking ends after a few errors.
"""

from graphql import (
    DocumentNode,
    GraphQLError,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import MaxIntrospectionDepthRule, NoSchemaIntrospectionCustomRule

from resolvers.limits import Limits
from resolvers.problems import CostLimit
from schema.cost import Bill
from schema.idempotent import IdempotentOnMutations
from schema.schema import core

_MOST_COMPARED = 15_000  # some 20 ms; the largest document of the tests needs 12
_MOST_ERRORS = 5
_TOO_MANY_TOKENS = "Syntax Error: Document contains more than "
_TOO_DEEP = "Syntax Error: Document is nested too deeply."
_ENTANGLED = "Validation aborted."


class Rejected(Exception):
    """The document cannot be executed; the errors say why."""

    def __init__(self, *errors: GraphQLError) -> None:
        """Keep the errors."""
        super().__init__()
        self.errors = list(errors)


class OverlappingFields(OverlappingFieldsCanBeMergedRule):
    """Fields of one name can be merged; given up where there is too much to compare."""

    def __init__(self, context: ValidationContext) -> None:
        """Take less to spend than is usual."""
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = _MOST_COMPARED


RULES = (
    *(one for one in specified_rules if one is not OverlappingFieldsCanBeMergedRule),
    OverlappingFields,
    MaxIntrospectionDepthRule,
    IdempotentOnMutations,
)


def read(query: str, limits: Limits) -> tuple[DocumentNode, Bill]:
    """Return the valid document in a text, and what it asks for; Rejected where it is none."""
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > limits.document_bytes:
        raise beyond("The document has", size, limits.document_bytes, "bytes", "Send it in parts.")
    document = _parsed(query, limits)
    bill = Bill(core, document, limits)
    _measured(bill, limits)
    rules = RULES if limits.introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    errors = validate(core, document, rules, max_errors=_MOST_ERRORS, hide_suggestions=True)
    if errors and errors[-1].message == _ENTANGLED:
        raise refused(
            "The document repeats or nests its fields and fragments so much that checking it takes"
            " too long. Ask for each field once, or send the document in parts."
        )
    if errors:
        raise Rejected(*map(_plain, errors))
    return document, bill


def _plain(error: GraphQLError) -> GraphQLError:
    """Return an error of a document without the words of Python, say about an endless number."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return error
    return GraphQLError("A value in the document cannot be read.", error.nodes)


def _parsed(query: str, limits: Limits) -> DocumentNode:
    try:
        return parse(query, max_tokens=limits.tokens)
    except GraphQLError as error:
        if error.message.startswith(_TOO_MANY_TOKENS):
            found = f"more than {limits.tokens}"
            raise beyond(
                "The document has", found, limits.tokens, "tokens", "Send it in parts."
            ) from error
        if error.message.startswith(_TOO_DEEP):
            raise refused(
                "The document is nested too deeply to be read; at most"
                f" {limits.depth} fields may lie within each other."
            ) from error
        raise Rejected(error) from error


def _measured(bill: Bill, limits: Limits) -> None:
    if bill.depth > limits.depth:
        way = "Ask for what lies deeper by its id, in another request."
        raise beyond(
            "In the document", bill.depth, limits.depth, "fields lie within each other", way
        )
    if bill.aliases > limits.aliases:
        way = "Ask with `nodes(ids:)`, or in several requests."
        raise beyond("The document has", bill.aliases, limits.aliases, "aliases", way)
    if bill.aliases_introspection:
        raise refused("Introspection takes no aliases. Ask for each of its fields once.")


def beyond(subject: str, found: int | str, most: int, unit: str, way: str) -> Rejected:
    """Return the refusal of a request beyond a limit: the figure, the limit, and a way on."""
    return refused(f"{subject} {found} {unit}; at most {most} are allowed. {way}")


def refused(message: str) -> Rejected:
    """Return the refusal of a request that asks for too much."""
    return Rejected(GraphQLError(message, original_error=CostLimit(message)))
