"""Which fields a file can fill, and which of its columns fill them."""

from enum import Enum

from app.failures import Failure


class Kind(Enum):
    """What each row of a file is."""

    LEADS = "leads"
    CONTACTS = "contacts"
    OPPORTUNITIES = "opportunities"


CONTACT_FIELDS = (
    *("externalId", "firstName", "lastName", "name", "email", "phone", "type", "source"),
    *("tags", "owner", "followers", "createdAt"),
)
OPPORTUNITY_FIELDS = (
    *("contactExternalId", "pipeline", "stage", "status", "value", "wonAt"),
    *("treatmentOfInterest", "contactOwner"),
)
_KNOWN_COLUMNS = {
    Kind.LEADS: {"mql_id": "externalId", "first_contact_date": "createdAt", "origin": "source"},
    Kind.CONTACTS: {"mql_id": "externalId", "first_contact_date": "createdAt", "origin": "source"},
    Kind.OPPORTUNITIES: {
        "mql_id": "contactExternalId",
        "sdr_id": "contactOwner",
        "sr_id": "owner",
        "won_date": "wonAt",
    },
}
# Columns whose people are known by an identifier of another system only.
IDENTIFIER_COLUMNS = frozenset(("sdr_id", "sr_id"))


def fields_of(kind: Kind) -> tuple[str, ...]:
    """Return the fields that a file of this kind can fill."""
    extra = OPPORTUNITY_FIELDS if kind is Kind.OPPORTUNITIES else ()
    return (*CONTACT_FIELDS, *extra)


def mapping(kind: Kind, columns: list[str], given: list[str]) -> dict[str, str]:
    """Return field by column, for the columns that fill one.

    `given` are texts `column=field`; they come before columns that are named like a field, and
    those before the known columns of real files. Failure for what a file of this kind lacks.
    """
    known = fields_of(kind)
    found = {name: name for name in columns if name in known}
    defaults = _KNOWN_COLUMNS[kind].items()
    found |= {name: field for name, field in defaults if name in columns}
    for text in given:
        column, _, field = text.partition("=")
        if column not in columns:
            raise Failure(f"--map {text}: the file has no column {column!r}.")
        if field not in known:
            raise Failure(f"--map {text}: the fields are {', '.join(known)}.")
        found[column] = field
    twice = {field for field in found.values() if list(found.values()).count(field) > 1}
    if twice:
        raise Failure(f"Several columns fill {', '.join(sorted(twice))}: choose one with --map.")
    if not found:
        raise Failure("No column of the file fills a field: name some with --map column=field.")
    return found
