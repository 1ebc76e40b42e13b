"""What `pg-drip serve` is told: on the command line, and in the environment its key."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pg_drip.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_VARIABLES = ("N8N_API_KEY", "AUTOMATION_API_KEY")
SHORTEST_KEY = 16
_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Settings:
    """How the server behaves.

    Args:
        dsn: a connection string; empty means libpq's environment.
        master_key: the key from the environment, which may do everything; None: only keys of the database count.
        without_keys: nobody is asked for a key.
        host: the address to listen on.
        port: the port to listen on; 0: any free one.
        requests_per_key: accepted from one key in a minute.
        requests_per_address: accepted from one address in a minute.
        body_limit: the largest request body, in bytes.
        read_seconds: within which a request has to arrive: its head, and again its body.
        pool_size: connections to the database at most.
        statement_seconds: after which the database gives a statement up; sweeps are exempt.
        region: where phone numbers without a country code belong, as `US`; None: they are refused.
        proxies: addresses of proxies whose X-Forwarded-For is believed, comma-separated; empty: nobody's.
        log_level: debug, info, warning or error.
    """

    dsn: str = ""
    master_key: str | None = None
    without_keys: bool = False
    host: str = "127.0.0.1"
    port: int = 3000
    requests_per_key: int = 600
    requests_per_address: int = 600
    body_limit: int = 64 * 1024
    read_seconds: float = 10
    pool_size: int = 10
    statement_seconds: float = 15
    region: str | None = None
    proxies: str = ""
    log_level: str = "info"


def read_master_key(environment: Mapping[str, str] = os.environ) -> str | None:
    """The key from N8N_API_KEY or, where that is not set or empty, AUTOMATION_API_KEY; None where both are not.

    Raises:
        InvalidInputError: it is too short, or has characters that no header can carry.
    """
    for name in KEY_VARIABLES:
        key = environment.get(name)
        if not key:
            continue
        if not _HEADER_VALUE.fullmatch(key):
            raise InvalidInputError(
                f"{name} has characters that no HTTP header can carry, or blanks.", "Make one: openssl rand -hex 32"
            )
        if len(key) < SHORTEST_KEY:
            raise InvalidInputError(
                f"{name} has {len(key)} characters, and needs at least {SHORTEST_KEY}.",
                "Make one: openssl rand -hex 32",
            )
        return key
    return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
