"""Merge fields: what stands in a text for what only its recipient and its day can say."""

import re
import string
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from models.contact import Contact
from permissions.viewer import Viewer
from resolvers.enums import ErrorCode
from resolvers.problems import Problem

FIELDS = (
    "contact.name",
    "contact.firstName",
    "contact.lastName",
    "contact.email",
    "contact.phone",
    "practice.name",
    "sender.name",
    "today",
)
BLANK = "________"
_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_LONGEST_TOLD = 40


def field_problems(body: str | None) -> list[Problem]:
    """Return a problem for a text with a merge field that there is not."""
    unknown = sorted(_used(body or "").difference(FIELDS))
    if not unknown:
        return []
    known = ", ".join(f"{{{{{name}}}}}" for name in FIELDS)
    message = f"There is no merge field {{{{{unknown[0][:_LONGEST_TOLD]}}}}}. There are {known}."
    return [Problem(ErrorCode.INVALID_INPUT, message, "body")]


def values_for(viewer: Viewer, contact: Contact, now: datetime) -> dict[str, str]:
    """Return what the merge fields say in an agreement of this sender with this recipient."""
    here = ZoneInfo(viewer.practice.time_zone)
    found = (
        contact.name,
        contact.first_name,
        contact.last_name,
        contact.email,
        contact.phone,
        viewer.practice.name,
        viewer.user.name,
        now.astimezone(here).date().isoformat(),
    )
    return {name: value or "" for name, value in zip(FIELDS, found, strict=True)}


def empty_fields(body: str, values: Mapping[str, str]) -> list[str]:
    """Return the fields that a text uses and that say nothing, sorted."""
    return sorted(name for name in _used(body) if not values[name])


def merged(body: str, values: Mapping[str, str]) -> str:
    """Return a text with the values in place; a blank line to write on where there is none.

    Values are data: no mark in them is taken for one of CommonMark.
    """
    return _FIELD.sub(lambda found: _plain(values[found[1].strip()] or BLANK), body)


def _used(body: str) -> set[str]:
    names: Iterable[str] = _FIELD.findall(body)
    return {name.strip() for name in names}


def _plain(value: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", " ".join(value.split()))
