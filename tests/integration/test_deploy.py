"""pg-drip deploy, status, verify, rollback and history against real servers."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import psycopg
import pytest
from psycopg import errors as pg

from pg_drip.deploy import Deployer, DeployResult
from pg_drip.errors import DeployError, PgDripError
from tests.support.clusters import ROOT, Connection, Database

MIGRATIONS = [
    "0018_baseline",
    "0019_add_campaign_completion_tracking",
    "0020_unify_campaign_model",
    "0021_add_de_enrollment_monitoring",
    "0022_add_enrollment",
    "0023_add_schedules",
    "0024_add_campaign_management",
    "0025_add_api_keys",
    "0026_add_airtable_outbox",
]


def one(connection: Connection, query: str, *parameters: object) -> object:
    """The first column of the first row."""
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A copy of the release's SQL that a test may change."""
    return Path(shutil.copytree(ROOT / "sql", tmp_path / "sql"))


def deploy(database: Database, folder: Path | None = None) -> DeployResult:
    with Deployer(database.dsn, folder) as deployer:
        return deployer.deploy()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class TestDeploy:
    def test_a_second_deploy_finds_nothing_to_do(self, empty_database: Database) -> None:
        with Deployer(empty_database.dsn) as deployer:
            before = deployer.status()
            first = deployer.deploy()
            second = deployer.deploy()
            after = deployer.status()
        assert before.pending == MIGRATIONS
        assert not before.is_current
        assert first.applied == MIGRATIONS
        assert (second.applied, second.replayed, second.dropped) == ([], [], [])
        assert (after.applied, after.pending, after.changed) == (MIGRATIONS, [], [])
        assert after.is_current

    def test_history_tells_what_was_applied(self, empty_database: Database) -> None:
        with Deployer(empty_database.dsn) as deployer:
            assert deployer.history() == []
            deployer.deploy()
            deployer.rollback("0020")
            entries = [(entry.operation, entry.migration) for entry in deployer.history()]
            assert {entry.username for entry in deployer.history()} == {"postgres"}
        assert entries == [("apply", name) for name in MIGRATIONS] + [
            ("rollback", name) for name in reversed(MIGRATIONS[3:])
        ]

    def test_two_deployers_at_once_both_succeed(self, empty_database: Database) -> None:
        results: list[DeployResult | BaseException] = []
        start = threading.Barrier(3)

        def run() -> None:
            start.wait()
            try:
                results.append(deploy(empty_database))
            except BaseException as error:
                results.append(error)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(len(result.applied) for result in results if isinstance(result, DeployResult)) == [
            0,
            0,
            len(MIGRATIONS),
        ]

    def test_only_what_changed_is_replayed(self, database: Database, release: Path) -> None:
        edit(release / "functions/statistics/fold_campaign_stats.sql", "return v_folded;", "return v_folded + 0;")
        assert deploy(database, release).replayed == ["functions/statistics/fold_campaign_stats.sql"]

    def test_a_changed_signature_replaces_the_old_one(self, database: Database, release: Path) -> None:
        edit(
            release / "functions/monitoring/reap_runs.sql",
            "reap_runs(p_now timestamptz default now())",
            "reap_runs(p_now timestamptz default now(), p_note text default null)",
        )
        edit(
            release / "functions/monitoring/reap_runs.sql",
            "reap_runs(timestamptz) is",
            "reap_runs(timestamptz, text) is",
        )
        deploy(database, release)
        with database.connect() as connection:
            assert one(connection, "select count(*) from pg_proc as p where p.proname = 'reap_runs'") == 1
            assert one(connection, "select drip.reap_runs(now(), 'x')") == 0
        with Deployer(database.dsn, release) as deployer:
            assert deployer.verify() == []

    def test_a_view_that_lost_a_column_is_replaced(self, database: Database, release: Path) -> None:
        edit(release / "views/lead_journey.sql", "       l.last_name,\n", "")
        deploy(database, release)
        with database.connect() as connection, pytest.raises(pg.UndefinedColumn):
            connection.execute("select j.last_name from drip.lead_journey as j")

    def test_a_routine_gone_from_the_source_is_dropped(self, database: Database, release: Path) -> None:
        path = release / "functions/statistics/extra.sql"
        path.write_text(
            "create or replace function drip.extra()\nreturns integer\nlanguage plpgsql stable\n"
            "set search_path = pg_catalog, pg_temp\nas $extra$\nbegin\n    return 1;\nend\n$extra$;\n"
        )
        assert deploy(database, release).replayed == ["functions/statistics/extra.sql"]
        path.unlink()
        result = deploy(database, release)
        assert result.dropped == ["drip.extra()"]
        with database.connect() as connection:
            assert one(connection, "select to_regproc('drip.extra')") is None

    def test_grants_that_others_made_are_put_back(self, database: Database) -> None:
        role = f"reporter_{database.name}"
        with database.connect() as connection:
            connection.execute(f'create role "{role}"')
            try:
                connection.execute(f'grant select on drip.campaign_statistics to "{role}" with grant option')
                connection.execute(f'grant execute on function drip.opt_out to "{role}"')
                with Deployer(database.dsn) as deployer:
                    deployer.rollback("0020")
                    deployer.deploy()
                    assert deployer.verify() == []
                assert one(
                    connection,
                    "select has_table_privilege(%s, 'drip.campaign_statistics', 'select with grant option')",
                    role,
                )
                assert one(
                    connection,
                    "select has_function_privilege(%s, 'drip.opt_out(uuid, uuid, timestamptz)', 'execute')",
                    role,
                )
                assert one(connection, "select count(*) from drip_internal.saved_grants") == 0
            finally:
                connection.execute(f'drop owned by "{role}"; drop role "{role}"')

    def test_it_recounts_what_was_written_while_the_triggers_were_away(self, database: Database) -> None:
        with Deployer(database.dsn) as deployer, database.connect() as connection:
            deployer.rollback("0020")
            insert_leads(connection, leads=5)
            result = deployer.deploy()
            assert result.repaired_counters == 1
            assert one(connection, "select c.active_leads_count from drip.campaigns as c") == 5
            assert connection.execute("select * from drip.verify_campaign_stats()").fetchall() == []

    def test_it_recounts_after_a_trigger_was_switched_off(self, database: Database) -> None:
        with database.connect() as connection:
            connection.execute("alter table drip.leads disable trigger leads_count_inserted")
            insert_leads(connection, leads=3)
            assert deploy(database).repaired_counters == 1
            assert connection.execute("select * from drip.verify_campaign_stats()").fetchall() == []

    def test_it_waits_for_a_lock_and_goes_on(self, database: Database) -> None:
        """A table that somebody holds longer than the lock timeout costs a retry, no more."""
        with database.connect() as connection, database.connect() as holder:
            connection.execute("drop trigger leads_count_updated on drip.leads")
            holder.execute("begin")
            holder.execute("lock table drip.leads in row exclusive mode")
            results: list[DeployResult] = []
            thread = threading.Thread(target=lambda: results.append(deploy(database)))
            thread.start()
            wait_until_blocked(connection)
            holder.execute("commit")
            thread.join()
        assert results[0].replayed == ["internal/statistics/count_updated_leads.sql"]

    def test_it_works_for_an_owner_that_is_no_superuser(self, empty_database: Database) -> None:
        role = f"deployer_{empty_database.name}"
        with empty_database.connect() as connection:
            connection.execute(f'create role "{role}" login createrole')
            connection.execute(f'alter database "{empty_database.name}" owner to "{role}"')
            # The roles are the cluster's: another deployer made them, so this one must be let in.
            connection.execute(f'grant drip_owner to "{role}" with admin option')
        try:
            with Deployer(empty_database.dsn.replace("user=postgres", f"user={role}")) as deployer:
                assert deployer.deploy().applied == MIGRATIONS
                assert deployer.verify() == []
        finally:
            with empty_database.connect() as connection:
                connection.execute(f'alter database "{empty_database.name}" owner to postgres')
                connection.execute(
                    f'reassign owned by "{role}" to postgres; drop owned by "{role}"; drop role "{role}"'
                )


