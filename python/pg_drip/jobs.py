"""The schedules of a database as jobs of pg_cron: install, remove, and what became of their runs.

pg_cron lives in one database of a server. Where that is this one, a job has its schedule's name; where it is another,
the job is named `<this database>/<schedule>`, so that the jobs of several databases stay apart. A job belongs to the
role that made it, and runs as that role.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors as pg
from psycopg import sql
from psycopg.rows import dict_row

from pg_drip.database import connect
from pg_drip.errors import ConnectionFailedError, NotFoundError, PgDripError, from_database
from pg_drip.models import Model, fetch, fetch_value, fetch_values
from pg_drip.schedules import Schedule, list_schedules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

_LONGEST_NAME = 63
# drip.purge() reaches pg_cron's records only in its own database; elsewhere this job, made beside its job, does it.
_PURGE = "purge"
_PURGE_JOB_RUNS = "purge-job-runs"
_RUN_INSTEAD = "or run the schedules without it: pg-drip schedule run."


class Installation(Model):
    """What an install, or a removal, left: the database with pg_cron, and the schedules whose jobs it put or took."""

    cron_database: str
    scheduled: list[str]
    unscheduled: list[str]


class JobRun(Model):
    """One run of a job: `succeeded`, `failed` with the error's first line, or what it is at."""

    started_at: datetime | None
    ended_at: datetime | None
    status: str
    message: str | None


class Job(Model):
    """A row of `cron.job`."""

    id: int
    name: str
    cron_expression: str
    command: str
    username: str
    active: bool


class ScheduleStatus(Model):
    """A schedule, its job and that one's last runs, latest first. `problem`: why there is no job, or a wrong one."""

    name: str
    cron_expression: str
    command: str
    purpose: str
    enabled: bool
    installed_in: str | None
    installed_by: str | None
    job: Job | None
    runs: list[JobRun]
    problem: str | None


def install(dsn: str = "", cron_database: str | None = None) -> Installation:
    """Make pg_cron's jobs what `drip.schedules` says: all of it or, after an error, nothing.

    Creates the extension where it is missing and may be created. A job that is there already keeps its owner.

    Args:
        dsn: a connection string to the database with the schedules; empty means libpq's environment.
        cron_database: the database with pg_cron, on the same server. None: where the jobs are installed already,
            otherwise the database with the schedules.

    Raises:
        PgDripError: pg_cron is missing, in another database, or not for this role; the hint says what to do.
    """
    with connect(dsn) as connection, ExitStack() as stack:
        schedules = list_schedules(connection)
        if not schedules:
            raise PgDripError(
                "drip.schedules is empty.", "Insert a schedule of your own, or run the schedules otherwise."
            )
        places = sorted({schedule.installed_in for schedule in schedules if schedule.installed_in})
        crontab = _Crontab(connection, cron_database or (places[0] if places else connection.info.dbname), dsn, stack)
        crontab.require_right_to_run()
        crontab.require_ownership(schedules)
        with crontab.transaction():
            crontab.require_pg_cron()
            crontab.require_rights()
            for schedule in schedules:
                crontab.put(schedule)
        enabled = {schedule.name: schedule.enabled for schedule in schedules}
        return Installation(
            cron_database=crontab.database,
            scheduled=[name for name, is_enabled in enabled.items() if is_enabled],
            unscheduled=[name for name, is_enabled in enabled.items() if not is_enabled],
        )


