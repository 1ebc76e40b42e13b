"""Many callers at once: one campaign per form, one successor per key."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from tests.support import data
from tests.support.clusters import Connection, Database

CALLERS = 40


def test_forty_callers_make_one_campaign(database: Database) -> None:
    """For each of several forms, all of them at the same instant; everybody gets it, one is told that it was made."""
    start = threading.Barrier(CALLERS)
    with database.connect() as db:
        client = data.make_client(db)

        def call(_: int) -> list[tuple[UUID, bool]]:
            with database.connect() as connection:
                made = []
                for form in range(5):
                    start.wait()
                    query = "select a.campaign_id, a.created from drip.auto_create_campaign(%s, %s, 'Guide') as a"
                    made += connection.execute(query, (client, f"form_{form}")).fetchall()
                return made

        with ThreadPoolExecutor(CALLERS) as pool:
            answers = list(pool.map(call, range(CALLERS)))
        stored = data.column(db, "select id from drip.campaigns where client_id = %s order by form_id", client)
    assert len(stored) == 5
    for answer in answers:
        assert [campaign for campaign, _ in answer] == stored
    assert Counter(campaign for answer in answers for campaign, created in answer if created) == Counter(stored)


def test_a_caller_waits_for_the_one_that_is_making_it(database: Database) -> None:
    with database.connect() as db, database.connect() as first, database.connect() as second:
        client = data.make_client(db)
        query = "select * from drip.auto_create_campaign(%s, 'form')"
        with first.transaction():
            [(made, created)] = first.execute(query, (client,)).fetchall()
            waiting = data.in_background(lambda: second.execute(query, (client,)).fetchall())
            data.wait_until_waiting(db, data.pid_of(second))
        assert created
        assert waiting.result(30) == [(made, False)]


def test_one_statement_makes_or_waits_for_it_and_describes_it(database: Database) -> None:
    """The HTTP door's one round trip: neither who made it nor who waited for it is told that it is not there."""
    with database.connect() as db, database.connect() as first, database.connect() as second:
        client = data.make_client(db)
        query = (
            "select a.created, drip.describe_campaign(%s, a.campaign_id) ->> 'formId' "
            "  from drip.auto_create_campaign(%s, 'form') as a"
        )
        with first.transaction():
            assert first.execute(query, (client, client)).fetchall() == [(True, "form")]
            waiting = data.in_background(lambda: second.execute(query, (client, client)).fetchall())
            data.wait_until_waiting(db, data.pid_of(second))
        assert waiting.result(30) == [(False, "form")]


def test_a_caller_makes_it_when_the_other_gives_up(database: Database) -> None:
    with database.connect() as db, database.connect() as first, database.connect() as second:
        client = data.make_client(db)
        query = "select * from drip.auto_create_campaign(%s, 'form')"
        with data.taken_back(first):
            [(lost, _)] = first.execute(query, (client,)).fetchall()
            waiting = data.in_background(lambda: second.execute(query, (client,)).fetchall())
            data.wait_until_waiting(db, data.pid_of(second))
        [(made, created)] = waiting.result(30)
        assert created
        assert made != lost
        assert data.column(db, "select id from drip.campaigns") == [made]


def test_an_existing_campaign_is_found_while_somebody_changes_it(database: Database) -> None:
    with database.connect() as first, database.connect() as second:
        second.execute(data.IMPATIENT)
        client = data.make_client(first)
        query = "select * from drip.auto_create_campaign(%s, 'form')"
        [(made, _)] = first.execute(query, (client,)).fetchall()
        with first.transaction():
            first.execute("""select drip.update_campaign(%s, %s, '{"name": "Changing"}')""", (client, made))
            assert second.execute(query, (client,)).fetchall() == [(made, False)]


def test_two_patches_of_different_fields_are_both_kept(database: Database) -> None:
    """The second waits, and patches what the first left."""
    with database.connect() as db, database.connect() as first, database.connect() as second:
        client = data.make_client(db)
        campaign = data.make_campaign(db, client)
        query = "select drip.update_campaign(%s, %s, %s)"
        with first.transaction():
            first.execute(query, (client, campaign, '{"name": "First"}'))
            waiting = data.in_background(
                lambda: second.execute(query, (client, campaign, '{"isPaused": true}')).fetchall()
            )
            data.wait_until_waiting(db, data.pid_of(second))
        [(seen,)] = waiting.result(30)
        assert (seen["name"], seen["isPaused"]) == ("First", True)


def test_two_patches_that_want_one_form_leave_it_to_one(database: Database) -> None:
    with database.connect() as db, database.connect() as first, database.connect() as second:
        client = data.make_client(db)
        one, other = data.make_campaign(db, client, "One"), data.make_campaign(db, client, "Other")
        query = 'select drip.update_campaign(%s, %s, \'{"formId": "form"}\')'
        with first.transaction():
            first.execute(query, (client, one))
            waiting = data.in_background(lambda: second.execute(query, (client, other)))
            data.wait_until_waiting(db, data.pid_of(second))
        with pytest.raises(psycopg.Error) as refused:
            waiting.result(30)
        assert refused.value.sqlstate == "DR015"
        assert data.column(db, "select name from drip.campaigns where form_id = 'form'") == ["One"]


def test_deleting_counts_the_lead_that_was_enrolling(database: Database) -> None:
    with database.connect() as db, database.connect() as first, database.connect() as second:
        client = data.make_client(db)
        campaign = data.make_campaign(db, client)
        data.make_leads(db, client, campaign, 3, position=0)
        with first.transaction():
            data.make_lead(first, client, campaign, position=0)
            waiting = data.in_background(
                lambda: data.value(second, "select drip.delete_campaign(%s, %s)", client, campaign)
            )
            data.wait_until_waiting(db, data.pid_of(second))
        assert waiting.result(30) == 4
        assert data.active(db) == 0
        data.assert_statistics_are_exact(db)


# ---------------------------------------------------------------- keys


def make_key(db: Connection) -> tuple[UUID, str]:
    [made] = db.execute("select id, key from drip.create_api_key()").fetchall()
    return made


def test_a_key_that_two_rotate_at_once_has_one_successor(database: Database) -> None:
    with database.connect() as db, database.connect() as first, database.connect() as second:
        key, _ = make_key(db)
        with first.transaction():
            first.execute("select drip.rotate_api_key(%s)", (key,))
            waiting = data.in_background(lambda: second.execute("select drip.rotate_api_key(%s)", (key,)))
            data.wait_until_waiting(db, data.pid_of(second))
        with pytest.raises(psycopg.Error) as refused:
            waiting.result(30)
        assert refused.value.sqlstate == "DR018"
        assert data.value(db, "select count(*) from drip.list_api_keys() where status = 'live'") == 2


def test_nobody_waits_to_note_a_keys_use(database: Database) -> None:
    query = "select a.id from drip.authenticate_api_key(sha256(convert_to(%s, 'UTF8'))) as a"
    with database.connect() as first, database.connect() as second:
        second.execute(data.IMPATIENT)
        key, text = make_key(first)
        with first.transaction():
            assert data.column(first, query, text) == [key]
            assert data.column(second, query, text) == [key]


def test_events_of_many_are_all_counted(database: Database) -> None:
    start = threading.Barrier(8)
    at = "2031-05-04T12:00:00Z"

    def record(_: int) -> None:
        with database.connect() as connection:
            start.wait()
            for _ in range(25):
                connection.execute("select drip.record_api_event('invalid_key', '/api/leads', 1, %s)", (at,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(8)))
    with database.connect() as db:
        assert db.execute("select e.path, e.events from drip.api_events as e").fetchall() == [("/api/leads", 200)]