class TestRefusals:
    def test_a_hand_edited_migration_is_named(self, database: Database, release: Path) -> None:
        edit(release / "migrations/0020_unify_campaign_model.sql", "-- One campaign model", "-- one campaign model")
        before = catalog(database)
        with pytest.raises(DeployError, match=r"0020_unify_campaign_model\.sql was edited"):
            deploy(database, release)
        assert catalog(database) == before

    def test_a_hand_edited_rollback_is_named(self, database: Database, release: Path) -> None:
        edit(release / "migrations/0021_add_de_enrollment_monitoring.rollback.sql", "-- Puts", "-- puts")
        with (
            Deployer(database.dsn, release) as deployer,
            pytest.raises(DeployError, match=r"0021.*rollback\.sql was edited"),
        ):
            deployer.rollback("0020")
        with Deployer(database.dsn, release) as deployer, pytest.raises(DeployError, match="was edited"):
            deployer.status()

    def test_a_database_of_a_later_release_is_refused(self, database: Database, release: Path) -> None:
        for path in (release / "migrations").glob("0021*"):
            path.unlink()
        before = catalog(database)
        with pytest.raises(DeployError, match="later release: it has 0021_add_de_enrollment_monitoring"):
            deploy(database, release)
        assert catalog(database) == before

    def test_a_role_without_rights_is_told(self, empty_database: Database) -> None:
        role = f"nobody_{empty_database.name}"
        with empty_database.connect() as connection:
            connection.execute(f'create role "{role}" login')
        try:
            with (
                Deployer(empty_database.dsn.replace("user=postgres", f"user={role}")) as deployer,
                pytest.raises(DeployError, match=r"drip_owner.*To deploy, be a superuser") as caught,
            ):
                deployer.deploy()
            assert caught.value.sqlstate == "42501"
            with empty_database.connect() as connection:
                assert one(connection, "select to_regnamespace('drip_internal')") is None
        finally:
            with empty_database.connect() as connection:
                connection.execute(f'drop role "{role}"')

    def test_a_view_of_others_on_ours_is_named(self, database: Database) -> None:
        with database.connect() as connection, Deployer(database.dsn) as deployer:
            connection.execute("create view public.mine as select * from drip.campaign_statistics")
            with pytest.raises(DeployError, match=r"depend.*drop that, deploy"):
                deployer.rollback("0020")
            assert deployer.verify() == []

    def test_a_migration_that_fails_leaves_a_working_database(self, database: Database, release: Path) -> None:
        (release / "migrations/0022_bad.sql").write_text("-- depends: 0021_add_de_enrollment_monitoring\nselect 1/0;\n")
        (release / "migrations/0022_bad.rollback.sql").write_text("select 1;\n")
        before = catalog(database)
        with pytest.raises(PgDripError, match="division by zero"):
            deploy(database, release)
        assert catalog(database) == before

    @pytest.mark.parametrize("target", ["0099", "", "0", "nothing"])
    def test_an_unknown_migration_to_roll_back_to_is_refused(self, database: Database, target: str) -> None:
        with Deployer(database.dsn) as deployer:
            with pytest.raises(DeployError, match=f"no migration {target}"):
                deployer.rollback(target)
            assert deployer.status().is_current

    def test_nothing_deployed_is_nothing_to_roll_back(self, empty_database: Database) -> None:
        with Deployer(empty_database.dsn) as deployer, pytest.raises(DeployError, match="not deployed"):
            deployer.rollback("0000")
        with empty_database.connect() as connection:
            assert one(connection, "select to_regnamespace('drip_internal')") is None

    def test_a_role_that_may_not_act_for_the_owner_changes_nothing(self, empty_database: Database) -> None:
        """It owns its database and may create tables, but another deployer made the roles."""
        role = f"lone_{empty_database.name}"
        with empty_database.connect() as connection:
            connection.execute(f'create role "{role}" login')
            connection.execute(f'alter database "{empty_database.name}" owner to "{role}"')
        try:
            with (
                Deployer(empty_database.dsn.replace("user=postgres", f"user={role}")) as deployer,
                pytest.raises(DeployError, match="admin of drip_owner"),
            ):
                deployer.deploy()
            with empty_database.connect() as connection:
                assert one(connection, "select to_regnamespace('drip')") is None
                assert one(connection, "select to_regnamespace('drip_internal')") is None
        finally:
            with empty_database.connect() as connection:
                connection.execute(f'alter database "{empty_database.name}" owner to postgres')
                connection.execute(f'drop role "{role}"')


