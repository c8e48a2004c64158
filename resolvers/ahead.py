"""A board with its first cards, read at once: keys first, then only cards nobody was shown yet.

What a document asks of the columns is known before the board is read. A page that was read ahead
holds cards as they were shown (ADR-0022); any other page is read by `columns`.
"""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from permissions.visibility import OPPORTUNITY
from resolvers.boards import Board, find_board
from resolvers.card_keys import Outline, card_of, read_outline
from resolvers.card_rows import read_cards
from resolvers.cards import CardCache, Selection, ShelfName, ShownCard
from resolvers.lens import Lens
from resolvers.loading import need_pipelines
from resolvers.pages import Cut, Page, Paging
from resolvers.seal import Seal
from resolvers.sharing import in_common
from resolvers.totals import read_totals
from resolvers.views import BoardView


class PageAhead(NamedTuple):
    """The first page of every column: its place in the document, its size, and what it shows."""

    place: int
    size: int
    cards: Selection


def find_board_ahead(
    connection: Connection,
    lens: Lens,
    shared: tuple[Seal, CardCache],
    view: BoardView,
    asked: PageAhead,
) -> Board | None:
    """Return what `find_board` does, with a page of each column where all of them can be shown."""
    seal, cache = shared
    viewer = lens.viewer
    order, _ = view.order(viewer), view.terms(viewer)
    if not viewer.may(OPPORTUNITY.read):
        return None
    outline = read_outline(connection, viewer, view, asked.size + 1)
    if outline is None:
        return find_board(connection, lens, seal, view)
    lens.known = cache.vocabulary(viewer.practice_id, outline.vocabulary)
    need_pipelines(connection, lens)
    stages = [stage.row for stage in lens.pipelines[view.pipeline_id].stages]
    board = Board(view, lens, seal, outline.number, read_totals(connection, viewer, view, stages))
    shown = _shown(connection, lens, cache, outline, asked)
    if shown is None:
        return board
    paging = Paging(viewer, seal, order)
    pages = {}
    for stage_id, keys in outline.columns.items():
        cut = Cut(len(keys) > asked.size, False, board.totals.of(stage_id).count)
        pages[stage_id] = Page([shown[key] for key in keys[: asked.size]], paging, cut)
    return replace(board, ahead={asked.place: pages})


def _shown(
    connection: Connection, lens: Lens, cache: CardCache, outline: Outline, asked: PageAhead
) -> dict[str, ShownCard] | None:
    """Return the cards of all columns by key; None where one cannot be shown this way."""
    wanted = asked.cards
    keys = [key for column in outline.columns.values() for key in column[: asked.size]]
    common = in_common(lens.viewer, wanted.needs)
    name = ShelfName(wanted.shape, outline.vocabulary, common)
    shown, missing = cache.find(lens.viewer, name, keys)
    if missing:
        cards = {card_of(key): key for key in missing}
        found = _load(connection, lens, cards, wanted)
        if found is None:
            return None
        cache.keep(lens.viewer, name, found)
        shown |= found
    return shown


def _load(
    connection: Connection, lens: Lens, keys: dict[UUID, str], wanted: Selection
) -> dict[str, ShownCard] | None:
    found = {}
    for card in read_cards(connection, lens, keys, wanted.wants):
        text = wanted.show(card)
        if text is None:
            return None
        found[keys[card.id]] = ShownCard(card, text)
    return found
