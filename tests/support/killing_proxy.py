"""A proxy before a PostgreSQL server that kills its client with SIGKILL at the n-th statement."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104


class KillingProxy:
    """Passes one client's messages on to the server's socket and counts its statements.

    Args:
        server_socket: the server's Unix socket.
        folder: where this proxy's own socket is made.
        kill_at: the statement (from 1) at which the client is killed; 0 only counts.
        is_sent: whether that statement still reaches the server.
    """

    def __init__(self, server_socket: Path, folder: Path, kill_at: int = 0, *, is_sent: bool = False) -> None:
        self.statements = 0
        self.pid: int | None = None
        self._server_socket = server_socket
        self._kill_at = kill_at
        self._is_sent = is_sent
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()

    def serve(self) -> None:
        """Serve one client until it or the server hangs up."""
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._server_socket))
        answers = threading.Thread(target=_pump, args=(server, client))
        answers.start()
        with suppress(OSError):
            self._forward(client, server)
        for connection in (server, client):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        answers.join()
        server.close()
        client.close()
        self._listener.close()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        started = False
        while True:
            kind = b"" if not started else _read(client, 1)
            size = _read(client, 4)
            body = _read(client, struct.unpack("!i", size)[0] - 4)
            if not started:
                started = struct.unpack("!i", body[:4])[0] not in (SSL_REQUEST, GSS_REQUEST)
            # A simple query, or the parse or bind that begins an extended one.
            if kind in (b"Q", b"B"):
                self.statements += 1
                if self.statements == self._kill_at:
                    if self._is_sent:
                        server.sendall(kind + size + body)
                    assert self.pid is not None
                    os.kill(self.pid, signal.SIGKILL)
                    return
            server.sendall(kind + size + body)


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


@contextmanager
def serving(proxy: KillingProxy) -> Iterator[KillingProxy]:
    """Serve in the background."""
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    yield proxy
    thread.join(timeout=60)
