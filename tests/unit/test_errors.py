"""The one mapping from the database's errors: code, message, hint; never the DETAIL, which can hold phone numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from pg_drip import errors

SECRET = "Key (phone)=(+12025550142) already exists."


def make_error(
    kind: type[psycopg.Error], sqlstate: str | None, message: str = "it broke", hint: str | None = None
) -> psycopg.Error:
    class Made(kind):  # type: ignore[misc, valid-type]
        @property
        def diag(self) -> Any:
            return SimpleNamespace(message_primary=message, message_hint=hint, message_detail=SECRET)

    made: psycopg.Error = Made(f"{message}\nDETAIL:  {SECRET}")
    made.sqlstate = sqlstate
    return made


@pytest.mark.parametrize(
    ("sqlstate", "expected"),
    [
        ("DR001", errors.NotFoundError),
        ("DR002", errors.NotFoundError),
        ("DR003", errors.NotFoundError),
        ("DR004", errors.NotFoundError),
        ("DR005", errors.InvalidInputError),
        ("DR006", errors.InvalidInputError),
        ("DR007", errors.InvalidInputError),
        ("DR008", errors.ConflictError),
        ("DR009", errors.ConflictError),
        ("DR010", errors.ConflictError),
        ("DR011", errors.ConflictError),
        ("DR012", errors.InvalidInputError),
        ("DR013", errors.InvalidInputError),
        ("DR014", errors.NotFoundError),
        ("DR015", errors.ConflictError),
        ("DR016", errors.InvalidInputError),
        ("DR017", errors.NotFoundError),
        ("DR018", errors.ConflictError),
    ],
)
def test_each_code_is_an_exception_with_its_hint(sqlstate: str, expected: type[errors.PgDripError]) -> None:
    known = errors.from_database(make_error(psycopg.DatabaseError, sqlstate, "it broke", "Mend it."))
    assert type(known) is expected
    assert (known.message, known.hint, known.sqlstate) == ("it broke", "Mend it.", sqlstate)


@pytest.mark.parametrize(
    ("kind", "sqlstate"),
    [
        (psycopg.DatabaseError, "DR001"),
        (pg.UniqueViolation, "23505"),
        (pg.InsufficientPrivilege, "42501"),
        (pg.UndefinedTable, "42P01"),
        (pg.LockNotAvailable, "55P03"),
        (psycopg.OperationalError, None),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_no_detail_gets_through(kind: type[psycopg.Error], sqlstate: str | None) -> None:
    known = errors.from_database(make_error(kind, sqlstate))
    shown = f"{known} {known!r} {known.args} {vars(known)}"
    assert "+1202" not in shown
    assert "DETAIL" not in shown


@pytest.mark.parametrize(
    ("kind", "sqlstate", "what_to_do"),
    [
        (pg.UndefinedTable, "42P01", "pg-drip deploy"),
        (pg.InvalidSchemaName, "3F000", "pg-drip deploy"),
        (pg.InsufficientPrivilege, "42501", "drip_owner"),
        (psycopg.OperationalError, None, "server runs"),
    ],
)
def test_what_is_common_says_what_to_do(kind: type[psycopg.Error], sqlstate: str | None, what_to_do: str) -> None:
    known = errors.from_database(make_error(kind, sqlstate))
    assert known.hint is not None
    assert what_to_do in known.hint
