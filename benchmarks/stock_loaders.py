"""DataLoaders of one request of the stock spelling, each with a session of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from strawberry.dataloader import DataLoader

from benchmarks.stock_rows import (
    AssignedRow,
    ContactAssignedRow,
    ContactRow,
    ContactTagRow,
    StageRow,
    TagRow,
    TotalRow,
    UserRow,
)
from models.opportunity import EVERYBODY

Sessions = async_sessionmaker[AsyncSession]
Load = Callable[[list[UUID]], Awaitable[list[Any]]]


@dataclass
class StockContext:
    """Who asks, and the loaders of this request."""

    sessions: Sessions
    viewer: UserRow
    currency: str
    broadcast: Any

    @property
    def restricted(self) -> bool:
        """Whether the viewer sees only what he owns or follows."""
        return self.viewer.only_assigned_data and self.viewer.role != "ADMIN"

    @cached_property
    def users(self) -> DataLoader[UUID, UserRow]:
        """Users by id."""
        return DataLoader(self._by_id(UserRow))

    @cached_property
    def stages(self) -> DataLoader[UUID, StageRow]:
        """Stages by id."""
        return DataLoader(self._by_id(StageRow))

    @cached_property
    def contacts(self) -> DataLoader[UUID, ContactRow | None]:
        """Contacts by id, None where the viewer may not see one."""
        wanted = select(ContactRow)
        if self.restricted:
            mine = select(ContactAssignedRow.record_id).filter_by(user_id=self.viewer.id)
            wanted = wanted.where(ContactRow.id.in_(mine))
        return DataLoader(self._by_id(ContactRow, wanted))

    @cached_property
    def followers(self) -> DataLoader[UUID, list[AssignedRow]]:
        """Followers by card."""
        wanted = select(AssignedRow).where(AssignedRow.slot > 0).order_by(AssignedRow.slot)
        return DataLoader(self._lists(wanted, AssignedRow.record_id))

    @cached_property
    def tags(self) -> DataLoader[UUID, list[TagRow]]:
        """Tags by contact."""
        wanted: Any = select(TagRow, ContactTagRow.contact_id).join(
            ContactTagRow, ContactTagRow.tag_id == TagRow.id
        )
        return DataLoader(self._lists(wanted.order_by(TagRow.name), ContactTagRow.contact_id))

    @cached_property
    def totals(self) -> DataLoader[UUID, list[TotalRow]]:
        """Totals by stage."""
        wanted = select(TotalRow).filter_by(
            practice_id=self.viewer.practice_id,
            user_id=self.viewer.id if self.restricted else EVERYBODY,
            status="OPEN",
        )
        return DataLoader(self._lists(wanted, TotalRow.stage_id))

    def _by_id(self, entity: Any, wanted: Select[Any] | None = None) -> Load:
        async def load(keys: list[UUID]) -> list[Any]:
            statement = (select(entity) if wanted is None else wanted).where(entity.id.in_(keys))
            async with self.sessions() as session:
                found = {one.id: one for one in await session.scalars(statement)}
            return [found.get(key) for key in keys]

        return load

    def _lists(self, wanted: Select[Any], column: Any) -> Load:
        async def load(keys: list[UUID]) -> list[Any]:
            found: dict[UUID, list[Any]] = {key: [] for key in keys}
            async with self.sessions() as session:
                for row in await session.execute(wanted.where(column.in_(keys))):
                    found[row[1] if len(row) > 1 else getattr(row[0], column.key)].append(row[0])
            return [found[key] for key in keys]

        return load
