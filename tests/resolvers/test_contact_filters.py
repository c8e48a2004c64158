"""C9: a filtered list of contacts is what a plain reading of the rules finds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from models.contact import Contact
from models.facts import followers_of
from models.text import fold
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, sees
from resolvers import records
from resolvers.filters import ContactFilter, contact_terms
from resolvers.flush import flush
from resolvers.ids import Ref
from resolvers.inputs import DateTimeRange
from resolvers.seen import audience
from tests.resolvers.properties import examples
from tests.resolvers.test_filters import SEARCHES, refs, times
from tests.resolvers.world import SOURCES, World

EMAILS = ("p1@demo.example", " P2@Demo.Example ", "p3@demo.example", "nobody@demo.example", "")
PHONES = ("+15550000001", "(555) 000-0002", "1 555 000 0003", "12", "")


def filters(world: World) -> st.SearchStrategy[ContactFilter]:
    users = [one.id for one in world.users]
    return st.builds(
        ContactFilter,
        search=st.none() | st.sampled_from(SEARCHES),
        type_ids=refs("ContactType", [one.id for one in world.types]),
        tag_ids=refs("Tag", world.tags),
        owner_ids=refs("User", users),
        unassigned=st.none() | st.booleans(),
        follower_ids=refs("User", users),
        emails=st.none() | st.lists(st.sampled_from(EMAILS), max_size=2),
        phones=st.none() | st.lists(st.sampled_from(PHONES), max_size=2),
        source=st.none() | st.lists(st.sampled_from([one or "" for one in SOURCES]), max_size=2),
        owner_active=st.none() | st.booleans(),
        created_at=times(),
        updated_at=times(),
    )


def listed(connection: Connection, viewer: Viewer, asked: ContactFilter) -> set[Any]:
    conditions = [term.sql() for term in contact_terms(asked, viewer)]
    rows = connection.execute(records.select_visible(CONTACT, viewer, *conditions))
    return {one.id for one in records.records_of(CONTACT, rows)}


def named(asked: list[Ref] | None, kind: str) -> set[Any]:
    return {ref.id for ref in asked or () if ref.kind == kind}


def within(span: DateTimeRange | None, moment: Any) -> bool:
    if span is None:
        return True
    late = span.from_ is None or moment >= span.from_
    return late and (span.to is None or moment < span.to)


def owned(world: World, asked: ContactFilter, one: Contact) -> bool:
    inactive = {user.id for user in world.users if not user.active}
    if asked.owner_active is not None:
        wanted = one.owner_id is not None and (one.owner_id in inactive) is not asked.owner_active
        if not wanted:
            return False
    if asked.owner_ids:
        return one.owner_id in named(asked.owner_ids, "User") or (
            one.owner_id is None and asked.unassigned is True
        )
    return asked.unassigned is None or (one.owner_id is None) is asked.unassigned


def found_by(asked: str, one: Contact) -> bool:
    digits = (one.phone or "").lstrip("+")
    words = [*fold(one.name).split(), *fold(one.email or "").split(), digits, digits[1:]]
    wanted = fold(asked).split()
    if asked and all(letter in "+0123456789 " for letter in asked):
        wanted = ["".join(wanted)] if wanted else []
    return all(any(word.startswith(prefix) for word in words) for prefix in wanted)


def related(asked: ContactFilter, one: Contact) -> bool:
    if asked.type_ids and one.type_id not in named(asked.type_ids, "ContactType"):
        return False
    if asked.tag_ids and not named(asked.tag_ids, "Tag") & one.tag_ids:
        return False
    following = followers_of(one.assigned)
    return not asked.follower_ids or bool(named(asked.follower_ids, "User") & following)


def addressed(asked: ContactFilter, one: Contact) -> bool:
    emails = {text.strip().lower() for text in asked.emails or ()}
    if asked.emails and one.email not in emails:
        return False
    phones = {
        "+1" + digits[-10:]
        for text in asked.phones or ()
        if len(digits := "".join(filter(str.isdigit, text))) >= 10
    }
    if asked.phones and one.phone not in phones:
        return False
    sources = {text.strip().casefold() for text in asked.source or ()} - {""}
    return not asked.source or (one.source or "").strip().casefold() in sources


@given(data=st.data())
@examples(80)
async def test_the_list_is_the_filter_of_what_is_visible(world: World, data: st.DataObject) -> None:
    viewer, drawn = data.draw(st.sampled_from(world.viewers)), data.draw(filters(world))
    # A filter of many fields finds nothing at all.
    names = data.draw(st.lists(st.sampled_from(sorted(vars(drawn))), max_size=2))
    asked = ContactFilter(**{name: getattr(drawn, name) for name in names})
    async with world.database.reader() as reader:
        found = await reader.run(listed, viewer, asked)
    assert found == {
        one.id
        for one in world.contacts
        if one.deleted_at is None
        and sees(CONTACT, viewer, audience(one))
        and related(asked, one)
        and addressed(asked, one)
        and owned(world, asked, one)
        and found_by(asked.search or "", one)
        and within(asked.created_at, one.created_at)
        and within(asked.updated_at, one.updated_at)
    }


async def test_an_address_finds_its_contact_however_it_is_written(world: World) -> None:
    mine = next(one for one in world.contacts if one.deleted_at is None)

    def address(connection: Connection) -> None:
        change = world.change(connection)
        for one in change.load(CONTACT, CONTACT.table.c.id == mine.id):
            one.email, one.phone = "grace@demo.example", "+12125550100"
        flush(change)

    await world.database.write(address)
    async with world.database.reader() as reader:
        for asked in (
            ContactFilter(emails=["GRACE@DEMO.example "]),
            ContactFilter(phones=["(212) 555-0100", "junk"]),
            ContactFilter(phones=["+1 212 555 0100"]),
            ContactFilter(search="grace@demo.example"),
            ContactFilter(search="212 555 0100"),
            ContactFilter(search="+1 (212) 555"),
        ):
            found = await reader.run(listed, world.viewer("admin"), asked)
            assert found == {mine.id}, asked
