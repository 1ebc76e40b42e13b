"""Connections: libpq's own rules (PG* variables, service file, .pgpass) or a DSN."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import TupleRow

from pg_drip.errors import ConnectionFailedError, from_database

OLDEST_MAJOR = 15


def connect(dsn: str = "", *, application_name: str = "pg-drip", **parameters: Any) -> psycopg.Connection[TupleRow]:
    """Open a connection in autocommit, in UTC, to a server that is new enough.

    Args:
        dsn: a connection string or URI; empty means libpq's environment.
        application_name: what pg_stat_activity shows.
        parameters: further libpq parameters, such as `dbname`.

    Raises:
        ConnectionFailedError: no server answers, it refuses the login, or it is older than PostgreSQL 15.
    """
    parameters.setdefault("connect_timeout", 10)
    try:
        connection = psycopg.connect(dsn, autocommit=True, application_name=application_name, **parameters)
    except psycopg.Error as error:
        raise _refused(error) from None
    major = connection.info.server_version // 10000
    if major < OLDEST_MAJOR:
        connection.close()
        raise ConnectionFailedError(
            f"the server is PostgreSQL {major}, which is too old.", f"pg_drip needs {OLDEST_MAJOR} or later."
        )
    return connection


def _refused(error: psycopg.Error) -> ConnectionFailedError:
    known = from_database(error)
    if isinstance(known, ConnectionFailedError):
        return known
    return ConnectionFailedError(
        f"cannot connect: {known.message}",
        known.hint or "Check PGHOST, PGPORT, PGDATABASE and PGUSER, or give --dsn.",
        known.sqlstate,
    )
