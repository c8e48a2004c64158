"""C6: DateTime and Decimal are read and written exactly, and nothing else is taken for them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import read_amount, read_time, write_amount, write_time
from tests.resolvers.properties import examples

MINUTES = st.integers(-23 * 60 - 59, 23 * 60 + 59)
MOMENTS = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)),
    MINUTES,
)


@given(MOMENTS)
@examples(200)
def test_a_moment_is_the_same_after_writing_and_reading(moment: datetime) -> None:
    text = write_time(moment)
    assert len(text) == 27
    assert text.endswith("Z")
    assert read_time(text) == moment
    assert read_time(text).utcoffset() == timedelta(0)
    assert write_time(read_time(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31t09:30:00z", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31T09:30:00.5+02:00", "2026-01-31T07:30:00.500000Z"),
        ("2026-01-31T00:00:00-05:30", "2026-01-31T05:30:00.000000Z"),
        ("2026-01-31T09:30:00.123456789Z", "2026-01-31T09:30:00.123456Z"),
        ("2026-01-31T09:30:00-00:00", "2026-01-31T09:30:00.000000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_rfc_3339_with_a_zone_is_read(text: str, written: str) -> None:
    assert write_time(read_time(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T09:30:00",
        "2026-01-31 09:30:00Z",
        "2026-01-31T09:30Z",
        "2026-01-31T09:30:00.Z",
        "2026-01-31T09:30:00.1234567890Z",
        "2026-01-31T09:30:00+0200",
        "2026-01-31T09:30:00+25:00",
        "2026-02-30T09:30:00Z",
        "2025-02-29T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:60:00Z",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-01-31T09:30:00Z\n",
        " 2026-01-31T09:30:00Z",
        "\u0662\u0660\u0662\u0666-01-31T09:30:00Z",
        "2026-W05-6T09:30:00Z",
        "now",
        1767225600,
        1767225600.5,
        True,
        None,
        ["2026-01-31T09:30:00Z"],
        {"from": "2026-01-31T09:30:00Z"},
    ],
)
def test_anything_else_is_no_moment(text: Any) -> None:
    with pytest.raises(GraphQLError):
        read_time(text)


@given(st.integers(-(10**12) + 1, 10**12 - 1))
@examples(200)
def test_an_amount_is_the_same_after_writing_and_reading(cents: int) -> None:
    amount = Decimal(cents).scaleb(-2)
    text = write_amount(amount)
    assert read_amount(text) == amount
    assert write_amount(read_amount(text)) == text
    assert text[-3] == "."


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("500", "500.00"),
        ("500.5", "500.50"),
        ("0", "0.00"),
        ("007", "7.00"),
        ("-3.10", "-3.10"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_digits_with_at_most_two_decimals_are_read(text: str, written: str) -> None:
    assert write_amount(read_amount(text)) == written


def test_sums_beyond_the_largest_amount_are_written() -> None:
    assert write_amount(Decimal("9999999999.99") * 100_000) == "999999999999000.00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".5",
        "5.",
        "1.234",
        "1,5",
        "1 000",
        "1_000",
        "+1",
        "--1",
        "1e3",
        "NaN",
        "Infinity",
        "-Infinity",
        "sNaN",
        "0x10",
        "10000000000",
        "10000000000.00",
        "00000000000",
        "500.00\n",
        " 500",
        "\u0665\u0660\u0660",
        "9" * 100_000,
        500,
        500.0,
        True,
        None,
        ["500"],
    ],
)
def test_anything_else_is_no_amount(text: Any) -> None:
    with pytest.raises(GraphQLError):
        read_amount(text)


def test_p20_no_message_repeats_the_input() -> None:
    for read in (read_time, read_amount):
        with pytest.raises(GraphQLError) as refused:
            read("grace park")
        assert "grace" not in str(refused.value)


def test_an_exact_moment_is_never_rounded() -> None:
    assert read_time("2026-01-31T09:30:00.9999999Z") == datetime(
        2026, 1, 31, 9, 30, 0, 999999, tzinfo=UTC
    )
