"""The users that rows name: by e-mail, by name, or by another system's identifier."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from app.importing.job import Job
from app.seeding.names import FIRST_NAMES, LAST_NAMES
from models.assigned import MAX_FOLLOWERS
from models.text import fold
from models.user import user
from permissions.rights import UserRole
from resolvers import staff
from resolvers.change import Change
from resolvers.clean import email_key
from resolvers.enums import ErrorCode, FollowerSource
from resolvers.ids import Ref
from resolvers.owners import Record, add_follower, count_followers, invalid_owner
from resolvers.practice_forms import CreateUser
from resolvers.problems import FollowerLimitProblem, Problem, Refused

_KIND = "User"
_DOMAIN = "import.example"


def owner_ref(job: Job, change: Change, field: str) -> Ref | None:
    """Return the user a field names; None for a blank one, Refused for nobody known.

    An identifier of another system becomes an active restricted user when it is first met.
    """
    text = job.cells.text(field)
    if text is None:
        return None
    if field in job.row.identified:
        return Ref(_KIND, job.known(_KIND, text) or _add_person(job, change, text))
    found = _find(job, text)
    if found is None:
        raise Refused(invalid_owner(field))
    return Ref(_KIND, found)


def _find(job: Job, text: str) -> UUID | None:
    """Return the user of this e-mail address, or the only active one of this name."""
    columns = (user.c.id, user.c.name, user.c.email_key)
    statement = select(*columns).where(
        user.c.practice_id == job.viewer.practice_id, user.c.active.is_(True)
    )
    rows = job.connection.execute(statement).all()
    exact = [row.id for row in rows if row.email_key == email_key(text)]
    named = exact or [row.id for row in rows if fold(row.name) == fold(text)]
    return named[0] if len(named) == 1 else None


def _add_person(job: Job, change: Change, identifier: str) -> UUID:
    name, email = person(identifier)
    form = CreateUser(name=name, email=email, role=UserRole.USER, only_assigned_data=True)
    made = staff.create(change, form).record
    assert made is not None
    job.remember(made, identifier)
    return made.id


def person(identifier: str) -> tuple[str, str]:
    """Return a plausible name and e-mail address, always the same for an identifier."""
    digest = sha256(identifier.encode()).digest()
    first = FIRST_NAMES[int.from_bytes(digest[:4], "big") % len(FIRST_NAMES)]
    last = LAST_NAMES[int.from_bytes(digest[4:8], "big") % len(LAST_NAMES)]
    local = ".".join(fold(part).replace(" ", "") for part in (first, last))
    return f"{first} {last}", f"{local}.{digest[8:12].hex()}@{_DOMAIN}"


def follow(job: Job, change: Change, record: Record) -> None:
    """Make the users in `followers` follow a record (R40-R42); who does already is passed over."""
    for text in job.cells.texts("followers"):
        key = _find(job, text)
        if key is None or change.active_user(Ref(_KIND, key)) is None:
            message = "A follower must be an active user of this practice."
            raise Refused(Problem(ErrorCode.INVALID_FOLLOWER, message, "followers"))
        if any(one.user_id == key for one in record.assigned):
            continue
        if count_followers(record) >= MAX_FOLLOWERS:
            raise Refused(FollowerLimitProblem(MAX_FOLLOWERS, MAX_FOLLOWERS, "followers"))
        add_follower(change, record, key, FollowerSource.IMPORT)
