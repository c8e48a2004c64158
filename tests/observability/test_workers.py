"""Several workers count together: whoever is asked tells the sum, and the dead hold nothing."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.docs.pages import ROOT
from tests.observability.process import Process, environment, serving

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def refused(process: Process) -> int:
    """Ask without a token."""
    body = {"Content-Type": "application/json"}
    try:
        urlopen(Request(process.http, b'{"query": "{ viewer { role } }"}', body), timeout=5)
    except HTTPError as error:
        return error.code
    raise AssertionError


def sample(text: str, name: str) -> float:
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found)


@ON_SQLITE
def test_two_workers_tell_the_sum(tmp_path: Path, database_url: str) -> None:
    folders = [tmp_path / name for name in ("shared", "first", "second")]
    for folder in folders:
        folder.mkdir()
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(folders[0])}
    serve = [serving(folder, database_url, **shared) for folder in folders[1:]]
    with serve[0] as first, serve[1] as second:
        assert [refused(one) for one in (first, first, second)] == [401] * 3
        for text in (first.get("/metrics"), second.get("/metrics")):
            assert sample(text, 'l2p_errors_total{code="UNAUTHENTICATED"}') == 3
            assert sample(text, "l2p_pool_connections") == 32
            assert sample(text, "l2p_wake_connected") == 1
        _end(second, shared)
        text = first.get("/metrics")
        assert sample(text, 'l2p_errors_total{code="UNAUTHENTICATED"}') == 3
        assert sample(text, "l2p_pool_connections") == 16


def _end(worker: Process, shared: dict[str, str]) -> None:
    """Kill a worker, and let its parent say so."""
    worker.running.kill()
    worker.running.wait()
    code = f"from prometheus_client.multiprocess import *; mark_process_dead({worker.running.pid})"
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=ROOT, env=environment(**shared), check=True, timeout=30)
