"""Cards read by their keys: only those that nobody was shown yet are read whole (ADR-0022).

What a document asks of cards is known before they are read. A page that was read this way holds
cards as they were shown; where one cannot be shown this way, the page is read by `columns` or
`lists`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from permissions.visibility import OPPORTUNITY
from resolvers import lists, vocabulary
from resolvers.boards import Board, find_board
from resolvers.card_keys import Keys, Outline, card_of, read_outline
from resolvers.card_rows import read_cards
from resolvers.cards import CardCache, Selection, ShelfName, ShownCard
from resolvers.columns import ColumnRequest, columns_of
from resolvers.lens import Lens
from resolvers.lists import OpportunitiesAsked
from resolvers.loading import Wants, need_pipelines
from resolvers.pages import Cut, Keyset, Page, Window
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
    view.order(viewer)
    view.terms(viewer)
    if not viewer.may(OPPORTUNITY.read):
        return None
    outline = read_outline(connection, viewer, view, asked.size + 1)
    if outline is None:
        return find_board(connection, lens, seal, view)
    lens.known = cache.vocabulary(viewer.practice_id, outline.vocabulary)
    need_pipelines(connection, lens)
    stages = [stage.row for stage in lens.pipelines[view.pipeline_id].stages]
    board = Board(view, lens, seal, outline.number, read_totals(connection, viewer, view, stages))
    return _with_pages(connection, board, cache, outline, asked)


def board_ahead(
    connection: Connection, lens: Lens, cache: CardCache, board: Board, asked: PageAhead
) -> Board:
    """Return a board found in this transaction, with a page of each column if all can be shown."""
    outline = read_outline(connection, lens.viewer, board.view, asked.size + 1)
    if outline is None:
        return board
    lens.known = cache.vocabulary(lens.viewer.practice_id, outline.vocabulary)
    return _with_pages(connection, board, cache, outline, asked)


def opportunities_ahead(
    connection: Connection,
    lens: Lens,
    shared: tuple[Seal, CardCache],
    asked: OpportunitiesAsked,
    wanted: tuple[Wants, Selection],
) -> Page | None:
    """Return what `lists.opportunities` does, of shown cards; None where one cannot be shown."""
    seal, cache = shared
    wants, cards = wanted
    listing = lists.opportunity_list(connection, lens, seal, asked)
    total = listing.count(connection) if "totalCount" in wants else 0
    pages = _pages(connection, lens, cache, [_Listed(listing, asked[-1], total)], cards)
    return pages[0] if pages else None


def columns_ahead(
    connection: Connection,
    lens: Lens,
    cache: CardCache,
    asked: Sequence[ColumnRequest],
    cards: Selection,
) -> list[Page] | None:
    """Return what `column_pages` does, of shown cards; None where one cannot be shown."""
    columns = columns_of(connection, asked)
    listed = [_Listed(one, of.window, one.total) for one, of in zip(columns, asked, strict=True)]
    return _pages(connection, lens, cache, listed, cards)


class _Listed(NamedTuple):
    """A window of a list, and how many records the list has."""

    of: Keyset
    window: Window
    total: int


def _pages(
    connection: Connection, lens: Lens, cache: CardCache, listed: list[_Listed], cards: Selection
) -> list[Page] | None:
    _, revision = vocabulary.log_end(connection, lens.viewer.practice_id)
    lens.known = cache.vocabulary(lens.viewer.practice_id, revision)
    parts = [Keys.of(one.of).page(connection, one.window) for one in listed]
    keys = [key for found, *_ in parts for key in found]
    shown = _shown(connection, lens, cache, (revision, keys), cards)
    if shown is None:
        return None
    return [
        Page([shown[key] for key in found], one.of.paging, Cut(after, before, one.total))
        for one, (found, after, before) in zip(listed, parts, strict=True)
    ]


def _with_pages(
    connection: Connection, board: Board, cache: CardCache, outline: Outline, asked: PageAhead
) -> Board:
    keys = [key for column in outline.columns.values() for key in column[: asked.size]]
    found = (outline.vocabulary, keys)
    shown = _shown(connection, board.lens, cache, found, asked.cards)
    if shown is None:
        return board
    pages = {}
    for stage_id, column in outline.columns.items():
        cut = Cut(len(column) > asked.size, False, board.totals.of(stage_id).count)
        pages[stage_id] = Page([shown[key] for key in column[: asked.size]], board.paging, cut)
    return replace(board, ahead={asked.place: pages})


def _shown(
    connection: Connection,
    lens: Lens,
    cache: CardCache,
    found: tuple[int, Iterable[str]],
    wanted: Selection,
) -> dict[str, ShownCard] | None:
    """Return cards by key; None where one cannot be shown this way."""
    revision, keys = found
    name = ShelfName(wanted.shape, revision, in_common(lens.viewer, wanted.needs))
    shown, missing = cache.find(lens.viewer, name, keys)
    if missing:
        cards = {card_of(key): key for key in missing}
        loaded = _load(connection, lens, cards, wanted)
        if loaded is None:
            return None
        cache.keep(lens.viewer, name, loaded)
        shown |= loaded
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
