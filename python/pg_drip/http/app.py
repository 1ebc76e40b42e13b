"""The application: routes, the guard before them, and how errors become problems."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route

from pg_drip import __version__
from pg_drip.http import campaigns, leads, openapi, probes, sweeps, webhooks
from pg_drip.http.database import Database
from pg_drip.http.gate import Gate
from pg_drip.http.health import Observer
from pg_drip.http.keys import Keys
from pg_drip.http.limits import Limits
from pg_drip.http.logs import Logger, describe_error
from pg_drip.http.metrics import Metrics
from pg_drip.http.problems import FieldError, ProblemError, from_database, respond
from pg_drip.http.routing import Services
from pg_drip.http.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp

_DESCRIPTION = (
    "Drip campaigns inside PostgreSQL, over HTTP: for n8n, Kajabi and scripts. Send the API key as Authorization: "
    "Bearer, as X-API-Key, or as apiKey in the body."
)
_PLACES = frozenset({"body", "query", "path", "header"})


def create_app(settings: Settings, logger: Logger) -> ASGIApp:
    """An ASGI application, which opens its pool on startup and closes it on shutdown.

    Args:
        settings: how it behaves.
        logger: where its log lines go.
    """
    database = Database(settings.dsn, settings.pool_size, settings.statement_seconds)
    metrics = Metrics()
    limits = Limits(settings.requests_per_key, settings.requests_per_address)
    keys = Keys(database, limits, metrics, settings.master_key, without_keys=settings.without_keys, logger=logger)
    services = Services(settings, database, keys, limits, metrics, Observer(database), logger)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    app = FastAPI(
        title="pg_drip",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers={
            Exception: _on_error,
            ProblemError: _on_problem,
            RequestValidationError: _on_invalid,
            HTTPException: _on_http_error,
            psycopg.Error: _on_database_error,
            PoolTimeout: _on_database_error,
            TooManyRequests: _on_database_error,
            PoolClosed: _on_database_error,
        },
    )
    app.state.services = services
    # What has a fixed path before what has a parameter there.
    for router in (campaigns.public, campaigns.router, leads.router, sweeps.router, webhooks.router, probes.router):
        # The routes themselves: FastAPI's inclusion wraps them, which hides their methods and costs time per request.
        app.router.routes.extend(router.routes)
    _add_documents(app)
    return Gate(app, services)


def _add_documents(app: FastAPI) -> None:
    routes = _routes(app)
    document = openapi.describe(app, routes)
    text = json.dumps(document, ensure_ascii=False)
    page = openapi.render(document)

    async def show_openapi(_: Request) -> Response:
        return Response(text, media_type="application/json")

    async def show_docs(_: Request) -> Response:
        return HTMLResponse(page)

    app.add_route("/openapi.json", show_openapi, include_in_schema=False)
    app.add_route("/docs", show_docs, include_in_schema=False)


def _routes(app: FastAPI) -> list[APIRoute]:
    return [route for route in app.routes if isinstance(route, APIRoute)]


# ---------------------------------------------------------------- errors


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return respond(error, request.state)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [FieldError(_field(one["loc"]), one["msg"]) for one in error.errors()]
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in fields[:5])
    return respond(ProblemError(400, f"{detail}.", fields=fields), request.state)


def _field(place: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in place]
    # A union's branches are no part of the request.
    parts = [part for part in parts if "[" not in part]
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] in _PLACES else parts)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code != 405:
        return respond(ProblemError(error.status_code if error.status_code == 404 else 400), request.state)
    allowed = _allowed_methods(request)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allowed})
    return respond(ProblemError(405, f"Use {allowed}.", headers={"Allow": allowed}), request.state)


def _allowed_methods(request: Request) -> str:
    found: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found | {"OPTIONS"}))


async def _on_error(request: Request, _: Exception) -> Response:
    # It is raised again after this, and the gate logs it.
    return respond(ProblemError(500), request.state)


async def _on_database_error(request: Request, error: Exception) -> Response:
    problem = from_database(error)
    if problem is None:
        raise error
    if problem.status == 503:
        logger: Logger = request.app.state.services.logger
        logger.warning("unavailable", **describe_error(error))
    return respond(problem, request.state)
