"""Who sees what (R10-R19), and the board of a viewer (R88, C9)."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.model.state import Contact, Opportunity, Practice, Record, Refused, User

Json = dict[str, Any]


def kind(record: Record) -> str:
    """Return the permission prefix of a record's kind."""
    return "CONTACTS" if isinstance(record, Contact) else "OPPORTUNITIES"


def sees(viewer: User, record: Record) -> bool:
    """R10, R11, R12: on the record's own owner and followers, nothing inherited."""
    if record.deleted or not viewer.active or not viewer.may(f"{kind(record)}_READ"):
        return False
    return not viewer.restricted or record.relation(viewer) != "neither"


def may_delete(viewer: User, record: Record) -> bool:
    """R21: an ADMIN, or the owner with the right to delete."""
    if viewer.role == "ADMIN":
        return True
    return record.owner == viewer.id and viewer.may(f"{kind(record)}_DELETE")


def fold(text: str) -> str:
    """Return the text as it is compared: without case, accents or punctuation (C9)."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in apart if unicodedata.category(char)[0] != "M")
    return " ".join("".join(c if c.isalnum() else " " for c in plain.casefold()).split())


def _words(practice: Practice, viewer: User, card: Opportunity) -> set[str]:
    contact = practice.contacts[card.contact]
    texts = [practice.name_of(card), card.treatment]
    words: set[str] = set()
    if sees(viewer, contact):
        texts += [contact.name, contact.email]
        if contact.phone is not None:
            words |= {contact.phone[1:], contact.phone.removeprefix("+1")}
        words.add(contact.email or "")
    for text in texts:
        words |= set(fold(text or "").split())
    return words


def _found(practice: Practice, viewer: User, card: Opportunity, search: str) -> bool:
    words = _words(practice, viewer, card)
    return all(any(word.startswith(part) for word in words) for part in fold(search).split()[:10])


def _tagged(practice: Practice, viewer: User, card: Opportunity, tags: list[str]) -> bool:
    contact = practice.contacts[card.contact]
    return sees(viewer, contact) and bool(contact.tags & set(tags))


def _owned(practice: Practice, card: Opportunity, where: Json) -> bool:
    wanted, unassigned = where.get("ownerIds"), where.get("unassigned")
    if wanted:
        return card.owner in wanted or (unassigned is True and card.owner is None)
    if unassigned is not None:
        return (card.owner is None) is unassigned
    return True


def _active(practice: Practice, card: Opportunity, where: Json) -> bool:
    wanted = where.get("ownerActive")
    if wanted is None:
        return True
    return card.owner is not None and practice.users[card.owner].active is wanted


def _in_range(card: Opportunity, where: Json) -> bool:
    wanted = where.get("value") or {}
    low, high = wanted.get("min"), wanted.get("max")
    return (low is None or card.value >= Decimal(low)) and (
        high is None or card.value <= Decimal(high)
    )


def matches(practice: Practice, viewer: User, card: Opportunity, where: Json) -> bool:
    """Whether a card passes a board filter, as far as this viewer may ask."""
    statuses = ["OPEN"] if where.get("statuses") is None else where["statuses"]
    sources = [source.casefold() for source in where.get("source") or []]
    return (
        (not statuses or card.status in statuses)
        and (not where.get("search") or _found(practice, viewer, card, where["search"]))
        and _owned(practice, card, where)
        and _active(practice, card, where)
        and (not where.get("followerIds") or bool(card.followers & set(where["followerIds"])))
        and (not where.get("tagIds") or _tagged(practice, viewer, card, where["tagIds"]))
        and (not sources or (card.source or "").casefold() in sources)
        and _in_range(card, where)
    )


@dataclass
class Board:
    """What one viewer must see: cards by stage in order, totals, and what the filter hides."""

    columns: dict[str, list[Opportunity]]
    sums: dict[str, str | None]
    hidden: int


def _key(practice: Practice, card: Opportunity, order: Json) -> Any:
    field = order.get("field", "CREATED_AT")
    keys = {
        "CREATED_AT": card.created,
        "VALUE": card.value,
        "NAME": fold(practice.name_of(card)).encode(),
        "STAGE_ENTERED_AT": card.stage_entered,
        "UPDATED_AT": card.updated,
    }
    return keys[field]


def keys_in_order(practice: Practice, cards: list[Opportunity], order: Json) -> list[Any]:
    """Return what each card is sorted by: sequences of equal keys may stand either way."""
    return [_key(practice, card, order) for card in cards]


def board(practice: Practice, viewer: User, where: Json, order: Json) -> Board | None:
    """Return the viewer's board, None without the right to cards; Refused with FORBIDDEN."""
    if not viewer.may("OPPORTUNITIES_READ"):
        return None
    by_value = order.get("field") == "VALUE" or bool(where.get("value"))
    if by_value and not viewer.may("OPPORTUNITY_VALUE_READ"):
        raise Refused("FORBIDDEN")
    visible = [card for card in practice.opportunities.values() if sees(viewer, card)]
    shown = [card for card in visible if matches(practice, viewer, card, where)]
    down = order.get("direction", "DESC") == "DESC"
    shown.sort(key=lambda card: _key(practice, card, order), reverse=down)
    columns = {stage: [card for card in shown if card.stage == stage] for stage in practice.stages}
    money = viewer.may("OPPORTUNITY_VALUE_READ")
    sums = {
        stage: str(sum((card.value for card in cards), Decimal("0.00"))) if money else None
        for stage, cards in columns.items()
    }
    return Board(columns, sums, len(visible) - len(shown))
