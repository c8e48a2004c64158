"""What a check found: places and numbers, never people's data."""

from dataclasses import dataclass, field
from uuid import UUID

_MOST = 1000


@dataclass
class Findings:
    """Lines for people; after 1,000 the rest is only counted."""

    lines: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, kind: str, key: UUID, what: str) -> None:
        """Tell that something of a record differs."""
        self.tell(f"{kind} {key}: {what}")

    def tell(self, line: str) -> None:
        """Tell something."""
        if len(self.lines) < _MOST:
            self.lines.append(line)
        else:
            self.left_out += 1

    def told(self) -> list[str]:
        """Return all lines, with one about those left out."""
        more = [f"... and {self.left_out} more"] if self.left_out else []
        return [*self.lines, *more]
