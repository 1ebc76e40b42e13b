"""What Prometheus reads. Labels come from fixed sets: route templates, methods, statuses, names of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pg_drip.http.health import Health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"})
_STATUSES = {"ok": 0, "warning": 1, "critical": 2}


class Metrics:
    """All metrics of one server."""

    def __init__(self) -> None:
        # A second series for each, that nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        # Looking a label up takes longer than counting.
        self._by_route: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "drip_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "drip_http_request_seconds",
            "From the request's head to the end of the answer.",
            ["route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self._registry,
        )
        self._auto_creations = Counter(
            "drip_auto_creations", "Campaigns asked for by form.", ["result"], registry=self._registry
        )
        for result in ("created", "exists", "failed"):
            self._auto_creations.labels(result)
        self._invalid_keys = Counter(
            "drip_invalid_keys", "Requests refused with 401.", ["reason"], registry=self._registry
        )
        for reason in ("missing", "invalid", "ambiguous"):
            self._invalid_keys.labels(reason)
        self._pool = Gauge("drip_pool", "Connections to the database.", ["figure"], registry=self._registry)
        self._database = Gauge("drip_database_up", "1 when the database answers.", registry=self._registry)
        self._stuck = Gauge("drip_stuck_leads", "Leads that no sweep can take out.", registry=self._registry)
        self._due = Gauge("drip_due_leads", "Leads that the next sweep takes out.", registry=self._registry)
        self._minutes = Gauge(
            "drip_minutes_since_last_sweep",
            "Since the last sweep that ended well; not a number when there was none.",
            registry=self._registry,
        )
        self._values = Gauge(
            "drip_health_value", "The value of a check of de_enrollment_health.", ["check"], registry=self._registry
        )
        self._statuses = Gauge(
            "drip_health_status",
            "A check of de_enrollment_health: 0 ok, 1 warning, 2 critical.",
            ["check"],
            registry=self._registry,
        )

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route`: the template, never the path."""
        which = (method if method in _METHODS else "other", route, status)
        found = self._by_route.get(which)
        if found is None:
            found = self._by_route[which] = self._requests.labels(*which), self._seconds.labels(route)
        found[0].inc()
        found[1].observe(seconds)

    def count_auto_creation(self, result: str) -> None:
        """A campaign was asked for by form: created, exists or failed."""
        self._auto_creations.labels(result).inc()

    def count_invalid_key(self, reason: str) -> None:
        """A request was refused for its key: missing, invalid or ambiguous."""
        self._invalid_keys.labels(reason).inc()

    def render(self, health: Health | None, pool: Mapping[str, int]) -> bytes:
        """The metrics as text. `health`: None when the database is away; its figures are left out then."""
        self._pool.labels("size").set(pool.get("pool_size", 0))
        self._pool.labels("available").set(pool.get("pool_available", 0))
        self._pool.labels("waiting").set(pool.get("requests_waiting", 0))
        self._database.set(health is not None)
        self._values.clear()
        self._statuses.clear()
        for gauge in (self._stuck, self._due, self._minutes):
            gauge.set(float("nan"))
        for check in health or []:
            value = float("nan") if check.value is None else float(check.value)
            self._values.labels(check.name).set(value)
            self._statuses.labels(check.name).set(_STATUSES[check.status])
            gauges = {"stuck_leads": self._stuck, "due_leads": self._due, "last_sweep": self._minutes}
            if found := gauges.get(check.name):
                found.set(value)
        return generate_latest(self._registry)
