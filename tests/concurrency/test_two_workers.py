"""Two sessions want the same leads: neither waits, and each lead leaves once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.data import NOON


@pytest.fixture
def first(database: Database) -> Iterator[Connection]:
    with database.connect() as connection:
        yield connection


@pytest.fixture
def second(database: Database) -> Iterator[Connection]:
    """A session that fails rather than waits."""
    with database.connect() as connection:
        connection.execute(data.IMPATIENT)
        yield connection


def claim(db: Connection, client: UUID, size: int, cursor: UUID | None = None) -> list[UUID]:
    return data.column(db, "select id from drip.get_leads_for_de_enrollment(%s, %s, %s)", client, size, cursor)


def outcomes(db: Connection, lead: UUID) -> list[str]:
    return [entry["outcome"] for entry in data.lead(db, lead)["campaign_history"]]


# ---------------------------------------------------------------- claims


def test_a_claim_hides_its_leads_from_the_next(first: Connection, second: Connection) -> None:
    client, leads = data.make_finished(first, 10)
    with first.transaction():
        assert claim(first, client, 4) == leads[:4]
        assert claim(second, client, 3) == leads[4:7]
        assert claim(second, client, 100) == leads[4:]
    assert claim(second, client, 100) == leads


def test_a_claim_through_a_cursor_skips_what_others_hold(first: Connection, second: Connection) -> None:
    client, leads = data.make_finished(first, 10)
    with first.transaction():
        first.execute("select from drip.leads where id = any (%s) for update", ([leads[3], leads[6]],))
        assert claim(second, client, 3) == leads[:3]
        assert claim(second, client, 3, leads[2]) == [leads[4], leads[5], leads[7]]
        assert claim(second, client, 3, leads[7]) == leads[8:]


def test_a_batch_passes_over_leads_that_others_hold(first: Connection, second: Connection) -> None:
    client, leads = data.make_finished(first, 6)
    run = data.value(second, "select drip.start_de_enrollment_run(%s)", client)
    with first.transaction():
        claim(first, client, 2)
        second.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads))
        assert data.figures(second, run) == {"processed": 4, "completed": 4, "skipped": 2, "batches": 1}
    second.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads))
    assert data.figures(second, run) == {"processed": 6, "completed": 6, "skipped": 6, "batches": 2}
    assert data.entries(second) == {1: 6}


def test_a_procedure_takes_the_rest_without_waiting(first: Connection, second: Connection) -> None:
    client, leads = data.make_finished(first, 20)
    own = data.value(first, "select drip.start_de_enrollment_run(%s)", client)
    with first.transaction():
        batch = claim(first, client, 5)
        first.execute("select drip.process_de_enrollment_batch(%s, %s)", (own, batch))

        run = data.sweep(second, client, p_batch_size=4)

        figures = data.figures(second, run)
        assert (figures["processed"], figures["completed"]) == (15, 15)
        assert data.run(second, run)["status"] == "succeeded"
        assert data.column(second, "select id from drip.leads where is_active order by id") == leads[:5]
        data.assert_statistics_are_exact(second)
    assert data.sweep(second, client) is None
    assert data.entries(second) == {1: 20}
    first.execute("select drip.finish_de_enrollment_run(%s)", (own,))
    data.assert_statistics_are_folded(second)


def test_a_procedure_takes_the_rest_beside_another_that_stands_still(
    database: Database, first: Connection, second: Connection
) -> None:
    _, leads = data.make_finished(first, 20)
    with data.hold_exits_of(database, leads[7]) as release:
        sweeping = data.in_background(lambda: data.sweep_all(first, p_batch_size=5))
        data.wait_until_waiting(second, data.pid_of(first))

        fleet = data.sweep_all(second, p_batch_size=5)

        # The first committed five, holds five (what it has not reached it does not hold), and leaves ten.
        assert data.figures(second, fleet)["processed"] == 10
        assert data.column(second, "select id from drip.leads where is_active order by id") == leads[5:10]
        release()
        other = sweeping.result(30)
    assert data.figures(second, other)["processed"] == 10
    assert data.entries(second) == {1: 20}
    data.assert_statistics_are_folded(second)


def test_the_last_pass_takes_what_the_first_found_locked(
    database: Database, first: Connection, second: Connection
) -> None:
    client, leads = data.make_finished(first, 6)
    with database.connect() as holder, data.hold_exits_of(database, leads[5]) as release:
        with holder.transaction():
            holder.execute("select from drip.leads where id = any (%s) for update", (leads[:2],))
            sweeping = data.in_background(lambda: data.sweep(second, client, p_batch_size=1))
            data.wait_until_waiting(first, data.pid_of(second))
        release()
        run = sweeping.result(30)
    assert data.figures(first, run)["processed"] == 6
    assert data.figures(first, run)["skipped"] == 2
    assert data.run(first, run)["last_processed_id"] == leads[1]
    assert data.entries(first) == {1: 6}


@pytest.mark.parametrize("batch_size", [7, 100])
def test_two_procedures_at_once_take_each_lead_once(database15: Database, batch_size: int) -> None:
    start = threading.Barrier(2)

    def work() -> UUID | None:
        with database15.connect() as connection:
            connection.execute(data.IMPATIENT)
            start.wait(30)
            return data.sweep(connection, client, p_batch_size=batch_size)

    with database15.connect() as db:
        client, _ = data.make_finished(db, 5_000)
        runs = [worker.result(60) for worker in [data.in_background(work) for _ in range(2)]]
        assert data.entries(db) == {1: 5_000}
        figures = [data.figures(db, run) for run in runs if run is not None]
        assert sum(figure["processed"] for figure in figures) == 5_000
        assert sum(figure["completed"] for figure in figures) == 5_000
        assert {data.run(db, run)["status"] for run in runs if run is not None} == {"succeeded"}
        data.assert_statistics_are_exact(db)
        db.execute("select drip.fold_campaign_stats()")
        data.assert_statistics_are_folded(db)


# ---------------------------------------------------------------- a person acts while a sweep is at work


@pytest.mark.parametrize(
    ("act", "mark"),
    [("select drip.opt_out(%s, %s)", "opted_out"), ("select drip.record_booking(%s, %s)", "booked_at is not null")],
)
def test_a_sweep_that_is_first_wins_and_the_person_is_still_marked(
    first: Connection, second: Connection, act: str, mark: str
) -> None:
    client, leads = data.make_finished(first, 3)
    run = data.value(first, "select drip.start_de_enrollment_run(%s)", client)
    second.execute("reset lock_timeout")
    with first.transaction():
        first.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads))
        acting = data.in_background(lambda: data.value(second, act, client, leads[1]))
        data.wait_until_waiting(first, data.pid_of(second))
    assert acting.result(30) is True
    assert outcomes(first, leads[1]) == ["completed"]
    assert data.value(first, f"select {mark} from drip.leads where id = %s", leads[1])
    assert data.entries(first) == {1: 3}
    data.assert_statistics_are_exact(first)


@pytest.mark.parametrize(
    ("act", "outcome"),
    [("select drip.opt_out(%s, %s)", "opted_out"), ("select drip.record_booking(%s, %s, 99.5)", "booked")],
)
def test_a_person_who_is_first_wins_and_the_sweep_does_not_wait(
    first: Connection, second: Connection, act: str, outcome: str
) -> None:
    client, leads = data.make_finished(first, 3)
    with first.transaction():
        assert data.value(first, act, client, leads[1]) is True
        run = data.sweep(second, client)
        assert data.figures(second, run)["processed"] == 2
    assert data.sweep(second, client) is None
    assert outcomes(second, leads[1]) == [outcome]
    assert data.entries(second) == {1: 3}
    data.assert_statistics_are_exact(second)


def test_a_booking_that_is_taken_back_leaves_the_lead_to_the_sweep(first: Connection, second: Connection) -> None:
    client, leads = data.make_finished(first, 2)
    with data.taken_back(first):
        data.value(first, "select drip.record_booking(%s, %s)", client, leads[0])
        data.sweep(second, client)
    data.sweep(second, client)
    assert [outcomes(second, lead) for lead in leads] == [["completed"], ["completed"]]


def test_people_and_sweeps_at_once_make_one_entry_each(database15: Database) -> None:
    start = threading.Barrier(4)

    def act(statement: str, chosen: list[UUID]) -> int:
        with database15.connect() as connection:
            start.wait(30)
            return sum(bool(data.value(connection, statement, client, lead)) for lead in chosen)

    def sweep_on() -> None:
        with database15.connect() as connection:
            start.wait(30)
            for _ in range(3):
                data.sweep(connection, client, p_batch_size=3)

    with database15.connect() as db:
        client, leads = data.make_finished(db, 400)
        opting_out = data.in_background(lambda: act("select drip.opt_out(%s, %s)", leads[:300][::-1]))
        booking = data.in_background(lambda: act("select drip.record_booking(%s, %s)", leads[100:]))
        sweepers = [data.in_background(sweep_on) for _ in range(2)]
        assert [opting_out.result(60), booking.result(60)] == [300, 300]
        for sweeper in sweepers:
            sweeper.result(60)
        assert data.entries(db) == {1: 400}
        assert data.value(db, "select count(*) from drip.leads where opted_out") == 300
        assert data.value(db, "select count(*) from drip.leads where booked_at is not null") == 300
        data.assert_statistics_are_exact(db)


def test_a_lead_that_moves_on_before_the_batch_is_judged_again(first: Connection, second: Connection) -> None:
    client, leads = data.make_finished(first, 3)
    other = data.make_campaign(first, client, "Longer", steps=5)
    run = data.value(first, "select drip.start_de_enrollment_run(%s)", client)
    second.execute("update drip.leads set campaign_link_id = %s where id = %s", (other, leads[1]))
    first.execute("select drip.process_de_enrollment_batch(%s, %s, %s)", (run, leads, NOON))
    assert data.figures(first, run) == {"processed": 2, "completed": 2, "skipped": 1, "batches": 1}
    assert data.lead(first, leads[1])["is_active"]
    data.assert_statistics_are_exact(first)


def test_a_lead_that_moves_on_while_the_claim_waits_is_judged_by_what_it_is_then(
    first: Connection, second: Connection
) -> None:
    """The message that was acknowledged last is taken back just while somebody takes the lead out by hand."""
    client, leads = data.make_finished(first, 1)
    second.execute("reset lock_timeout")
    with first.transaction():
        first.execute("update drip.leads set current_message_position = 1 where id = %s", (leads[0],))
        removing = data.in_background(
            lambda: data.value(second, "select drip.de_enroll_lead(%s, %s)", client, leads[0])
        )
        data.wait_until_waiting(first, data.pid_of(second))
    assert removing.result(30) is True
    (entry,) = data.lead(first, leads[0])["campaign_history"]
    assert (entry["outcome"], entry["messagesReceived"]) == ("abandoned", 1)


def test_a_claim_goes_on_beyond_a_batch_that_others_hold(first: Connection, second: Connection) -> None:
    """A caller takes an empty claim for the end: it must not be one while others behind the held ones are due."""
    client, leads = data.make_finished(first, 9)
    with first.transaction():
        assert claim(first, client, 3) == leads[:3]
        assert claim(second, client, 3) == leads[3:6]
        assert claim(second, client, 9) == leads[3:]


@pytest.mark.parametrize("leaving", ["opt_out", "record_booking", "de_enroll_lead"])
def test_leaving_does_not_deadlock_with_the_deletion_of_the_campaign(
    first: Connection, second: Connection, leaving: str
) -> None:
    client = data.make_client(first)
    campaign = data.make_campaign(first, client)
    lead = data.make_lead(first, client, campaign, position=1)
    with first.transaction():
        first.execute("select from drip.leads where id = %s for no key update", (lead,))
        deleting = data.in_background(lambda: second.execute("delete from drip.campaigns where id = %s", (campaign,)))
        data.wait_until_waiting(first, second.info.backend_pid)
        assert data.value(first, f"select drip.{leaving}(%s, %s)", client, lead) is True
    deleting.result(timeout=30)
    assert len(data.lead(first, lead)["campaign_history"]) == 1


def test_a_stricter_default_isolation_makes_no_lead_poison(database15: Database) -> None:
    """The procedures judge what others committed meanwhile, whatever isolation the role has by default."""
    with database15.connect() as db, database15.connect() as strict:
        strict.execute("set default_transaction_isolation = 'repeatable read'")
        client, leads = data.make_finished(db, 40)
        with data.hold_exits_of(database15, leads[0]) as release:
            sweeping = data.in_background(lambda: data.sweep(strict, client, p_batch_size=1))
            data.wait_until_waiting(db, strict.info.backend_pid)
            db.execute("update drip.leads set first_name = 'Moved' where id = any (%s)", (leads[1:],))
            release()
            sweeping.result(timeout=30)
        assert data.active(db) == 0
        assert data.value(db, "select count(*) from drip.de_enrollment_errors") == 0