class TestVerify:
    def test_nothing_deployed(self, empty_database: Database) -> None:
        with Deployer(empty_database.dsn) as deployer, pytest.raises(DeployError, match="Run pg-drip deploy"):
            deployer.verify()

    @pytest.mark.parametrize(
        ("tampering", "kind", "identity", "drift"),
        [
            (
                "create or replace function drip.opt_out(p_client_id uuid, p_lead_id uuid, p_now timestamptz default now()) "
                "returns boolean language sql as 'select true'",
                "function",
                "drip.opt_out(p_client_id uuid, p_lead_id uuid, p_now timestamp with time zone)",
                "changed",
            ),
            ("drop function drip.reap_runs", "function", "drip.reap_runs(p_now timestamp with time zone)", "missing"),
            ("drop view drip.stuck_leads cascade", "view", "drip.stuck_leads", "missing"),
            (
                "alter table drip.leads disable trigger leads_count_deleted",
                "trigger",
                "leads_count_deleted on drip.leads",
                "changed",
            ),
            ("drop index drip.leads_due_idx", "index", "drip.leads_due_idx", "missing"),
            ("alter table drip.leads alter column phone set default 'x'", "table", "drip.leads", "changed"),
            (
                "alter table drip.campaigns drop constraint messages_are_a_sequence",
                "constraint",
                "messages_are_a_sequence on drip.campaigns",
                "missing",
            ),
            ("alter table drip.leads disable row level security", "row security", "drip.leads", "changed"),
            (
                "grant execute on function drip.opt_out to public",
                "grant",
                "on routine drip.opt_out(p_client_id uuid, p_lead_id uuid, p_now timestamp with time zone) to public",
                "unexpected",
            ),
            (
                "create function drip.mine() returns integer language sql as 'select 1'",
                "function",
                "drip.mine()",
                "unexpected",
            ),
        ],
    )
    def test_what_was_tampered_with_is_named(
        self, database: Database, tampering: str, kind: str, identity: str, drift: str
    ) -> None:
        with database.connect() as connection, Deployer(database.dsn) as deployer:
            assert deployer.verify() == []
            connection.execute(tampering)
            found = [(item.kind, item.identity, item.drift) for item in deployer.verify()]
        assert (kind, identity, drift) in found

    @pytest.mark.parametrize(
        "tampering",
        [
            "create or replace function drip.opt_out(p_client_id uuid, p_lead_id uuid, p_now timestamptz default now()) "
            "returns boolean language sql as 'select true'",
            "drop function drip.reap_runs",
            "drop view drip.stuck_leads cascade",
            "drop trigger leads_count_deleted on drip.leads",
            "alter table drip.leads disable row level security",
            "grant execute on function drip.opt_out to public",
            "revoke execute on function drip.opt_out from drip_api",
            "alter function drip.opt_out owner to postgres",
            "grant insert on drip.leads to drip_readonly",
            "alter policy rows_of_the_client on drip.leads using (true)",
        ],
    )
    def test_a_deploy_mends_it(self, database: Database, tampering: str) -> None:
        with database.connect() as connection, Deployer(database.dsn) as deployer:
            connection.execute(tampering)
            assert deployer.verify() != []
            deployer.deploy()
            assert deployer.verify() == []

    @pytest.mark.parametrize(
        "tampering",
        [
            "alter table drip.leads drop constraint phone_is_e164",
            "drop index drip.leads_due_idx",
            "alter table drip.campaigns add column extra integer",
            "create function drip.mine() returns integer language sql as 'select 1'",
            "create view drip.mine as select 1 as one",
            "create policy mine on drip.leads using (true)",
        ],
    )
    def test_a_deploy_does_not_hide_what_it_cannot_mend(self, database15: Database, tampering: str) -> None:
        with database15.connect() as connection, Deployer(database15.dsn) as deployer:
            connection.execute(tampering)
            connection.execute("drop function drip.reap_runs")
            found = {(item.kind, item.identity) for item in deployer.verify()}
            deployer.deploy()
            left = {(item.kind, item.identity) for item in deployer.verify()}
            assert left
            assert left < found
            assert not any("reap_runs" in identity for _, identity in left)
            # What it cannot mend gives the next deploy nothing to do.
            assert deployer.deploy().replayed == []
            assert {(item.kind, item.identity) for item in deployer.verify()} == left

    def test_another_search_path_is_no_drift(self, database: Database) -> None:
        """Definitions are printed with or without schema, as the reader's search_path has it."""
        with database.connect() as connection:
            connection.execute("set search_path = drip, drip_internal, public")
            assert connection.execute("select * from drip.object_drift").fetchall() == []

    def test_an_index_of_the_dbas_own_is_no_drift(self, database: Database) -> None:
        with database.connect() as connection, Deployer(database.dsn) as deployer:
            connection.execute("create index dbas_own_idx on drip.leads (last_name)")
            assert deployer.verify() == []

    def test_after_a_major_upgrade_it_says_to_deploy_again(self, database: Database) -> None:
        with database.connect() as connection, Deployer(database.dsn) as deployer:
            connection.execute("update drip_internal.deployed_objects set server_major = 14")
            [item] = deployer.verify()
            assert (item.kind, item.drift) == ("server", "changed")
            assert "Deployed on PostgreSQL 14" in item.advice
            deployer.deploy()
            assert deployer.verify() == []


