"""The addresses of files, for pages of the listed origins, too."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route

from app.files import resumable
from app.files.download import download
from app.files.endpoint import FileEndpoint
from app.files.preview import preview
from app.files.upload import put
from app.settings import Settings

_METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
_TAKEN = (
    *("Content-Type", "If-None-Match", "If-Range", "Range", "X-Request-Id"),
    *("Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset"),
)
_SHOWN = (
    *("Accept-Ranges", "Content-Disposition", "Content-Length", "Content-Range", "ETag"),
    *("Location", "Retry-After", "X-Request-Id"),
    *("Tus-Extension", "Tus-Max-Size", "Tus-Resumable", "Tus-Version"),
    *("Upload-Expires", "Upload-Length", "Upload-Offset"),
)


def file_routes(settings: Settings) -> BaseRoute:
    """Return the routes of uploads, downloads and previews."""
    whole = FileEndpoint("upload", PUT=put, POST=resumable.create, OPTIONS=resumable.options)
    parts = FileEndpoint(
        "upload",
        HEAD=resumable.head,
        PATCH=resumable.patch,
        DELETE=resumable.delete,
        OPTIONS=resumable.options,
    )
    routes = [
        Route("/uploads/{link}", whole),
        Route("/resumable/{link}", parts),
        Route("/documents/{link}", FileEndpoint("download", GET=download, HEAD=download)),
        Route("/previews/{link}", FileEndpoint("preview", GET=preview, HEAD=preview)),
    ]
    pages = Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=_METHODS,
        allow_headers=_TAKEN,
        expose_headers=_SHOWN,
    )
    return Mount("/files", routes=routes, middleware=[pages])
