"""Brings a database to this release, tells whether it still is, and takes it back.

Structure comes from migrations, applied once. Views, routines and triggers come from one file each, replayed whenever
the file or the live object differs from what the last deploy left. One advisory lock lets deployers queue.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from pydantic import BaseModel
from yoyo.migrations import Migration

from pg_drip import migrations
from pg_drip.database import connect
from pg_drip.errors import DeployError, from_database
from pg_drip.schedules import read_schedules
from pg_drip.sources import Source, replayed_sources, resource_folder

_DEPLOY_LOCK = (20038, 0)
_OWN_ROLES = ["drip_owner", "drip_api", "drip_cron", "drip_readonly"]
_TRIES = 12
# What only migrations change.
_STRUCTURE = ("table", "constraint", "index")
Report = Callable[[str], None]
T = TypeVar("T")


class DeployResult(BaseModel):
    """What a deploy did: migrations applied, sources replayed, objects dropped, counters that a recount corrected."""

    applied: list[str]
    replayed: list[str]
    dropped: list[str]
    repaired_counters: int


class DeployStatus(BaseModel):
    """Where a database stands against this release."""

    server_version: str
    applied: list[str]
    pending: list[str]
    changed: list[str]
    is_current: bool


class Drift(BaseModel):
    """One object that differs from what the last deploy left."""

    kind: str
    identity: str
    drift: str
    advice: str


class HistoryEntry(BaseModel):
    """One migration applied or rolled back, with the database role that did it."""

    at: datetime
    operation: str
    migration: str
    username: str | None


def _silent(_: str) -> None:
    pass


class Deployer:
    """A connection that deploys. Use as a context manager.

    Args:
        dsn: a connection string; empty means libpq's environment.
        sql_folder: the release's SQL; the default is the one that comes with the package.

    Raises:
        ConnectionFailedError: no server answers, or it is too old.
    """

    def __init__(self, dsn: str = "", sql_folder: Path | None = None) -> None:
        self._root = sql_folder or resource_folder("sql")
        self._connection = connect(dsn, application_name="pg-drip deploy")
        self._migrations = migrations.read(self._root / "migrations")
        self._sources = replayed_sources(self._root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    # ---------------------------------------------------------------- commands

    def deploy(
        self, report: Report = _silent, *, upto: str | None = None, applied_by_hand: str | None = None
    ) -> DeployResult:
        """Bring the database to this release; a second deploy finds nothing to do.

        Args:
            report: called with one line per step.
            upto: stop after this migration (number or id), leaving the replayed layer away: for rehearsing an upgrade.
            applied_by_hand: record the migrations up to this one as applied, without applying them: somebody ran their
                files with psql.

        Raises:
            DeployError: the database is of a later release, an applied migration's file was edited, or objects of
                others depend on what has to be replaced. Nothing has changed then.
            PgDripError: the database refused a step; its transaction is undone, and the next deploy goes on from there.
        """
        with self._translated(), self._deploy_lock(report):
            self._bootstrap()
            backend = migrations.Backend(self._connection)
            pending = self._pending(backend)
            if applied_by_hand is not None:
                last = self._find(applied_by_hand).id
                self._mark(backend, [migration for migration in pending if migration.id <= last], report)
                pending = [migration for migration in pending if migration.id > last]
            if upto is not None:
                last = self._find(upto).id
                pending = [migration for migration in pending if migration.id <= last]
            for migration in pending:
                report(f"applying {migration.id}")
                self._process(backend, migration, "apply", is_first=migration is pending[0])
            applied = [migration.id for migration in pending]
            if upto is not None and last != self._migrations[-1].id:
                return DeployResult(applied=applied, replayed=[], dropped=[], repaired_counters=0)
            dropped: list[str] = []
            replayed = self._retrying(lambda: self._replay(dropped))
            if len(replayed) >= len(self._sources):
                report(f"replayed all {len(replayed)} views and routines")
            else:
                for path in replayed:
                    report(f"replayed {path}")
            for name in dropped:
                report(f"dropped {name}")
            for name in self._retrying(self._seed_schedules):
                report(f"schedule {name} is new or changed")
            repaired = self._retrying(self._recount)
            return DeployResult(applied=applied, replayed=replayed, dropped=dropped, repaired_counters=repaired)

    def status(self) -> DeployStatus:
        """Compare the database with this release, changing nothing.

        Raises:
            DeployError: the database is of a later release, or an applied migration's file was edited.
        """
        with self._translated():
            version = self._connection.info.server_version
            is_bare = not self._exists("drip_internal.deployed_objects") or not self._exists(
                "drip_internal._yoyo_migration"
            )
            all_ids = [migration.id for migration in self._migrations]
            if is_bare:
                applied, pending, changed = [], all_ids, [source.path for source in self._sources]
            else:
                backend = migrations.Backend(self._connection)
                pending = [migration.id for migration in self._pending(backend)]
                applied = [name for name in all_ids if name not in pending]
                changed = [source.path for source in self._stale_sources()]
            return DeployStatus(
                server_version=f"{version // 10000}.{version % 10000}",
                applied=applied,
                pending=pending,
                changed=changed,
                is_current=not pending and not changed,
            )

    def verify(self) -> list[Drift]:
        """What differs between the live database and what the last deploy left, by `drip.object_drift`.

        Raises:
            DeployError: nothing is deployed here.
        """
        with self._translated():
            if not self._exists("drip_internal.deployed_objects") or not self._rows(
                "select from drip_internal.deployed_objects limit 1"
            ):
                raise DeployError("pg_drip is not deployed in this database.", "Run pg-drip deploy.")
            if not self._exists("drip.object_drift"):
                return [Drift(kind="view", identity="drip.object_drift", drift="missing", advice="Run pg-drip deploy.")]
            return [
                Drift(kind=kind, identity=identity, drift=drift, advice=advice)
                for kind, identity, drift, advice in self._rows(
                    "select d.kind, d.identity, d.drift, d.advice "
                    "from drip.object_drift as d order by d.kind, d.identity"
                )
            ]

    def rollback(self, to: str, report: Report = _silent) -> list[str]:
        """Undo every migration after `to` (number or id; 0000 for all), latest first, and return their ids.

        The replayed layer is dropped first and stays away: it belongs to the latest migration. A later deploy applies
        the migrations again, brings archived data back, replays the layer and recounts.

        Raises:
            DeployError: `to` is not applied, or a rollback's file was edited since.
        """
        with self._translated(), self._deploy_lock(report):
            target = "" if to == "0000" else self._find(to).id
            if not self._exists("drip_internal._yoyo_migration"):
                raise DeployError("pg_drip is not deployed in this database.", "There is nothing to roll back.")
            backend = migrations.Backend(self._connection)
            pending = {migration.id for migration in self._pending(backend)}
            if target in pending:
                raise DeployError(f"{target} is not applied here.", "See pg-drip status.")
            undone = [
                migration
                for migration in reversed(self._migrations)
                if migration.id > target and migration.id not in pending
            ]
            for migration in undone:
                report(f"rolling back {migration.id}")
                self._process(backend, migration, "rollback", is_first=migration is undone[0])
            return [migration.id for migration in undone]

    def history(self) -> list[HistoryEntry]:
        """Every migration applied or rolled back here, oldest first."""
        with self._translated():
            if not self._exists("drip_internal._yoyo_log"):
                return []
            return [
                HistoryEntry(at=at.replace(tzinfo=UTC), operation=operation, migration=migration, username=username)
                for at, operation, migration, username in self._rows(
                    "select l.created_at_utc, l.operation, l.migration_id, l.username "
                    "from drip_internal._yoyo_log as l order by l.created_at_utc, l.id"
                )
            ]

    def catalog(self) -> str:
        """The deployed catalog as text, an object a line: `sql/catalog.txt`, which is reviewed like code."""
        with self._translated():
            return "".join(
                f"{kind} {identity}: {definition}\n"
                for kind, identity, definition in self._rows(
                    "select o.kind, o.identity, case when o.kind in ('function', 'procedure', 'view') "
                    "then md5(o.definition) else o.definition end "
                    'from drip_internal.list_live_objects() as o order by o.kind collate "C", o.identity collate "C"'
                )
            )

    # ---------------------------------------------------------------- connection

    def _rows(self, query: str, parameters: dict[str, Any] | None = None) -> list[TupleRow]:
        return self._connection.execute(query, parameters).fetchall()

    def _run(self, script: str) -> None:
        self._connection.execute(script)

    def _exists(self, relation: str) -> bool:
        return bool(self._rows("select to_regclass(%(name)s) is not null", {"name": relation})[0][0])

    def _can_list_objects(self) -> bool:
        return bool(self._rows("select to_regprocedure('drip_internal.list_live_objects()') is not null")[0][0])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except pg.DependentObjectsStillExist as error:
            raise DeployError(
                f"{error.diag.message_primary}.",
                "Something that is not pg_drip's depends on it: drop that, deploy, and create it again.",
                error.sqlstate,
            ) from None
        except (pg.DuplicateTable, pg.DuplicateColumn, pg.DuplicateObject) as error:
            raise DeployError(
                f"{error.diag.message_primary}.",
                "If migrations were applied with psql, name the last of them: pg-drip deploy --applied-by-hand 0021.",
                error.sqlstate,
            ) from None
        except pg.InsufficientPrivilege as error:
            raise DeployError(
                f"{error.diag.message_primary}.",
                "To deploy, be a superuser, or the database's owner with CREATEROLE and admin of drip_owner; "
                "to look, be in drip_readonly.",
                error.sqlstate,
            ) from None
        except psycopg.Error as error:
            raise from_database(error) from None

    @contextmanager
    def _deploy_lock(self, report: Report) -> Iterator[None]:
        # Polled, not waited for: a waiting statement holds a snapshot, which CREATE INDEX CONCURRENTLY would wait for.
        told = False
        while not self._rows("select pg_try_advisory_lock(%(a)s, %(b)s)", dict(zip("ab", _DEPLOY_LOCK, strict=True)))[
            0
        ][0]:
            if not told:
                report("waiting for another deployer")
                told = True
            time.sleep(0.2)
        try:
            yield
        finally:
            if (
                not self._connection.closed
                and self._connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            ):
                self._rows("select pg_advisory_unlock(%(a)s, %(b)s)", dict(zip("ab", _DEPLOY_LOCK, strict=True)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            # What others put into public must not be found where an operator or a function is not qualified.
            self._run(
                "set local search_path = pg_catalog, pg_temp; "
                f"set local lock_timeout = '{migrations.LOCK_TIMEOUT}'; set local client_min_messages = warning"
            )
            yield

    def _retrying(self, step: Callable[[], T]) -> T:
        """Repeat a step that found a lock taken, with growing pauses; each try is a transaction of its own."""
        for attempt in range(_TRIES - 1):
            try:
                return step()
            except (pg.LockNotAvailable, pg.DeadlockDetected):
                time.sleep(min(0.1 * 2**attempt, 5))
        return step()

    # ---------------------------------------------------------------- migrations

    def _process(self, backend: migrations.Backend, migration: Migration, operation: str, *, is_first: bool) -> None:
        # Views block column changes, and CREATE OR REPLACE cannot shrink a view or rename an argument: the layer goes
        # first, in the first migration's own transaction, so that one that fails leaves a working database.
        self._retrying(lambda: backend.process(migration, operation, self._drop_layer if is_first else None))

    def _mark(self, backend: migrations.Backend, by_hand: list[Migration], report: Report) -> None:
        for migration in by_hand:
            report(f"recording {migration.id}, applied by hand")
            backend.process(migration, "mark", lambda: self._demand("restructure", "tables of drip"))

    def _bootstrap(self) -> None:
        with self._transaction():
            self._run((self._root / "roles.sql").read_text())
            self._run((self._root / "bootstrap.sql").read_text())

    def _find(self, name: str) -> Migration:
        for migration in self._migrations:
            if migration.id == name or migration.id.split("_", 1)[0] == name.zfill(4):
                return migration
        known = ", ".join(migration.id for migration in self._migrations)
        raise DeployError(f"there is no migration {name}.", f"Known are {known}.")

    def _pending(self, backend: migrations.Backend) -> list[Migration]:
        """The release's migrations that are not applied, after checking that the applied ones are the release's."""
        backend.ensure_internal_schema_updated()
        recorded = {
            name: (sha256, rollback_sha256)
            for name, sha256, rollback_sha256 in self._rows(
                "select y.migration_id, m.sha256, m.rollback_sha256 from drip_internal._yoyo_migration as y "
                "left join drip_internal.applied_migrations as m on m.migration_id = y.migration_id"
            )
        }
        shipped = {migration.id: migration for migration in self._migrations}
        unknown = sorted(set(recorded) - set(shipped))
        if unknown:
            raise DeployError(
                f"the database is of a later release: it has {', '.join(unknown)}, which this one does not know.",
                "Upgrade pg-drip and deploy with that.",
            )
        for name, (sha256, rollback_sha256) in sorted(recorded.items()):
            files = (shipped[name].path, str(migrations.rollback_path(shipped[name])))
            for path, then, now in zip(
                files, (sha256, rollback_sha256), migrations.checksums(shipped[name]), strict=True
            ):
                if then is not None and then != now:
                    raise DeployError(
                        f"{Path(path).name} was edited after it had been applied.",
                        "Put the file back as it was, and make the change in a new migration.",
                    )
        return [migration for migration in self._migrations if migration.id not in recorded]

    # ---------------------------------------------------------------- replayed layer

    def _stale_sources(self) -> list[Source]:
        """Sources whose file, or whose live object, differs from what the last deploy left."""
        if not self._can_list_objects():
            return self._sources
        fresh = {
            (path, sha256)
            for path, sha256, is_intact in self._rows(
                "select d.source_path, d.source_hash, "
                "       bool_and(l.definition is not null and md5(l.definition) = d.definition_hash "
                "       and d.server_major = current_setting('server_version_num')::integer / 10000) "
                "  from drip_internal.deployed_objects as d "
                "  left join drip_internal.list_live_objects() as l on l.kind = d.kind and l.identity = d.identity "
                " where d.source_path is not null "
                " group by d.source_path, d.source_hash"
            )
            if is_intact
        }
        return [source for source in self._sources if (source.path, source.sha256) not in fresh]

    def _replay(self, dropped: list[str]) -> list[str]:
        """Make the replayed layer what the release says, in one transaction; returns the paths that were replayed."""
        dropped.clear()
        with self._transaction():
            stale = self._stale_sources()
            gone = [
                (kind, identity)
                for kind, identity in self._rows(
                    "select d.kind, d.identity from drip_internal.deployed_objects as d where d.source_path is not null"
                )
                if not any(source.defines(kind, identity) for source in self._sources)
            ]
            privileges = Source("privileges.sql", (self._root / "privileges.sql").read_text())
            if not stale and not gone and self._privileges_are_intact(privileges):
                return []
            if stale and any(self._is_away(trigger, table) for source in stale for trigger, table in source.triggers):
                self._demand("recount", "counters of drip.campaigns")
            replayed = stale
            if stale and not self._replace(stale):
                self._drop_layer()
                for source in self._sources:
                    self._run(source.text)
                replayed = self._sources
            for kind, identity in gone:
                self._run(f"drop {kind} if exists {identity}")
                dropped.append(identity)
            self._run(privileges.text)
            self._restore_grants()
            self._write_manifest(privileges)
            return [source.path for source in replayed] or [privileges.path]

    def _replace(self, stale: list[Source]) -> bool:
        """Replace objects in place; False, with nothing changed, where one can only be dropped and made again."""
        try:
            with self._connection.transaction():
                for source in stale:
                    self._run(source.text)
                names = [name for source in stale for kind, name in source.definitions if kind != "view"]
                overloads = self._rows(
                    "select count(*) from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
                    "where n.nspname || '.' || p.proname = any (%(names)s)",
                    {"names": names},
                )[0][0]
                if overloads != len(names):
                    raise _CannotReplaceError
        except (_CannotReplaceError, pg.InvalidFunctionDefinition, pg.InvalidTableDefinition, pg.WrongObjectType):
            return False
        return True

    def _is_away(self, trigger: str, table: str) -> bool:
        return not self._rows(
            "select from pg_trigger as t "
            "where t.tgname = %(trigger)s and t.tgrelid = to_regclass(%(table)s) and t.tgenabled = 'O'",
            {"trigger": trigger, "table": table},
        )

    def _drop_layer(self) -> None:
        """Drop triggers, views and routines of this release and of the manifest, keeping others' grants on them."""
        manifest = self._rows(
            "select d.kind, d.identity from drip_internal.deployed_objects as d where d.source_path is not null"
        )
        if self._can_list_objects():
            self._save_grants()
        triggers = {trigger for source in self._sources for trigger in source.triggers}
        triggers |= {
            (parts[0], parts[2]) for kind, identity in manifest if kind == "trigger" for parts in [identity.split(" ")]
        }
        for trigger, table in sorted(triggers):
            if self._exists(table):
                self._run(f"drop trigger if exists {trigger} on {table}")
        views = [name for source in self._sources for kind, name in source.definitions if kind == "view"]
        former = [identity for kind, identity in manifest if kind == "view" and identity not in views]
        for view in [*former, *reversed(views)]:
            self._run(f"drop view if exists {view}")
        routines = {name for source in self._sources for kind, name in source.definitions if kind != "view"}
        routines |= {identity.split("(", 1)[0] for kind, identity in manifest if kind in ("function", "procedure")}
        for (routine,) in self._rows(
            "select format('%%I.%%I(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) "
            "from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
            "where n.nspname || '.' || p.proname = any (%(names)s) order by 1",
            {"names": sorted(routines)},
        ):
            self._run(f"drop routine {routine}")
        self._run("delete from drip_internal.deployed_objects as d where d.source_path is not null")
        self._demand("recount", "counters of drip.campaigns")
        self._demand("restructure", "tables of drip")

    def _demand(self, kind: str, identity: str) -> None:
        """Note in the manifest what this or the next deploy has to do: a mark that outlives a kill.

        recount: counters may have missed writers. restructure: migrations change tables, and the manifest follows.
        """
        self._connection.execute(
            "insert into drip_internal.deployed_objects (kind, identity, definition_hash, server_major) "
            "values (%s, %s, '', current_setting('server_version_num')::integer / 10000) on conflict do nothing",
            [kind, identity],
        )

    def _recount(self) -> int:
        with self._transaction():
            if not self._rows(
                "delete from drip_internal.deployed_objects as d where d.kind = 'recount' returning d.kind"
            ):
                return 0
            return int(self._rows("select drip_internal.repair_campaign_stats()")[0][0])

    def _seed_schedules(self) -> list[str]:
        """Put the release's schedules into `drip.schedules`, beside a DBA's edits; returns those added or changed."""
        schedules = [
            {"name": one.name, "cron_expression": one.cron_expression, "command": one.command, "purpose": one.purpose}
            for one in read_schedules()
        ]
        with self._transaction():
            if not self._rows("select to_regprocedure('drip_internal.seed_schedules(jsonb)')")[0][0]:
                return []
            query = "select drip_internal.seed_schedules(%(schedules)s)"
            return list(self._rows(query, {"schedules": Jsonb(schedules)})[0][0])

    # ---------------------------------------------------------------- grants and manifest

    def _privileges_are_intact(self, privileges: Source) -> bool:
        return not self._rows(
            "select from drip.object_drift as d "
            " where d.kind in ('grant', 'owner', 'row security') or d.kind = 'policy' and d.drift <> 'unexpected' "
            "union all "
            "select where not exists (select from drip_internal.deployed_objects as d "
            "                          where d.kind = 'source' and d.source_hash = %(sha256)s)",
            {"sha256": privileges.sha256},
        )

    def _save_grants(self) -> None:
        self._connection.execute(
            "insert into drip_internal.saved_grants (kind, identity, grantee, privilege, is_grantable) "
            "select o.kind, o.identity, g.rolname, x.privilege_type, x.is_grantable "
            "  from (select case p.prokind when 'p' then 'procedure' else 'function' end as kind, "
            "               format('%%s.%%s(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) "
            "               as identity, "
            "               p.proacl as acl, p.proowner as owner "
            "          from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
            "         where n.nspname in ('drip', 'drip_internal') "
            "         union all "
            "        select 'view', n.nspname || '.' || r.relname, r.relacl, r.relowner "
            "          from pg_class as r join pg_namespace as n on n.oid = r.relnamespace "
            "         where n.nspname in ('drip', 'drip_internal') and r.relkind = 'v') as o "
            " cross join lateral aclexplode(o.acl) as x "
            "  join pg_roles as g on g.oid = x.grantee "
            " where g.oid <> o.owner and g.rolname <> all (%(own)s)",
            {"own": _OWN_ROLES},
        )

    def _restore_grants(self) -> None:
        for kind, identity, grantee, privilege, is_grantable in self._rows(
            "delete from drip_internal.saved_grants as s "
            "returning s.kind, s.identity, s.grantee, s.privilege, s.is_grantable"
        ):
            is_live = self._rows(
                "select from drip_internal.list_live_objects() as o, pg_roles as r "
                "where o.kind = %(kind)s and o.identity = %(identity)s and r.rolname = %(grantee)s",
                {"kind": kind, "identity": identity, "grantee": grantee},
            )
            if is_live:
                self._connection.execute(
                    sql.SQL("grant {privilege} on {kind} {identity} to {grantee} {option}").format(
                        privilege=sql.SQL(privilege),
                        kind=sql.SQL("table" if kind == "view" else kind),
                        identity=sql.SQL(identity),
                        grantee=sql.Identifier(grantee),
                        option=sql.SQL("with grant option" if is_grantable else ""),
                    )
                )

    def _write_manifest(self, privileges: Source) -> None:
        """Record what this deploy put there, and of the rest what it was: what others changed stays drift."""
        is_restructured = bool(
            self._rows("delete from drip_internal.deployed_objects as d where d.kind = 'restructure' returning d.kind")
        ) or not self._rows(
            "select from drip_internal.deployed_objects as d "
            "where d.server_major = current_setting('server_version_num')::integer / 10000 and d.kind = 'table'"
        )
        former = {
            (kind, identity): definition_hash
            for kind, identity, definition_hash in self._rows(
                "select d.kind, d.identity, d.definition_hash from drip_internal.deployed_objects as d "
                "where d.kind not in ('recount', 'source')"
            )
        }
        rows = []
        for kind, identity, live_hash in self._rows(
            "select o.kind, o.identity, md5(o.definition) from drip_internal.list_live_objects() as o"
        ):
            source = next((source for source in self._sources if source.defines(kind, identity)), None)
            if (
                source
                or kind in ("grant", "owner", "row security")
                or (kind == "policy" and identity.startswith("rows_of_the_client on "))
                or (kind in _STRUCTURE and is_restructured)
            ):
                rows.append((kind, identity, source and source.path, source and source.sha256, live_hash))
        if not is_restructured:
            rows += [(*key, None, None, former[key]) for key in former if key[0] in _STRUCTURE]
        # No source_path: it is no object that could be dropped.
        rows.append(("source", privileges.path, None, privileges.sha256, ""))
        self._run("delete from drip_internal.deployed_objects as d where d.kind <> 'recount'")
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "insert into drip_internal.deployed_objects "
                "(kind, identity, source_path, source_hash, definition_hash, server_major) "
                "values (%s, %s, %s, %s, %s, current_setting('server_version_num')::integer / 10000)",
                rows,
            )


class _CannotReplaceError(Exception):
    """A changed signature: CREATE OR REPLACE made a second routine beside the old one."""
