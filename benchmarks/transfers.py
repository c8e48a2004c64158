"""Moving bytes to and from a server, from a process of one's own, as fast as sockets take them."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
import psutil

MIB = 2**20
# What is looked into sees a film; the rest of it is nobody's concern.
_FILM = b"\0\0\0\x18ftypisom\0\0\2\0isommp42"
_BLOCK = bytes(range(256)) * 4096
_ASK = (
    "mutation ($contact: ID!, $name: String!, $type: String!, $size: Int!) { requestUpload(input: {"
    " contactId: $contact, name: $name, mediaType: $type, size: $size }) { upload { id url } } }"
)
_FILE = (
    "mutation ($contact: ID!, $upload: ID!) { createDocument(input: { contactId: $contact,"
    " uploadId: $upload }) { document { id downloadUrl previewUrl } } }"
)
_CONTACT = "{ contacts(first: 1) { nodes { id } } }"


class Sender(NamedTuple):
    """A user of a server, and the process whose memory is looked at."""

    port: int
    pid: int
    token: str

    def ask(self, query: str, **variables: Any) -> Any:
        """Return the data that a request answers."""
        body = orjson.dumps({"query": query, "variables": variables})
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", "/graphql", body, head)
        answer = orjson.loads(connection.getresponse().read())
        connection.close()
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        return answer["data"]

    def ticket(self, contact: str, name: str, media_type: str, size: int) -> tuple[str, str]:
        """Return the id of an upload that may begin, and the path to send its bytes to."""
        told = self.ask(_ASK, contact=contact, name=name, type=media_type, size=size)
        upload = told["requestUpload"]["upload"]
        return upload["id"], urlsplit(upload["url"]).path

    def contact(self) -> str:
        """Return the id of a contact."""
        found: str = self.ask(_CONTACT)["contacts"]["nodes"][0]["id"]
        return found

    def put_bytes(self, path: str, content: bytes) -> None:
        """Send a file that is in memory."""
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("PUT", path, content)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        if answer.status != 201:
            raise RuntimeError(told[:500])

    def document(self, contact: str, upload: str) -> dict[str, str]:
        """Return the links of a new document."""
        made: dict[str, str] = self.ask(_FILE, contact=contact, upload=upload)["createDocument"][
            "document"
        ]
        return made


def blocks(size: int) -> Iterator[bytes]:
    """Yield a film of `size` bytes, 1 MiB at a time."""
    yield _FILM + _BLOCK[: min(size, MIB) - len(_FILM)]
    left = size - MIB
    while left > 0:
        yield _BLOCK[:left]
        left -= MIB


def put(port: int, path: str, size: int, pause: float = 0.0) -> float:
    """Send a film; return the seconds until it was answered. `pause` follows each MiB."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        head = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n"
        connection.sendall(head.encode())
        for block in blocks(size):
            connection.sendall(block)
            if pause:
                time.sleep(pause)
        answer = connection.recv(65536)
        if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            raise RuntimeError(answer[:500])
        return time.perf_counter() - began


def get(port: int, path: str) -> float:
    """Fetch a file and return the seconds that took."""
    buffer = bytearray(MIB)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        first = b""
        while b"\r\n\r\n" not in first:
            first += connection.recv(65536)
        head, _, body = first.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(first[:500])
        left = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]) - len(body)
        while left > 0:
            left -= connection.recv_into(buffer)
        return time.perf_counter() - began


def written(size: int) -> float:
    """Write a file that survives a power cut; return the seconds that took."""
    with tempfile.NamedTemporaryFile(dir=tempfile.gettempdir()) as file:
        began = time.perf_counter()
        for block in blocks(size):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - began


class Peak:
    """How many MiB of memory a process took more than it had at the beginning."""

    mib = 0.0


@contextmanager
def growth_of(pid: int) -> Iterator[Peak]:
    """Watch the memory of a process for as long as the block takes."""
    process, peak, over = psutil.Process(pid), Peak(), Event()
    before = process.memory_info().rss

    def watch() -> None:
        while not over.wait(0.01):
            peak.mib = max(peak.mib, (process.memory_info().rss - before) / MIB)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
