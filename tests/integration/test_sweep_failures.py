"""What fails in a sweep stays alone: a lead, a batch, a client; and who may run it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest
from psycopg import errors as pg
from psycopg import sql

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.data import NOON, minutes

# ---------------------------------------------------------------- what fails stays alone


def test_a_poison_lead_stays_behind_alone(db: Connection) -> None:
    client, leads = data.make_finished(db, 30)
    culprit = leads[14]
    trigger = data.poison(db, culprit, "no exit")

    fleet = data.sweep_all(db, p_batch_size=10, p_now=NOON)

    expected = {"found": 30, "processed": 29, "completed": 29, "failed": 1, "batches": 3, "failed_batches": 1}
    assert data.figures(db, fleet) == expected
    assert data.run(db, fleet)["status"] == "partial"
    child = data.child_runs(db, fleet)["Acme"]
    assert child["status"] == "partial"
    assert data.column(db, "select id from drip.leads where is_active") == [culprit]
    assert data.entries(db) == {0: 1, 1: 29}
    (error,) = data.rows(db, "select * from drip.de_enrollment_errors")
    assert {name: error[name] for name in ("client_id", "run_id", "lead_id", "sqlstate", "message", "attempts")} == {
        "client_id": client,
        "run_id": child["id"],
        "lead_id": culprit,
        "sqlstate": "P0001",
        "message": "no exit",
        "attempts": 1,
    }
    assert (error["failed_at"], error["retry_at"], error["resolved_at"]) == (NOON, NOON + minutes(5), None)
    assert "+15550100" not in str(error)
    assert data.column(db, "select reason from drip.stuck_leads") == ["failing"]
    data.assert_statistics_are_folded(db)

    # It pauses: nobody is due, so the client gets no run.
    assert data.sweep(db, client, p_now=NOON + minutes(4)) is None
    assert data.child_runs(db, data.sweep_all(db, p_now=NOON + minutes(4))) == {}

    # It is tried again, and pauses longer.
    run = data.sweep(db, client, p_now=NOON + minutes(5))
    assert data.figures(db, run) == {"found": 1, "failed": 1, "batches": 1, "failed_batches": 1}
    assert data.run(db, run)["status"] == "failed"
    (error,) = data.rows(db, "select * from drip.de_enrollment_errors")
    assert (error["attempts"], error["run_id"], error["retry_at"]) == (2, run, NOON + minutes(15))

    # Cured, it leaves when its pause is over, not before.
    data.drop_trigger(db, trigger)
    assert data.sweep(db, client, p_now=NOON + minutes(14)) is None
    assert data.figures(db, data.sweep(db, client, p_now=NOON + minutes(15)))["completed"] == 1
    assert data.entries(db) == {1: 30}
    assert data.column(db, "select resolved_at from drip.de_enrollment_errors") == [NOON + minutes(15)]
    assert data.rows(db, "select * from drip.stuck_leads") == []


def test_many_poison_leads_stay_behind_alone(db: Connection) -> None:
    for batch_size in (1, 5, 100):
        client, leads = data.make_finished(db, 20)
        for culprit in (leads[0], leads[9], leads[10], leads[19]):
            data.poison(db, culprit)
        run = data.sweep(db, client, p_batch_size=batch_size)
        counts = data.figures(db, run)
        assert (counts["processed"], counts["failed"]) == (16, 4)
        assert data.run(db, run)["status"] == "partial"
    assert data.entries(db) == {0: 12, 1: 48}
    data.assert_statistics_are_folded(db)


def test_a_client_whose_run_cannot_be_opened_does_not_stop_the_next(db: Connection) -> None:
    clients = {name: data.make_finished(db, 3, name)[0] for name in ("Acme", "Beta", "Gamma")}
    broken = sorted(clients.values())[1]
    data.raise_for(db, "drip.de_enrollment_runs", "insert", f"new.client_id = '{broken}'", "no run for you")

    fleet = data.sweep_all(db)

    row = data.run(db, fleet)
    assert (row["status"], row["leads_processed"]) == ("partial", 6)
    assert "no run for you" in row["error_message"]
    assert str(broken) in row["error_message"]
    assert row["error_sqlstate"] == "P0001"
    assert set(data.column(db, "select client_id from drip.leads where is_active")) == {broken}
    assert data.run_locks(db) == []


def test_a_client_whose_run_cannot_note_what_it_found_does_not_stop_the_next(db: Connection) -> None:
    clients = {name: data.make_finished(db, 3, name)[0] for name in ("Acme", "Beta", "Gamma")}
    broken = sorted(clients.values())[1]
    data.raise_for(
        db,
        "drip.de_enrollment_runs",
        "update",
        f"old.client_id = '{broken}' and new.status = 'running' and new.leads_found <> old.leads_found",
        "lost count",
    )

    fleet = data.sweep_all(db)

    assert data.run(db, fleet)["status"] == "partial"
    row = data.rows(db, "select * from drip.de_enrollment_runs where client_id = %s", broken)[0]
    assert row["status"] in ("failed", "partial")
    assert (row["error_sqlstate"], row["error_message"]) == ("P0001", "lost count")
    assert not set(data.column(db, "select client_id from drip.leads where is_active")) - {broken}


@contextmanager
def unsearchable(db: Connection, client: UUID) -> Iterator[None]:
    """Looking for this client's due leads raises."""
    definition = data.value(db, "select rtrim(pg_get_viewdef('drip_internal.due_leads'), ';')")
    db.execute(
        "create function public.may_search(p_client_id uuid) returns boolean language plpgsql volatile as "
        f"$$ begin if p_client_id = '{client}' then raise exception 'index is corrupted'; end if; return true; end $$"
    )
    template = "create or replace view drip_internal.due_leads as select d.client_id, d.id from ({}) as d {}"
    db.execute(template.format(definition, "where public.may_search(d.client_id)"))
    yield
    db.execute(template.format(definition, ""))


