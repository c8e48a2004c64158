"""The walk through the worst faults, short enough for every run of the suite."""

from pathlib import Path

from tests.chaos.fleet import running_fleet
from tests.chaos.rough import rough_walk

WORST = ("worker killed", "bus killed", "database killed", "file locked for long")


async def test_a_short_walk_through_the_worst(kind: str, tmp_path: Path) -> None:
    async with running_fleet(kind, tmp_path) as fleet:
        await rough_walk(fleet, 1, *WORST)
