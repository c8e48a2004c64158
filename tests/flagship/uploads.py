"""Uploads that are complete already: a walk is about who sees what, not about bytes."""

from typing import Any

from sqlalchemy import Connection, insert, select

from files.segments import new_key
from models.contact import contact
from models.database import Database
from models.seams import Seams
from models.stored_file import StoredFile, Upload, stored_file, upload
from models.user import user
from resolvers.ids import global_id, parse
from resolvers.uploads import ABANDONED, as_row


async def ready_upload(database: Database, user_id: str, contact_id: str) -> str:
    """Return the id of a complete upload of a user for a contact, whether he sees it or not."""
    return await database.write(_made, user_id, contact_id)


def _made(connection: Connection, user_id: str, contact_id: str) -> str:
    seams, sender = Seams(), parse(user_id).id
    practice: Any = connection.scalar(select(user.c.practice_id).where(user.c.id == sender))
    ours = (contact.c.id == parse(contact_id).id, contact.c.practice_id == practice)
    target = connection.scalar(select(contact.c.id).where(*ours))
    now, new = seams.now(), seams.new_id
    facts: Any = ([1], "text/plain", 1, "0" * 64, None, [], now, now + ABANDONED)
    file = StoredFile(new(), practice, new_key(), *facts)
    row = Upload(new(), practice, sender, file.id, target, None, None, "Consent.txt", now, now)
    connection.execute(insert(stored_file), as_row(file))
    connection.execute(insert(upload), as_row(row))
    return global_id("Upload", row.id)
