"""The signing page: agreements before their recipients, who have a link and no account."""

from app.signing.routes import signing_routes

__all__ = ["signing_routes"]
