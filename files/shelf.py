"""What a process has to keep and open files with."""

from dataclasses import dataclass

from files.links import Links
from files.press.press import Press
from files.store import FileStore


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where files are, who opens them safely, and what seals their links.

    `address` stands before the path of each link; empty for links without a host.
    """

    store: FileStore
    press: Press
    links: Links
    address: str = ""
