"""Where files are stored is told by an address, and for S3 by the usual environment."""

import pytest

from files.segments import Segment, new_key
from files.store import open_store
from tests.processes import free_port


async def test_the_endpoint_may_be_in_the_environment(
    s3_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3_port}")
    store, key = open_store("s3://files/of-the-environment"), new_key()
    await store.put_segment(key, 0, b"abc")
    assert await store.segments(key) == [Segment(0, 3)]
    assert store.local_paths(key, [Segment(0, 3)]) is None


async def test_the_endpoint_of_the_address_comes_first(
    s3_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    store = open_store(f"s3://files/of-the-address?endpoint=http://127.0.0.1:{s3_port}")
    assert await store.segments(new_key()) == []


async def test_stores_with_other_prefixes_share_a_bucket(s3_port: int) -> None:
    query = f"endpoint=http://127.0.0.1:{s3_port}"
    one, other = open_store(f"s3://files/one/?{query}"), open_store(f"s3://files/two?{query}")
    key = new_key()
    await one.put_segment(key, 0, b"abc")
    assert await other.segments(key) == []
    root = open_store(f"s3://files?{query}")
    assert await root.segments(key) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data/files",
        "ftp://user:secret@host/files",
        "file:///",
        "file://",
        "file://host/files",
        "file://../files",
        "file:///files?mode=1",
        "s3://",
        "s3:///prefix",
        "s3://key:secret@bucket",
        "s3://bucket?secret=secret",
        "s3://bucket?secret",
        "s3://bucket?endpoint=ftp://host",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"file://|s3://|https://") as refused:
        open_store(url)
    assert "secret" not in str(refused.value)
