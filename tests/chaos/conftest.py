"""The counts of all that was done to the servers, at the end of the run."""

import pytest

from tests.chaos.stubborn import Stubborn
from tests.chaos.tally import TALLY


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts of each database."""
    for kind, count in sorted(TALLY.items()):
        terminalreporter.write_line(f"{kind}: {count}")
    if TALLY:
        told = ", ".join(f"{why} {count}" for why, count in sorted(Stubborn.again.items()))
        terminalreporter.write_line(f"requests sent again: {told or 'none'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database."""
    name: str = request.param
    return name
