"""What was done and what was found, over the whole run: printed at its end by conftest.py."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from typing_extensions import override


@dataclass
class Count:
    """Of one database."""

    faults: Counter[str] = field(default_factory=Counter)
    work: Counter[str] = field(default_factory=Counter)
    violations: int = 0

    @override
    def __str__(self) -> str:
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        work = ", ".join(f"{name} {count}" for name, count in sorted(self.work.items()))
        return f"faults: {faults}; {work}; violations {self.violations}"


TALLY: defaultdict[str, Count] = defaultdict(Count)
