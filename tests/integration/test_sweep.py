"""The sweeps as they run in production: CALL, with a COMMIT after each batch."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.data import NOON, NOON_IN_HISTORY, minutes

# ---------------------------------------------------------------- who leaves


def test_with_nothing_given_everyone_who_is_due_leaves(db: Connection) -> None:
    for name in ("Acme", "Zeta"):
        client = data.make_client(db, name)
        standard = data.make_campaign(db, client, "Standard", steps=3)
        paused = data.make_campaign(db, client, "Paused", steps=1, is_paused=True)
        retired = data.make_campaign(db, client, "Retired", steps=2)
        empty = data.make_campaign(db, client, "Empty", steps=0)
        data.make_leads(db, client, standard, 4, position=3, name="completed")
        data.make_leads(db, client, standard, 2, position=9, name="completed over position")
        data.make_leads(db, client, standard, 3, position=1, booked_at=NOON, name="booked")
        data.make_leads(db, client, empty, 1, position=0, opted_out=True, name="opted_out of an empty campaign")
        data.make_leads(db, client, paused, 2, position=1, name="completed in a paused campaign")
        data.make_leads(
            db, client, standard, 2, position=3, opted_out=True, booked_at=NOON, name="opted_out and booked"
        )
        data.make_leads(db, client, retired, 2, position=0, name="campaign_deleted, retired")
        data.make_leads(db, client, None, 1, position=0, name="campaign_missing")
        data.make_leads(db, client, standard, 5, position=2, name="stays")
        data.make_leads(db, client, paused, 2, position=0, name="stays, paused")
        data.make_leads(db, client, empty, 3, position=7, name="stays, empty")
        db.execute("update drip.campaigns set is_active = false where id = %s", (retired,))
    before = data.rows(db, "select * from drip.leads where first_name like 'stays%' order by id")

    row = db.execute("call drip.de_enroll_all_clients()").fetchone()

    assert row is not None
    assert data.figures(db, row[0]) == {
        "found": 34,
        "processed": 34,
        "completed": 16,
        "booked": 6,
        "opted_out": 6,
        "campaign_deleted": 6,
        "batches": 2,
    }
    assert data.run(db, row[0])["status"] == "succeeded"
    for outcome in ("completed", "booked", "opted_out"):
        assert set(
            data.column(
                db,
                "select campaign_history -> 0 ->> 'outcome' from drip.leads where first_name like %s",
                f"{outcome}%",
            )
        ) == {outcome}
    assert data.value(db, "select bool_and(not is_active) from drip.leads where first_name not like 'stays%'")
    assert data.rows(db, "select * from drip.leads where first_name like 'stays%' order by id") == before
    assert data.entries(db) == {0: 20, 1: 34}
    data.assert_statistics_are_folded(db)


def test_a_second_sweep_changes_nothing_and_only_the_fleet_gets_a_row(db: Connection) -> None:
    client, _ = data.make_finished(db, 3)
    data.make_leads(db, client, data.make_campaign(db, client, "Other"), 2, position=1)
    data.sweep_all(db)
    before = data.contents(db)

    assert data.sweep(db, client) is None
    assert data.contents(db) == before

    fleet = data.sweep_all(db)
    after = data.contents(db)
    del before["drip.de_enrollment_runs"], after["drip.de_enrollment_runs"]
    assert after == before
    assert data.figures(db, fleet) == {}
    assert data.run(db, fleet)["status"] == "succeeded"
    assert data.child_runs(db, fleet) == {}
    assert data.runs(db) == 3


def test_an_empty_database_is_swept(db: Connection) -> None:
    fleet = data.sweep_all(db)
    assert data.run(db, fleet)["status"] == "succeeded"
    assert data.run_locks(db) == []


def test_one_client_only(db: Connection) -> None:
    client, _ = data.make_finished(db, 3)
    data.make_finished(db, 4, "Other")
    run = data.sweep(db, client)
    assert data.figures(db, run) == {"found": 3, "processed": 3, "completed": 3, "batches": 1}
    assert data.run(db, run)["fleet_run_id"] is None
    assert data.active(db) == 4
    assert data.run_locks(db) == []


def test_batch_boundaries(db: Connection) -> None:
    for batch_size, batches in ((1, 21), (7, 3), (20, 2), (21, 1), (22, 1), (10_000, 1)):
        client, leads = data.make_finished(db, 21)

        run = data.sweep(db, client, p_batch_size=batch_size)

        assert data.figures(db, run) == {"found": 21, "processed": 21, "completed": 21, "batches": batches}
        row = data.run(db, run)
        assert (row["batch_size"], row["last_processed_id"], row["status"]) == (batch_size, leads[-1], "succeeded")
        # xmin tells the transactions apart: each batch is one.
        transactions = data.value(db, "select count(distinct xmin::text) from drip.leads where client_id = %s", client)
        assert transactions == batches
    assert set(data.entries(db)) == {1}
    data.assert_statistics_are_folded(db)


def test_the_figures_of_a_fleet_run_are_the_sums_of_its_clients(db: Connection) -> None:
    for count, name in ((3, "Acme"), (5, "Beta"), (0, "Idle")):
        client = data.make_client(db, name)
        campaign = data.make_campaign(db, client)
        if count:
            data.make_leads(db, client, campaign, count)
            data.make_leads(db, client, campaign, 2, opted_out=True)
            data.make_leads(db, client, campaign, 1, booked_at=NOON)

    fleet = data.sweep_all(db, p_batch_size=2)

    children = data.child_runs(db, fleet)
    assert set(children) == {"Acme", "Beta"}
    sums = [
        "leads_found",
        "leads_processed",
        "leads_completed",
        "leads_booked",
        "leads_opted_out",
        "leads_campaign_deleted",
        "leads_skipped",
        "leads_failed",
        "batches",
        "failed_batches",
    ]
    row = data.run(db, fleet)
    assert [row[name] for name in sums] == [sum(child[name] for child in children.values()) for name in sums]
    assert [row[name] for name in sums] == [14, 14, 8, 2, 4, 0, 0, 0, 7, 0]
    for child in children.values():
        outcomes = sum(child[f"leads_{outcome}"] for outcome in data.OUTCOMES)
        assert child["leads_processed"] == outcomes == child["leads_found"]


def test_the_moment_given_is_the_moment_recorded(db: Connection) -> None:
    client, _ = data.make_finished(db, 3)
    data.make_finished(db, 2, "Other")

    run = data.sweep(db, client, p_now=NOON, p_batch_size=2)
    fleet = data.sweep_all(db, p_now=NOON)

    assert set(data.column(db, "select completed_at from drip.leads")) == {NOON}
    assert set(data.column(db, "select updated_at from drip.leads")) == {NOON}
    assert set(data.column(db, "select campaign_history -> 0 ->> 'completedAt' from drip.leads")) == {NOON_IN_HISTORY}
    for started in (run, fleet):
        row = data.run(db, started)
        assert (row["started_at"], row["finished_at"]) == (NOON, NOON)


def test_without_a_moment_each_batch_records_its_own(db: Connection) -> None:
    client, _ = data.make_finished(db, 3)
    before = data.value(db, "select clock_timestamp()")
    data.sweep(db, client, p_batch_size=1)
    after = data.value(db, "select clock_timestamp()")
    moments = data.column(db, "select completed_at from drip.leads order by completed_at")
    assert len(set(moments)) == 3
    assert before <= moments[0] <= moments[-1] <= after


def test_a_history_entry_says_what_happened(db: Connection) -> None:
    client = data.make_client(db)
    campaign = data.make_campaign(db, client, "Überraschung \U0001f389")
    lead = data.make_lead(db, client, campaign, position=5)
    db.execute("update drip.leads set enrolled_at = '2031-05-01 14:00:00.5+02' where id = %s", (lead,))
    data.sweep_all(db, p_now=NOON)
    assert data.lead(db, lead)["campaign_history"] == [
        {
            "campaignId": str(campaign),
            "campaignName": "Überraschung \U0001f389",
            "enrolledAt": "2031-05-01T12:00:00.500Z",
            "completedAt": NOON_IN_HISTORY,
            "messagesReceived": 5,
            "outcome": "completed",
        }
    ]


def test_history_grows_at_its_end(db: Connection) -> None:
    client = data.make_client(db)
    first, second = data.make_campaign(db, client, "First"), data.make_campaign(db, client, "Second")
    lead = data.make_lead(db, client, first)
    data.sweep_all(db, p_now=NOON)
    before = data.lead(db, lead)["campaign_history"]
    db.execute(
        "update drip.leads set campaign_link_id = %s, is_active = true, current_message_position = 3 where id = %s",
        (second, lead),
    )
    data.sweep_all(db, p_now=NOON + minutes(60))
    history = data.lead(db, lead)["campaign_history"]
    assert history[:1] == before
    assert [entry["campaignName"] for entry in history] == ["First", "Second"]
    data.assert_statistics_are_folded(db)
    assert data.column(db, "select completed_leads_count from drip.campaigns") == [1, 1]


# ---------------------------------------------------------------- time budget


def test_a_sweep_stops_when_its_time_is_used_up_and_the_next_goes_on(db: Connection) -> None:
    client, leads = data.make_finished(db, 5)
    budget = timedelta(microseconds=1)

    run = data.sweep(db, client, p_batch_size=2, p_time_budget=budget)

    assert data.figures(db, run) == {"found": 5, "processed": 2, "completed": 2, "batches": 1}
    row = data.run(db, run)
    assert (row["last_processed_id"], row["status"]) == (leads[1], "succeeded")
    assert data.run_locks(db) == []
    data.assert_statistics_are_folded(db)

    assert data.figures(db, data.sweep(db, client, p_time_budget=minutes(5)))["processed"] == 3
    assert data.entries(db) == {1: 5}


def test_a_fleet_stops_when_its_time_is_used_up_and_the_next_goes_on(db: Connection) -> None:
    for name in ("Acme", "Beta"):
        data.make_finished(db, 3, name)
    first = data.sweep_all(db, p_batch_size=2, p_time_budget=timedelta(microseconds=1))
    assert data.figures(db, first) == {"found": 3, "processed": 2, "completed": 2, "batches": 1}
    assert len(data.child_runs(db, first)) == 1
    second = data.sweep_all(db, p_batch_size=2, p_time_budget=minutes(5))
    assert data.figures(db, second)["processed"] == 4
    assert len(data.child_runs(db, second)) == 2
    assert data.entries(db) == {1: 6}


# ---------------------------------------------------------------- bad input


ONE, ALL = "drip.de_enroll_client", "drip.de_enroll_all_clients"


def test_bad_arguments_change_nothing(db: Connection) -> None:
    client, _ = data.make_finished(db, 2)
    before = data.contents(db)
    bad: list[tuple[dict[str, object], str]] = [
        ({"p_batch_size": 0}, "DR005"),
        ({"p_batch_size": -1}, "DR005"),
        ({"p_batch_size": 10_001}, "DR005"),
        ({"p_batch_size": None}, "DR005"),
        ({"p_time_budget": timedelta(0)}, "DR012"),
        ({"p_time_budget": timedelta(seconds=-1)}, "DR012"),
    ]
    calls = [(ALL, arguments, code) for arguments, code in bad]
    calls += [(ONE, {"p_client_id": client} | arguments, code) for arguments, code in bad]
    calls += [(ONE, {"p_client_id": uuid.UUID(int=7)}, "DR001"), (ONE, {"p_client_id": None}, "DR001")]
    for procedure, arguments, code in calls:
        error = data.error_of(partial(data.call, db, procedure, arguments))

        assert error.sqlstate == code, (procedure, arguments)
        assert error.diag.message_hint
        assert "\n" not in (error.diag.message_primary or "")
        assert data.contents(db) == before, (procedure, arguments)
        assert data.run_locks(db) == []


def test_an_unknown_fleet_run_changes_nothing(db: Connection) -> None:
    client, _ = data.make_finished(db, 2)
    before = data.contents(db)
    data.error_of(lambda: data.sweep(db, client, p_fleet_run_id=uuid.UUID(int=7)))
    assert data.contents(db) == before
    assert data.run_locks(db) == []


def test_inside_a_transaction_block_it_fails_and_changes_nothing(db: Connection) -> None:
    client, _ = data.make_finished(db, 2)
    before = data.contents(db)

    def call_in_transaction(procedure: str, arguments: dict[str, object]) -> None:
        with db.transaction():
            data.call(db, procedure, arguments)

    calls: list[tuple[str, dict[str, object]]] = [(ALL, {}), (ONE, {"p_client_id": client})]
    for procedure, arguments in calls:
        error = data.error_of(partial(call_in_transaction, procedure, arguments))

        assert error.sqlstate == "2D000"
        assert data.contents(db) == before
        assert data.run_locks(db) == [], procedure
    assert data.figures(db, data.sweep_all(db))["processed"] == 2


# ---------------------------------------------------------------- callers who drive their own loop


def test_a_callers_loop_leaves_the_same_state_as_the_procedure(db: Connection) -> None:
    for batch_size in (1, 7, 1000):
        compare_procedure_and_caller(db, batch_size)


def compare_procedure_and_caller(db: Connection, batch_size: int) -> None:
    states = []
    counts = []
    for name in ("procedure", "caller"):
        client = data.make_client(db, name)
        standard = data.make_campaign(db, client, "Standard")
        retired = data.make_campaign(db, client, "Retired", is_active=False)
        empty = data.make_campaign(db, client, "Empty", steps=0)
        number = 0
        for campaign in (standard, retired, empty, None):
            for position in (0, 3, 4):
                for opted_out in (False, True):
                    for booked_at in (None, NOON):
                        number += 1
                        lead = data.make_lead(
                            db, client, campaign, position=position, opted_out=opted_out, booked_at=booked_at
                        )
                        db.execute(
                            "update drip.leads set first_name = %s, enrolled_at = %s where id = %s",
                            (f"Lead {number}", NOON - minutes(60), lead),
                        )
        run = (
            data.sweep(db, client, p_batch_size=batch_size, p_now=NOON)
            if name == "procedure"
            else data.drive(db, client, batch_size, NOON)
        )
        states.append(left_by(db, client))
        counts.append((data.figures(db, run), data.run(db, run)["status"], counters(db, client)))
    assert states[0] == states[1]
    assert counts[0] == counts[1]
    data.assert_statistics_are_folded(db)


def left_by(db: Connection, client: UUID) -> list[tuple[object, ...]]:
    """Everything about a client's leads but the ids."""
    return list(
        db.execute(
            "select l.first_name, l.is_active, l.opted_out, l.booked_at, l.completed_at, l.current_message_position, "
            "       case when l.is_active then null else l.updated_at end, "
            "       (select jsonb_agg(e - 'campaignId') from jsonb_array_elements(l.campaign_history) as e), c.name "
            "  from drip.leads as l left join drip.campaigns as c on c.id = l.campaign_link_id "
            " where l.client_id = %s order by l.first_name",
            (client,),
        ).fetchall()
    )


