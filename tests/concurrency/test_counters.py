"""Counters are exact at every instant, whoever writes."""

from __future__ import annotations

import os
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from uuid import UUID

import psycopg
import pytest
from psycopg import errors as pg

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.data import NOON

WRITERS = 6
OPERATIONS = 100
SEED = int(os.environ.get("DRIP_SEED", "2"))


class Writer:
    """Does random things to leads and campaigns, and notes which operation failed with which SQLSTATE."""

    def __init__(self, database: Database, clients: list[UUID], lasting: dict[UUID, list[UUID]], seed: int) -> None:
        self.database = database
        self.clients = clients
        self.lasting = lasting
        self.chance = random.Random(seed)
        self.failures: Counter[tuple[str, str | None]] = Counter()
        self.done: Counter[str] = Counter()

    def run(self) -> Writer:
        operations: list[tuple[Callable[[Connection, UUID], None], int]] = [
            (self.insert_into_lasting_campaign, 5),
            (self.insert_into_any_campaign, 5),
            (self.insert_with_history, 1),
            (self.finish, 6),
            (self.mark, 4),
            (self.transfer, 5),
            (self.opt_out, 3),
            (self.book, 3),
            (self.remove, 2),
            (self.delete_leads, 2),
            (self.roll_back, 2),
            (self.make_campaign, 2),
            (self.retire_campaign, 1),
            (self.delete_campaign, 1),
            (self.fold, 4),
            (self.fold_all, 2),
            (self.sweep, 5),
            (self.sweep_all, 1),
            (self.drive, 1),
            (self.fix_stuck, 1),
        ]
        with self.database.connect() as connection:
            connection.execute("set statement_timeout = '60s'")
            for _ in range(OPERATIONS):
                (operation,) = self.chance.choices([o for o, _ in operations], [w for _, w in operations])
                try:
                    operation(connection, self.chance.choice(self.clients))
                except psycopg.Error as error:
                    self.failures[operation.__name__, error.sqlstate] += 1
                self.done[operation.__name__] += 1
        return self

    def some_campaign(self, db: Connection, client: UUID) -> UUID:
        return UUID(
            str(self.chance.choice(data.column(db, "select id from drip.campaigns where client_id = %s", client)))
        )

    def some_leads(self, db: Connection, client: UUID, count: int) -> list[UUID]:
        """Near a random id, so that no two sessions choose in the same order."""
        start = uuid.UUID(int=self.chance.getrandbits(128))
        found = data.column(
            db, "select id from drip.leads where client_id = %s and id > %s order by id limit %s", client, start, count
        )
        self.chance.shuffle(found)
        return found

    def insert_into_lasting_campaign(self, db: Connection, client: UUID) -> None:
        campaign = self.chance.choice(self.lasting[client])
        data.make_leads(db, client, campaign, self.chance.randint(1, 8), position=self.chance.randint(0, 4))

    def insert_into_any_campaign(self, db: Connection, client: UUID) -> None:
        campaign = self.some_campaign(db, client)
        data.make_leads(db, client, campaign, self.chance.randint(1, 8), position=self.chance.randint(0, 4))

    def insert_with_history(self, db: Connection, client: UUID) -> None:
        db.execute(
            "insert into drip.leads (client_id, is_active, campaign_history) select l.client_id, false, "
            "l.campaign_history from drip.leads as l where l.id = any (%s)",
            (self.some_leads(db, client, 3),),
        )

    def finish(self, db: Connection, client: UUID) -> None:
        db.execute(
            "update drip.leads set current_message_position = current_message_position + 1 where id = any (%s)",
            (self.some_leads(db, client, 10),),
        )

    def mark(self, db: Connection, client: UUID) -> None:
        column = self.chance.choice(["opted_out = true", "booked_at = now()", "is_active = false"])
        db.execute(
            f"update drip.leads set {column} where id = any (%s)",
            (self.some_leads(db, client, 3),),
        )

    def transfer(self, db: Connection, client: UUID) -> None:
        db.execute(
            "update drip.leads set campaign_link_id = %s, is_active = true, current_message_position = 0, "
            "enrolled_at = clock_timestamp(), opted_out = false, booked_at = null where id = any (%s)",
            (self.some_campaign(db, client), self.some_leads(db, client, 6)),
        )

    def opt_out(self, db: Connection, client: UUID) -> None:
        for lead in self.some_leads(db, client, 2):
            db.execute("select drip.opt_out(%s, %s)", (client, lead))

    def book(self, db: Connection, client: UUID) -> None:
        for lead in self.some_leads(db, client, 2):
            db.execute("select drip.record_booking(%s, %s, 10)", (client, lead))

    def remove(self, db: Connection, client: UUID) -> None:
        for lead in self.some_leads(db, client, 2):
            db.execute("select drip.de_enroll_lead(%s, %s)", (client, lead))

    def delete_leads(self, db: Connection, client: UUID) -> None:
        db.execute("delete from drip.leads where id = any (%s)", (self.some_leads(db, client, 4),))

    def roll_back(self, db: Connection, client: UUID) -> None:
        with db.transaction(force_rollback=True):
            self.transfer(db, client)
            self.opt_out(db, client)

    def make_campaign(self, db: Connection, client: UUID) -> None:
        data.make_campaign(db, client, "Passing", steps=self.chance.randint(0, 3))

    def retire_campaign(self, db: Connection, client: UUID) -> None:
        campaign = self.some_campaign(db, client)
        if campaign not in self.lasting[client]:
            db.execute("update drip.campaigns set is_active = false where id = %s", (campaign,))

    def delete_campaign(self, db: Connection, client: UUID) -> None:
        campaign = self.some_campaign(db, client)
        if campaign not in self.lasting[client]:
            db.execute("delete from drip.campaigns where id = %s", (campaign,))

    def fold(self, db: Connection, client: UUID) -> None:
        db.execute("select drip.fold_campaign_stats(%s)", (client,))

    def fold_all(self, db: Connection, _: UUID) -> None:
        db.execute("select drip.fold_campaign_stats()")

    def sweep(self, db: Connection, client: UUID) -> None:
        data.sweep(db, client, p_batch_size=self.chance.choice([1, 5, 1000]))

    def sweep_all(self, db: Connection, _: UUID) -> None:
        data.sweep_all(db, p_batch_size=5)

    def drive(self, db: Connection, client: UUID) -> None:
        data.drive(db, client, 20)

    def fix_stuck(self, db: Connection, client: UUID) -> None:
        db.execute("select drip.fix_stuck_leads(%s)", (client,))


