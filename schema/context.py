"""What a field body can reach: the viewer, one moment of the database, and changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from graphql import (
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    SelectionNode,
    get_directive_values,
)

from files.shelf import Shelf
from models.database import Database, Reader
from models.seams import Seams
from permissions.viewer import Viewer
from resolvers import vocabulary
from resolvers.audit_reads import Read, Sight, Sights
from resolvers.cards import CardCache
from resolvers.change import Change
from resolvers.lens import Lens
from resolvers.limits import USUAL, Limits
from resolvers.loading import Wants
from resolvers.outcome import Outcome
from resolvers.papers import Paper
from resolvers.perform import Call, perform
from resolvers.seal import Seal
from schema.compiled import CompilingExecutor
from schema.wants import names_below
from subscriptions.relay import Relay

Form = TypeVar("Form")
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Services:
    """What one process shares between requests."""

    database: Database
    seal: Seal
    seams: Seams
    relay: Relay
    shelf: Shelf
    limits: Limits = USUAL
    note_reads: Callable[[Read], None] = lambda _read: None
    cards: CardCache = field(default_factory=CardCache)


@dataclass
class Context:
    """One operation: its viewer, and the reader all its fields share.

    `sights` are what it shows of records, for the audit trail; None where nothing is noted. What
    it has written itself has left its row already. `executor` knows what its document asks for.
    """

    services: Services
    viewer: Viewer
    reader: Reader
    request_id: str | None = None
    loaders: dict[Any, Any] = field(default_factory=dict)
    sights: Sights | None = field(default_factory=dict)
    written: frozenset[UUID] = frozenset()
    executor: CompilingExecutor | None = None

    def __post_init__(self) -> None:
        """Begin with a lens that knows nothing but the viewer."""
        self.lens = Lens(self.viewer)

    @property
    def limits(self) -> Limits:
        """How much one request may ask for."""
        return self.services.limits

    @property
    def practice_id(self) -> UUID:
        """The practice of the viewer."""
        return self.viewer.practice_id

    async def read(self, job: Callable[..., Any], *args: Any) -> Shown:
        """Return what `job(connection, lens, *args)` reads for the viewer.

        The rows are shown as they are: a field declares the kind, the kind the rows it shows.
        """
        rows: Shown = await self.reader.run(job, self.lens, *args)
        return rows

    def saw(
        self, action: str, kind: str, record_id: UUID | None = None, count: int | None = None
    ) -> None:
        """Note that the viewer is shown a record, or `count` records in a list or board (P21)."""
        if self.sights is None or record_id in self.written:
            return
        sight = Sight(action, kind, record_id)
        self.sights[sight] = None if count is None else count + (self.sights.get(sight) or 0)

    def note_sights(self) -> None:
        """Hand what the operation showed to the audit trail."""
        if self.sights:
            viewer, now = self.viewer, self.services.seams.now()
            read = Read(viewer.practice_id, viewer.user_id, now, self.request_id, self.sights)
            self.services.note_reads(read)
            self.sights = {}

    async def change(
        self,
        action: str,
        work: Callable[[Change, Form], Outcome],
        form: Form,
        key: str | None,
        paper: Paper | None = None,
    ) -> Outcome:
        """Perform a mutation; what is read after it is read with the rights of then."""
        call = Call(
            credential=self.viewer.credential,
            action=action,
            key=key,
            request_id=self.request_id,
            limits=self.limits,
            paper=paper,
        )
        await self.reader.close()
        services = self.services
        writing = await services.database.begin(perform, services.seams, call, work, form)
        # Who gives up waiting does not keep others from hearing of the change.
        outcome = await asyncio.shield(self._announced(writing))
        self.written |= outcome.written
        await self._look_again()
        return outcome

    async def _announced(self, writing: "asyncio.Task[Outcome]") -> Outcome:
        outcome = await asyncio.shield(writing)
        await self.services.relay.announce(self.viewer.practice_id)
        return outcome

    async def _look_again(self) -> None:
        viewer = await self.reader.run(vocabulary.load_viewer, self.viewer.credential)
        self.viewer = viewer or self.viewer
        self.lens = Lens(self.viewer)
        self.loaders = {}


Info: TypeAlias = strawberry.Info[Context, None]


def raw_of(info: Info) -> GraphQLResolveInfo[Context]:
    """Return what graphql-core tells of a field: the only way to its document."""
    raw: GraphQLResolveInfo[Context] = info._raw_info
    return raw


def wants_of(info: Info) -> Wants:
    """Return the names of the fields that the document asks for below this one.

    Those below a card's contact begin with "contact."; those of a record's lists are left out, as
    these are read on their own.
    """
    raw = raw_of(info)
    return names_below(raw.field_nodes, raw.fragments, lambda node: _included(node, raw))


def _included(node: SelectionNode, raw: GraphQLResolveInfo[Context]) -> bool:
    """Return whether `@skip` and `@include` leave a part of the document in."""
    skip = get_directive_values(GraphQLSkipDirective, node, raw.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, node, raw.variable_values)
    return not (skip and skip["if"]) and not (include and not include["if"])
