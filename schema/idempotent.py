"""The directive @idempotent(key:), declared raw: a Strawberry directive would wrap every field."""

from typing import Any

from graphql import (
    DirectiveLocation,
    FieldNode,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLError,
    GraphQLNonNull,
    GraphQLString,
    ValidationContext,
    ValidationRule,
    get_directive_values,
)

from resolvers.clean import is_storable
from resolvers.problems import BadRequest
from schema.context import Info

_LONGEST_KEY = 200

IDEMPOTENT = GraphQLDirective(
    "idempotent",
    [DirectiveLocation.FIELD],
    {"key": GraphQLArgument(GraphQLNonNull(GraphQLString))},
    description="Applies the mutation once per (actor, key) within 24 hours; a repeat gets the"
    " first answer (P13).",
)


def idempotency_key(info: Info) -> str | None:
    """Return the key under which this mutation is applied once; BadRequest for a bad key."""
    raw = info._raw_info
    values = get_directive_values(IDEMPOTENT, raw.field_nodes[0], raw.variable_values)
    if values is None:
        return None
    key: str = values["key"]
    if not 1 <= len(key) <= _LONGEST_KEY or not is_storable(key):
        raise BadRequest(f"A key of @idempotent has 1 to {_LONGEST_KEY} characters.")
    return key


class IdempotentOnMutations(ValidationRule):
    """@idempotent belongs on fields of Mutation."""

    context: ValidationContext

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        """Report the directive where it has no meaning."""
        parent = self.context.get_parent_type()
        if parent is None or parent == self.context.schema.mutation_type:
            return
        if any(one.name.value == IDEMPOTENT.name for one in node.directives or ()):
            self.report_error(GraphQLError("@idempotent is for mutations only.", node))
