"""A live board as lines of text."""

from typing import Any

Json = dict[str, Any]

_CARDS_SHOWN = 5


def lines_of(event: Json) -> list[str]:
    """Return the lines that tell a board event; none for a heartbeat."""
    kind = event["__typename"]
    if kind == "BoardSnapshot":
        return [f"-- {event['reason']}", *_columns(event)]
    if kind == "CardLeft":
        return [f"- left      {event['opportunityId']}", *_totals(event)]
    if kind not in ("CardEntered", "CardUpdated"):
        return []
    card = event["opportunity"]
    if kind == "CardEntered":
        return [f"+ entered   {card['stage']['name']}: {_card(card)}", *_totals(event)]
    moved = event["previousStage"]
    was = f"{moved['name']} -> " if moved else ""
    fields = ", ".join(event["changedFields"])
    told = f"~ updated   {was}{card['stage']['name']}: {_card(card)} ({fields})"
    return [told, *_totals(event)]


def _columns(event: Json) -> list[str]:
    lines = []
    for column in event["board"]["columns"]:
        lines.append(_total(column["totals"]))
        cards = [edge["node"] for edge in column["cards"]["edges"]]
        lines += [f"    {_card(card)}" for card in cards]
        more = column["totals"]["count"] - len(cards)
        if more > 0:
            lines.append(f"    ... and {more} more")
    return [*lines, f"Left out by the filter: {event['hiddenByFilter']}"]


def _totals(event: Json) -> list[str]:
    return [f"            {_total(total)}" for total in event["totals"]]


def _total(total: Json) -> str:
    value = _money(total["value"])
    return f"{total['stage']['name']}: {total['count']}" + (f", {value}" if value else "")


def _money(value: Json | None) -> str:
    return f"{value['amount']} {value['currency']}" if value else ""


def _card(card: Json) -> str:
    owner = card["owner"]["name"] if card["owner"] else "unassigned"
    parts = (card["name"], _money(card["value"]), card["status"], owner)
    return " | ".join(" ".join(part.split()) for part in parts if part)


_TOTAL = "stage { name } count value { amount currency }"
_CARD = "id name status stage { name } owner { name } value { amount currency }"
DOCUMENT = f"""subscription Board($pipeline: ID!, $after: String) {{
  boardEvents(pipelineId: $pipeline, after: $after) {{
    __typename cursor hiddenByFilter totals {{ {_TOTAL} }}
    ... on BoardSnapshot {{ reason board {{ columns {{
      totals {{ {_TOTAL} }} cards(first: {_CARDS_SHOWN}) {{ edges {{ node {{ {_CARD} }} }} }}
    }} }} }}
    ... on CardEntered {{ opportunity {{ {_CARD} }} }}
    ... on CardUpdated {{ changedFields previousStage {{ name }} opportunity {{ {_CARD} }} }}
    ... on CardLeft {{ opportunityId }}
  }}
}}"""
