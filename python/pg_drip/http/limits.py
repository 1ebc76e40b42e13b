"""How many requests a minute a key and an address may make, counted in memory by the library `limits`."""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from pg_drip.http.problems import ProblemError

_SWEEP_SECONDS = 10


class Limits:
    """Both limits, each in windows of a minute that begin with the first request.

    Args:
        per_key: requests a minute that one key may make.
        per_address: requests a minute that one address may make.
    """

    def __init__(self, per_key: int, per_address: int) -> None:
        self._limiter = FixedWindowRateLimiter(_Counts())
        self._per_key = RateLimitItemPerMinute(per_key, namespace="key")
        self._per_address = RateLimitItemPerMinute(per_address, namespace="address")

    def count_address(self, address: str) -> None:
        """Count a request from this address.

        Raises:
            ProblemError: it made too many.
        """
        self._count(self._per_address, _network(address) if ":" in address else address)

    def count_key(self, digest: bytes) -> None:
        """Count a request with the key that has this SHA-256, known or not.

        Raises:
            ProblemError: it made too many.
        """
        self._count(self._per_key, digest.hex())

    def _count(self, limit: RateLimitItemPerMinute, who: str) -> None:
        if self._limiter.hit(limit, who):
            return
        reset = self._limiter.get_window_stats(limit, who).reset_time
        seconds = max(1, math.ceil(reset - time.time()))
        raise ProblemError(
            429,
            f"More than {limit.amount} requests in a minute. Try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )


class _Counts(Storage):
    """Counts in a dictionary. The library's own starts a thread each time to drop old ones, which stalls the loop."""

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[str, tuple[float, int]] = {}
        self._next_sweep = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        if now > self._next_sweep:
            self._next_sweep = now + _SWEEP_SECONDS
            self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
        end, count = self._windows.get(key, (0.0, 0))
        if end <= now:
            end, count = now + expiry, 0
        self._windows[key] = end, count + amount
        return count + amount

    def get(self, key: str) -> int:
        end, count = self._windows.get(key, (0.0, 0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._windows.get(key, (time.time(), 0))[0]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._windows)
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)


def _network(address: str) -> str:
    # One customer has a whole /64 of them.
    try:
        found = ipaddress.IPv6Address(address.split("%", 1)[0])
    except ValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((found, 64), strict=False))
