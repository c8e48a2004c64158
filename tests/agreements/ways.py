"""The ways of an agreement, told once more and simply: what a step answers, and what it makes."""

from dataclasses import dataclass, field

SIGNERS = (0, 1)
COPY = 2
PEOPLE = (*SIGNERS, COPY)


@dataclass
class Ways:
    """One agreement with two signers and one who gets a copy."""

    status: str = "DRAFT"
    revision: int = 1
    deleted: bool = False
    viewed: set[int] = field(default_factory=set)
    signed: set[int] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether its links open it."""
        return self.status in ("SENT", "VIEWED") and not self.deleted

    def update(self) -> bool:
        """Change its text."""
        return self.status == "DRAFT" and not self.deleted

    def send(self) -> bool:
        """Send it."""
        if self.status != "DRAFT" or self.deleted:
            return False
        self.status = "SENT"
        return True

    def revise(self) -> bool:
        """Make it a draft again."""
        if not self.is_open:
            return False
        self.status, self.revision = "DRAFT", self.revision + 1
        self.viewed, self.signed = set(), set()
        return True

    def delete(self) -> bool:
        """Delete it."""
        done, self.deleted = not self.deleted, True
        return done

    def restore(self) -> bool:
        """Bring it back."""
        done, self.deleted = self.deleted, False
        return done

    def look(self, who: int) -> int:
        """Open the page; return the status of HTTP."""
        if not self.is_open:
            return 404
        self.status = "VIEWED"
        self.viewed.add(who)
        return 200

    def sign(self, who: int) -> int:
        """Sign what the link showed."""
        if who in self.signed and not self.deleted and self.status in ("VIEWED", "COMPLETED"):
            return 200
        if not self.is_open:
            return 404
        if who == COPY:
            return 400
        self.look(who)
        self.signed.add(who)
        if self.signed == set(SIGNERS):
            self.status = "COMPLETED"
        return 200

    def decline(self, who: int) -> int:
        """Decline."""
        if not self.is_open:
            return 404
        if who == COPY:
            return 400
        if who in self.signed:
            return 409
        self.status = "DECLINED"
        return 200

    def expire(self) -> bool:
        """Let its time be over."""
        if not self.is_open:
            return False
        self.status = "EXPIRED"
        return True
