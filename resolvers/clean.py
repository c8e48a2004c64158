"""Texts as they are stored: normalised, trimmed, within their length (C6)."""

import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from files.names import BadName, clean_name, is_disguised
from resolvers.inputs import Email, FileName, Line, Phone, Text

_ALLOWED_CONTROLS = frozenset("\t\n")
_LONGEST_COMPARED = 254  # of the texts that filters compare, e-mail addresses are the longest
_MOST_COMPOSED = 4  # so many characters at most become one in NFC


class Unclean(ValueError):
    """The text cannot be stored; the message says why."""


def clean_text(raw: str, rule: Text, country: str) -> str | None:
    """Return what is stored for `raw` under `rule`; None for a blank text.

    `country` is the ISO 3166 code in which a phone number without + is read.
    """
    text = plain_text(raw, rule.longest)
    if not text:
        return None
    if isinstance(rule, FileName):
        return _file_name(text)
    if len(text) > rule.longest:
        raise _too_long(rule.longest)
    if isinstance(rule, Line) and is_disguised(text):
        raise Unclean("The text has line breaks, or marks that turn its letters round.")
    if isinstance(rule, Email):
        return _email(text)
    if isinstance(rule, Phone):
        return _phone(text, country)
    return text


def plain_text(raw: str, longest: int = _LONGEST_COMPARED) -> str:
    """Return `raw` trimmed and in Unicode's composed form (NFC).

    Raises Unclean for lone surrogates, NUL and other control characters but tab and line feed,
    and for a text that cannot have become `longest` characters or less: composing takes time that
    grows with the square of the length, seconds for 100,000 marks in the worst order (P19).
    """
    if len(raw.strip()) > longest * _MOST_COMPOSED:
        raise _too_long(longest)
    if not is_storable(raw):
        raise Unclean("The text has a character that cannot be stored.")
    return unicodedata.normalize("NFC", raw).strip()


def _too_long(longest: int) -> Unclean:
    """Return the refusal of a text for its length."""
    return Unclean(f"At most {longest} characters are allowed.")


def is_storable(raw: str) -> bool:
    """Return whether a text is free of lone surrogates and of controls but tab and line feed."""
    if raw.isprintable():
        return True
    return all(
        one in _ALLOWED_CONTROLS or unicodedata.category(one) not in ("Cs", "Cc") for one in raw
    )


def email_key(email: str) -> str:
    """Return the key under which two e-mail addresses count as equal."""
    return unicodedata.normalize("NFC", email).strip().lower()


def phone_key(phone: str, country: str) -> str | None:
    """Return a phone number as E.164, or None where it is none."""
    try:
        return _phone(phone, country)
    except Unclean:
        return None


def _email(text: str) -> str:
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError as error:
        raise Unclean("This is not an e-mail address.") from error
    return email_key(text)


def _file_name(text: str) -> str:
    try:
        return clean_name(text)
    except BadName as error:
        raise Unclean(str(error)) from error


def _phone(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise Unclean("This is not a phone number.") from error
    if not phonenumbers.is_possible_number(number):
        raise Unclean("This is not a phone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
