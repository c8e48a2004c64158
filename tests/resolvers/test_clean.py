"""C6: texts, e-mail addresses and phone numbers as they are stored."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.clean import Unclean, clean_text, email_key, phone_key, plain_text
from resolvers.inputs import Email, Phone, Text
from tests.resolvers.properties import examples

NAME, EMAIL, PHONE = Text(200), Email(254), Phone(50)
BAD = [chr(number) for number in (*range(32), *range(0x7F, 0xA0)) if chr(number) not in "\t\n"]


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("Grace", "Grace"),
        ("  Grace \n", "Grace"),
        ("Zoe\u0308", "Zoë"),
        ("a\tb\nc", "a\tb\nc"),
        ("", None),
        (" \t\n\u00a0\u2003", None),
        ("👩‍⚕️", "👩‍⚕️"),
    ],
)
def test_a_text_is_composed_and_trimmed_and_blank_is_null(raw: str, stored: str | None) -> None:
    assert clean_text(raw, NAME, "US") == stored


@pytest.mark.parametrize("letter", [*BAD, "\ud800"])
def test_control_characters_and_lone_surrogates_are_refused(letter: str) -> None:
    for raw in (letter, f"a{letter}b", f" {letter} "):
        for rule in (NAME, EMAIL, PHONE):
            with pytest.raises(Unclean):
                clean_text(raw, rule, "US")


@given(st.text(st.characters(), max_size=20))
@examples(300)
def test_cleaning_again_changes_nothing(raw: str) -> None:
    try:
        text = plain_text(raw)
    except Unclean:
        assert any(unicodedata.category(letter) in ("Cc", "Cs") for letter in raw)
        return
    assert plain_text(text) == text == text.strip()
    assert unicodedata.is_normalized("NFC", text)
    text.encode()


def test_the_length_is_of_what_is_stored() -> None:
    assert clean_text(" " + "x" * 200 + " ", NAME, "US") == "x" * 200
    assert clean_text("e\u0301" * 200, NAME, "US") == "é" * 200
    with pytest.raises(Unclean, match="200"):
        clean_text("x" * 201, NAME, "US")
    assert clean_text("x" * 50, Text(50), "US") == "x" * 50
    with pytest.raises(Unclean):
        clean_text("x" * 51, Text(50), "US")


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("Grace@Demo.Example", "grace@demo.example"),
        ("  grace+spam@demo.example ", "grace+spam@demo.example"),
        ("zoe\u0308@demo.example", "zoë@demo.example"),
        ("a@b.example", "a@b.example"),
        (" ", None),
    ],
)
def test_an_e_mail_address_is_lowercased(raw: str, stored: str | None) -> None:
    assert clean_text(raw, EMAIL, "US") == stored


@pytest.mark.parametrize(
    "raw",
    [
        "grace",
        "@demo.example",
        "grace@",
        "grace@@demo.example",
        "grace park@demo.example",
        "grace@demo..example",
        "grace@-demo.example",
        "Grace <grace@demo.example>",
        "grace@" + "x" * 250 + ".example",
        "grace@demo.example, b@demo.example",
        "grace@demo.example\nbcc: all@demo.example",
    ],
)
def test_what_is_no_e_mail_address_is_refused(raw: str) -> None:
    with pytest.raises(Unclean):
        clean_text(raw, EMAIL, "US")


@given(st.emails())
@examples(60)
def test_an_e_mail_address_that_is_stored_is_its_own_key(raw: str) -> None:
    try:
        stored = clean_text(raw, EMAIL, "US")
    except Unclean:
        return
    assert stored is not None
    assert email_key(stored) == email_key(raw) == stored
    assert clean_text(stored, EMAIL, "US") == stored


@pytest.mark.parametrize(
    ("raw", "country", "stored"),
    [
        ("(212) 555-0100", "US", "+12125550100"),
        ("212.555.0100", "US", "+12125550100"),
        ("1 212 555 0100", "US", "+12125550100"),
        ("+1 212 555 0100", "DE", "+12125550100"),
        ("+44 20 7946 0000", "US", "+442079460000"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("030 901820", "DE", "+4930901820"),
        ("00 44 20 7946 0000", "DE", "+442079460000"),
    ],
)
def test_a_phone_number_is_read_in_the_practice_s_country(
    raw: str, country: str, stored: str
) -> None:
    assert clean_text(raw, PHONE, country) == stored
    assert phone_key(raw, country) == stored
    assert clean_text(stored, PHONE, country) == stored


@pytest.mark.parametrize("raw", ["12", "phone", "+", "+999 1", "0" * 30, "212 555 0100 0100 0100"])
def test_what_is_no_phone_number_is_refused(raw: str) -> None:
    with pytest.raises(Unclean):
        clean_text(raw, PHONE, "US")
    assert phone_key(raw, "US") is None


def test_no_message_repeats_the_text() -> None:
    """P20: messages may be logged."""
    for raw, rule in (("grace park", EMAIL), ("grace park", PHONE), ("grace\0park", NAME)):
        with pytest.raises(Unclean) as refused:
            clean_text(raw, rule, "US")
        assert "grace" not in str(refused.value)
