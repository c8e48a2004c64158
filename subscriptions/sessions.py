"""The signed-in connections of one practice in this process, and up to where they are good."""

from collections.abc import Callable, Iterable

from permissions.viewer import Credential
from resolvers.log import LogSlice


class Session:
    """A signed-in connection; `revoke` is called when its access has ended."""

    __slots__ = ("credential", "position", "revoke")

    def __init__(self, credential: Credential, position: int, revoke: Callable[[], None]) -> None:
        """Begin as of event `position`, when the access was good."""
        self.credential = credential
        self.position = position
        self.revoke = revoke


class Sessions:
    """Sessions that are looked at together: only newcomers stand at a place of their own."""

    def __init__(self) -> None:
        """Begin without sessions."""
        self._all: set[Session] = set()
        self._new: set[Session] = set()
        self._position = 0

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._all)

    def add(self, session: Session) -> None:
        """Look at a session from its position on."""
        self._all.add(session)
        self._new.add(session)

    def discard(self, session: Session) -> None:
        """Look at a session no more."""
        self._all.discard(session)
        self._new.discard(session)

    @property
    def newcomers(self) -> frozenset[Session]:
        """Those who came since the others were last looked at."""
        return frozenset(self._new)

    @property
    def positions(self) -> list[int]:
        """Up to where access is known to be good."""
        known = [self._position] if len(self._new) < len(self._all) else []
        return [*known, *(one.position for one in self._new)]

    def doubtful(self, log: LogSlice) -> set[Credential]:
        """Return whose access may have ended in the log, or before it where it is cut."""
        cut = min(self.positions, default=log.head) + 1 < log.oldest
        if not (cut or log.signed_out):
            return set()
        credentials = {one.credential for one in self._all}
        return {one for one in credentials if cut or one.user_id in log.signed_out}

    def settle(self, newcomers: Iterable[Session], head: int, ended: frozenset[Credential]) -> None:
        """Revoke what has ended; the others, but for later newcomers, are good up to `head`."""
        self._position = head
        self._new.difference_update(newcomers)
        for session in [one for one in self._all if ended and one.credential in ended]:
            session.revoke()
