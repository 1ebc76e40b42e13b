"""0018 to 0026 applied to, rolled back from, and applied again to a database full of leads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from pg_drip.deploy import Deployer
from pg_drip.errors import DeployError, PgDripError
from pg_drip.migrations import read
from tests.integration.test_deploy import MIGRATIONS, one
from tests.support.before_upgrade import SETUP
from tests.support.clusters import ROOT, Connection, Database


@pytest.fixture
def upgraded(empty_database: Database) -> Iterator[Connection]:
    with Deployer(empty_database.dsn) as deployer, empty_database.connect() as connection:
        deployer.deploy(upto="0018")
        connection.execute(SETUP)
        deployer.deploy()
        assert deployer.verify() == []
        yield connection


def test_leads_at_the_end_left_with_their_outcome(upgraded: Connection) -> None:
    rows = upgraded.execute(
        """
        select l.is_active, l.completed_at is not null, jsonb_array_length(l.campaign_history),
               l.campaign_history -> 0 ->> 'outcome', l.opted_out, l.booked_at is not null,
               l.current_message_position, c.message_count, l.campaign_history -> 0 ->> 'completedAt',
               l.campaign_history -> 0 ->> 'enrolledAt', l.campaign_history -> 0 ->> 'campaignId' = c.id::text,
               l.campaign_history -> 0 ->> 'campaignName' = c.name,
               (l.campaign_history -> 0 ->> 'messagesReceived')::integer
          from drip.leads as l join drip.campaigns as c on c.id = l.campaign_link_id
        """
    ).fetchall()
    assert len(rows) == 4 * 5 * 2 * 2 * 2
    still_active = 0
    for (
        is_active,
        is_completed,
        entries,
        outcome,
        opted_out,
        is_booked,
        position,
        count,
        completed_at,
        enrolled_at,
        same_id,
        same_name,
        received,
    ) in rows:
        if is_active:
            assert not (count > 0 and position >= count)
            assert (is_completed, entries) == (False, 0)
            still_active += 1
            continue
        assert (is_completed, entries, same_id, same_name, received) == (True, 1, True, True, position)
        assert enrolled_at == "2025-09-01T08:00:00.123Z"
        finished = count > 0 and position >= count
        expected = "opted_out" if opted_out else "booked" if is_booked else "completed" if finished else "abandoned"
        assert outcome == expected
        assert completed_at == "2025-10-05T09:30:00.500Z" or finished
    assert still_active == 4 * (3 + 1 + 5 + 2)


def test_templates_became_sequences(upgraded: Connection) -> None:
    rows: dict[str, list[dict[str, object]]] = dict(
        upgraded.execute("select c.name, c.messages from drip.campaigns as c").fetchall()
    )
    assert rows["Template"] == [{"step": 1, "delayMinutes": 0, "text": "Hi {{firstName}}", "type": "sms"}]
    assert rows["Both"][0]["text"] == "new"
    assert rows["Empty"] == []


def test_initial_counts_are_a_recount(upgraded: Connection) -> None:
    assert upgraded.execute("select * from drip.verify_campaign_stats()").fetchall() == []
    assert one(upgraded, "select sum(c.active_leads_count + c.completed_leads_count) from drip.campaigns as c") != 0
    assert one(upgraded, "select count(*) from drip_internal.campaign_stat_deltas") == 0


def test_leads_without_campaign_have_no_history(upgraded: Connection) -> None:
    rows = upgraded.execute(
        "select l.is_active, l.completed_at, l.campaign_history from drip.leads as l where l.campaign_link_id is null "
        "order by l.is_active"
    ).fetchall()
    assert rows == [(False, None, []), (True, None, [])]


def test_the_sweep_agrees_with_the_repair(upgraded: Connection) -> None:
    """0019 spells the exit rule out; leads that it took out are those that drip_internal.lead_exits would."""
    upgraded.execute(
        "create table public.taken as select l.id, l.campaign_history -> 0 ->> 'outcome' as outcome from drip.leads as l "
        "where l.updated_at > '2025-10-06' and not l.is_active and l.campaign_link_id is not null"
    )
    upgraded.execute(
        "update drip.leads as l set is_active = true, campaign_history = '[]' from public.taken as t where t.id = l.id"
    )
    differing = upgraded.execute(
        "select t.outcome, x.outcome from public.taken as t join drip_internal.lead_exits as x on x.id = t.id "
        "where x.outcome is distinct from t.outcome"
    ).fetchall()
    assert one(upgraded, "select count(*) from public.taken") == 4 * (2 + 4 + 0 + 3)
    assert differing == []


def test_rolling_back_and_applying_again_brings_everything_back(upgraded: Connection) -> None:
    upgraded.execute("call drip.de_enroll_all_clients()")
    upgraded.execute("update drip.campaigns set is_active = false where name = 'Both'")
    tables = {
        "leads": "select l.id, l.is_active, l.enrolled_at, l.completed_at, l.campaign_history, l.updated_at from drip.leads as l",
        "campaigns": "select c.id, c.messages, c.is_active, c.deactivated_at, c.last_enrollment_at, c.completed_leads_count, "
        "c.booked_count, c.opted_out_count, c.active_leads_count, c.abandoned_count from drip.campaigns as c",
        "runs": "select r.id, r.status, r.leads_processed, r.started_at, r.finished_at from drip.de_enrollment_runs as r",
    }
    before = {name: sorted(upgraded.execute(query).fetchall(), key=str) for name, query in tables.items()}
    with Deployer(upgraded.info.dsn) as deployer:
        for target in ("0022", "0021", "0020", "0019", "0018", "0000"):
            deployer.rollback(target)
            deployer.deploy()
            after = {name: sorted(upgraded.execute(query).fetchall(), key=str) for name, query in tables.items()}
            assert after == before, target
            assert deployer.verify() == []
    assert upgraded.execute("select * from drip.verify_campaign_stats()").fetchall() == []
    leftovers = upgraded.execute("select c.relname from pg_class as c where c.relname like 'archive_%'").fetchall()
    assert leftovers == []


def test_settings_and_refusals_survive_without_enrollment(upgraded: Connection) -> None:
    """Folded and pending, through a rollback of 0022 alone and of more."""
    upgraded.execute(
        "update drip.campaigns set reenroll_outcomes = '{completed,booked}', reenroll_after_days = 30 where name = 'Three'"
    )
    upgraded.execute("update drip.campaigns set is_active = false where name = 'Both'")
    enroll = (
        "select e.result from drip.campaigns as c cross join lateral drip.enroll_leads(c.client_id, c.id, "
        '\'[{"phone": "+12025550101"}, {"phone": "+12025550102"}, {"phone": "+12025550101"}]\') as e '
        "where c.name = %s"
    )
    for name in ("Three", "Both", "Empty"):
        upgraded.execute(enroll, (name,))
    upgraded.execute("select drip.fold_campaign_stats()")
    upgraded.execute(enroll, ("Three",))
    refused = "c.refused_already_enrolled_count, c.refused_campaign_inactive_count, c.refused_in_another_campaign_count"
    view = f"select c.name, {refused}, c.last_enrollment_at from drip.campaign_statistics as c order by c.name"
    settings = "select c.name, c.reenroll_outcomes, c.reenroll_after_days from drip.campaigns as c order by c.name"
    before = (upgraded.execute(view).fetchall(), upgraded.execute(settings).fetchall())
    assert [row[:4] for row in before[0]] == [
        ("Both", 0, 3, 0),
        ("Empty", 1, 0, 0),
        ("Template", 0, 0, 0),
        ("Three", 4, 0, 0),
    ]
    assert before[1][3] == ("Three", ["completed", "booked"], 30)
    with Deployer(upgraded.info.dsn) as deployer:
        for target in ("0021", "0020", "0000"):
            deployer.rollback(target)
            deployer.deploy()
            assert (upgraded.execute(view).fetchall(), upgraded.execute(settings).fetchall()) == before, target
            assert deployer.verify() == []
    assert upgraded.execute("select * from drip.verify_campaign_stats()").fetchall() == []
    folded = f"select c.name, {refused}, c.last_enrollment_at from drip.campaigns as c order by c.name"
    upgraded.execute("select drip.fold_campaign_stats()")
    assert upgraded.execute(folded).fetchall() == before[0]


def test_a_campaign_deleted_while_enrollment_was_away_stays_away(upgraded: Connection) -> None:
    upgraded.execute("update drip.campaigns set reenroll_after_days = 7")
    with Deployer(upgraded.info.dsn) as deployer:
        deployer.rollback("0021")
        upgraded.execute(
            "delete from drip.leads where campaign_link_id in (select id from drip.campaigns where name = 'Both')"
        )
        upgraded.execute("delete from drip.campaigns where name = 'Both'")
        upgraded.execute(
            "insert into drip.campaigns (client_id, name) values ('c0000000-0000-4000-8000-000000000001', 'Meanwhile')"
        )
        deployer.deploy()
        assert deployer.verify() == []
    rows = upgraded.execute(
        "select c.name, c.reenroll_after_days, c.refused_opted_out_count from drip.campaigns as c order by c.name"
    ).fetchall()
    assert rows == [("Empty", 7, 0), ("Meanwhile", None, 0), ("Template", 7, 0), ("Three", 7, 0)]


def test_a_lead_that_left_while_the_history_was_away_gets_its_entry(upgraded: Connection) -> None:
    with Deployer(upgraded.info.dsn) as deployer:
        deployer.rollback("0018")
        upgraded.execute(
            "update drip.leads set is_active = false, opted_out = true, updated_at = '2026-01-01+00' where is_active"
        )
        deployer.deploy()
    rows = upgraded.execute(
        "select distinct l.campaign_history -> 0 ->> 'outcome', jsonb_array_length(l.campaign_history) from drip.leads as l "
        "where l.updated_at = '2026-01-01+00' and l.campaign_link_id is not null"
    ).fetchall()
    assert rows == [("opted_out", 1)]


def test_campaigns_whose_messages_are_no_sequence_are_named(empty_database: Database) -> None:
    with Deployer(empty_database.dsn) as deployer, empty_database.connect() as connection:
        deployer.deploy(upto="0019")
        connection.execute(
            "insert into drip.clients (id, name) values ('c0000000-0000-4000-8000-000000000001', 'Acme')"
        )
        connection.execute(
            "insert into drip.campaigns (client_id, name, messages) values "
            "('c0000000-0000-4000-8000-000000000001', 'Broken', '[{\"step\": 2}]')"
        )
        with pytest.raises(PgDripError, match=r"no sequence: Broken \(") as caught:
            deployer.deploy()
        assert caught.value.sqlstate == "DR007"
        connection.execute("update drip.campaigns set messages = '[]'")
        assert deployer.deploy().applied == MIGRATIONS[2:]


def test_each_migration_runs_under_psql(empty_database: Database) -> None:
    """As a DBA who deploys by hand would, up, down and up again."""
    folder = ROOT / "sql" / "migrations"
    files = [folder / f"{migration.id}.sql" for migration in read(folder)]
    rollbacks = [path.with_suffix(".rollback.sql") for path in reversed(files)]
    for path in (*files, *rollbacks, *files):
        done = subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path)],
            env=empty_database.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with Deployer(empty_database.dsn) as deployer:
        with pytest.raises(DeployError, match=r"already exists\. If migrations were applied with psql"):
            deployer.deploy()
        result = deployer.deploy(applied_by_hand="0026")
        assert result.applied == []
        assert deployer.verify() == []
        assert [entry.operation for entry in deployer.history()] == ["mark"] * len(MIGRATIONS)


def test_a_template_edited_while_0020_was_away_becomes_the_sequence(upgraded: Connection) -> None:
    with Deployer(upgraded.info.dsn) as deployer:
        deployer.rollback("0019")
        assert one(upgraded, "select c.messages from drip.campaigns as c where c.name = 'Template'") is None
        upgraded.execute("update drip.campaigns set message_template = 'New text' where name = 'Template'")
        deployer.deploy()
    assert (
        one(upgraded, "select c.messages -> 0 ->> 'text' from drip.campaigns as c where c.name = 'Template'")
        == "New text"
    )
    assert one(upgraded, "select c.messages -> 0 ->> 'text' from drip.campaigns as c where c.name = 'Both'") == "new"
