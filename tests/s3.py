"""A real server that speaks the protocol of S3, in this process, on a free port of 127.0.0.1.

It keeps objects in memory, answers `If-None-Match: *` as S3 does, and takes any credentials.
"""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

import pytest
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from typing_extensions import override
from werkzeug.serving import ThreadedWSGIServer

DEADLINE_SECONDS = 10.0
BUCKET = "files"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDOFATEST",
    "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# Only the region and the service in it are read.
_SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"


def s3_url(port: int, prefix: str = "") -> str:
    """Return the address of the bucket at a port of this machine."""
    endpoint = f"http://127.0.0.1:{port}"
    return f"s3://{BUCKET}/{prefix}?region=us-east-1&endpoint={endpoint}"


class _Handler(MotoRequestHandler):
    """Answers one request a connection, so that no thread waits for a next one."""

    protocol_version = "HTTP/1.0"

    @override
    def log(self, type: str, message: str, *args: object) -> None:
        """Keep requests out of the tests' output."""


class _Server(ThreadedWSGIServer):
    """Waits for its threads when it is closed."""

    daemon_threads = False


@contextmanager
def running_s3() -> Iterator[int]:
    """Run a server with an empty bucket and return its port; credentials are in the environment."""
    app = DomainDispatcherApplication(create_backend_app)
    server = _Server("127.0.0.1", 0, app, handler=_Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="s3")
    thread.start()
    try:
        _make_bucket(server.port)
        with pytest.MonkeyPatch.context() as environment:
            for name, value in CREDENTIALS.items():
                environment.setenv(name, value)
            yield server.port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE_SECONDS)


def _make_bucket(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, DEADLINE_SECONDS)) as client:
        client.request("PUT", f"/{BUCKET}", headers={"Authorization": _SIGNED})
        status = client.getresponse().status
    if status != 200:
        raise RuntimeError(f"no bucket: {status}")
