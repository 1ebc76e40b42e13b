"""What every guarded route does before its own work: key, body, scope."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from pg_drip.http.bodies import parse_json, read_body
from pg_drip.http.keys import Caller, Keys, keys_of_head
from pg_drip.http.problems import ProblemError

if TYPE_CHECKING:
    from pg_drip.http.database import Database
    from pg_drip.http.health import Observer
    from pg_drip.http.limits import Limits
    from pg_drip.http.logs import Logger
    from pg_drip.http.metrics import Metrics
    from pg_drip.http.settings import Settings

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_BODILESS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Services:
    """What the routes of one server share."""

    settings: Settings
    database: Database
    keys: Keys
    limits: Limits
    metrics: Metrics
    observer: Observer
    logger: Logger


def services_of(request: Request) -> Services:
    """The server's services."""
    return cast("Services", request.app.state.services)


def caller_of(request: Request) -> Caller:
    """Who asks."""
    return cast("Caller", request.state.caller)


def body_of(request: Request) -> dict[str, Any]:
    """The body as it was sent, without the key: what was left out differs from what is null."""
    return cast("dict[str, Any]", request.state.body)


@dataclass(frozen=True)
class _Access:
    scope: str
    with_token: bool


def requires(scope: str, *, with_token: bool = False) -> Callable[[Endpoint], Endpoint]:
    """A route that asks for a key of this scope. `with_token`: the key may come as ?token= too."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.access = _Access(scope, with_token)  # type: ignore[attr-defined]
        return endpoint

    return mark


class GuardedRoute(APIRoute):
    """A route that says by `requires` which key it asks for. Without that it does not come into being."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler behind its guard."""
        handle = super().get_route_handler()
        access: _Access = self.endpoint.access  # type: ignore[attr-defined]

        async def guarded(request: Request) -> Response:
            services = services_of(request)
            keys = keys_of_head(request, with_token=access.with_token)
            caller = await services.keys.authenticate(request, keys) if keys else None
            if request.method in _BODILESS:
                body, key = b"", None
                parsed: Any = None
            else:
                settings = services.settings
                body = await read_body(request, settings.body_limit, settings.read_seconds)
                parsed = parse_json(body) if body else None
                key = parsed.pop("apiKey", None) if isinstance(parsed, dict) else None
            if key is not None:
                key = key if isinstance(key, str) else repr(key)
                if caller is None:
                    keys = {key}
                elif key not in keys and not services.keys.without_keys:
                    raise await services.keys.refuse_ambiguous(request)
            if caller is None:
                caller = await services.keys.authenticate(request, keys)
            if not caller.may(access.scope):
                raise ProblemError(403, f"The key lacks the scope {access.scope}.")
            if _is_from_address(request, access) and caller.scopes != {access.scope} and not services.keys.without_keys:
                # An address ends up in other people's settings and logs: no place for a key that can do more.
                raise ProblemError(403, f"Only a key of the scope {access.scope} alone is taken from an address.")
            request.state.caller = caller
            request.state.body = parsed
            return await handle(_ReadRequest(request, body, parsed))

        return guarded


class _ReadRequest(Request):
    """A request whose body was read and parsed before."""

    def __init__(self, request: Request, body: bytes, parsed: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._bytes = body
        self._parsed = parsed

    async def body(self) -> bytes:
        """The body as it came."""
        return self._bytes

    async def json(self) -> Any:
        """The body, parsed, without the key."""
        return self._parsed


def _is_from_address(request: Request, access: _Access) -> bool:
    return access.with_token and "token" in request.query_params
