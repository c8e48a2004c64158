"""The documentation as data: pages, their code blocks, tables and links."""

import re
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


class Page:
    """One Markdown file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.relative_to(ROOT).as_posix()
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        return [Block(found[2], found[3]) for found in _BLOCK.finditer(self.text)]

    @cached_property
    def prose(self) -> str:
        return _BLOCK.sub("", self.text)

    @cached_property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @cached_property
    def code(self) -> set[str]:
        """All that is set as code in running text and tables."""
        return set(_CODE.findall(self.prose))

    @cached_property
    def anchors(self) -> set[str]:
        plain = (re.sub(r"[^\w\- ]", "", one.lower()) for one in _HEADING.findall(self.prose))
        return {one.strip().replace(" ", "-") for one in plain}

    def in_language(self, language: str) -> list[str]:
        return [block.text for block in self.blocks if block.language == language]

    def section(self, heading: str) -> str:
        """Return the text under a second-level heading."""
        _, _, rest = self.text.partition(f"\n## {heading}\n")
        return rest.partition("\n## ")[0]

    def first_cells(self, heading: str) -> list[str]:
        """Return the first cell of each row of the section's table, without back-quotes."""
        rows = [line for line in self.section(heading).splitlines() if line.startswith("| `")]
        return [row.split("|")[1].strip().strip("`") for row in rows]


README = Page(ROOT / "README.md")
LIVE_BOARDS = Page(ROOT / "docs/guides/live-boards.md")
QUERIES = Page(ROOT / "docs/guides/queries.md")
OPERATIONS = Page(ROOT / "docs/operations.md")
SECURITY = Page(ROOT / "docs/security.md")
DECISIONS = [Page(path) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
PAGES = [
    README,
    Page(ROOT / "CHANGELOG.md"),
    *(Page(path) for path in sorted((ROOT / "docs").rglob("*.md"))),
]
