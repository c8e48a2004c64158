"""Which streams are told together, and which cannot be told by deltas."""

from collections.abc import Hashable, Mapping
from uuid import UUID

from resolvers.enums import SnapshotReason
from resolvers.log import LogSlice
from subscriptions.stream import Stream


def restart_reason(log: LogSlice, stream: Stream, position: int) -> SnapshotReason | None:
    """Return why no delta from `position` can tell the whole truth; None if deltas can."""
    if position + 1 < log.oldest:
        return SnapshotReason.CURSOR_EXPIRED
    if log.users_changed.get(stream.viewer.user_id, 0) > position:
        return SnapshotReason.ACCESS_CHANGED
    if log.many > position or (stream.asks_activity and log.activity_changed > position):
        return SnapshotReason.FELL_BEHIND
    return None


def follows(stream: Stream, first: int) -> bool:
    """Return whether a slice of the log from `first` holds all that the stream does not.

    It does not where a snapshot was taken only after the slice was asked for.
    """
    return None not in stream.waiting and stream.position >= first


def groups(
    alike: Mapping[Hashable, set[Stream]], keyed: frozenset[UUID | None], first: int
) -> list[list[Stream]]:
    """Return the streams by what they are told; one whose reader lags stands alone."""
    found: list[list[Stream]] = []
    for streams in alike.values():
        together: dict[Hashable, list[Stream]] = {}
        for stream in streams:
            if not follows(stream, first):
                continue
            place: Hashable = stream.position
            if stream.waiting:
                place = stream
            elif keyed and stream.viewer.user_id in keyed:
                place = stream.position, stream.viewer.user_id
            together.setdefault(place, []).append(stream)
        found += together.values()
    return found
