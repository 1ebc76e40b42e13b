"""Two ways side by side: A B A B A B, each from the same state, and the medians of both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """What one way took, run by run."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)


def interleave(repeats: int, *ways: Callable[[], float]) -> list[Timing]:
    """Measure several ways in turns, so that what disturbs the machine disturbs all of them.

    Args:
        repeats: rounds.
        ways: each prepares itself, runs once, and returns what it measured.
    """
    rounds: Sequence[list[float]] = [[way() for way in ways] for _ in range(repeats)]
    return [Timing(tuple(values)) for values in zip(*rounds, strict=True)]


def seconds(action: Callable[[], object]) -> float:
    """How long this takes, in seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
