"""uvicorn, with what it lacks: deadlines for a request's head, problems for what is no HTTP, exit code 0 on SIGTERM."""

from __future__ import annotations

import asyncio
import functools
import json
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pg_drip.database import connect
from pg_drip.errors import PgDripError
from pg_drip.http.app import create_app
from pg_drip.http.logs import forward_libraries, make_logger
from pg_drip.http.problems import MEDIA_TYPE, OWN_CODES
from pg_drip.http.settings import KEY_VARIABLES, SHORTEST_KEY, Settings, is_loopback
from pg_drip.models import fetch_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST_HEAD = 32 * 1024


def serve(settings: Settings, report: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, finish what is in flight, and return.

    Args:
        settings: how the server behaves.
        report: called with the server's address once it listens.

    Raises:
        PgDripError: it would be open to everybody, or the address cannot be had.
    """
    _Running(settings, report).run()


class BackgroundServer:
    """The same in a thread of its own: for `pg-drip up`, beside the schedules.

    Args:
        settings: how the server behaves.

    Raises:
        PgDripError: it would be open to everybody, or the address cannot be had.
    """

    def __init__(self, settings: Settings) -> None:
        self.address = ""
        self._started = threading.Event()
        self._running = _Running(settings, self._note)
        self._thread = threading.Thread(target=self._running.run, name="http", daemon=True)
        self._thread.start()
        while not self._started.wait(0.1):
            if not self._thread.is_alive():
                raise PgDripError("the HTTP server did not start.", "Its log says why.")

    def stop(self) -> None:
        """Finish what is in flight, and come back when it has ended."""
        self._running.server.should_exit = True
        self._thread.join()

    def _note(self, address: str) -> None:
        self.address = address
        self._started.set()


def require_keys(settings: Settings) -> None:
    """Refuse to be open: without keys only this machine may reach the server, otherwise there has to be a key.

    Raises:
        PgDripError: neither is so.
    """
    if settings.without_keys:
        if not is_loopback(settings.host):
            raise PgDripError(
                f"--no-auth would let everybody in who reaches {settings.host}.", "Use it with --host 127.0.0.1 only."
            )
        return
    if settings.master_key is None and not _has_stored_key(settings):
        raise PgDripError(
            "there is no API key, so nobody could come in.",
            f"Set {KEY_VARIABLES[0]} to at least {SHORTEST_KEY} characters (openssl rand -hex 32), make one with "
            "pg-drip keys create, or give --no-auth on this machine alone.",
        )


def _has_stored_key(settings: Settings) -> bool:
    with connect(settings.dsn) as connection:
        found = fetch_value(
            connection,
            "select exists (select from drip.list_api_keys() as k where k.status = 'live')",
        )
    return bool(found)


class _Running:
    """One server, bound to its address at once, so that a wrong one is a plain error."""

    def __init__(self, settings: Settings, report: Callable[[str], None]) -> None:
        require_keys(settings)
        logger = make_logger(settings.log_level, settings.master_key)
        forward_libraries(logger, settings.log_level)
        config = uvicorn.Config(
            create_app(settings, logger),
            host=settings.host,
            port=settings.port,
            http=functools.partial(_Protocol, read_seconds=settings.read_seconds),  # type: ignore[arg-type]
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=settings.proxies or None,
        )
        self.server = _Server(config)
        self._logger = logger
        self._report = report
        self._socket = _bind(settings.host, settings.port)

    def run(self) -> None:
        """Serve until the end."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        host, port = self._socket.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self.server.on_started = functools.partial(self._note_started, address)
        await self.server.serve(sockets=[self._socket])
        self._logger.info("stopped")

    def _note_started(self, address: str) -> None:
        self._logger.info("started", address=address)
        self._report(address)


def _bind(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # With its protocol named, asyncio sets TCP_NODELAY; without, an answer waits 40 ms for an acknowledgement.
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise PgDripError(
            f"cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}.",
            "Give another --host or --port.",
        ) from None
    bound.set_inheritable(True)
    return bound


class _Server(uvicorn.Server):
    on_started: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again at the end, and the process dies of it with 143.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _HeadTooLargeError(Exception):
    """Ends the parsing of a request; uvicorn takes it for what is no HTTP."""


class _Protocol(HttpToolsProtocol):
    """Ends a connection whose request does not get here: the head within the time, all of it within twice that.

    The application answers a slow body with 408 before; this is for what it never sees.
    """

    def __init__(self, *arguments: Any, read_seconds: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._read_seconds = read_seconds
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._head_size: int | None = None
        self._header_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline(self._read_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_size is None:
            return
        self._head_size += len(data)
        if self._head_size > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_size = self._header_size = 0
        self._set_deadline(self._read_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        # For a head that comes in one piece with its end.
        self._header_size += len(name) + len(value) + 4
        if self._header_size > LARGEST_HEAD:
            raise _HeadTooLargeError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_size = None
        self._set_deadline(2 * self._read_seconds)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._set_deadline(None)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(431 if self._header_size > LARGEST_HEAD else 400)

    def _set_deadline(self, seconds: float | None) -> None:
        self._deadline = None if seconds is None else self.loop.time() + seconds
        # One timer a connection, which looks again when it was early: setting one for each request costs more.
        if self._deadline is not None and self._timer is None:
            self._timer = self.loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._deadline is None or self.transport.is_closing():
            return
        if self.loop.time() < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._look)
        elif self._head_size is not None:
            self._refuse(408)
        else:
            self.transport.close()

    def _refuse(self, status: int) -> None:
        title = STATUS_LINE[status].split(b" ", 2)[2].strip().decode()
        problem = {"type": "about:blank", "title": title, "status": status, "detail": OWN_CODES[status]}
        body = json.dumps(problem | {"code": f"DR{status}"}).encode()
        head = f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.close()
