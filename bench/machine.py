"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.server import BINARIES, SETTINGS

_GIBIBYTE = 1024**3


@dataclass(frozen=True)
class Machine:
    """The machine, the versions, and how busy it was before."""

    processor: str
    cores: int
    memory_gib: int
    file_system: str
    system: str
    postgresql: str
    python: str
    psycopg: str
    commit: str
    load_before: float

    @classmethod
    def describe(cls, folder: Path) -> Machine:
        """Look at this machine; `folder` is where the server's data lies."""
        return cls(
            processor=_after("/proc/cpuinfo", "model name") or platform.processor(),
            cores=len(os.sched_getaffinity(0)),
            memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIBIBYTE),
            file_system=_output("findmnt", "--noheadings", "--output=FSTYPE", f"--target={folder}"),
            system=f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
            postgresql=_output(str(BINARIES / "postgres"), "--version").split()[2],
            python=platform.python_version(),
            psycopg=version("psycopg"),
            commit=_output("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"),
            load_before=round(os.getloadavg()[0], 2),
        )

    def as_json(self) -> dict[str, Any]:
        """All of it, by its names here."""
        return asdict(self)

    def lines(self) -> list[str]:
        """All of it, for people."""
        return [
            f"{self.processor}, {self.cores} cores, {self.memory_gib} GiB of memory, {self.file_system}; "
            f"load before {self.load_before:.2f}",
            f"{self.system}; PostgreSQL {self.postgresql}, Python {self.python}, psycopg {self.psycopg}, "
            f"pg_drip {self.commit}",
            ", ".join(f"{name} = {value}" for name, value in SETTINGS.items()),
        ]


def _after(path: str, label: str) -> str:
    lines = Path(path).read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(label)), "")


def _output(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "unknown"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
