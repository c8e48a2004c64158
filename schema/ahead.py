"""Reading a board ahead: what its document asks of the columns, as it is asked this time."""

from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values

from resolvers.ahead import PageAhead
from resolvers.pages import window
from resolvers.problems import BadRequest
from schema.compiling import Ahead
from schema.context import Context, Info


def page_ahead(info: Info) -> PageAhead | None:
    """Return the page of each column that can be read with the board; None where none can be."""
    raw: GraphQLResolveInfo[Context] = info._raw_info  # the only way to the document
    executor = info.context.executor
    if executor is None:
        return None
    plan = executor.plan(raw.return_type, [FieldDetails(one, None) for one in raw.field_nodes])
    if plan is None or len(plan.ahead) != 1:
        return None
    return _asked(plan.ahead[0], raw)


def _asked(found: Ahead, raw: GraphQLResolveInfo[Context]) -> PageAhead | None:
    arguments: dict[str, Any] = get_argument_values(found.field, found.node, raw.variable_values)
    try:
        asked = window(**arguments, limits=raw.context.limits)
    except BadRequest:
        return None  # the field itself tells it, at its path
    return None if asked.after is not None else PageAhead(id(found.node), asked.size, found.cards)
