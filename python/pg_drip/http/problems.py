"""What went wrong, as RFC 9457 tells it: application/problem+json with a code, and the invalid fields if there are any.

The database's codes are in docs/errors.md, those that arise here in docs/http.md. Nothing of the inside gets out.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests
from starlette.responses import Response

from pg_drip import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import State

MEDIA_TYPE = "application/problem+json"

# Codes of the server itself: DR and the status. Texts for a problem that says nothing more exact.
OWN_CODES: dict[int, str] = {
    400: "The request is not valid.",
    401: "Give a valid API key.",
    403: "The key does not allow this.",
    404: "There is nothing here.",
    405: "The method is not one of this address.",
    408: "The request did not arrive in time.",
    409: "The state of things does not allow this now.",
    413: "The body is too large.",
    415: "The body has to be JSON: send Content-Type: application/json.",
    429: "Too many requests.",
    431: "The request's head is too large.",
    500: "Something failed inside. The server's log has it under this request's id.",
    503: "The database cannot be reached, or is not deployed, or too busy.",
}


class FieldError(dict[str, str]):
    """One invalid field: its path in the request, and what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field=field, message=message)


class ProblemError(Exception):
    """Ends a request with this status. `code` defaults to the server's own for the status."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        code: str | None = None,
        fields: Sequence[FieldError] = (),
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail or OWN_CODES[status]
        self.code = code or f"DR{status}"
        self.fields = list(fields)
        self.hint = hint
        self.headers = dict(headers or {})


def unavailable() -> ProblemError:
    """The database is away, for now."""
    return ProblemError(503, headers={"Retry-After": "2"})


def respond(problem: ProblemError, state: State | None = None) -> Response:
    """The response for a problem. `state`, the request's, has its id."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.hint:
        body["hint"] = problem.hint
    if problem.fields:
        body["errors"] = problem.fields
    if state is not None:
        body["requestId"] = state.request_id
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, problem.status, problem.headers, MEDIA_TYPE)


def from_database(error: Exception) -> ProblemError | None:
    """The problem for an error of psycopg or its pool; None where it is one of ours, which is a 500."""
    if isinstance(error, PoolTimeout | PoolClosed | TooManyRequests):
        return unavailable()
    if not isinstance(error, psycopg.Error):
        return None
    if error.sqlstate is None:
        # Without a SQLSTATE it never came from the server: the connection is gone, or the value cannot be sent.
        return unavailable() if isinstance(error, psycopg.OperationalError) else None
    translated = errors.from_database(error)
    if error.sqlstate.startswith("DR"):
        detail = f"{translated.message[:1].upper()}{translated.message[1:]}."
        return ProblemError(_status(translated), detail, code=error.sqlstate, hint=translated.hint)
    if error.sqlstate.startswith("22"):
        # A value that the schema allows and no type of the database can hold, as a date with an offset of 20 hours.
        return ProblemError(400, "A value is out of range.", code="DR012")
    if isinstance(error, _PASSING) or error.sqlstate[:2] in {"08", "53", "57"}:
        return unavailable()
    return None


# What goes away by itself: locks, time limits, and a deploy at work, which takes the routines away for a moment.
_PASSING = (
    pg.LockNotAvailable,
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.InvalidSchemaName,
    pg.UndefinedFunction,
    pg.UndefinedTable,
    pg.UndefinedColumn,
    pg.FeatureNotSupported,
    pg.InsufficientPrivilege,
    pg.ReadOnlySqlTransaction,
)


def _status(error: errors.PgDripError) -> int:
    if error.sqlstate == "DR001":
        return 400
    if isinstance(error, errors.NotFoundError):
        return 404
    if isinstance(error, errors.ConflictError):
        return 409
    return 400
