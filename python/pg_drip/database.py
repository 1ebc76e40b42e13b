"""Connections: libpq's own rules (PG* variables, service file, .pgpass) or a DSN."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from pg_drip.errors import ConnectionFailedError

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
    # libpq gives a refused login no SQLSTATE, only its text, of which the last line says what the server said.
    text = str(error).strip()
    reason = " ".join(text.rsplit("FATAL:", 1)[-1].split()) if "FATAL:" in text else text.split("\n", 1)[0]
    return ConnectionFailedError(f"cannot connect: {reason}.", _what_to_do(reason))


def _what_to_do(reason: str) -> str:
    if match := re.search(r'database "(.+)" does not exist', reason):
        return f"Create it with createdb {match[1]}, or name another with PGDATABASE or --dsn."
    if re.search(r"role .+ does not exist|authentication failed|no password supplied|not permitted to log in", reason):
        return "Check PGUSER and the password (PGPASSWORD or .pgpass), or give --dsn."
    return "See whether the server runs, and check PGHOST, PGPORT, PGDATABASE and PGUSER, or give --dsn."