# What may happen to somebody who writes rows directly, several at once and in any order, while others do the same.
MAY_DEADLOCK = {
    "finish",
    "mark",
    "transfer",
    "delete_leads",
    "delete_campaign",
    "roll_back",
    "opt_out",
    "book",
    "remove",
}
# The campaign went away between the choice and the write.
MAY_MISS_CAMPAIGN = {"insert_into_any_campaign", "transfer", "roll_back"}
# The lead went away.
MAY_MISS_LEAD = {"opt_out", "book", "remove", "roll_back"}


def is_acceptable(operation: str, code: str | None) -> bool:
    return (
        (code == "40P01" and operation in MAY_DEADLOCK)
        or (code == "23503" and operation in MAY_MISS_CAMPAIGN)
        or (code == "DR003" and operation in MAY_MISS_LEAD)
    )


def all_done(work: list[Future[Writer]]) -> bool:
    return all(writer.done() for writer in work)


def test_counters_are_exact_at_every_instant(database: Database) -> None:
    with database.connect() as db:
        clients = [data.make_client(db, name) for name in ("Acme", "Beta")]
        lasting = {client: [data.make_campaign(db, client, f"Lasting {n}") for n in range(3)] for client in clients}
        for client in clients:
            for campaign in lasting[client]:
                for position in range(5):
                    data.make_leads(db, client, campaign, 30, position=position)
        writers = [Writer(database, clients, lasting, SEED * 1000 + number) for number in range(WRITERS)]
        work = [data.in_background(writer.run) for writer in writers]

        instants = 0
        while not all_done(work):
            data.assert_statistics_are_exact(db)
            instants += 1

        failures: Counter[tuple[str, str | None]] = Counter()
        for future in work:
            failures.update(future.result(60).failures)
        assert [failure for failure in failures if not is_acceptable(*failure)] == []
        assert sum(failures.values()) < WRITERS * OPERATIONS / 4
        assert instants > 5
        data.assert_statistics_are_exact(db)
        db.execute("select drip.fold_campaign_stats()")
        data.assert_statistics_are_folded(db)
        assert data.value(db, "select count(*) from drip.leads where is_active and campaign_link_id is null") == 0
        assert data.run_locks(db) == []
        data.sweep_all(db)
        assert data.rows(db, "select * from drip.stuck_leads where outcome is not null") == []
        data.assert_statistics_are_folded(db)


