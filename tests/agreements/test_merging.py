"""Merge fields: what they say, where they say nothing, and that values are never markup."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, update

from models.practice import practice
from tests.agreements.asking import Office


def move(connection: Connection, zone: str) -> None:
    """Let all practices be in another time zone."""
    connection.execute(update(practice).values(time_zone=zone))


async def test_merge_fields_say_what_they_name_and_a_blank_where_there_is_nothing(
    office: Office,
) -> None:
    fields = (
        "contact.name",
        "contact.firstName",
        "contact.lastName",
        "contact.email",
        "contact.phone",
        "practice.name",
        "sender.name",
        "today",
    )
    body = "\n\n".join(f"{name}: [{{{{ {name} }}}}]" for name in fields)
    key = await office.draft(body=body, by=office.spa.dan)
    text = await office.text(key)
    today = datetime.now(UTC).date().isoformat()
    values = ("Grace Park", "Grace", "Park", "grace@park.example", "________", "spa", "Dan", today)
    for name, value in zip(fields, values, strict=True):
        assert f"{name}: [{value}]" in text


async def test_today_is_the_date_in_the_practice_s_time_zone(office: Office) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):  # one of them has never the date of UTC
        await office.server.desk.services.database.write(move, zone)
        key = await office.draft(body="Today is {{today}}.")
        today = datetime.now(ZoneInfo(zone)).date().isoformat()
        assert f"Today is {today}." in await office.text(key)


async def test_merged_values_are_data_neither_commonmark_nor_typst(office: Office) -> None:
    name = '*Bob* #eval("1+1") {{today}} $x$ [a](b) <b>c</b> _d_ \\e &amp; 1.'
    contact = await office.spa.contact("-", firstName=name, lastName="Park")
    body = '{{contact.firstName}} Park.\n\n#panic() $y$ #read("/etc/passwd")'
    key = await office.draft(contact, name="#panic() *Title*", body=body)
    text = await office.text(key)
    assert f"{name} Park." in text
    assert "#panic() *Title*" in text
    assert '#panic() $y$ #read("/etc/passwd")' in text
