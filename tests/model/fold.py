"""What a client holds of a board: the fold of C1, "What a client folds"."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def tidy(card: Json) -> Json:
    """Return the card with its lists in a fixed order: followers and tags are sets."""
    contact = card.get("contact")
    if contact is not None:
        contact = {
            **contact,
            "followers": sorted(each["user"]["id"] for each in contact["followers"]),
            "tags": sorted(tag["id"] for tag in contact["tags"]),
        }
    followers = sorted(each["user"]["id"] for each in card["followers"])
    return {**card, "followers": followers, "contact": contact}


@dataclass
class Column:
    """One stage as it is held: every card down to `border`, or all of them where it is None."""

    stage: str
    count: int
    value: str | None
    cards: dict[str, Json] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    border: str | None = None

    @property
    def order(self) -> list[str]:
        """The ids of the held cards from the top down."""
        return sorted(self.keys, key=self.keys.__getitem__)

    def drop(self, card_id: str) -> None:
        """Forget a card, if it is held."""
        self.cards.pop(card_id, None)
        self.keys.pop(card_id, None)

    def put(self, card: Json, key: str) -> None:
        """Hold a card, unless it lies below what was loaded."""
        if self.border is None or key <= self.border:
            self.cards[card["id"]] = tidy(card)
            self.keys[card["id"]] = key


def money(totals: Json) -> str | None:
    """Return the amount of a column's totals; None where money is hidden."""
    return None if totals["value"] is None else str(totals["value"]["amount"])


def _column(data: Json, first: int, *, thin: bool) -> Column:
    totals, page = data["totals"], data["cards"]
    column = Column(data["stage"]["id"], totals["count"], money(totals))
    for edge in page["edges"]:
        column.cards[edge["node"]["id"]] = {} if thin else tidy(edge["node"])
        column.keys[edge["node"]["id"]] = edge["sortKey"]
    if page["pageInfo"]["hasNextPage"] or first == 0:
        column.border = max(column.keys.values(), default="")
    return column


@dataclass
class Fold:
    """A board folded out of a snapshot and the events after it."""

    first: int
    columns: dict[str, Column] = field(default_factory=dict)
    hidden: int | None = None
    cursor: str | None = None
    broken: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    strict: bool = True

    @property
    def loaded(self) -> bool:
        """Whether a snapshot has arrived."""
        return bool(self.columns)

    @property
    def whole(self) -> bool:
        """Whether every card of every column is held."""
        return all(column.border is None for column in self.columns.values())

    @property
    def ids(self) -> set[str]:
        """The ids of all held cards."""
        return {card for column in self.columns.values() for card in column.cards}

    def cards(self) -> dict[str, Json]:
        """All held cards by id."""
        return {key: card for each in self.columns.values() for key, card in each.cards.items()}

    def replace(self, board: Json, *, thin: bool = False) -> None:
        """Hold what a board query or a snapshot says."""
        columns = [_column(each, self.first, thin=thin) for each in board["columns"]]
        self.columns = {column.stage: column for column in columns}
        self.hidden = board["hiddenByFilter"]

    def apply(self, event: Json) -> None:
        """Fold one event, noting whatever no honest server sends (P3, P4)."""
        kind = event["__typename"]
        self._note_cursor(event)
        if kind == "BoardSnapshot":
            self.replace(event["board"])
            self.strict = True
        elif kind != "Heartbeat":
            self._fold_card(kind, event)
        for totals in event["totals"]:
            column = self.columns[totals["stage"]["id"]]
            column.count, column.value = totals["count"], money(totals)
        self.cursor, self.hidden = event["cursor"], event["hiddenByFilter"]

    def _note_cursor(self, event: Json) -> None:
        if event["__typename"] != "Heartbeat" and event["cursor"] in self.seen:
            self.broken.append(f"the cursor of {event['__typename']} came before (P3)")
        self.seen.add(event["cursor"])

    def _fold_card(self, kind: str, event: Json) -> None:
        card = event.get("opportunity")
        card_id = event["opportunityId"] if card is None else card["id"]
        if self.strict and self.whole and (card_id in self.ids) == (kind == "CardEntered"):
            self.broken.append(f"{kind} of {card_id}, held: {card_id in self.ids} (P4)")
        for column in self.columns.values():
            column.drop(card_id)
        if card is not None:
            self.columns[card["stage"]["id"]].put(card, event["sortKey"])


def difference(held: Fold, fresh: Fold, facts: dict[str, Json]) -> str | None:
    """Say how `held` differs from a fresh query's board; `facts` are the cards of that query.

    A partly loaded column must be exactly the first cards of the fresh one. Return None if equal.
    """
    if list(held.columns) != list(fresh.columns):
        return f"columns {list(held.columns)}, fresh {list(fresh.columns)}"
    for stage, column in held.columns.items():
        found = _column_difference(column, fresh.columns[stage], facts)
        if found is not None:
            return f"stage {stage}: {found}"
    return None


def _column_difference(held: Column, fresh: Column, facts: dict[str, Json]) -> str | None:
    if (held.count, held.value) != (fresh.count, fresh.value):
        return f"totals {held.count} {held.value}, fresh {fresh.count} {fresh.value}"
    wanted = fresh.order if held.border is None else fresh.order[: len(held.cards)]
    if held.order != wanted:
        return f"cards {held.order}, fresh {wanted} of {fresh.order}"
    for card_id, card in held.cards.items():
        if held.keys[card_id] != fresh.keys[card_id]:
            return f"sortKey {held.keys[card_id]!r}, fresh {fresh.keys[card_id]!r}"
        if card != facts[card_id]:
            return f"card {_unequal(card, facts[card_id])}"
    if held.border is not None:
        return _lost_card(held, fresh)
    return None


def _lost_card(held: Column, fresh: Column) -> str | None:
    border = held.border or ""
    missing = [card for card, key in fresh.keys.items() if key <= border and card not in held.cards]
    return f"cards {missing} lie above the border and are not held" if missing else None


def _unequal(held: Json, fresh: Json) -> str:
    parts = [
        f"{name}: held {held.get(name)!r}, fresh {fresh[name]!r}"
        for name in fresh
        if held.get(name) != fresh[name]
    ]
    return f"{fresh.get('id')} " + "; ".join(parts)
