"""A peer of `pg-drip serve`: one Starlette route that validates with pydantic and asks the database, and nothing else.

No key, no limits, no log, no metrics; uvicorn, the pool and the statement are the same.
"""

from __future__ import annotations

import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from pg_drip.http.campaigns import AUTO_CREATE
from pg_drip.http.database import Database
from pg_drip.http.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

CONNECTIONS = 128
_defaults = Settings()
_database = Database("", _defaults.pool_size, _defaults.statement_seconds)


class _Form(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    client_id: str
    form_id: str
    form_name: str | None = None


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    await _database.open()
    yield
    await _database.close()


async def _auto_create(request: Request) -> JSONResponse:
    form = _Form.model_validate_json(await request.body())
    parameters = {"client": form.client_id, "form": form.form_id, "name": form.form_name}
    async with _database.connection() as connection:
        cursor = await connection.execute(AUTO_CREATE, parameters)
        _, created, campaign = await cursor.fetchone() or (None, False, None)
    return JSONResponse({"campaign": campaign, "created": created}, 201 if created else 200)


def serve() -> None:
    """Serve on any free port of this machine, which is printed, until SIGTERM."""
    app = Starlette(routes=[Route("/auto-create", _auto_create, methods=["POST"])], lifespan=_lifespan)
    # With its protocol named, asyncio sets TCP_NODELAY.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    # Whoever reads the address may connect at once, and waits until uvicorn accepts.
    bound.listen(CONNECTIONS)
    sys.stdout.write(f"Listening on http://127.0.0.1:{bound.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, http="httptools", access_log=False, log_level="error")).run(sockets=[bound])


if __name__ == "__main__":
    serve()
