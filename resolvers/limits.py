"""How much one request may ask for. Each is a setting; the guide to queries tells them all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may ask for.

    `cost` is in records that may be read; `page_size`, `ids`, `search_characters` and
    `upload_bytes` hold for each page, list of ids, search and file by itself. Documents ask for
    the schema only with `introspection`.
    """

    document_bytes: int = 16 * 1024
    tokens: int = 2000
    depth: int = 12
    aliases: int = 30
    cost: int = 5000
    page_size: int = 100
    ids: int = 100
    search_characters: int = 200
    upload_bytes: int = 250 * 1024 * 1024
    introspection: bool = True


USUAL = Limits()
