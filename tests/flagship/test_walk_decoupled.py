"""P1, the flagship, where different owners start allowed: live boards == queries == the model.

Four walks in each of the two files, on two databases with two seeds, make more than 10,000
viewer-checks: one viewer's one way to look at the board, compared in full after some changes.
"""

import pytest

from tests.flagship.walk import CHECKS, walk
from tests.server import Server

SEEDS = (11, 12)
WALKS = 8  # two files, two databases, two seeds


@pytest.mark.parametrize("seed", SEEDS)
async def test_p1_live_boards_queries_and_model_agree_after_every_change(
    server: Server, seed: int
) -> None:
    assert CHECKS * WALKS >= 10_000
    await walk(server, seed, different=True)
