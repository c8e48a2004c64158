"""The schema: its roots, scalars and directives."""

import strawberry
from graphql import build_schema, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from schema import board, payloads
from schema.idempotent import IDEMPOTENT
from schema.mutations import Mutation
from schema.queries import Query
from schema.records import Follower
from schema.scalars import SCALARS
from schema.subscriptions import Subscription

schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[
        Follower,
        board.BoardSnapshot,
        board.CardEntered,
        board.CardUpdated,
        board.CardLeft,
        board.Heartbeat,
        payloads.InputError,
        payloads.FollowerLimitError,
        payloads.ConflictError,
        payloads.CountError,
        payloads.DuplicateError,
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
)
core = schema._schema
core.directives = (*core.directives, IDEMPOTENT)


def sdl() -> str:
    """Return the schema in the schema definition language, sorted."""
    # Sorted from its own text: sorting the live schema would lose Strawberry's enums.
    return print_schema(lexicographic_sort_schema(build_schema(print_schema(core)))) + "\n"
