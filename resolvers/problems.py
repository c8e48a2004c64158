"""Refusals: why a change or a request is not served. Nothing was changed then."""

from typing import Any

from resolvers.enums import ErrorCode
from resolvers.ids import Ref


class Problem:
    """One reason why a mutation is refused.

    `message` is for people; `path` leads to the input that caused it and begins at "input".
    """

    def __init__(self, code: ErrorCode, message: str, *path: str) -> None:
        """Say what is wrong with the input at `path` (relative to "input")."""
        self.code = code
        self.message = message
        self.path = ["input", *path]


class FollowerLimitProblem(Problem):
    """A record would have more than ten followers (R42)."""

    def __init__(self, limit: int, current: int, *path: str) -> None:
        """Tell the limit and how many follow now."""
        message = (
            f"A record has at most {limit} followers; this one has {current}. Remove one first."
        )
        super().__init__(ErrorCode.FOLLOWER_LIMIT, message, *path)
        self.limit = limit
        self.current = current


class ConflictProblem(Problem):
    """The record was changed since the caller read it (R24)."""

    def __init__(self, current_version: int) -> None:
        """Tell the version of now."""
        super().__init__(
            ErrorCode.CONFLICT,
            "Somebody changed this record meanwhile. Read it again, then repeat your change.",
            "expectedVersion",
        )
        self.current_version = current_version


class CountProblem(Problem):
    """So many records stand in the way."""

    def __init__(self, code: ErrorCode, message: str, count: int, *path: str) -> None:
        """Tell how many."""
        super().__init__(code, message, *path)
        self.count = count


class DuplicateProblem(Problem):
    """Such a record exists; `existing` only where the viewer may see it (R58)."""

    def __init__(self, code: ErrorCode, message: str, existing: Ref | None, *path: str) -> None:
        """Tell which record it is, if that may be told."""
        super().__init__(code, message, *path)
        self.existing = existing


class Refused(Exception):
    """All problems of the first group of checks that failed (C5)."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems in the order of the input."""
        super().__init__(*(problem.message for problem in problems))
        self.problems = problems


class RequestError(Exception):
    """A request that cannot be served: a top-level error of the answer, with a code (C5)."""

    code = "BAD_REQUEST"


class BadRequest(RequestError):
    """An argument cannot be understood."""


class Forbidden(RequestError):
    """The viewer lacks the right to ask this."""

    code = "FORBIDDEN"


class Unavailable(RequestError):
    """Something that is needed is away just now."""

    code = "UNAVAILABLE"


class NotFound(RequestError):
    """What was subscribed to does not exist for this viewer."""

    code = "NOT_FOUND"


class CostLimit(RequestError):
    """The request asks for more than one request may ask for."""

    code = "COST_LIMIT"


class RateLimited(RequestError):
    """The caller has asked for too much within a minute; he may ask again in `retry_after` s."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after: int) -> None:
        """Tell people why, and programs when to try again."""
        super().__init__(message)
        self.retry_after = retry_after


def refuse(code: ErrorCode, message: str, *path: str) -> Refused:
    """Return the refusal for one problem."""
    return Refused(Problem(code, message, *path))


def not_found(*path: str) -> Problem:
    """Return the answer for a record that is not there for this viewer (R14)."""
    return Problem(ErrorCode.NOT_FOUND, "There is no such record.", *path)


def forbidden(message: str) -> Refused:
    """Return the refusal for a missing right."""
    return refuse(ErrorCode.FORBIDDEN, message)


def found(*lookups: Any) -> Any:
    """Return what was looked up; Refused with every Problem among the lookups."""
    problems = [one for one in lookups if isinstance(one, Problem)]
    if problems:
        raise Refused(*problems)
    return lookups[0] if len(lookups) == 1 else lookups
