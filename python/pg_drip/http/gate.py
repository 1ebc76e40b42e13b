"""The outermost layer, plain ASGI: request id, address limit, the last resort for errors, log line and metrics."""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING, Any

from starlette.datastructures import State
from structlog.contextvars import bind_contextvars

from pg_drip.http.logs import describe_error
from pg_drip.http.problems import ProblemError, respond

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pg_drip.http.routing import Services

_REQUEST_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
# Whoever restarts a server that does not answer must not do so because somebody else asked too much.
_UNLIMITED = frozenset({"/healthz", "/readyz"})
_UNMATCHED = "unmatched"
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


class Gate:
    """Wraps the application.

    Args:
        app: the application.
        services: the server's.
    """

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        wanted = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        request_id = wanted if _REQUEST_ID.fullmatch(wanted) else uuid.uuid4().hex
        bind_contextvars(request_id=request_id)
        fields: dict[str, Any] = {"request_id": request_id}
        # uvicorn leaves the body of a HEAD's answer away by itself, so below it is a GET.
        method = scope["method"]
        inner: Scope = {**scope, "method": "GET" if method == "HEAD" else method, "state": fields}
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_HEADERS, (b"x-request-id", request_id.encode())]
            await send(message)

        services = self._services
        try:
            client = scope.get("client")
            if client and scope["path"] not in _UNLIMITED:
                services.limits.count_address(client[0])
            await self._app(inner, receive, answer)
        except ProblemError as problem:
            await respond(problem, State(fields))(inner, receive, answer)
        except Exception as error:
            services.logger.error(
                "failed",
                request_id=request_id,
                route=getattr(inner.get("route"), "path_format", _UNMATCHED),
                **describe_error(error),
            )
            if status == 0:
                await respond(ProblemError(500), State(fields))(inner, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            caller = fields.get("caller")
            route = _route(inner)
            services.metrics.count_request(method, route, status, seconds)
            services.logger.info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                key=caller.name if caller else None,
            )


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path_format", _UNMATCHED)
