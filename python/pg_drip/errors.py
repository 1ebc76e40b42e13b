"""Exceptions, and the one mapping from the database's error codes to them.

An error of the database carries its SQLSTATE and hint. Its DETAIL is dropped here and nowhere shown: it can hold phone
numbers.
"""

from __future__ import annotations

import psycopg
from psycopg import errors as pg


class PgDripError(Exception):
    """Something failed. `hint` says what to do, `sqlstate` is the database's code where it came from there."""

    def __init__(self, message: str, hint: str | None = None, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.sqlstate = sqlstate

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class NotFoundError(PgDripError):
    """An unknown client, campaign, lead, run or schedule (DR001 to DR004, DR014)."""


class InvalidInputError(PgDripError):
    """An argument that the database refuses (DR005 to DR007, DR012, DR013)."""


class ConflictError(PgDripError):
    """The state of things does not allow it (DR008 to DR011)."""


class ConnectionFailedError(PgDripError):
    """No server answers, it refuses the login, or it is too old."""


class DeployError(PgDripError):
    """The database and this release do not fit together."""


_BY_CODE: dict[str, type[PgDripError]] = {
    "DR001": NotFoundError,
    "DR002": NotFoundError,
    "DR003": NotFoundError,
    "DR004": NotFoundError,
    "DR005": InvalidInputError,
    "DR006": InvalidInputError,
    "DR007": InvalidInputError,
    "DR008": ConflictError,
    "DR009": ConflictError,
    "DR010": ConflictError,
    "DR011": ConflictError,
    "DR012": InvalidInputError,
    "DR013": InvalidInputError,
    "DR014": NotFoundError,
}


def from_database(error: psycopg.Error) -> PgDripError:
    """The exception for an error of psycopg: its primary message in one line, hint and SQLSTATE; never its DETAIL."""
    message = error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
    hint = error.diag.message_hint
    code = error.sqlstate
    if code in _BY_CODE:
        return _BY_CODE[code](message, hint, code)
    if isinstance(error, pg.InsufficientPrivilege):
        return PgDripError(
            f"{message}.",
            "Connect as a role that is a member of drip_owner, or ask the owner for the grant.",
            code,
        )
    if isinstance(error, pg.UndefinedTable | pg.InvalidSchemaName | pg.UndefinedFunction):
        return PgDripError(f"{message}.", "Run pg-drip deploy on this database first.", code)
    if isinstance(error, psycopg.OperationalError) and code is None:
        return ConnectionFailedError(f"the connection broke: {message.rstrip('.')}.", "See whether the server runs.")
    return PgDripError(f"{message}.", hint, code)