def counters(db: Connection, client: UUID) -> list[tuple[object, ...]]:
    """A client's counters by campaign."""
    return list(
        db.execute(
            "select name, active_leads_count, completed_leads_count, opted_out_count, booked_count, "
            "       campaign_deleted_count from drip.campaigns where client_id = %s order by name",
            (client,),
        ).fetchall()
    )


def test_the_claim_is_lost_with_its_transaction(database: Database, db: Connection) -> None:
    client, leads = data.make_finished(db, 4)
    with database.connect() as other:
        run = data.value(other, "select drip.start_de_enrollment_run(%s)", client)
        with data.taken_back(other):
            claimed = data.column(other, "select id from drip.get_leads_for_de_enrollment(%s, 2)", client)
            assert claimed == leads[:2]
            other.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, claimed))
    assert data.active(db) == 4
    assert data.figures(db, run) == {}
    assert data.figures(db, data.sweep_all(db))["processed"] == 4


def test_a_moment_with_an_offset_is_one_moment(db: Connection) -> None:
    data.make_finished(db, 1)
    data.sweep_all(db, p_now=datetime.fromisoformat("2031-05-04T14:00:00.250+02:00"))
    assert data.value(db, "select campaign_history -> 0 ->> 'completedAt' from drip.leads") == NOON_IN_HISTORY
