"""Many enroll the same people at once, while others sweep, transfer, retire and delete."""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from uuid import UUID

import psycopg
import pytest

from tests.support import data
from tests.support.clusters import Connection, Database

SEED = int(os.environ.get("DRIP_SEED", "2"))

Person = dict[str, object]


@pytest.fixture
def first(database: Database) -> Iterator[Connection]:
    with database.connect() as connection:
        yield connection


@pytest.fixture
def second(database: Database) -> Iterator[Connection]:
    with database.connect() as connection:
        connection.execute("set statement_timeout = '60s'")
        yield connection


def phone(number: int) -> str:
    return f"+1{3_000_000_000 + number}"


def email(number: int) -> str:
    return f"person{number:05}@example.com"


def enroll(
    db: Connection, client: UUID, campaign: UUID, people: Sequence[Person], *, transfer: bool = False
) -> list[str]:
    """The results of one call, in order."""
    return data.column(
        db,
        "select result from drip.enroll_leads(%s, %s, %s::jsonb, p_transfer => %s) order by ordinal",
        client,
        campaign,
        json.dumps(people),
        transfer,
    )


def refusals(db: Connection, campaign: UUID) -> dict[str, int]:
    """The exact counts, without the zeros."""
    (row,) = data.rows(db, "select * from drip.campaign_statistics where id = %s", campaign)
    counts = {name: int(count) for name, count in row.items() if name.startswith("refused_")}
    return {name.removeprefix("refused_").removesuffix("_count"): count for name, count in counts.items() if count}


def assert_each_is_one_person(db: Connection, client: UUID) -> None:
    """Nobody is there twice, whatever the indexes say."""
    for value in ("phone", "lower(email)"):
        twice = f"select {value} from drip.leads where client_id = %s and {value} is not null group by 1 having count(*) > 1"
        assert data.column(db, twice, client) == []


# ---------------------------------------------------------------- the same people at once


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
@pytest.mark.parametrize(
    "person",
    [{"phone": phone(1)}, {"email": email(1)}, {"phone": phone(1), "email": email(1), "firstName": "Ada"}],
    ids=["phone", "email", "both"],
)
def test_forty_enroll_one_person(database: Database, person: Person, known: bool) -> None:
    start = threading.Barrier(40)

    def run(client: UUID, campaign: UUID) -> tuple[UUID, str]:
        with database.connect() as connection:
            start.wait(60)
            row = connection.execute(
                "select lead_id, result from drip.enroll_lead(%s, %s, %s::jsonb)",
                (client, campaign, json.dumps(person)),
            ).fetchone()
            assert row is not None
            return row[0], row[1]

    with database.connect() as db:
        client = data.make_client(db)
        campaign, other = data.make_campaign(db, client), data.make_campaign(db, client, "Other", is_active=False)
        if known:
            assert enroll(db, client, other, [person]) == ["campaign_inactive"]
        told = [future.result(60) for future in [data.in_background(partial(run, client, campaign)) for _ in range(40)]]
        assert Counter(result for _, result in told) == {"enrolled": 1, "already_enrolled": 39}
        assert {lead for lead, _ in told} == set(data.column(db, "select id from drip.leads"))
        assert data.value(db, "select count(*) from drip.leads") == 1
        assert refusals(db, campaign) == {"already_enrolled": 39}
        data.assert_statistics_are_exact(db)


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_two_calls_with_the_same_people_in_opposite_order_and_crossing_emails(database: Database, known: bool) -> None:
    people = 500
    start = threading.Barrier(2)

    def run(client: UUID, campaigns: list[UUID], order: list[Person]) -> list[list[str]]:
        with database.connect() as connection:
            told = []
            for campaign in campaigns:
                start.wait(60)
                told.append(enroll(connection, client, campaign, order))
            return told

    with database.connect() as db:
        client = data.make_client(db)
        campaigns = [data.make_campaign(db, client, f"Round {number}") for number in range(3)]
        straight: list[Person] = [{"phone": phone(n), "email": email(n)} for n in range(people)]
        crossed: list[Person] = [{"phone": phone(n), "email": email(people - 1 - n)} for n in reversed(range(people))]
        if known:
            outside = data.make_campaign(db, client, "Outside", is_active=False)
            assert set(enroll(db, client, outside, [{"phone": phone(n)} for n in range(people)])) == {
                "campaign_inactive"
            }
        runs = [data.in_background(partial(run, client, campaigns, order)) for order in (straight, crossed)]
        results = [run.result(120) for run in runs]
        for number in range(3):
            told = Counter(results[0][number] + results[1][number])
            expected = (
                {"enrolled": people, "already_enrolled": people} if number == 0 else {"in_another_campaign": 1000}
            )
            assert told == expected, number
        assert data.value(db, "select count(*) from drip.leads") == people
        assert data.value(db, "select count(*) from drip.leads where campaign_link_id = %s", campaigns[0]) == people
        assert_each_is_one_person(db, client)
        data.assert_statistics_are_exact(db)


