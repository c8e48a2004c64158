"""The mutations of documents, as the rules spell them: they hang on records (R16)."""

from tests.model.rules import Call, Outcome
from tests.model.sight import sees
from tests.model.state import Record, Refused


def create(call: Call) -> Outcome:
    """createDocument: of an upload that the caller made for a contact he sees."""
    contact = call.contact(call.input["contactId"])
    call.need("DOCUMENTS_WRITE")
    contact.documents.add(call.new().id)
    return Outcome()


def delete(call: Call) -> Outcome:
    """deleteDocument: by who sees a record that it hangs on."""
    document = call.input["id"]
    record = _holder(call, document)
    if record is None or not sees(call.actor, record) or not call.actor.may("DOCUMENTS_READ"):
        raise Refused("NOT_FOUND")
    call.need("DOCUMENTS_WRITE")
    record.documents.discard(document)
    return Outcome(told={"deletedId": document})


def _holder(call: Call, document: str) -> Record | None:
    found = (one for one in call.practice.records() if document in one.documents)
    return next(found, None)
