"""Who asks, and what they may do: keys from the environment and from the database.

A key is looked up for each request, so that a revoked one ends at once; the look-up is an index probe. Only its SHA-256
leaves this process.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pg_drip.http.problems import FieldError, ProblemError

if TYPE_CHECKING:
    from starlette.requests import Request

    from pg_drip.http.database import Database
    from pg_drip.http.limits import Limits
    from pg_drip.http.logs import Logger
    from pg_drip.http.metrics import Metrics

SCOPES = ("admin", "leads", "webhook", "read")
# Keys that drip.create_api_key made: anything else cannot be one, and is refused without asking the database.
_MADE_HERE = re.compile(r"drip_[0-9A-Za-z]+_[\w-]{43}")
_NOBODY = "nobody"


@dataclass(frozen=True)
class Caller:
    """Whoever a key stands for: of one client, or (None) of all; `name` is for logs."""

    name: str
    client_id: str | None
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether the key has this scope; admin has all."""
        return scope in self.scopes or "admin" in self.scopes

    def client(self, wanted: str | None) -> str:
        """The client to act for: the one that the request names, else the key's own.

        Raises:
            ProblemError: the key is of another client, or neither names one.
        """
        found = self.client_or_all(wanted)
        if found is None:
            fields = [FieldError("clientId", "Field required")]
            raise ProblemError(400, "clientId: Field required with a key of all clients.", code="DR001", fields=fields)
        return found

    def client_or_all(self, wanted: str | None) -> str | None:
        """The same, with None for all clients.

        Raises:
            ProblemError: the key is of another client.
        """
        if self.client_id is None:
            return wanted
        if wanted is not None and wanted.lower() != self.client_id:
            raise ProblemError(403, "The key is of another client.")
        return self.client_id


class Keys:
    """Tells callers from strangers.

    Args:
        database: where the stored keys are.
        limits: counts each key's requests before the database is asked.
        metrics: counts refused ones.
        master_key: the key that may do everything; None: there is none.
        without_keys: everybody may do everything.
        logger: where failures to record an attempt are told.
    """

    def __init__(
        self,
        database: Database,
        limits: Limits,
        metrics: Metrics,
        master_key: str | None,
        *,
        without_keys: bool,
        logger: Logger,
    ) -> None:
        self._database = database
        self._look_ups = _LookUps(database)
        self._limits = limits
        self._metrics = metrics
        self._logger = logger
        self._master_digest = _digest(master_key) if master_key else None
        self.without_keys = without_keys
        self.is_key_configured = master_key is not None or not without_keys

    async def authenticate(self, request: Request, keys: set[str]) -> Caller:
        """The caller to whom the one key of a request belongs.

        Args:
            request: the request, for the record of a refusal.
            keys: all different keys that it came with.

        Raises:
            ProblemError: 401 when it is not one valid key, 429 when it is used too often.
        """
        if self.without_keys:
            return Caller(_NOBODY, None, frozenset(SCOPES))
        if len(keys) != 1:
            raise await self._refuse(request, "ambiguous" if keys else "missing")
        [key] = keys
        digest = _digest(key)
        self._limits.count_key(digest)
        if self._master_digest is not None and hmac.compare_digest(digest, self._master_digest):
            return Caller("environment", None, frozenset(SCOPES))
        if _MADE_HERE.fullmatch(key):
            row = await self._look_ups.find(digest)
            if row:
                key_id, client_id, scopes = row
                return Caller(str(key_id), client_id and str(client_id), frozenset(scopes))
        raise await self._refuse(request, "invalid")

    async def refuse_ambiguous(self, request: Request) -> ProblemError:
        """The 401 for a request whose body has another key than its head."""
        return await self._refuse(request, "ambiguous")

    async def _refuse(self, request: Request, reason: str) -> ProblemError:
        self._metrics.count_invalid_key(reason)
        if reason != "missing":
            try:
                await self._database.row(
                    "select drip.record_api_event(%s, %s)", ["invalid_key", request.scope["route"].path_format]
                )
            except Exception as error:
                # Whether the attempt could be recorded or not, the stranger gets the same answer.
                self._logger.warning("invalid_key_not_recorded", error=type(error).__name__)
        return ProblemError(401, headers={"WWW-Authenticate": 'Bearer realm="pg_drip"'})


class _LookUps:
    """Asks the database for keys. Requests that come while one key is being looked up share the next look-up of it.

    So an answer is never older than the request, and many requests at once do not ask the same thing many times.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[bytes, asyncio.Task[tuple[Any, ...]]] = {}
        self._next: dict[bytes, asyncio.Task[tuple[Any, ...]]] = {}

    async def find(self, digest: bytes) -> tuple[Any, ...]:
        """The key's id, client and scopes; empty where it is no live key."""
        task = self._next.get(digest)
        if task is None:
            task = asyncio.create_task(self._ask(digest, self._running.get(digest)))
            # Where everybody who waited was given up, nobody is left to take its failure.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._next[digest] = task
        # A request that is given up must not take the answer from the others.
        return await asyncio.shield(task)

    async def _ask(self, digest: bytes, before: asyncio.Task[tuple[Any, ...]] | None) -> tuple[Any, ...]:
        if before is not None:
            await asyncio.wait([before])
        # From now on the answer may be older than a request that comes.
        self._running[digest] = task = self._next.pop(digest)
        try:
            return await self._database.row(
                "select a.id, a.client_id, a.scopes from drip.authenticate_api_key(%s) as a", [digest]
            )
        finally:
            if self._running[digest] is task:
                del self._running[digest]


def keys_of_head(request: Request, *, with_token: bool) -> set[str]:
    """The keys in a request's headers and, where a route takes one there, in its query."""
    found: set[str] = set()
    for value in request.headers.getlist("authorization"):
        scheme, _, credentials = value.strip().partition(" ")
        found.add(credentials.strip() if scheme.lower() == "bearer" else value)
    found.update(value.strip() for value in request.headers.getlist("x-api-key"))
    if with_token:
        found.update(request.query_params.getlist("token"))
    return found


def _digest(key: str) -> bytes:
    # Headers are read as Latin-1 and bodies as UTF-8; a key is ASCII, so whatever else comes is wrong in any case.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