def test_two_calls_that_stand_in_each_others_way_both_succeed(
    database: Database, first: Connection, second: Connection
) -> None:
    """A deadlock made on purpose: one inserts people from the first to the last, the other from the last to the first."""
    people = 40
    client = data.make_client(first)
    campaign = data.make_campaign(first, client)
    descending: list[Person] = [{"phone": phone(n), "email": email(people - n)} for n in range(people)]
    by_email: list[Person] = [{"email": email(people - n)} for n in range(people)]
    with database.connect() as holder:
        holder.execute(
            "create function public.wait_for_test() returns trigger language plpgsql as "
            f"$$ begin perform pg_catalog.pg_advisory_xact_lock_shared({data.TEST_LOCK}, 2); return new; end $$"
        )
        holder.execute(
            "create trigger wait_for_test before insert on drip.leads for each row "
            f"when (new.phone = '{phone(people // 2)}') execute function public.wait_for_test()"
        )
        holder.execute("select pg_advisory_lock(%s, 2)", (data.TEST_LOCK,))
        deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
        before = data.value(holder, deadlocks)
        one = data.in_background(lambda: enroll(first, client, campaign, descending))
        data.wait_until_waiting(holder, data.pid_of(first))
        other = data.in_background(lambda: enroll(second, client, campaign, by_email))
        data.wait_until_waiting(holder, data.pid_of(second))
        holder.execute("select pg_advisory_unlock_all()")
        told = Counter(one.result(60) + other.result(60))
        data.wait_until(lambda: data.value(holder, deadlocks) > before, "the deadlock is reported")
    assert told == {"enrolled": people, "already_enrolled": people}
    assert data.value(first, "select count(*) from drip.leads") == people
    assert_each_is_one_person(first, client)
    data.assert_statistics_are_exact(first)


def test_two_campaigns_want_one_person(database: Database) -> None:
    start = threading.Barrier(20)

    def run(client: UUID, campaign: UUID) -> str:
        with database.connect() as connection:
            start.wait(60)
            return enroll(connection, client, campaign, [{"phone": phone(1)}])[0]

    with database.connect() as db:
        client = data.make_client(db)
        campaigns = [data.make_campaign(db, client, f"Campaign {n}") for n in range(20)]
        runs = [data.in_background(partial(run, client, campaign)) for campaign in campaigns]
        assert Counter(run.result(60) for run in runs) == {"enrolled": 1, "in_another_campaign": 19}
        assert data.value(db, "select count(*) from drip.leads") == 1
        data.assert_statistics_are_exact(db)


def test_transfers_of_one_person_leave_an_entry_each(database: Database) -> None:
    start = threading.Barrier(12)

    def run(client: UUID, campaign: UUID) -> str:
        with database.connect() as connection:
            start.wait(60)
            return enroll(connection, client, campaign, [{"phone": phone(1)}], transfer=True)[0]

    with database.connect() as db:
        client = data.make_client(db)
        campaigns = [data.make_campaign(db, client, f"Campaign {n}") for n in range(12)]
        runs = [data.in_background(partial(run, client, campaign)) for campaign in campaigns]
        assert Counter(run.result(60) for run in runs) == {"enrolled": 12}
        (row,) = data.rows(db, "select * from drip.leads")
        past = [UUID(entry["campaignId"]) for entry in row["campaign_history"]]
        assert {entry["outcome"] for entry in row["campaign_history"]} == {"abandoned"}
        assert sorted([*past, row["campaign_link_id"]]) == sorted(campaigns)
        data.assert_statistics_are_exact(db)


# ---------------------------------------------------------------- somebody else changes the same lead or campaign


