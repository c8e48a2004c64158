"""A viewer and the practice's vocabulary as he sees it: users, types, tags, pipelines, stages."""

from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from models.practice import ContactType, Pipeline, Stage, Tag
from models.user import User
from permissions.rights import EVERY_PERMISSION, Permission, UserRole
from permissions.viewer import Viewer
from resolvers.ids import global_id
from resolvers.known import Known


class Money(NamedTuple):
    """An amount with two decimals in an ISO 4217 currency."""

    amount: Decimal
    currency: str


class Named:
    """A row of the vocabulary behind its global id."""

    __slots__ = ("global_id", "row", "shown")

    def __init__(self, kind: str, row: Any) -> None:
        """Show `row` as a record of `kind`; `shown` is for who shows it again and again."""
        self.row = row
        self.shown: dict[object, Any] = {}
        self.global_id = global_id(kind, row.id)

    def __getattr__(self, name: str) -> Any:
        """Return the row's attribute."""
        return getattr(self.row, name)


class SeenContactType(Named):
    """A contact type."""


class SeenTag(Named):
    """A tag; `place` is where it stands among others: by name."""

    __slots__ = ("place",)

    def __init__(self, row: Tag) -> None:
        """Show `row`."""
        super().__init__("Tag", row)
        self.place = (row.name.casefold(), self.global_id)


class SeenPipeline(Named):
    """A pipeline with its stages."""

    __slots__ = ("stages",)
    stages: list["SeenStage"]


class SeenStage(Named):
    """A stage with its pipeline."""

    __slots__ = ("pipeline",)
    pipeline: SeenPipeline


class SeenUser(Named):
    """A member of the staff; his rights only for those who may read them (R19)."""

    __slots__ = ("_open",)

    def __init__(self, row: User, viewer: Viewer) -> None:
        """Show `row` to `viewer`."""
        super().__init__("User", row)
        self._open = viewer.may(Permission.TEAM_READ) or row.id == viewer.user_id

    @property
    def email(self) -> str | None:
        """The e-mail address, or None where it is hidden."""
        return self.row.email if self._open else None

    @property
    def role(self) -> str | None:
        """The role, or None where it is hidden."""
        return self.row.role if self._open else None

    @property
    def only_assigned_data(self) -> bool | None:
        """Whether Only Assigned Data is set, or None where it is hidden."""
        return self.row.only_assigned_data if self._open else None

    @property
    def permissions(self) -> list[str] | None:
        """The permissions, or None where they are hidden."""
        if not self._open:
            return None
        every = [permission.value for permission in EVERY_PERMISSION]
        return sorted(every if self.row.role == UserRole.ADMIN.value else self.row.permissions)


class Lens:
    """A viewer, and the vocabulary that has been read for him; made new for every request.

    `known` are rows that need not be read again.
    """

    def __init__(self, viewer: Viewer) -> None:
        """Begin with an empty vocabulary."""
        self.viewer = viewer
        self.known = Known()
        self.users: dict[UUID, SeenUser] = {}
        self.tags: dict[UUID, SeenTag] = {}
        self.types: dict[UUID, SeenContactType] = {}
        self.pipelines: dict[UUID, SeenPipeline] = {}
        self.stages: dict[UUID, SeenStage] = {}

    @cached_property
    def sees_values(self) -> bool:
        """Whether the viewer may see money (R18)."""
        return self.viewer.may(Permission.OPPORTUNITY_VALUE_READ)

    def money(self, amount: Decimal) -> Money | None:
        """Return an amount as the viewer may see it."""
        return Money(amount, self.viewer.practice.currency) if self.sees_values else None

    def add_users(self, users: dict[UUID, User]) -> None:
        """Take users into the vocabulary."""
        self.users.update((key, SeenUser(row, self.viewer)) for key, row in users.items())

    def add_tags(self, tags: list[Tag]) -> None:
        """Take tags into the vocabulary."""
        self.tags.update((row.id, SeenTag(row)) for row in tags)

    def add_types(self, types: list[ContactType]) -> None:
        """Take contact types into the vocabulary."""
        self.types.update((row.id, SeenContactType("ContactType", row)) for row in types)

    def add_pipelines(self, pipelines: list[Pipeline], stages: list[Stage]) -> None:
        """Take pipelines and their stages into the vocabulary."""
        for row in pipelines:
            seen = self.pipelines[row.id] = SeenPipeline("Pipeline", row)
            seen.stages = []
        for step in stages:
            shown = self.stages[step.id] = SeenStage("Stage", step)
            shown.pipeline = self.pipelines[step.pipeline_id]
            shown.pipeline.stages.append(shown)
