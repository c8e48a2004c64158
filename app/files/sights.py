"""What a link to a document shows, and the row of the audit trail that this leaves."""

from app.files.endpoint import Visit
from app.files.refusals import gone
from resolvers import sending
from resolvers.audit_reads import Read, Sight
from resolvers.file_links import DocumentLink
from resolvers.sending import Sending


async def shown(visit: Visit, link: DocumentLink) -> Sending:
    """Return what the link shows with the rights of now; refused where that is nothing."""
    visit.check_time(link.credential)
    async with visit.files.database.reader() as reader:
        found = await reader.run(sending.find, link)
    if found is None:
        raise gone()
    visit.seen.viewer(found.viewer)
    return found


def note(visit: Visit, found: Sending, action: str) -> None:
    """Note that the viewer is sent a document (P21)."""
    viewer = found.viewer
    sight = Sight(action, "Document", found.document.id)
    request_id, now = visit.seen.request_id, visit.files.now()
    read = Read(viewer.practice_id, viewer.user_id, now, request_id, {sight: None})
    visit.files.desk.services.note_reads(read)