def test_enrolling_waits_for_an_opt_out_and_then_refuses(first: Connection, second: Connection) -> None:
    client = data.make_client(first)
    campaign = data.make_campaign(first, client)
    assert enroll(first, client, data.make_campaign(first, client, "Old", is_active=False), [{"phone": phone(1)}]) == [
        "campaign_inactive"
    ]
    lead = data.value(first, "select id from drip.leads")
    with first.transaction():
        first.execute("select drip.opt_out(%s, %s)", (client, lead))
        enrolling = data.in_background(lambda: enroll(second, client, campaign, [{"phone": phone(1)}]))
        data.wait_until_waiting(first, data.pid_of(second))
    assert enrolling.result(30) == ["opted_out"]
    assert data.active(first) == 0


def test_enrolling_waits_for_a_booking_and_enters_unbooked(first: Connection, second: Connection) -> None:
    client = data.make_client(first)
    other, campaign = data.make_campaign(first, client, "Other"), data.make_campaign(first, client)
    enroll(first, client, other, [{"phone": phone(1)}])
    lead = data.value(first, "select id from drip.leads")
    with first.transaction():
        first.execute("select drip.record_booking(%s, %s, 5)", (client, lead))
        enrolling = data.in_background(lambda: enroll(second, client, campaign, [{"phone": phone(1)}]))
        data.wait_until_waiting(first, data.pid_of(second))
    assert enrolling.result(30) == ["enrolled"]
    row = data.lead(first, lead)
    assert (row["campaign_link_id"], row["booked_at"]) == (campaign, None)
    assert [entry["outcome"] for entry in row["campaign_history"]] == ["booked"]
    data.assert_statistics_are_exact(first)


def test_a_person_deleted_meanwhile_is_made_again(first: Connection, second: Connection) -> None:
    client = data.make_client(first)
    campaign = data.make_campaign(first, client)
    enroll(first, client, campaign, [{"phone": phone(1), "email": email(1)}])
    old = data.value(first, "select id from drip.leads")
    with first.transaction():
        first.execute("delete from drip.leads")
        enrolling = data.in_background(lambda: enroll(second, client, campaign, [{"phone": phone(1)}]))
        data.wait_until_waiting(first, data.pid_of(second))
    assert enrolling.result(30) == ["enrolled"]
    (row,) = data.rows(first, "select * from drip.leads")
    assert row["id"] != old
    assert row["email"] is None
    data.assert_statistics_are_exact(first)


@pytest.mark.parametrize("taken_back", [False, True], ids=["committed", "taken back"])
def test_enrolling_waits_for_a_deletion_of_its_campaign(
    first: Connection, second: Connection, taken_back: bool
) -> None:
    client = data.make_client(first)
    campaign = data.make_campaign(first, client)
    with data.taken_back(first) if taken_back else first.transaction():
        first.execute("delete from drip.campaigns where id = %s", (campaign,))
        enrolling = data.in_background(lambda: enroll(second, client, campaign, [{"phone": phone(1)}]))
        data.wait_until_waiting(first, data.pid_of(second))
    if taken_back:
        assert enrolling.result(30) == ["enrolled"]
    else:
        assert data.error_of(lambda: enrolling.result(30)).sqlstate == "DR002"
        assert data.value(first, "select count(*) from drip.leads") == 0
    data.assert_statistics_are_exact(first)


def test_a_deletion_waits_for_whom_its_campaign_takes_in(first: Connection, second: Connection) -> None:
    client = data.make_client(first)
    campaign, other = data.make_campaign(first, client, "Doomed"), data.make_campaign(first, client, "Other")
    enroll(first, client, other, [{"phone": phone(2)}])
    with first.transaction():
        people: list[Person] = [{"phone": phone(1)}, {"phone": phone(2)}]
        assert enroll(first, client, campaign, people, transfer=True) == ["enrolled", "enrolled"]
        deleting = data.in_background(
            lambda: second.execute("delete from drip.campaigns where id = %s", (campaign,)).rowcount
        )
        data.wait_until_waiting(first, data.pid_of(second))
    assert deleting.result(30) == 1
    told = data.column(first, "select campaign_history from drip.leads order by phone")
    assert [[entry["outcome"] for entry in history] for history in told] == [
        ["campaign_deleted"],
        ["abandoned", "campaign_deleted"],
    ]
    assert data.active(first) == 0
    data.assert_statistics_are_exact(first)


