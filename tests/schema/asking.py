"""Random documents for the cost rule, and their figures with every spread counted anew."""

from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import strategies as st

MOST = 100
DEEPEST = 6
Counts = dict[str, int | None]


class Shape(NamedTuple):
    """What a field shows: its kind, what an item costs, how many there usually are, if told."""

    kind: str
    cost: int
    usual: int = 1
    sized: bool = False


KINDS: dict[str, dict[str, Shape | None]] = {
    "Query": {
        "viewer": Shape("Viewer", 0),
        "pipelines": Shape("Pipeline", 1, 5),
        "contacts": Shape("ContactConnection", 0, 50, sized=True),
    },
    "Viewer": {"role": None, "user": Shape("User", 1), "practice": Shape("Practice", 1)},
    "Practice": {
        "name": None,
        "contactTypes": Shape("ContactType", 1, 20),
        "users": Shape("User", 1, 20, sized=True),
        "tags": Shape("Tag", 1, 5, sized=True),
    },
    "Pipeline": {"name": None, "stages": Shape("Stage", 1, 5)},
    "Stage": {"position": None, "pipeline": Shape("Pipeline", 1)},
    "ContactConnection": {
        "totalCount": None,
        "nodes": Shape("Contact", 1),
        "edges": Shape("ContactEdge", 0),
        "pageInfo": Shape("PageInfo", 0),
    },
    "ContactEdge": {"cursor": None, "node": Shape("Contact", 1)},
    "Contact": {
        "name": None,
        "owner": Shape("User", 1),
        "tags": Shape("Tag", 1, 5),
        "followers": Shape("Follower", 1, 5),
        "doNotDisturb": Shape("DoNotDisturb", 0),
        "opportunities": Shape("OpportunityConnection", 0, 50, sized=True),
    },
    "OpportunityConnection": {"nodes": Shape("Opportunity", 1), "totalCount": None},
    "Opportunity": {
        "id": None,
        "value": Shape("Money", 0),
        "contactCard": Shape("ContactCard", 0),
        "stage": Shape("Stage", 1),
        "contact": Shape("Contact", 1),
    },
    "Follower": {"source": None, "user": Shape("User", 1), "addedBy": Shape("User", 1)},
    "DoNotDisturb": {"all": None, "channels": Shape("ChannelDoNotDisturb", 1, 5)},
    "ChannelDoNotDisturb": {"status": None},
    "ContactType": {"system": None},
    "Tag": {"name": None},
    "User": {"name": None},
    "Money": {"amount": None},
    "ContactCard": {"name": None},
    "PageInfo": {"hasNextPage": None},
}


@dataclass
class Asked:
    """A field, an inline fragment ("...") or a spread ("...F0") of a document, on a kind."""

    kind: str
    name: str
    size: int | str | None = None
    alias: str = ""
    inner: list["Asked"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """How it is written."""
        size = "" if self.size is None else f"(first: {'$' if isinstance(self.size, str) else ''}"
        size += "" if self.size is None else f"{self.size})"
        inner = f" {{ {' '.join(one.text for one in self.inner)} }}" if self.inner else ""
        return f"{self.alias}{self.name}{size}{inner}"


@dataclass
class Document:
    """A query, and its fragments: their kinds and what they hold."""

    query: list[Asked]
    fragments: list[tuple[str, list[Asked]]]

    @property
    def text(self) -> str:
        """The document, without what declares its variables."""
        parts = [f"{{ {' '.join(one.text for one in self.query)} }}"]
        for number, (kind, inner) in enumerate(self.fragments):
            selections = " ".join(one.text for one in inner)
            parts.append(f"fragment F{number} on {kind} {{ {selections} }}")
        return "\n".join(parts)

    def cost(self, asked: list[Asked], counts: Counts) -> int:
        """Count records: every spread anew."""
        return sum(self._cost(one, counts) for one in asked)

    def _cost(self, one: Asked, counts: Counts) -> int:
        if one.name.startswith("..."):
            return self.cost(self._inner(one), counts)
        shape = KINDS[one.kind].get(one.name)
        root = int(one.kind == "Query" and shape is not None)
        if shape is None:
            return root
        size = counts.get(one.size) if isinstance(one.size, str) else one.size
        times = shape.usual if size is None else min(size, MOST)
        return root + times * (shape.cost + self.cost(one.inner, counts))

    def depth(self, asked: list[Asked]) -> int:
        """Count fields within each other."""
        return max(
            (self.depth(self._inner(one)) + (not one.name.startswith("...")) for one in asked),
            default=0,
        )

    def aliases(self, asked: list[Asked]) -> int:
        """Count aliases: every spread anew."""
        return sum(bool(one.alias) + self.aliases(self._inner(one)) for one in asked)

    def _inner(self, one: Asked) -> list[Asked]:
        found = one.name.removeprefix("...F")
        return self.fragments[int(found)][1] if found.isdecimal() else one.inner


SIZES = st.none() | st.integers(0, 130) | st.sampled_from(["a", "b"])
FRAGMENTS = ["Contact", "Contact", "ContactConnection", "Practice", "Pipeline", "Stage", "Query"]


@st.composite
def selections(draw: st.DrawFn, kind: str, depth: int, first: int) -> list[Asked]:
    """Draw what is asked of a kind; fragments from the number `first` on may be spread."""
    made = []
    spreads = [i for i in range(first, len(FRAGMENTS)) if FRAGMENTS[i] == kind]
    names = [name for name, shape in KINDS[kind].items() if shape is None or depth < DEEPEST]
    for name in draw(st.lists(st.sampled_from([*names, "...", "...F"]), min_size=1, max_size=3)):
        shape = KINDS[kind].get(name)
        if name == "...F" and spreads:
            made.append(Asked(kind, f"...F{draw(st.sampled_from(spreads))}"))
        elif name == "..." and depth < DEEPEST:
            made.append(Asked(kind, name, inner=draw(selections(kind, depth + 1, first))))
        elif shape is not None:
            inner = draw(selections(shape.kind, depth + 1, first))
            size, alias = draw(SIZES) if shape.sized else None, draw(st.sampled_from(["", "x: "]))
            made.append(Asked(kind, name, size, alias, inner))
    return made or [Asked(kind, "__typename")]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document; a fragment spreads those after it."""
    fragments = [
        (kind, draw(selections(kind, 3, number + 1))) for number, kind in enumerate(FRAGMENTS)
    ]
    return Document(draw(selections("Query", 0, 0)), fragments)
