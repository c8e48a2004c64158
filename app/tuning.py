"""Settings of the process, for a server that runs for long."""

import gc
import socket

_ALLOCATIONS, _YOUNG, _OLD = 10_000, 20, 50


def tune_collector() -> None:
    """Let the garbage collector look less often, and never at what was loaded before.

    A board makes some thousand objects that die with the request; with Python's own thresholds
    the collector walks over the whole program several times a request (benchmarks/board.py).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, _YOUNG, _OLD)


def send_at_once(listener: socket.socket) -> None:
    """Let accepted connections send small answers at once; asyncio asks it of named protocols."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