def test_who_enters_while_a_campaign_is_retired_leaves_with_the_next_sweep(
    first: Connection, second: Connection
) -> None:
    client = data.make_client(first)
    campaign = data.make_campaign(first, client)
    second.execute(data.IMPATIENT)
    with first.transaction():
        first.execute("update drip.campaigns set is_active = false where id = %s", (campaign,))
        assert enroll(second, client, campaign, [{"phone": phone(1)}]) == ["enrolled"]
    assert enroll(second, client, campaign, [{"phone": phone(2)}]) == ["campaign_inactive"]
    data.sweep(first, client)
    (history,) = data.column(first, "select campaign_history from drip.leads where phone = %s", phone(1))
    assert [entry["outcome"] for entry in history] == ["campaign_deleted"]
    data.assert_statistics_are_exact(first)


def test_a_sweep_passes_over_leads_that_are_being_enrolled(first: Connection, second: Connection) -> None:
    client = data.make_client(first)
    old, campaign = data.make_campaign(first, client, "Old"), data.make_campaign(first, client)
    lead = data.make_lead(first, client, old)
    number = data.lead(first, lead)["phone"]
    second.execute(data.IMPATIENT)
    with first.transaction():
        assert enroll(first, client, campaign, [{"phone": number}]) == ["enrolled"]
        data.sweep(second, client)
    data.sweep(second, client)
    row = data.lead(first, lead)
    assert (row["campaign_link_id"], row["is_active"]) == (campaign, True)
    assert [entry["outcome"] for entry in row["campaign_history"]] == ["completed"]
    data.assert_statistics_are_exact(first)


# ---------------------------------------------------------------- everything at random


class Worker:
    """Does random things to the same few people and campaigns, and notes which operation failed with which SQLSTATE."""

    operations = 80
    people = 60

    def __init__(self, database: Database, client: UUID, lasting: list[UUID], seed: int) -> None:
        self.database = database
        self.client = client
        self.lasting = lasting
        self.chance = random.Random(seed)
        self.failures: Counter[tuple[str, str | None]] = Counter()
        self.results: Counter[str] = Counter()

    def run(self) -> Worker:
        operations: list[tuple[Callable[[Connection], None], int]] = [
            (self.enroll, 12),
            (self.transfer, 8),
            (self.enroll_one, 6),
            (self.sweep, 6),
            (self.advance, 4),
            (self.opt_out, 3),
            (self.opt_in, 3),
            (self.book, 2),
            (self.remove, 2),
            (self.delete_leads, 2),
            (self.make_campaign, 2),
            (self.retire_campaign, 1),
            (self.delete_campaign, 2),
            (self.fold, 3),
        ]
        with self.database.connect() as connection:
            connection.execute("set statement_timeout = '60s'")
            for _ in range(self.operations):
                (operation,) = self.chance.choices([o for o, _ in operations], [w for _, w in operations])
                try:
                    operation(connection)
                except psycopg.Error as error:
                    self.failures[operation.__name__, error.sqlstate] += 1
        return self

    def some_people(self, count: int) -> list[Person]:
        """Some by phone, some by e-mail, some by the phone of one and the e-mail of another."""
        chosen: list[Person] = []
        for _ in range(count):
            person: Person = {"firstName": f"Lead {self.chance.randint(1, 9)}"}
            if self.chance.random() < 0.7:
                person["phone"] = phone(self.chance.randrange(self.people))
            if "phone" not in person or self.chance.random() < 0.5:
                person["email"] = email(self.chance.randrange(self.people))
            chosen.append(person)
        return chosen

    def some_campaign(self, db: Connection) -> UUID:
        found = data.column(db, "select id from drip.campaigns where client_id = %s", self.client)
        return UUID(str(self.chance.choice(found)))

    def some_leads(self, db: Connection, count: int) -> list[UUID]:
        found = data.column(db, "select id from drip.leads where client_id = %s", self.client)
        return self.chance.sample(found, min(count, len(found)))

    def enroll(self, db: Connection) -> None:
        people = self.some_people(self.chance.randint(1, 30))
        self.results.update(enroll(db, self.client, self.some_campaign(db), people))

    def transfer(self, db: Connection) -> None:
        people = self.some_people(self.chance.randint(1, 30))
        self.results.update(enroll(db, self.client, self.some_campaign(db), people, transfer=True))

    def enroll_one(self, db: Connection) -> None:
        self.results.update(enroll(db, self.client, self.some_campaign(db), self.some_people(1)))

    def sweep(self, db: Connection) -> None:
        data.sweep(db, self.client, p_batch_size=self.chance.choice([1, 5, 1000]))

    def advance(self, db: Connection) -> None:
        db.execute(
            "update drip.leads as l set current_message_position = 3 where l.id = any (array("
            "select d.id from drip.leads as d where d.id = any (%s) order by d.id for no key update))",
            (self.some_leads(db, 10),),
        )

    def opt_out(self, db: Connection) -> None:
        for lead in self.some_leads(db, 2):
            db.execute("select drip.opt_out(%s, %s)", (self.client, lead))

    def opt_in(self, db: Connection) -> None:
        for lead in self.some_leads(db, 10):
            db.execute("select drip.opt_in(%s, %s)", (self.client, lead))

    def book(self, db: Connection) -> None:
        for lead in self.some_leads(db, 2):
            db.execute("select drip.record_booking(%s, %s, 10)", (self.client, lead))

    def remove(self, db: Connection) -> None:
        for lead in self.some_leads(db, 2):
            db.execute("select drip.de_enroll_lead(%s, %s)", (self.client, lead))

    def delete_leads(self, db: Connection) -> None:
        db.execute("delete from drip.leads where id = any (%s)", (self.some_leads(db, 3),))

    def make_campaign(self, db: Connection) -> None:
        campaign = data.make_campaign(db, self.client, "Passing", steps=self.chance.randint(0, 3))
        if self.chance.random() < 0.5:
            db.execute("update drip.campaigns set reenroll_after_days = 0 where id = %s", (campaign,))

    def retire_campaign(self, db: Connection) -> None:
        campaign = self.some_campaign(db)
        if campaign not in self.lasting:
            db.execute("update drip.campaigns set is_active = false where id = %s", (campaign,))

    def delete_campaign(self, db: Connection) -> None:
        campaign = self.some_campaign(db)
        if campaign not in self.lasting:
            db.execute("delete from drip.campaigns where id = %s", (campaign,))

    def fold(self, db: Connection) -> None:
        db.execute("select drip.fold_campaign_stats(%s)", (self.client,))