def test_a_client_that_cannot_be_searched_does_not_stop_the_next(db: Connection) -> None:
    clients = {name: data.make_finished(db, 3, name)[0] for name in ("Acme", "Beta", "Gamma")}
    broken = sorted(clients.values())[1]

    with unsearchable(db, broken):
        fleet = data.sweep_all(db)
        again = data.sweep_all(db)

    row = data.run(db, fleet)
    assert (row["status"], row["leads_processed"]) == ("partial", 6)
    assert set(data.column(db, "select client_id from drip.leads where is_active")) == {broken}
    assert data.run(db, again)["status"] in ("failed", "partial")
    assert data.value(
        db, "select count(*) from drip.de_enrollment_runs where error_message like '%%index is corrupted%%'"
    )
    assert data.figures(db, data.sweep_all(db))["processed"] == 3
    assert data.run_locks(db) == []


def test_a_client_deleted_during_its_sweep_does_not_stop_the_next(database15: Database) -> None:
    with database15.connect() as sweeper, database15.connect() as db:
        doomed, other = sorted([data.make_client(db, "One"), data.make_client(db, "Two")])
        for client in (doomed, other):
            leads = data.make_leads(db, client, data.make_campaign(db, client), 3)
            if client == doomed:
                held = leads[1]
        with data.hold_exits_of(database15, held) as release, database15.connect() as deleter:
            sweeping = data.in_background(lambda: data.sweep_all(sweeper, p_batch_size=1))
            data.wait_until_waiting(db, data.pid_of(sweeper))

            def delete_client() -> None:
                with deleter.transaction():
                    # The third lead first, so that the sweep passes over it, and does not end before the client is gone.
                    deleter.execute("delete from drip.leads where id = %s", (leads_of_doomed[2],))
                    deleter.execute("delete from drip.leads where client_id = %s", (doomed,))
                    deleter.execute("delete from drip.campaigns where client_id = %s", (doomed,))
                    deleter.execute("delete from drip.clients where id = %s", (doomed,))

            leads_of_doomed = data.column(db, "select id from drip.leads where client_id = %s order by id", doomed)
            deleting = data.in_background(delete_client)
            data.wait_until_waiting(db, data.pid_of(deleter))
            release()
            deleting.result(30)
            fleet = sweeping.result(30)
        assert data.active(db) == 0
        assert data.run(db, fleet)["status"] in ("succeeded", "partial")
        assert data.value(db, "select count(*) from drip.leads where client_id = %s", other) == 3


def test_a_run_deleted_during_its_sweep_does_not_stop_the_next(database15: Database) -> None:
    # What deleting a client comes to, when it happens between two batches.
    with database15.connect() as sweeper, database15.connect() as db:
        doomed, other = sorted([data.make_client(db, "One"), data.make_client(db, "Two")])
        leads = data.make_leads(db, doomed, data.make_campaign(db, doomed), 2)
        data.make_leads(db, other, data.make_campaign(db, other), 3)
        db.execute(
            "create function public.delete_run() returns trigger language plpgsql security definer as "
            "$$ begin delete from drip.de_enrollment_runs where id = old.id; return null; end $$"
        )
        db.execute(
            "create trigger delete_run after update on drip.de_enrollment_runs for each row "
            f"when (old.client_id = '{doomed}' and new.batches = 1) execute function public.delete_run()"
        )
        fleet = data.sweep_all(sweeper, p_batch_size=1)
        assert data.run(db, fleet)["status"] in ("succeeded", "partial")
        assert data.value(db, "select count(*) from drip.leads where client_id = %s and is_active", other) == 0
        assert not data.lead(db, leads[0])["is_active"]
        assert data.run_locks(db) == []