def remove(dsn: str = "", names: Sequence[str] = ()) -> list[Installation]:
    """Take jobs out of pg_cron. The schedules stay as they are, and an install brings the jobs back.

    Args:
        dsn: a connection string to the database with the schedules; empty means libpq's environment.
        names: schedules; none means all.

    Returns:
        A removal for each database with pg_cron that had some; usually one.

    Raises:
        NotFoundError: there is no such schedule (DR014).
        PgDripError: the jobs belong to another role.
    """
    removals = []
    with connect(dsn) as connection, ExitStack() as stack:
        schedules = list_schedules(connection)
        known = {schedule.name for schedule in schedules}
        for name in names:
            if name not in known:
                raise NotFoundError(f"schedule {name} is not known", "See pg-drip schedule list.", "DR014")
        wanted = [one for one in schedules if one.installed_in and (not names or one.name in names)]
        for place in sorted({one.installed_in for one in wanted if one.installed_in}):
            crontab = _Crontab(connection, place, dsn, stack)
            there = [one for one in wanted if one.installed_in == place]
            crontab.require_ownership(there)
            with crontab.transaction():
                for schedule in there:
                    crontab.take(schedule)
            removals.append(
                Installation(cron_database=place, scheduled=[], unscheduled=[schedule.name for schedule in there])
            )
    return removals


def set_schedule(dsn: str, name: str, cron_expression: str) -> str:
    """Set when a schedule runs, in the table and in pg_cron, wherever that is: `drip.set_schedule`. Says what it did.

    Raises:
        InvalidInputError: the cron expression is none (DR012).
        NotFoundError: there is no such schedule (DR014).
    """
    return _change(dsn, name, "select drip.set_schedule(%s, %s)", [name, cron_expression])


def enable_schedule(dsn: str, name: str) -> str:
    """Let a schedule run again: `drip.enable_schedule`. Says what it did.

    Raises:
        NotFoundError: there is no such schedule (DR014).
    """
    return _change(dsn, name, "select drip.enable_schedule(%s)", [name])


def disable_schedule(dsn: str, name: str) -> str:
    """Stop a schedule from running: `drip.disable_schedule`. Says what it did.

    Raises:
        NotFoundError: there is no such schedule (DR014).
    """
    return _change(dsn, name, "select drip.disable_schedule(%s)", [name])


def _change(dsn: str, name: str, query: Any, parameters: list[str]) -> str:
    with connect(dsn) as connection, ExitStack() as stack:
        before = next((one for one in list_schedules(connection) if one.name == name), None)
        place = before.installed_in if before else None
        if before is None or place is None or place == connection.info.dbname:
            return str(fetch_value(connection, query, parameters))
        crontab = _Crontab(connection, place, dsn, stack)
        crontab.require_ownership([before])
        with crontab.transaction():
            text = str(fetch_value(connection, query, parameters))
            crontab.require_pg_cron()
            crontab.require_rights()
            crontab.put(next(one for one in list_schedules(connection) if one.name == name))
    return f"{text.split(';', 1)[0]}; in effect in pg_cron of database {place}"


def read_status(dsn: str = "", runs: int = 3) -> list[ScheduleStatus]:
    """Each schedule with its job and that job's last runs, as far as this role may see them.

    Args:
        dsn: a connection string to the database with the schedules; empty means libpq's environment.
        runs: how many runs of each, at most.
    """
    found = []
    with connect(dsn) as connection, ExitStack() as stack:
        views: dict[str, _Crontab | PgDripError] = {}
        for schedule in list_schedules(connection):
            place = schedule.installed_in or connection.info.dbname
            if place not in views:
                try:
                    views[place] = _Crontab(connection, place, dsn, stack)
                except ConnectionFailedError as error:
                    views[place] = error
            view = views[place]
            job, past, problem = (
                (None, [], str(view)) if isinstance(view, PgDripError) else view.look_at(schedule, runs)
            )
            found.append(
                ScheduleStatus(
                    **schedule.model_dump(include=ScheduleStatus.model_fields.keys() & Schedule.model_fields.keys()),
                    job=job,
                    runs=past,
                    problem=problem,
                )
            )
    return found


