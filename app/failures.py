"""What ends a command: one line for people and an exit code, never a traceback."""

STOPPED = 2
DRIFT_FOUND = 1
ROWS_FAILED = 3


class Failure(Exception):
    """The command cannot be done; the message says why and what to do, without private data."""
