"""What a benchmark gives back: figures, each with the bound it has to keep and what it was worked out from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.server import Server
    from bench.timing import Timing

# Leads that a write benchmark adds or changes, at most: more would only take longer.
MOST_WRITTEN = 100_000


@dataclass(frozen=True)
class Size:
    """How big a run is.

    Args:
        name: how it is called.
        leads: in the fleet.
        repeats: rounds of each benchmark.
        load_seconds: how long each side of the benchmarks with many connections lasts.
        idle_calls: sweeps that find nothing, in each of its rounds.
        is_binding: whether a missed bound is a failure.
    """

    name: str
    leads: int
    repeats: int
    load_seconds: int
    idle_calls: int
    is_binding: bool

    @property
    def written(self) -> int:
        """Leads that a write benchmark adds or changes: a tenth of the fleet."""
        return min(MOST_WRITTEN, self.leads // 10)


SIZES = {
    size.name: size
    for size in (
        # For the tests: everything runs, nothing can be concluded.
        Size("tiny", 2_000, 1, 1, 3, is_binding=False),
        Size("small", 100_000, 3, 5, 11, is_binding=False),
        Size("standard", 1_000_000, 3, 20, 21, is_binding=True),
        Size("large", 10_000_000, 3, 20, 21, is_binding=True),
    )
}


@dataclass(frozen=True)
class Bound:
    """What a figure must be."""

    limit: float
    unit: str = ""
    is_minimum: bool = False

    def holds(self, value: float) -> bool:
        """Whether this value is within the bound."""
        return value >= self.limit if self.is_minimum else value <= self.limit

    def __str__(self) -> str:
        return f"{'at least' if self.is_minimum else 'at most'} {self.limit:,g}{self.unit and f' {self.unit}'}"


@dataclass(frozen=True)
class Figure:
    """One row of the table; `ways` are the measurements behind it, by name, with their unit."""

    name: str
    what: str
    value: float
    bound: Bound
    ways: dict[str, tuple[Timing, str]] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether the bound holds."""
        return self.bound.holds(self.value)

    @property
    def measured(self) -> str:
        """The value for people."""
        digits = 0 if self.value >= 1000 else 1 if self.value >= 10 else 2
        return f"{self.value:,.{digits}f}{self.bound.unit and f' {self.bound.unit}'}"

    @property
    def medians(self) -> str:
        """The medians that the value was worked out from."""
        return ", ".join(f"{name} {amount(timing.median, unit)}" for name, (timing, unit) in self.ways.items())

    def as_json(self) -> dict[str, Any]:
        """All of it, every single measurement included."""
        return {
            "name": self.name,
            "what": self.what,
            "value": round(self.value, 4),
            "unit": self.bound.unit,
            "mustBe": str(self.bound),
            "ok": self.is_kept,
            "ways": {
                name: {"median": timing.median, "values": list(timing.values), "unit": unit}
                for name, (timing, unit) in self.ways.items()
            },
        }


def amount(value: float, unit: str) -> str:
    """`2.71 s`, `36,100 leads/s`."""
    if unit == "s" and value < 1:
        value, unit = 1000 * value, "ms"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


@dataclass
class Bench:
    """What every benchmark gets: the server, the size, and whom to tell how far it is."""

    server: Server
    size: Size
    say: Callable[[str], None]


Benchmark = Callable[[Bench], list[Figure]]
