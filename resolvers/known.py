"""Rows of a practice's vocabulary that were read already: they are true for one revision of it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from models.practice import ContactType, Pipeline, Stage, Tag
from models.user import User
from resolvers import vocabulary


class Known:
    """What is known of a practice's vocabulary as of a revision; what is missing is read."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._users: dict[UUID, User] = {}
        self._tags: dict[UUID, Tag] = {}
        self._types: list[ContactType] | None = None
        self._board: tuple[list[Pipeline], list[Stage]] | None = None

    def users(
        self, connection: Connection, practice_id: UUID, keys: Iterable[UUID]
    ) -> dict[UUID, User]:
        """Return the users with these ids, by id."""
        asked = list(keys)
        if unknown := [key for key in asked if key not in self._users]:
            self._users |= vocabulary.users(connection, practice_id, unknown)
        return {key: self._users[key] for key in asked if key in self._users}

    def tags(self, connection: Connection, practice_id: UUID, keys: Iterable[UUID]) -> list[Tag]:
        """Return the tags with these ids."""
        asked = list(keys)
        if unknown := [key for key in asked if key not in self._tags]:
            found = vocabulary.tags(connection, practice_id, unknown)
            self._tags |= {row.id: row for row in found}
        return [self._tags[key] for key in asked if key in self._tags]

    def types(self, connection: Connection, practice_id: UUID) -> list[ContactType]:
        """Return the contact types."""
        if self._types is None:
            self._types = vocabulary.contact_types(connection, practice_id)
        return self._types

    def pipelines(
        self, connection: Connection, practice_id: UUID
    ) -> tuple[list[Pipeline], list[Stage]]:
        """Return the pipelines, and the stages of all of them."""
        if self._board is None:
            stages = vocabulary.stages(connection, practice_id)
            self._board = vocabulary.pipelines(connection, practice_id), stages
        return self._board


class Latest:
    """What is known of a practice's vocabulary as of the revision that was asked for last."""

    def __init__(self) -> None:
        """Begin before any revision."""
        self._revision, self._known = 0, Known()

    def at(self, revision: int) -> Known:
        """Return what is known as of a revision."""
        if revision != self._revision:
            self._revision, self._known = revision, Known()
        return self._known
