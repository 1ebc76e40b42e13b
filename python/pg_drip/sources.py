"""The SQL that a release ships: where it lies, what each file defines, and in which order it is replayed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

_DEFINITION = re.compile(r"^create or replace (function|procedure|view) ([a-z_]+\.[a-z0-9_]+)", re.MULTILINE)
_TRIGGER = re.compile(
    r"^create or replace trigger ([a-z0-9_]+)\b.*?\bon (drip(?:_internal)?\.[a-z0-9_]+)", re.MULTILINE | re.DOTALL
)


def resource_folder(name: str) -> Path:
    """The folder `sql` or `pg_cron`: inside the package when installed from a wheel, at the root of a checkout."""
    packaged = Path(__file__).parent / name
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / name


@dataclass(frozen=True)
class Source:
    """One file of the replayed layer: a routine with its triggers, or a view."""

    path: str
    text: str

    @cached_property
    def sha256(self) -> str:
        """The hash by which a deploy tells whether the file changed."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def definitions(self) -> list[tuple[str, str]]:
        """(kind, qualified name) of the routines and views, in the file's order."""
        return [(kind, name) for kind, name in _DEFINITION.findall(self.text)]

    @cached_property
    def triggers(self) -> list[tuple[str, str]]:
        """(trigger, table) of the triggers."""
        return [(trigger, table) for trigger, table in _TRIGGER.findall(self.text)]

    def defines(self, kind: str, identity: str) -> bool:
        """Whether the manifest's object of this kind and identity comes from this file."""
        if kind == "trigger":
            return any(identity == f"{trigger} on {table}" for trigger, table in self.triggers)
        return (kind, identity.split("(", 1)[0]) in self.definitions


def replayed_sources(root: Path) -> list[Source]:
    """Every routine and view under `root` (the folder `sql`), in an order in which they can be created.

    Routines come first, since PL/pgSQL looks at what a body names only when it runs; each view comes after those that
    it reads.
    """

    def read(pattern: str) -> list[Source]:
        return [Source(path.relative_to(root).as_posix(), path.read_text()) for path in sorted(root.glob(pattern))]

    views = {source.definitions[0][1]: source for source in read("views/*.sql")}
    reads = {
        name: {
            other for other in views if other != name and re.search(rf"\b(from|join) {re.escape(other)}\b", source.text)
        }
        for name, source in views.items()
    }
    ordered = [views[name] for name in TopologicalSorter(reads).static_order()]
    return [*read("internal/*/*.sql"), *read("functions/*/*.sql"), *ordered]
