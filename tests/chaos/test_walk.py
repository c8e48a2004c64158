"""P1, P3-P6, P11, P22 while servers, buses and databases are killed, frozen and cut off."""

from pathlib import Path

import pytest

from tests.chaos.fleet import running_fleet
from tests.chaos.rough import rough_walk

SECONDS = 40.0


@pytest.mark.chaos
@pytest.mark.parametrize("seed", [1, 2])
async def test_a_walk_through_every_fault(kind: str, tmp_path: Path, seed: int) -> None:
    async with running_fleet(kind, tmp_path) as fleet:
        await rough_walk(fleet, seed, seconds=SECONDS)


@pytest.mark.chaos
async def test_a_walk_over_workers_of_supervisors(kind: str, tmp_path: Path) -> None:
    bus = "sqlite" if kind == "sqlite" else "postgres"
    async with running_fleet(kind, tmp_path, workers=(2, 1), bus=bus) as fleet:
        await rough_walk(fleet, 3)
