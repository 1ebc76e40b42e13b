"""`pg-drip serve` under load, beside a bare route that asks the database the same."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.figures import Bench, Bound, Figure
from bench.server import DEPLOYED
from bench.timing import Timing, interleave
from pg_drip.errors import PgDripError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.server import Database

CONNECTIONS = 32
CALLS_PER_FORM = 40
FORMS = 50

_AUTO_CREATE = "/api/admin/campaigns/auto-create"
_UNLIMITED = ("--requests-per-key", "1000000000", "--requests-per-address", "1000000000")
_MASTER_KEY = "the-key-of-the-benchmark-0123456789"
_SERVE = (sys.executable, "-m", "pg_drip", "serve", "--port", "0", *_UNLIMITED)
_BARE = (sys.executable, "-m", "bench.bare_door")
_CLIENT = "00000000-0000-0000-0000-00000000c11e"
_PREPARATION = f"""
insert into drip.clients (id, name) values ('{_CLIENT}', 'Acme');
select drip.auto_create_campaign('{_CLIENT}', 'known', 'Known form');
"""


def auto_create(bench: Bench) -> list[Figure]:
    """Auto-create of a form that has its campaign, and of many new forms at once."""
    known = [_body("known")]
    spreads: list[float] = []

    def ask(command: Sequence[str], path: str, *, is_key_stored: bool = False) -> float:
        with bench.server.copy(DEPLOYED, _PREPARATION) as database:
            key = _make_key(database) if is_key_stored else _MASTER_KEY
            with _serving(command, database) as port:
                requests = [_request(path, key, body) for body in known]
                # Connections, prepared statements and caches are there before it counts.
                asyncio.run(_load(port, requests, seconds=min(1, bench.size.load_seconds)))
                measured = asyncio.run(_load(port, requests, seconds=bench.size.load_seconds))
        if set(measured.statuses) != {200}:
            raise PgDripError(f"answers were {measured.statuses}, not 200.", "Run pg-drip serve by hand.")
        if command is _SERVE and not is_key_stored:
            spreads.append(measured.spread)
        return measured.rate

    bench.say(
        f"{CONNECTIONS} connections that auto-create a form which exists: key of the environment, stored key, bare"
    )
    served, stored, bare = interleave(
        bench.size.repeats,
        lambda: ask(_SERVE, _AUTO_CREATE),
        lambda: ask(_SERVE, _AUTO_CREATE, is_key_stored=True),
        lambda: ask(_BARE, "/auto-create"),
    )
    bench.say(f"{CALLS_PER_FORM} concurrent calls for each of {FORMS} new forms")
    [created] = interleave(1, lambda: _create(bench))
    what = f"auto-create of an existing form at {CONNECTIONS} connections, with key, limits, logs and metrics, against "
    return [
        Figure(
            "http",
            what + "a bare Starlette route with the same statement: requests/s",
            served.median / bare.median,
            Bound(0.35, is_minimum=True),
            {"pg-drip serve": (served, "requests/s"), "bare": (bare, "requests/s")},
        ),
        Figure(
            "http-stored-key",
            "the same with a key of the database, looked up for each request",
            stored.median / bare.median,
            Bound(0.35, is_minimum=True),
            {"pg-drip serve": (stored, "requests/s"), "bare": (bare, "requests/s")},
        ),
        Figure(
            "http-p99",
            "the same: 99 % of the answers within, against the median",
            Timing(tuple(spreads)).median,
            Bound(5, "times"),
        ),
        Figure(
            "http-new-forms",
            f"{CALLS_PER_FORM} concurrent calls for each of {FORMS} new forms: campaigns, and as many answers 201",
            created.median,
            Bound(FORMS, "campaigns"),
        ),
    ]


def _create(bench: Bench) -> float:
    with bench.server.copy(DEPLOYED, _PREPARATION) as database, _serving(_SERVE, database) as port:
        requests = [
            _request(_AUTO_CREATE, _MASTER_KEY, _body(f"new_{form}"))
            for form in range(FORMS)
            for _ in range(CALLS_PER_FORM)
        ]
        measured = asyncio.run(_load(port, requests, connections=CALLS_PER_FORM))
        with database.connect() as connection:
            row = connection.execute(
                "select count(*) from drip.campaigns as c where c.client_id = %s and c.form_id like 'new%%'", [_CLIENT]
            ).fetchone()
    expected = {200: FORMS * (CALLS_PER_FORM - 1), 201: FORMS}
    if row != (FORMS,) or measured.statuses != expected:
        raise PgDripError(
            f"{row} campaigns and answers {measured.statuses}, not {expected}.", "See auto_create_campaign."
        )
    return float(row[0])


def _body(form: str) -> bytes:
    return json.dumps({"clientId": _CLIENT, "formId": form, "formName": "Known form"}).encode()


def _request(path: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _make_key(database: Database) -> str:
    with database.connect() as connection:
        row = connection.execute("select k.key from drip.create_api_key(null, array['admin']) as k").fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def _serving(command: Sequence[str], database: Database) -> Iterator[int]:
    """A server as a process, and its port."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env=database.environment() | {"N8N_API_KEY": _MASTER_KEY},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            address = re.fullmatch(r"Listening on http://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
            if address is None:
                log.seek(0)
                raise PgDripError(f"{command[2]} did not start: {log.read()[-500:].decode()}", "Run it by hand.")
            yield int(address[1])
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@dataclass
class _Measured:
    """What a load brought."""

    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def spread(self) -> float:
        """The latency that 99 % of the answers keep, in medians."""
        return statistics.quantiles(self.latencies, n=100)[98] / statistics.median(self.latencies)


async def _load(
    port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS, seconds: float | None = None
) -> _Measured:
    """Send requests over so many connections, each the next when it has its answer: each once, or over and over."""
    measured = _Measured()
    started = time.perf_counter()
    left = iter(requests)

    def following() -> bytes | None:
        if seconds is None:
            return next(left, None)
        return requests[0] if time.perf_counter() - started < seconds else None

    loop = asyncio.get_running_loop()
    clients = [_Client(following, measured) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(client.done for client in clients))
    measured.seconds = time.perf_counter() - started
    return measured


class _Client(asyncio.Protocol):
    """One connection, kept alive: a library would cost more than what it measures."""

    def __init__(self, following: Callable[[], bytes | None], measured: _Measured) -> None:
        self._following = following
        self._measured = measured
        self._received = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
        if not found or length is None or len(body) < int(length[1]):
            return
        self._received = b""
        self._measured.latencies.append(time.perf_counter() - self._sent)
        status = int(head[9:12])
        self._measured.statuses[status] = self._measured.statuses.get(status, 0) + 1
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(PgDripError("the server closed a connection.", "Run it by hand."))

    def _send(self) -> None:
        request = self._following()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)
