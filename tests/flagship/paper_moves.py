"""Random mutations of documents."""

from tests.flagship.picks import Move, Picks

MOST_DOCUMENTS = 4


class PaperMoves(Picks):
    """Documents: filed with a contact, and deleted."""

    def _file_document(self) -> Move | None:
        contact = self._contact()
        known = self.practice.contacts.get(contact or "")
        if contact is None or (known is not None and len(known.documents) >= MOST_DOCUMENTS):
            return None
        return "createDocument", {"contactId": contact, "name": "Consent.txt"}

    def _delete_document(self) -> Move | None:
        documents = [one for record in self.practice.records() for one in record.documents]
        return (
            ("deleteDocument", {"id": self.chance.choice(sorted(documents))}) if documents else None
        )