def test_statistics_that_cannot_be_folded_do_not_stop_the_sweep(db: Connection) -> None:
    client, _ = data.make_finished(db, 3)
    data.make_finished(db, 2, "Other")
    trigger = data.raise_for(
        db, "drip.campaigns", "update", f"old.client_id = '{client}' and new.completed_leads_count > 0", "no fold"
    )
    fleet = data.sweep_all(db)
    assert data.active(db) == 0
    assert data.run(db, fleet)["status"] == "partial"
    child = data.child_runs(db, fleet)["Acme"]
    assert "no fold" in child["error_message"]
    data.assert_statistics_are_exact(db)
    data.drop_trigger(db, trigger, "drip.campaigns")
    db.execute("select drip.fold_campaign_stats()")
    data.assert_statistics_are_folded(db)


# ---------------------------------------------------------------- roles


@pytest.fixture
def cron_user(database: Database) -> Iterator[str]:
    """A login with the rights of drip_cron."""
    name = f"cron_{uuid.uuid4().hex[:12]}"
    with database.server.connect() as connection:
        connection.execute(sql.SQL("create role {} login in role drip_cron").format(sql.Identifier(name)))
        yield name
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_drip_cron_runs_the_schedules_and_touches_no_table(database: Database, db: Connection, cron_user: str) -> None:
    client, _ = data.make_finished(db, 5)
    data.make_finished(db, 2, "Other")
    with database.connect(user=cron_user) as connection:
        assert data.sweep(connection, client, p_batch_size=2) is not None
        fleet = data.sweep_all(connection, p_batch_size=2)
        assert data.value(connection, "select drip.fold_campaign_stats()") == 0
        assert data.value(connection, "select drip.reap_runs()") == 0
        for statement in (
            "select from drip.leads",
            "select from drip.clients",
            "select from drip.campaigns",
            "select from drip.de_enrollment_runs",
            "select from drip.de_enrollment_errors",
            "select from drip.campaign_statistics",
            "select from drip_internal.campaign_stat_deltas",
            "update drip.leads set is_active = false",
            "delete from drip.leads",
            "insert into drip.clients (name) values ('Mine')",
            "select drip.create_client('Mine')",
            f"select drip.opt_out('{client}', '{client}')",
            f"select drip.fix_stuck_leads('{client}')",
            "select drip_internal.repair_campaign_stats()",
        ):
            with pytest.raises(pg.InsufficientPrivilege):
                connection.execute(statement)
    assert data.active(db) == 0
    assert data.figures(db, fleet)["processed"] == 2


def test_each_role_may_sweep(db: Connection) -> None:
    for role in ("drip_cron", "drip_api", "drip_owner"):
        data.make_finished(db, 3)
        db.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        fleet = data.sweep_all(db, p_batch_size=2)
        db.execute("reset role")
        assert data.figures(db, fleet)["processed"] == 3


def test_a_reader_may_not_sweep(db: Connection) -> None:
    data.make_finished(db, 3)
    before = data.contents(db)
    db.execute("set role drip_readonly")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        data.sweep_all(db)
    db.execute("reset role")
    assert data.contents(db) == before


def test_a_callers_search_path_and_settings_do_no_harm(db: Connection) -> None:
    data.make_finished(db, 3)
    db.execute("create schema evil")
    db.execute("create function evil.now() returns timestamptz language sql as $$ select 'epoch'::timestamptz $$")
    db.execute("create function evil.coalesce_all() returns integer language sql as $$ select 1 $$")
    db.execute("set search_path = evil, pg_catalog")
    db.execute("set timezone = 'Asia/Kathmandu'; set datestyle = 'SQL, DMY'")
    fleet = data.sweep_all(db)
    db.execute("reset all")
    assert data.figures(db, fleet)["processed"] == 3
    assert data.value(db, "select min(completed_at) > now() - interval '1 hour' from drip.leads")
    assert data.value(db, "select campaign_history -> 0 ->> 'completedAt' from drip.leads limit 1").endswith("Z")
    assert data.value(
        db,
        "select bool_and((campaign_history -> 0 ->> 'completedAt')::timestamptz "
        "= date_trunc('milliseconds', completed_at)) from drip.leads",
    )
