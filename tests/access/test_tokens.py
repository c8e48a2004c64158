"""A token is verified once, and yet over when its time is (P7)."""

import asyncio
from uuid import UUID

import pytest

from app.tokens import BadToken, Tokens

SECRET, OTHER = b"a secret of tests, 32 bytes long", b"another one of tests, 32 bytes .."
USER = UUID(int=7)


async def test_a_token_that_was_read_before_ends_with_its_time() -> None:
    tokens = Tokens(SECRET, leeway=1)
    text = tokens.make(USER, hours=1 / 3600)
    assert tokens.read(text).user_id == USER
    async with asyncio.timeout(5):
        while True:
            try:
                assert tokens.read(text) == Tokens(SECRET, leeway=1).read(text)
            except BadToken:
                break
            await asyncio.sleep(0.05)
    with pytest.raises(BadToken):
        Tokens(SECRET, leeway=1).read(text)


def test_what_was_refused_is_refused_again_and_changes_nothing() -> None:
    tokens = Tokens(SECRET)
    good, forged = tokens.make(USER), Tokens(OTHER).make(USER)
    for _ in range(3):
        with pytest.raises(BadToken):
            tokens.read(forged)
        assert tokens.read(good).user_id == USER
