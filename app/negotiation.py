"""Which media type answers a request (RFC 9110, 12.5.1; GraphQL over HTTP, Body)."""

from collections.abc import Sequence
from dataclasses import dataclass

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"

# Who says only "anything" is mostly an old client: it gets the first of what is offered.
OFFERED = (JSON, GRAPHQL_JSON, EVENT_STREAM)
_EXACT, _ANY_SUBTYPE, _ANY = 2, 1, 0


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One member of an Accept header: what it matches, how much it is liked, and its place."""

    name: str
    quality: float
    place: int

    def closeness(self, media_type: str) -> int | None:
        """Return how exactly the range names a media type; None where it does not match."""
        if self.name == media_type:
            return _EXACT
        if self.name == media_type.partition("/")[0] + "/*":
            return _ANY_SUBTYPE
        return _ANY if self.name == "*/*" else None


def preferred(accept: str | None, offered: Sequence[str] = OFFERED) -> str | None:
    """Return the offered media type that a client likes best; None if it accepts none.

    The highest weight wins, then the order of the header, then the order of `offered`. Without a
    header `application/graphql-response+json` is the default of the specification.
    """
    if accept is None:
        return GRAPHQL_JSON if GRAPHQL_JSON in offered else None
    ranges = [one for place, text in enumerate(accept.split(",")) if (one := _range(text, place))]
    liked = []
    for order, media_type in enumerate(offered):
        close = [(one.closeness(media_type), one) for one in ranges]
        matching = [(rank, one) for rank, one in close if rank is not None]
        if matching:
            _, best = max(matching, key=lambda pair: pair[0])
            if best.quality > 0:
                liked.append((-best.quality, best.place, order, media_type))
    return min(liked)[-1] if liked else None


def is_json(content_type: str | None) -> bool:
    """Return whether a Content-Type says JSON in UTF-8."""
    name, parameters = _parsed(content_type or "")
    return name == JSON and parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def _range(text: str, place: int) -> MediaRange | None:
    """Return a member of an Accept header; None for one that means nothing here."""
    name, parameters = _parsed(text)
    if not name or parameters.get("charset", "utf-8") not in ("utf-8", "utf8", "*"):
        return None
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        return None
    return MediaRange(name, quality, place) if 0 <= quality <= 1 else None


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    pairs = (one.partition("=") for one in parameters)
    return name, {key.strip(): value.strip().strip('"') for key, _, value in pairs}