# ---------------------------------------------------------------- folds


def test_a_fold_leaves_what_another_holds_and_does_not_wait(database: Database) -> None:
    with database.connect() as first, database.connect() as second:
        second.execute(data.IMPATIENT)
        client = data.make_client(first)
        data.make_leads(first, client, data.make_campaign(first, client), 10)
        with first.transaction():
            assert data.value(first, "select drip.fold_campaign_stats()") == 1
            assert data.value(second, "select drip.fold_campaign_stats()") == 0
            assert data.value(second, "select drip.fold_campaign_stats(%s)", client) == 0
            data.assert_statistics_are_exact(first)
            data.assert_statistics_are_exact(second)
            # What comes meanwhile is left to the next fold.
            data.sweep(second, client)
            data.assert_statistics_are_exact(second)
        assert data.value(second, "select drip.fold_campaign_stats()") > 0
        data.assert_statistics_are_folded(second)
        assert data.value(second, "select drip.fold_campaign_stats()") == 0


def test_a_fold_that_is_taken_back_folds_nothing(database15: Database) -> None:
    with database15.connect() as db:
        client = data.make_client(db)
        data.make_leads(db, client, data.make_campaign(db, client), 10)
        with db.transaction(force_rollback=True):
            db.execute("select drip.fold_campaign_stats()")
            data.assert_statistics_are_folded(db)
        data.assert_statistics_are_exact(db)
        assert data.value(db, "select active_leads_count from drip.campaigns") == 0
        assert data.value(db, "select active_leads_count from drip.campaign_statistics") == 10


def test_many_folds_at_once_count_nothing_twice(database: Database) -> None:
    stop = threading.Event()

    def fold_on(whose: UUID | None) -> int:
        folded = 0
        with database.connect() as connection:
            while not stop.is_set():
                folded += data.value(connection, "select drip.fold_campaign_stats(%s)", whose)
        return folded

    def insert(client: UUID) -> None:
        with database.connect() as connection:
            campaigns = data.column(
                connection, "select id from drip.campaigns where client_id = %s order by id", client
            )
            for number in range(100):
                data.make_leads(connection, client, campaigns[number % len(campaigns)], 3)

    with database.connect() as db:
        clients = [data.make_client(db, name) for name in ("Acme", "Beta")]
        for client in clients:
            data.make_campaign(db, client, "One")
            data.make_campaign(db, client, "Two")
        folders = [data.in_background(partial(fold_on, whose)) for whose in (None, None, *clients)]
        inserters = [data.in_background(partial(insert, client)) for client in (*clients, clients[0])]
        try:
            for inserter in inserters:
                inserter.result(60)
        finally:
            stop.set()
        folded = sum(folder.result(60) for folder in folders) + data.value(db, "select drip.fold_campaign_stats()")
        assert folded == 300
        assert data.value(db, "select sum(active_leads_count) from drip.campaigns") == 900
        data.assert_statistics_are_folded(db)


