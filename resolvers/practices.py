"""The practice and the viewer as the API shows them."""

from sqlalchemy import Connection

from models.practice import Practice
from models.text import has_prefixes, query_words, search_words
from permissions.viewer import Viewer
from resolvers import vocabulary
from resolvers.clean import Unclean, clean_text
from resolvers.ids import global_id
from resolvers.inputs import Text
from resolvers.lens import Lens, SeenContactType, SeenTag, SeenUser
from resolvers.limits import Limits
from resolvers.loading import need_types
from resolvers.pages import page_size
from resolvers.problems import BadRequest

_LIST_SIZE = 100


class SeenOwnership:
    """The ownership settings of a practice."""

    def __init__(self, practice: Practice) -> None:
        """Show the settings of `practice`."""
        self.allow_different_owners = practice.allow_different_owners
        self.make_opportunity_owner_follower_of_contact = (
            practice.make_opportunity_owner_follower_of_contact
        )
        self.make_contact_owner_follower_of_opportunity = (
            practice.make_contact_owner_follower_of_opportunity
        )


class SeenPractice:
    """A practice behind its global id."""

    def __init__(self, practice: Practice) -> None:
        """Show `practice`."""
        self.global_id = global_id("Practice", practice.id)
        self.name = practice.name
        self.currency = practice.currency
        self.time_zone = practice.time_zone
        self.ownership = SeenOwnership(practice)


class SeenViewer:
    """Who asks, as he sees himself."""

    def __init__(self, viewer: Viewer) -> None:
        """Show `viewer` to himself."""
        self.user = SeenUser(viewer.user, viewer)
        self.role = viewer.role.value
        self.only_assigned_data = viewer.user.only_assigned_data
        self.permissions = sorted(permission.value for permission in viewer.permissions)
        self.practice = SeenPractice(viewer.practice)


def contact_types(connection: Connection, lens: Lens) -> list[SeenContactType]:
    """Return the practice's contact types."""
    need_types(connection, lens)
    return list(lens.types.values())


def users(
    connection: Connection,
    lens: Lens,
    limits: Limits,
    active_only: bool | None,
    search: str | None,
    first: int | None,
) -> list[SeenUser]:
    """Return the practice's staff by name: at most `first`, those whose name is searched for."""
    size = page_size(first, _LIST_SIZE, limits)
    prefixes = _prefixes(search, limits)
    practice_id = lens.viewer.practice_id
    staff = vocabulary.staff(connection, practice_id, active_only=active_only is not False)
    found = [one for one in staff if has_prefixes(search_words(one.name), prefixes)]
    return [SeenUser(one, lens.viewer) for one in found[:size]]


def tags(
    connection: Connection, lens: Lens, limits: Limits, search: str | None, first: int | None
) -> list[SeenTag]:
    """Return the practice's tags by name: at most `first`, those that are searched for."""
    size = page_size(first, _LIST_SIZE, limits)
    prefixes = _prefixes(search, limits)
    every = vocabulary.tags(connection, lens.viewer.practice_id)
    found = [one for one in every if has_prefixes(search_words(one.name), prefixes)]
    return [SeenTag(one) for one in found[:size]]


def _prefixes(search: str | None, limits: Limits) -> tuple[str, ...]:
    try:
        return query_words(clean_text(search or "", Text(limits.search_characters), ""))
    except Unclean as problem:
        raise BadRequest(f"search: {problem}") from problem