class TestCatalog:
    """Fresh, step by step, and rolled back and re-applied: the same catalog, byte for byte, as sql/catalog.txt."""

    @pytest.fixture
    def expected(self) -> str:
        return (ROOT / "sql" / "catalog.txt").read_text()

    def test_fresh(self, bare15: Database, expected: str) -> None:
        deploy(bare15)
        assert catalog(bare15) == expected

    def test_step_by_step(self, bare15: Database, expected: str) -> None:
        with Deployer(bare15.dsn) as deployer:
            for name in MIGRATIONS:
                assert deployer.deploy(upto=name[:4]).applied == [name]
        assert catalog(bare15) == expected

    @pytest.mark.parametrize("target", ["0022", "0021", "0020", "0019", "0018", "0000"])
    def test_rolled_back_and_applied_again(self, bare15: Database, expected: str, target: str) -> None:
        with Deployer(bare15.dsn) as deployer:
            deployer.deploy()
            undone = deployer.rollback(target)
            assert undone == [name for name in reversed(MIGRATIONS) if name[:4] > target]
            assert deployer.deploy().applied == list(reversed(undone))
        assert catalog(bare15) == expected


def catalog(database: Database) -> str:
    with Deployer(database.dsn) as deployer:
        return deployer.catalog()


def insert_leads(connection: Connection, leads: int) -> None:
    connection.execute("insert into drip.clients (id, name) values (gen_random_uuid(), 'Acme')")
    connection.execute(
        "insert into drip.campaigns (client_id, name, form_id) select c.id, 'Free guide', 'f1' from drip.clients as c"
    )
    connection.execute(
        "insert into drip.leads (client_id, campaign_link_id, phone) "
        "select c.client_id, c.id, '+1415555' || (1000 + n) from drip.campaigns as c, generate_series(1, %s) as n",
        (leads,),
    )


