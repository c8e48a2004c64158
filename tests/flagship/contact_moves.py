"""Random mutations of contacts."""

from typing import Any

from tests.flagship.picks import Move, Picks
from tests.flagship.pools import EMAILS, FIRST, LAST, MOST_CONTACTS, PHONES, SOURCES, TAGS
from tests.model.sight import Json
from tests.model.state import CHANNELS


class ContactMoves(Picks):
    """Contacts: fields, tags, do-not-disturb."""

    def _create_contact(self) -> Move | None:
        alive = [each for each in self.practice.contacts.values() if not each.deleted]
        if len(alive) >= MOST_CONTACTS:
            return None
        given = self._fields({"email": EMAILS, "phone": PHONES, "source": SOURCES})
        given["firstName"], given["lastName"] = (
            self.chance.choice(FIRST),
            self.chance.choice([*LAST, None]),
        )
        given["typeId"] = self.chance.choice(list(self.practice.types))
        if self.chance.random() < 0.5:
            given["ownerId"] = self.chance.choice(self._users())
        if self.chance.random() < 0.3:
            given["tagIds"] = [self.chance.choice(list(self.practice.tags.values()))]
        return "createContact", given

    def _update_contact(self) -> Move | None:
        contact = self._contact()
        pools: dict[str, list[Any]] = {
            "firstName": FIRST,
            "lastName": [*LAST, None],
            "email": [*EMAILS, None],
            "phone": [*PHONES, None],
            "source": SOURCES,
            "typeId": list(self.practice.types),
        }
        if contact is None:
            return None
        return "updateContact", self._versioned({**self._fields(pools), "id": contact}, contact)

    def _delete_contact(self) -> Move | None:
        contact = self._contact()
        return None if contact is None else ("deleteContact", {"id": contact})

    def _edit_tags(self) -> Move | None:
        contact = self._contact()
        part = self.chance.choice(["add", "remove"])
        names = self.chance.sample(TAGS, self.chance.randint(1, 2))
        written = [self.chance.choice([name, name.upper(), f" {name} "]) for name in names]
        return None if contact is None else ("editTags", {"contactId": contact, part: written})

    def _silence(self) -> Move | None:
        contact = self._contact()
        channels = [
            {"channel": each, "on": self.chance.random() < 0.5}
            for each in self.chance.sample(CHANNELS, self.chance.randint(0, 2))
        ]
        given: Json = {"contactId": contact, "channels": channels}
        if self.chance.random() < 0.5:
            given["all"] = self.chance.random() < 0.5
        return None if contact is None else ("setDoNotDisturb", given)
