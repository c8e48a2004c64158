"""How texts are compared, ordered and searched: by keys computed here and stored (C9)."""

import re
import unicodedata

import phonenumbers

_NOT_WORD = re.compile(r"[\W_]+")
_PHONE_CHARACTERS = frozenset("0123456789 ()+./-")
MAX_QUERY_WORDS = 10


def fold(text: str) -> str:
    """Return `text` without case, accents and punctuation: words joined by one space.

    >>> fold("  Zoë  O'Neil ")
    'zoe o neil'
    """
    plain = unicodedata.normalize("NFKD", text)
    # Category M: combining() is 0 for many vowel signs, which must not cut a word either.
    letters = "".join(c for c in plain if unicodedata.category(c)[0] != "M").casefold()
    return _NOT_WORD.sub(" ", letters).strip()


def same_name_key(text: str) -> str:
    """Return the key under which two names count as the same (NFKC, casefolded, trimmed).

    >>> same_name_key(" VIP ") == same_name_key("vip")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def search_words(*texts: str | None) -> frozenset[str]:
    """Return the words under which a record with these texts is found."""
    return frozenset(word for text in texts if text for word in fold(text).split())


def phone_words(phone: str | None) -> frozenset[str]:
    """Return the digits of an E.164 number, with and without its country code.

    >>> sorted(phone_words("+15550100"))
    ['15550100', '5550100']
    """
    if not phone:
        return frozenset()
    digits = phone.lstrip("+")
    try:
        national = phonenumbers.national_significant_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        national = digits
    return frozenset((digits, national))


def query_words(text: str | None) -> tuple[str, ...]:
    """Return the word prefixes that a search asks for, at most ten, without repeats.

    A query that is written like a phone number asks for its digits as one word.

    >>> query_words("Grace  PARK")
    ('grace', 'park')
    >>> query_words("+1 (555) 0100")
    ('15550100',)
    """
    if not text:
        return ()
    digits = "".join(c for c in text if c.isdigit())
    if digits and _PHONE_CHARACTERS.issuperset(text):
        return (digits,)
    return tuple(dict.fromkeys(fold(text).split()[:MAX_QUERY_WORDS]))


def has_prefixes(words: frozenset[str], prefixes: tuple[str, ...]) -> bool:
    """Return whether each of `prefixes` begins some word of `words`."""
    return all(any(word.startswith(prefix) for word in words) for prefix in prefixes)
