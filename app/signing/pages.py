"""The pages that recipients see: HTML from templates, and the headers that keep it closed."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from resolvers.signing_seen import Signing

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; img-src 'self'; style-src 'sha256-{_HASH}'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
# No script, no frame, no trace: who is told the address can sign.
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_PAGES.globals["style"] = _STYLE


def told(name: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a page that says what is wrong, the same for everybody."""
    return _page("told.html", status, {"why": name}, headers)


def agreement(
    found: Signing, link: str, problem: str | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    """Return the page to read and sign; with what was wrong with a form, and what it said."""
    shown = {
        **_about(found),
        "link": f"/sign/{link}",
        "pages": found.document.pages or 0,
        "sha256": found.document.sha256,
        "signs": found.is_signer and found.recipient.completed_at is None,
        "signed_on": _day(found, found.recipient.completed_at),
        "ends_on": _day(found, found.agreement.expires_at),
        "problem": problem,
        "typed": {"name": "", "reason": "", **(typed or {})},
    }
    return _page("agreement.html", 400 if problem else 200, shown)


def done(found: Signing, pdf: str | None) -> Response:
    """Return the page after a signature; with the completed PDF's address once all have signed."""
    completed = found.agreement.completed_at is not None
    return _page("done.html", 200, {**_about(found), "completed": completed, "pdf": pdf})


def declined(found: Signing) -> Response:
    """Return the page after the agreement was declined."""
    return _page("declined.html", 200, _about(found))


def _about(found: Signing) -> dict[str, Any]:
    return {
        "practice": found.practice.name,
        "title": found.document.name,
        "name": found.name,
    }


def _day(found: Signing, moment: datetime | None) -> str | None:
    """Return a day as people of the practice write it."""
    if moment is None:
        return None
    here = moment.astimezone(ZoneInfo(found.practice.time_zone))
    return f"{here:%B} {here.day}, {here.year}"


def _page(
    template: str, status: int, shown: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    html = _PAGES.get_template(template).render(shown)
    return HTMLResponse(html, status, {**HEADERS, **(headers or {})})
