"""Which documents a viewer sees: they borrow the rule of the records they hang on (R16, R17)."""

from sqlalchemy import ColumnElement, and_, exists, false, or_

from models.document import Document, document, document_link
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, visible

AGREEMENT = "AGREEMENT"
DRAFT = "DRAFT"
# By a name of its own: a list that joins the links must not lend them to the rule.
_LINKS = document_link.alias("hanging")


def visible_documents(viewer: Viewer, *, deleted: bool = False) -> ColumnElement[bool]:
    """Return the condition under which `viewer` sees a document, or (`deleted`) a deleted one.

    He must see one of the records it hangs on: any recipient's contact opens an agreement. Drafts
    of agreements are for unrestricted viewers and for who made them.
    """
    if not viewer.may(Permission.DOCUMENTS_READ):
        return false()
    columns = document.c
    there = columns.deleted_at.is_not(None) if deleted else columns.deleted_at.is_(None)
    here = and_(columns.practice_id == viewer.practice_id, there, _on_visible_records(viewer))
    if not viewer.restricted:
        return here
    return and_(here, or_(columns.status != DRAFT, columns.created_by == viewer.user_id))


def may_change(viewer: Viewer, one: Document) -> bool:
    """Return whether `viewer` may change a document he sees.

    A restricted viewer only reads the agreements of others: recipients' contacts show them to him,
    but they are their senders' (R16).
    """
    if not viewer.may(Permission.DOCUMENTS_WRITE):
        return False
    return one.kind != AGREEMENT or not viewer.restricted or one.created_by == viewer.user_id


def _on_visible_records(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for documents that hang on a record the viewer sees.

    Each document leads to its few records, and these to the rule: the other way round a page would
    cost as much as the viewer sees. A kind that he may not read at all is left out.
    """
    links = _LINKS.c
    seen = [
        exists().where(kind.table.c.id == links.record_id, visible(kind, viewer))
        for kind in (CONTACT, OPPORTUNITY)
        if viewer.may(kind.read)
    ]
    return exists().where(links.document_id == document.c.id, or_(false(), *seen))