# What a writer of rows, or one who opts several out, may meet; whoever enrolls never does.
MAY_DEADLOCK = {"advance", "delete_leads", "delete_campaign", "opt_out", "opt_in", "book", "remove"}
ENROLLS = {"enroll", "transfer", "enroll_one"}


def is_acceptable(operation: str, code: str | None) -> bool:
    return (
        (code == "40P01" and operation in MAY_DEADLOCK)
        # The campaign, or the lead, went away between the choice and the call.
        or (code == "DR002" and operation in ENROLLS)
        or (code == "DR003" and operation in {"opt_out", "opt_in", "book", "remove"})
    )


def test_enrolling_at_random_keeps_every_count_exact(database: Database) -> None:
    with database.connect() as db:
        client = data.make_client(db)
        lasting = [data.make_campaign(db, client, f"Lasting {n}") for n in range(3)]
        lasting.append(data.make_campaign(db, client, "Retired", is_active=False))
        db.execute("update drip.campaigns set reenroll_outcomes = '{completed,abandoned}' where id = %s", (lasting[0],))
        workers = [Worker(database, client, lasting, SEED * 1000 + number) for number in range(6)]
        work: list[Future[Worker]] = [data.in_background(worker.run) for worker in workers]
        while not all(future.done() for future in work):
            data.assert_statistics_are_exact(db)

        failures: Counter[tuple[str, str | None]] = Counter()
        results: Counter[str] = Counter()
        for future in work:
            worker = future.result(60)
            failures.update(worker.failures)
            results.update(worker.results)
        assert [failure for failure in failures if not is_acceptable(*failure)] == []
        assert results.keys() == {
            "enrolled",
            "already_enrolled",
            "already_completed",
            "opted_out",
            "campaign_inactive",
            "in_another_campaign",
        }
        assert_each_is_one_person(db, client)
        data.assert_statistics_are_exact(db)
        data.sweep_all(db)
        db.execute("select drip.fold_campaign_stats()")
        data.assert_statistics_are_folded(db)
        assert data.rows(db, "select * from drip.stuck_leads where outcome is not null") == []