class _Crontab:
    """pg_cron in one database of the server, seen from the database with the schedules."""

    def __init__(self, home: Connection, database: str, dsn: str, stack: ExitStack) -> None:
        self.database = database
        self._home = home
        self._is_home = database == home.info.dbname
        self._role: str = fetch_value(home, "select current_user::text")
        self._is_superuser = bool(
            fetch_value(home, "select r.rolsuper from pg_roles as r where r.rolname = current_user")
        )
        self._cron = home
        if not self._is_home:
            try:
                self._cron = stack.enter_context(connect(dsn, dbname=database))
            except ConnectionFailedError as error:
                raise ConnectionFailedError(
                    f"pg_cron's database {database} cannot be reached: {error.message}",
                    "Name the one with pg_cron, on the same server, with --cron-database.",
                ) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction here and there; the one here commits last, so that nothing is noted that was not done."""
        with self._home.transaction():
            if self._is_home:
                yield
            else:
                with self._cron.transaction():
                    yield

    # ---------------------------------------------------------------- what there must be

    def require_right_to_run(self) -> None:
        """The jobs run as this role."""
        if not fetch_value(self._home, "select pg_has_role(current_user, 'drip_cron', 'usage')"):
            raise PgDripError(
                f"the jobs would run as role {self._role}, which may not do what they do.",
                f"As a superuser: grant drip_cron to {self._quoted(self._role)}; or connect as a role that has it.",
            )

    def require_ownership(self, schedules: Sequence[Schedule]) -> None:
        """Others' jobs are hidden from all but superusers: a second set would be made beside them."""
        owners = {schedule.installed_by for schedule in schedules if schedule.installed_by} - {self._role}
        if owners and not self._is_superuser:
            raise PgDripError(
                f"the jobs belong to role {min(owners)}.",
                "Connect as that role or as a superuser; after pg-drip schedule remove, another role may install them.",
            )

    def require_pg_cron(self) -> None:
        """Create the extension where it is missing."""
        self._require_preloaded()
        if fetch_value(self._cron, "select exists (select from pg_extension as e where e.extname = 'pg_cron')"):
            return
        if not fetch_value(
            self._cron, "select exists (select from pg_available_extensions as a where a.name = 'pg_cron')"
        ):
            major = self._cron.info.server_version // 10000
            raise PgDripError(
                "pg_cron is not on this server.",
                f"Install its package (Debian: postgresql-{major}-cron), add pg_cron to shared_preload_libraries, "
                f"set cron.database_name = '{self.database}' and restart; {_RUN_INSTEAD}",
            )
        try:
            with self._saying_what_is_wrong():
                self._create_extension()
        except PgDripError as error:
            if error.sqlstate == pg.InsufficientPrivilege.sqlstate:
                raise PgDripError(
                    f"role {self._role} may not create the extension pg_cron in database {self.database}.",
                    f"As a superuser in it: create extension pg_cron; grant usage on schema cron to "
                    f"{self._quoted(self._role)}. If pg_cron is in another database, name that with --cron-database.",
                ) from None
            if elsewhere := re.search(r"can only create extension in database (.+?)\.?$", error.message):
                raise self._is_elsewhere(elsewhere[1]) from None
            raise

    def _create_extension(self) -> None:
        try:
            self._cron.execute("create extension pg_cron")
        except psycopg.Error as error:
            raise from_database(error) from None

    def _require_preloaded(self) -> None:
        """Where the settings may be read, they tell best what is wrong."""
        if not fetch_value(self._cron, "select pg_has_role(current_user, 'pg_read_all_settings', 'usage')"):
            return
        is_available = fetch_value(
            self._cron, "select exists (select from pg_available_extensions as a where a.name = 'pg_cron')"
        )
        # The custom setting may stand in postgresql.conf without the library.
        libraries = fetch_value(self._cron, "select current_setting('shared_preload_libraries')")
        if is_available and "pg_cron" not in re.split(r"[\s,\"/]+", libraries):
            raise self._is_not_preloaded()
        place = fetch_value(self._cron, "select current_setting('cron.database_name', true)")
        if place and place != self.database:
            raise self._is_elsewhere(place)

    def _is_not_preloaded(self) -> PgDripError:
        return PgDripError(
            "pg_cron is not in shared_preload_libraries.",
            f"Add it in postgresql.conf, set cron.database_name = '{self.database}' and restart; {_RUN_INSTEAD}",
        )

    def _is_elsewhere(self, place: str) -> PgDripError:
        return PgDripError(
            f"pg_cron runs in database {place} (cron.database_name), not in {self.database}.",
            f"Run pg-drip schedule install --cron-database {place}, or set cron.database_name = '{self.database}' and "
            "restart.",
        )

    def require_rights(self) -> None:
        """What a role needs in pg_cron's database."""
        may_use = fetch_value(self._cron, "select has_schema_privilege('cron', 'usage')")
        wanted = [] if self._is_home else ["schedule_in_database"]
        lacking = fetch_values(
            self._cron,
            "select w.name from unnest(%s::text[]) as w (name) where not exists ("
            "       select from pg_proc as p where p.proname = w.name and p.pronamespace = 'cron'::regnamespace "
            "          and has_function_privilege(p.oid, 'execute'))",
            [wanted],
        )
        if may_use and not lacking:
            return
        grants = [] if may_use else [f"grant usage on schema cron to {self._quoted(self._role)};"]
        grants += [f"grant execute on function cron.{name} to {self._quoted(self._role)};" for name in lacking]
        raise PgDripError(
            f"role {self._role} may not use pg_cron in database {self.database}.",
            f"As a superuser in it: {' '.join(grants)}",
        )

    # ---------------------------------------------------------------- jobs

    def put(self, schedule: Schedule) -> None:
        """Make the schedule's job what the schedule is, and note that it is here."""
        job = self._find_job(schedule)
        is_foreign = job and (
            job["database"] != self._home.info.dbname
            or (schedule.installed_in is None and not re.search(r"\bdrip\.", job["command"]))
        )
        if job and is_foreign:
            raise PgDripError(
                f"pg_cron has another job named {job['jobname']}: {' '.join(job['command'].split())[:60]}.",
                f"Give it another name: select cron.unschedule({job['jobid']}), and schedule it anew.",
            )
        owner = schedule.installed_by or (job["username"] if job else self._role)
        fetch_value(
            self._home,
            "select drip_internal.note_installation(%s, %s, %s)",
            [schedule.name, self.database, owner],
        )
        if self._is_home:
            with self._saying_what_is_wrong():
                advice = fetch_value(self._home, "select drip_internal.sync_job(%s)", [schedule.name])
            if advice:
                raise PgDripError(f"{schedule.name}: {advice}.")
            return
        self._schedule(self._name(schedule.name), schedule, schedule.command, self._home.info.dbname, owner)
        if schedule.name == _PURGE:
            command = self._purge_command()
            self._schedule(self._name(_PURGE_JOB_RUNS), schedule, command, self.database, owner)

    def take(self, schedule: Schedule) -> None:
        """Take the schedule's job out, and note that."""
        if self._has_jobs():
            names = [schedule.name, *([_PURGE_JOB_RUNS] if schedule.name == _PURGE and not self._is_home else [])]
            for name in names:
                self._unschedule(self._name(name), schedule.installed_by)
        fetch_value(self._home, "select drip_internal.note_installation(%s, null, null)", [schedule.name])

    def _schedule(self, job_name: str, schedule: Schedule, command: str, database: str, owner: str) -> None:
        is_asleep = fetch_value(
            self._cron,
            "select exists (select from cron.job as j where j.jobname = %s and j.username = %s and not j.active)",
            [job_name, owner],
        )
        # pg_cron's own upsert does not wake a job that somebody put to sleep.
        if is_asleep or not schedule.enabled:
            self._unschedule(job_name, owner)
        if schedule.enabled:
            arguments = [job_name, schedule.cron_expression, command, database]
            with self._saying_what_is_wrong():
                if owner == self._role:
                    fetch_value(self._cron, "select cron.schedule_in_database(%s, %s, %s, %s)", arguments)
                else:
                    fetch_value(self._cron, "select cron.schedule_in_database(%s, %s, %s, %s, %s)", [*arguments, owner])

    def _unschedule(self, job_name: str, owner: str | None) -> None:
        with self._saying_what_is_wrong():
            fetch_values(
                self._cron,
                "select cron.unschedule(j.jobid) from cron.job as j where j.jobname = %s and j.username = %s",
                [job_name, owner],
            )

    def _purge_command(self) -> str:
        age = fetch_value(self._home, "select drip_internal.purge_age()::text")
        names = [*(schedule.name for schedule in list_schedules(self._home)), _PURGE_JOB_RUNS]
        command = sql.SQL(
            "delete from cron.job_run_details as d where d.status in ('succeeded', 'failed') "
            "and coalesce(d.end_time, d.start_time) < now() - interval {age} "
            "and d.jobid in (select j.jobid from cron.job as j where j.jobname in ({names}))"
        )
        literals = sql.SQL(", ").join(sql.Literal(self._name(name)) for name in names)
        return command.format(age=sql.Literal(age), names=literals).as_string(self._cron)

    def _name(self, schedule: str) -> str:
        if self._is_home:
            return schedule
        home = self._home.info.dbname
        name = f"{home}/{schedule}"
        if len(name.encode()) <= _LONGEST_NAME:
            return name
        return f"{hashlib.sha256(home.encode()).hexdigest()[:16]}/{schedule}"

    def _has_jobs(self) -> bool:
        query = (
            "select exists (select from pg_class as c "
            "where c.relname = 'job' and c.relnamespace = to_regnamespace('cron') "
            "and has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select'))"
        )
        return bool(fetch_value(self._cron, query))

    def _find_job(self, schedule: Schedule) -> dict[str, Any] | None:
        # One's own first: a superuser sees the others' too.
        query = (
            "select j.jobid, j.jobname::text, j.schedule, j.command, j.database, j.username, j.active "
            "  from cron.job as j where j.jobname = %s "
            " order by j.username = %s desc, j.database = %s desc, j.jobid limit 1"
        )
        owner = schedule.installed_by or self._role
        with self._cron.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, [self._name(schedule.name), owner, self._home.info.dbname]).fetchone()

    def look_at(self, schedule: Schedule, runs: int) -> tuple[Job | None, list[JobRun], str | None]:
        """The schedule's job, its last runs, and what is wrong."""
        if not self._has_jobs():
            return None, [], "pg_cron is not there, or not for this role" if schedule.installed_in else None
        row = self._find_job(schedule)
        if row is None or row["database"] != self._home.info.dbname:
            is_missing = schedule.installed_in and schedule.enabled
            visible = f"no job that {self._role} can see: run pg-drip schedule install"
            return None, [], visible if is_missing else None
        job = Job(
            id=row["jobid"],
            name=row["jobname"],
            cron_expression=row["schedule"],
            command=row["command"],
            username=row["username"],
            active=row["active"],
        )
        is_as_told = (job.cron_expression, job.command) == (schedule.cron_expression, schedule.command)
        problem = None
        if not (is_as_told and job.active == schedule.enabled):
            problem = "the job is not what the table says: run pg-drip schedule install"
        return job, self._read_runs(job, runs), problem

    def _read_runs(self, job: Job, runs: int) -> list[JobRun]:
        if not fetch_value(self._cron, "select has_table_privilege('cron.job_run_details', 'select')"):
            return []
        # The first line of what it said: the others can hold the error's DETAIL, and that a phone number.
        return fetch(
            self._cron,
            JobRun,
            "select d.start_time as started_at, d.end_time as ended_at, coalesce(d.status, 'starting') as status, "
            "       btrim(split_part(d.return_message, chr(10), 1)) as message "
            "  from cron.job_run_details as d where d.jobid = %s order by d.runid desc limit %s",
            [job.id, runs],
        )

    # ---------------------------------------------------------------- words

    def _quoted(self, name: str) -> str:
        return sql.Identifier(name).as_string(self._home)

    @contextmanager
    def _saying_what_is_wrong(self) -> Iterator[None]:
        try:
            yield
        except PgDripError as error:
            if re.search(r"shared_preload_libraries|unrecognized configuration parameter", error.message):
                raise self._is_not_preloaded() from None
            raise
