"""Signing and declining: the form of the signing page."""

import time
from collections import deque
from functools import partial
from typing import Literal
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from app.desk import Desk
from app.signing import pages
from app.signing.reading import looked, opened, visit_of
from files.shelf import Shelf
from resolvers.clean import Unclean, clean_text
from resolvers.file_links import LINK_LIFE, ShareLink, SignedLink, signed_url
from resolvers.inputs import Line, Text
from resolvers.papers import Paper
from resolvers.problems import BadRequest
from resolvers.signing import Closed, Signature, Visit, decline, sign
from resolvers.signing_seen import Signing, find_signing
from schema.printing import with_paper

MOST_BYTES = 8 * 1024
MOST_A_MINUTE = 5
_MOST_FIELDS = 10
_MOST_LINKS = 10_000
_FORM = "application/x-www-form-urlencoded"
_NAME, _REASON = Line(200), Text(2000)


class Malformed(Exception):
    """What was posted is not the page's form, too much of it, or too often."""

    def __init__(self, page: Literal["wrong", "often"], status: int) -> None:
        """Take which page says so, and its status."""
        super().__init__(page)
        self.page = page
        self.status = status


class Incomplete(BadRequest):
    """The form lacks something; the message tells people what."""


class Throttle:
    """Counts what comes by each link within a minute."""

    def __init__(self) -> None:
        """Begin without any."""
        self._times: dict[ShareLink, deque[float]] = {}

    def take(self, link: ShareLink) -> None:
        """Count one more; Malformed (429) if it is more than five in a minute."""
        now = time.monotonic()
        if len(self._times) >= _MOST_LINKS:
            self._times = {key: one for key, one in self._times.items() if one[-1] > now - 60}
        times = self._times.setdefault(link, deque(maxlen=MOST_A_MINUTE))
        if len(times) == MOST_A_MINUTE and times[0] > now - 60:
            raise Malformed("often", 429)
        times.append(now)


class Posting:
    """Answers the page's form."""

    def __init__(self) -> None:
        """Begin without having counted anything."""
        self._throttle = Throttle()

    async def answer(self, desk: Desk, request: Request, request_id: str) -> Response:
        """Sign or decline, and answer with the page that says so."""
        link, by = opened(desk, request), visit_of(desk, request, request_id)
        self._throttle.take(link)
        typed = await _form(request)
        try:
            if typed.get("action") == "decline":
                return await _declined(desk, link, by, typed)
            if typed.get("action") == "sign":
                return await _signed(desk, link, by, typed)
        except Incomplete as problem:
            found = await looked(desk, find_signing, link)
            if not found.is_open(by.now):
                raise Closed from None
            return pages.agreement(found, request.path_params["link"], str(problem), typed)
        raise Malformed("wrong", 400)


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form of at most 8 KiB; Malformed for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Malformed("wrong", 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Malformed("wrong", 413)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Malformed("wrong", 400) from None
    return dict(pairs)


async def _signed(desk: Desk, link: ShareLink, by: Visit, typed: dict[str, str]) -> Response:
    name = _cleaned(typed.get("name", ""), _NAME)
    if name is None:
        raise Incomplete("Type your full name: it is your signature.")
    if typed.get("consent") != "yes":
        raise Incomplete("Check the box to agree to sign electronically.")
    services = desk.services
    found = await looked(desk, find_signing, link)
    work = partial(_sign, desk, link, by, Signature(name, typed.get("sha256", "")))
    found = await with_paper(services, found.practice.id, work)
    await services.relay.announce(found.practice.id)
    return pages.done(found, _completed(services.shelf, found, by))


async def _sign(
    desk: Desk, link: ShareLink, by: Visit, signature: Signature, paper: Paper | None
) -> Signing:
    return await desk.services.database.write(sign, link, by, signature, paper)


def _completed(shelf: Shelf, found: Signing, by: Visit) -> str | None:
    """Return the address of the completed PDF, for a minute after the last signature."""
    completed_at = found.agreement.completed_at
    if completed_at is None or by.now >= completed_at + LINK_LIFE:
        return None
    link = SignedLink(found.recipient.id, found.document.file_id)
    return signed_url(shelf, link, completed_at + LINK_LIFE)


async def _declined(desk: Desk, link: ShareLink, by: Visit, typed: dict[str, str]) -> Response:
    reason = _cleaned(typed.get("reason", ""), _REASON)
    found = await desk.services.database.write(decline, link, by, reason)
    await desk.services.relay.announce(found.practice.id)
    return pages.declined(found)


def _cleaned(raw: str, rule: Text) -> str | None:
    """Return a typed text as it is stored; lines end as everywhere else here."""
    try:
        return clean_text(raw.replace("\r\n", "\n"), rule, "")
    except Unclean as problem:
        raise Incomplete(str(problem)) from None