def test_enrolling_does_not_wait_for_a_fold(database: Database) -> None:
    with database.connect() as folder, database.connect() as db:
        db.execute(data.IMPATIENT)
        client = data.make_client(db)
        campaign = data.make_campaign(db, client)
        data.make_leads(db, client, campaign, 2)
        with folder.transaction():
            folder.execute("select drip.fold_campaign_stats()")
            data.make_leads(db, client, campaign, 2)
            data.sweep_all(db)
            data.assert_statistics_are_exact(db)
        data.assert_statistics_are_exact(db)


# ---------------------------------------------------------------- a campaign is deleted while leads come in


@pytest.mark.parametrize("how", ["insert", "transfer"])
def test_a_lead_that_enrolls_first_is_taken_out_by_the_delete(database: Database, how: str) -> None:
    with database.connect() as enroller, database.connect() as deleter:
        client = data.make_client(enroller)
        campaign, other = data.make_campaign(enroller, client, "Doomed"), data.make_campaign(enroller, client, "Other")
        lead = data.make_lead(enroller, client, other, position=0) if how == "transfer" else None
        with enroller.transaction():
            if lead is None:
                lead = data.make_lead(enroller, client, campaign, position=0)
            else:
                enroller.execute("update drip.leads set campaign_link_id = %s where id = %s", (campaign, lead))
            deleting = data.in_background(
                lambda: deleter.execute("delete from drip.campaigns where id = %s", (campaign,)).rowcount
            )
            data.wait_until_waiting(enroller, data.pid_of(deleter))
        assert deleting.result(30) == 1
        row = data.lead(enroller, lead)
        assert (row["is_active"], row["campaign_link_id"]) == (False, None)
        (entry,) = row["campaign_history"]
        assert (entry["campaignName"], entry["outcome"]) == ("Doomed", "campaign_deleted")
        data.assert_statistics_are_exact(enroller)
        assert (
            data.value(
                enroller, "select count(*) from drip_internal.campaign_stat_deltas where campaign_id = %s", campaign
            )
            == 0
        )


@pytest.mark.parametrize("how", ["insert", "transfer"])
def test_a_lead_that_enrolls_into_a_deleted_campaign_is_refused(database: Database, how: str) -> None:
    with database.connect() as enroller, database.connect() as deleter:
        client = data.make_client(enroller)
        campaign, other = data.make_campaign(enroller, client, "Doomed"), data.make_campaign(enroller, client, "Other")
        lead = data.make_lead(enroller, client, other, position=0)

        def enroll() -> None:
            if how == "insert":
                data.make_lead(enroller, client, campaign, position=0)
            else:
                enroller.execute("update drip.leads set campaign_link_id = %s where id = %s", (campaign, lead))

        with deleter.transaction():
            deleter.execute("delete from drip.campaigns where id = %s", (campaign,))
            enrolling = data.in_background(enroll)
            data.wait_until_waiting(deleter, data.pid_of(enroller))
        assert isinstance(enrolling.exception(30), pg.ForeignKeyViolation)
        row = data.lead(deleter, lead)
        assert (row["is_active"], row["campaign_link_id"]) == (True, other)
        assert data.value(deleter, "select count(*) from drip.leads") == 1
        data.assert_statistics_are_exact(deleter)


def test_deleting_in_a_stricter_isolation_never_loses_a_lead(database: Database) -> None:
    """The deleter's snapshot is older than the enrollment, so it cannot take that lead out: it has to fail."""
    with database.connect() as enroller, database.connect() as deleter:
        client = data.make_client(enroller)
        campaign = data.make_campaign(enroller, client, "Doomed")
        deleter.execute("begin isolation level repeatable read")
        data.value(deleter, "select count(*) from drip.leads")
        lead = data.make_lead(enroller, client, campaign, position=0)
        with pytest.raises(pg.SerializationFailure):
            deleter.execute("delete from drip.campaigns where id = %s", (campaign,))
        deleter.execute("rollback")
        assert data.lead(enroller, lead)["campaign_link_id"] == campaign
        data.assert_statistics_are_exact(enroller)


