"""Servers that tests run as programs of their own: free ports, and stopping them by force."""

import os
import pwd
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Account:
    """Who runs a server."""

    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """Whether it runs as the user of this process."""
        return self.uid == os.geteuid()


def humble_account() -> Account:
    """Return this user, or nobody where it is root: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def freeze(pid: int) -> None:
    """Stop a process and all that come from it (SIGSTOP): it keeps its connections, mute."""
    parent = psutil.Process(pid)
    parent.suspend()  # first, so that it begets no more
    for child in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.suspend()


def thaw(pid: int) -> None:
    """Let a frozen process and all that come from it go on (SIGCONT)."""
    parent = psutil.Process(pid)
    for one in (*parent.children(recursive=True), parent):
        with suppress(psutil.NoSuchProcess):
            one.resume()


def kill(pid: int) -> None:
    """Kill a process and all that come from it at once (SIGKILL); return when they are gone."""
    parent = psutil.Process(pid)
    freeze(pid)
    killed = [parent, *parent.children(recursive=True)]
    for one in killed:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(lives(one) for one in killed):
        assert time.monotonic() < deadline, f"still there after SIGKILL: {killed}"
        time.sleep(0.005)


def lives(process: psutil.Process) -> bool:
    """Return whether a process runs; one that only nobody has asked after has let go of all."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