def wait_until_blocked(connection: Connection) -> None:
    """Until some session of this database waits for a lock."""
    for _ in range(2000):
        if one(connection, "select count(*) from pg_locks as k where not k.granted"):
            return
        connection.execute("select pg_sleep(0.005)")
    raise AssertionError("nobody waited for the lock")


def test_connecting_to_nothing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PgDripError, match=r"cannot connect: .*See whether the server runs") as caught:
        Deployer(f"host={tmp_path} dbname=x")
    assert "\n" not in str(caught.value)


def test_a_missing_database_is_told(server15: object, database15: Database) -> None:
    with pytest.raises(PgDripError, match='database "nowhere" does not exist'):
        Deployer(database15.dsn.replace(database15.name, "nowhere"))


def test_an_old_server_is_told(monkeypatch: pytest.MonkeyPatch, database15: Database) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", property(lambda _: 140011))
    with pytest.raises(PgDripError, match=r"PostgreSQL 14, which is too old. pg_drip needs 15"):
        Deployer(database15.dsn)


def test_a_reader_may_look(database: Database) -> None:
    """Status, verify and history ask for no more than drip_readonly has."""
    role = f"reader_{database.name}"
    with database.connect() as connection:
        connection.execute(f'create role "{role}" login in role drip_readonly')
    try:
        with Deployer(database.dsn.replace("user=postgres", f"user={role}")) as deployer:
            assert deployer.status().is_current
            assert deployer.verify() == []
            assert len(deployer.history()) == len(MIGRATIONS)
            with pytest.raises(DeployError, match="To deploy, be a superuser"):
                deployer.deploy()
    finally:
        with database.connect() as connection:
            connection.execute(f'drop role "{role}"')