def test_a_sweep_beside_a_delete_takes_each_lead_once(database: Database) -> None:
    with database.connect() as deleter, database.connect() as db:
        db.execute(data.IMPATIENT)
        client = data.make_client(db)
        campaign = data.make_campaign(db, client)
        data.make_leads(db, client, campaign, 5)
        data.make_leads(db, client, campaign, 5, position=0)
        with deleter.transaction():
            deleter.execute("delete from drip.campaigns where id = %s", (campaign,))
            run = data.sweep(db, client)
            assert data.figures(db, run) == {"found": 5, "skipped": 10, "batches": 2}
            data.assert_statistics_are_exact(db)
        assert data.sweep(db, client) is None
        assert data.entries(db) == {1: 10}
        data.assert_statistics_are_folded(db)


def test_enrolling_while_campaigns_are_deleted_loses_nobody(database15: Database) -> None:
    rounds, writers = 25, 3
    start = threading.Barrier(writers + 1)
    campaigns: list[UUID] = []

    def enroll(number: int) -> int:
        made = 0
        with database15.connect() as connection:
            for turn in range(rounds):
                start.wait(30)
                for _ in range(3):
                    try:
                        if number == 0:
                            data.make_lead(connection, client, campaigns[turn], position=0)
                            made += 1
                        else:
                            connection.execute(
                                "update drip.leads set campaign_link_id = %s, is_active = true where id = %s",
                                (campaigns[turn], own[number]),
                            )
                    except (pg.ForeignKeyViolation, pg.DeadlockDetected):
                        break
        return made

    with database15.connect() as db:
        client = data.make_client(db)
        lasting = data.make_campaign(db, client, "Lasting")
        own = [data.make_lead(db, client, lasting, position=0) for _ in range(writers)]
        campaigns += [data.make_campaign(db, client, f"Doomed {turn}") for turn in range(rounds)]
        work = [data.in_background(partial(enroll, number)) for number in range(writers)]
        for campaign in campaigns:
            start.wait(30)
            try:
                db.execute("delete from drip.campaigns where id = %s", (campaign,))
            except pg.DeadlockDetected:
                db.execute("delete from drip.campaigns where id = %s", (campaign,))
        made = sum(worker.result(60) for worker in work)
        assert data.column(db, "select name from drip.campaigns") == ["Lasting"]
        assert data.value(db, "select count(*) from drip.leads") == writers + made
        assert (
            data.value(
                db,
                "select count(*) from drip.leads as l where l.is_active and not exists "
                "(select from drip.campaigns as c where c.id = l.campaign_link_id)",
            )
            == 0
        )
        # Whoever got in came out once each time; transferred leads may have been in several.
        assert data.value(
            db,
            "select bool_and(jsonb_array_length(campaign_history) = 1) from drip.leads where id <> all (%s)",
            own,
        )
        assert data.value(
            db,
            "select bool_and(jsonb_array_length(l.campaign_history) = (select count(distinct e ->> 'campaignId') "
            "from jsonb_array_elements(l.campaign_history) as e)) from drip.leads as l",
        )
        data.assert_statistics_are_exact(db)
        db.execute("select drip.fold_campaign_stats()")
        data.assert_statistics_are_folded(db)


def test_a_moment_given_twice_is_kept_apart_by_its_campaign(database15: Database) -> None:
    """Two exits of one lead at the same p_now, from two campaigns: two entries, each counted where it belongs."""
    with database15.connect() as db:
        client = data.make_client(db)
        first, second = data.make_campaign(db, client, "First"), data.make_campaign(db, client, "Second")
        lead = data.make_lead(db, client, first)
        data.sweep_all(db, p_now=NOON)
        db.execute("update drip.leads set campaign_link_id = %s, is_active = true where id = %s", (second, lead))
        data.sweep_all(db, p_now=NOON)
        assert data.entries(db) == {2: 1}
        assert data.column(db, "select completed_leads_count from drip.campaigns") == [1, 1]
        data.assert_statistics_are_folded(db)
