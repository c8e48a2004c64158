"""Steps of an agreement that no user does: by one of its recipients, or by the program."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from models.document import Document
from resolvers.document_changes import rewrite
from resolvers.enums import ActorKind
from resolvers.journal import Author, Note, write


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, as `document_changes` writes it: an event and an audit row of its own."""

    connection: Connection
    practice_id: UUID
    now: datetime
    action: str
    by: ActorKind
    request_id: str | None = None

    def note(self, note: Note) -> None:
        """Write the step's event and audit row."""
        author = Author(
            practice_id=self.practice_id,
            user_id=None,
            at=self.now,
            key=None,
            request_id=self.request_id,
            kind=self.by,
        )
        write(self.connection, author, [note])

    def make(self, before: Document, after: Document, more: dict[str, list[Any]]) -> Document:
        """Write an agreement that is held, and what else to tell; return it as it is now."""
        rewrite(self, before, after, more)
        return after
