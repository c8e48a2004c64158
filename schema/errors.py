"""Top-level errors as clients see them: a code, a message for people, and no inner detail (C5)."""

from typing import Any

import structlog
from graphql import GraphQLError

from models.errors import described, is_unavailable
from resolvers.perform import Unauthenticated
from resolvers.problems import RateLimited, RequestError

_log = structlog.get_logger(__name__)
_NO_DATABASE = "The database cannot be reached just now. Try again in a moment."
_INTERNAL = "Something went wrong here. Tell us the request id if it happens again."


class PlanFailure:
    """Tells of the first failure of a plan, without data; the generic way answers all of them."""

    def __init__(self) -> None:
        """Begin with a plan that has not failed."""
        self._told = False

    def tell(self, error: Exception) -> None:
        """Log the first failure: what is wrong is in the code, and the same the next time."""
        if not self._told:
            self._told = True
            _log.error("plan failed", **described(error))


def shown(error: GraphQLError, request_id: str | None) -> dict[str, Any]:
    """Return what a client sees of an error; anything unexpected is logged and masked."""
    told = error.formatted
    code, message = _told(error, request_id)
    if message is not None:
        told["message"] = message
    told["extensions"] = {"code": code}
    if code == "INTERNAL" and request_id:
        told["extensions"]["requestId"] = request_id
    if isinstance(error.original_error, RateLimited):
        told["extensions"]["retryAfter"] = error.original_error.retry_after
    return dict(told)


def shown_failure(cause: Exception, request_id: str | None) -> dict[str, Any]:
    """Return what a client sees of an exception outside every field."""
    return shown(GraphQLError(str(cause), original_error=cause), request_id)


def _told(error: GraphQLError, request_id: str | None) -> tuple[str, str | None]:
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return "BAD_REQUEST", None
    if isinstance(cause, RequestError):
        return cause.code, None
    if isinstance(cause, Unauthenticated):
        return "UNAUTHENTICATED", "Sign in: this access has ended."
    if is_unavailable(cause):
        return "UNAVAILABLE", _NO_DATABASE  # told in the log where the database is asked
    _log.error("unexpected error", request_id=request_id, **described(cause))
    return "INTERNAL", _INTERNAL
