"""Ids that nobody may see behind: hidden, deleted, foreign, never made, of another kind."""

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.client import Client
from tests.model.fold import Json
from tests.scenarios.spa import Spa, open_spa


def never_made(known: str) -> str | None:
    """Return a well-formed id of the same kind that no record ever had; None if ids are sealed."""
    try:
        plain = base64.b64decode(known + "=" * (-len(known) % 4), altchars=b"-_").decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    changed = plain[:-1] + ("0" if plain[-1] != "0" else "1")
    text = base64.b64encode(changed.encode(), altchars=b"-_").decode()
    return text if known.endswith("=") else text.rstrip("=")


def forged(known: str, name: str) -> str | None:
    """Return the id with the name of another type in front; None if ids are sealed."""
    try:
        plain = base64.b64decode(known + "=" * (-len(known) % 4), altchars=b"-_").decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    _, colon, rest = plain.partition(":")
    text = base64.b64encode(f"{name}{colon}{rest}".encode(), altchars=b"-_").decode()
    return text if known.endswith("=") else text.rstrip("=")


@dataclass
class Unseen:
    """What Ben cannot see: ids of one kind, all of which must look alike to him."""

    hidden: str
    deleted: str
    foreign: str
    wrong_kind: str

    def all(self) -> list[str]:
        """Return them with one that was never made, where ids can be made up."""
        made_up = never_made(self.hidden)
        known = [self.hidden, self.deleted, self.foreign, self.wrong_kind]
        return known if made_up is None else [*known, made_up]


@dataclass
class Secrets:
    """A practice with something to hide, next to another practice."""

    spa: Spa
    other: Spa
    contact: Unseen
    opportunity: Unseen
    own: tuple[str, str]


@asynccontextmanager
async def open_secrets(spa: Spa) -> AsyncIterator[Secrets]:
    """Give Ben a pair of his own; hide Cleo's, delete one he had, and make a foreign one."""
    async with open_spa(spa.server, different_owners=True, name="other") as other:
        own = await spa.pair("Own Person", spa.ben)
        hidden = await spa.pair("Hidden Person", spa.cleo)
        deleted = await spa.pair("Deleted Person", spa.ben)
        await spa.ada.do("deleteContact", id=deleted[0])
        foreign = await other.pair("Foreign Person", other.ben)
        contact = Unseen(hidden[0], deleted[0], foreign[0], wrong_kind=own[1])
        card = Unseen(hidden[1], deleted[1], foreign[1], wrong_kind=own[0])
        yield Secrets(spa, other, contact, card, own)


async def answers(client: Client, document: str, unseen: list[str], **fixed: Json) -> set[str]:
    """Return the answers to one request for each id, with the id replaced: one, if none leaks."""
    found = set()
    for accept in ("application/json", "application/graphql-response+json"):
        for each in unseen:
            variables = _place(fixed, each)
            answer = await client.post(document, variables, accept=accept)
            found.add(f"{answer.status_code} {answer.text.replace(each, 'ID')}")
    return found


def _place(template: Json, record: str) -> Json:
    placed: Json = {"id": record} if not template else {}
    for name, value in template.items():
        if isinstance(value, dict):
            placed[name] = _place(value, record) if value else value
        elif isinstance(value, list):
            placed[name] = [record if each == "ID" else each for each in value]
        else:
            placed[name] = record if value == "ID" else value
    return placed
