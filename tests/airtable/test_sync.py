"""`pg-drip airtable sync`: what waits arrives once, whatever Airtable answers, and nothing that waits is lost."""

from __future__ import annotations

import json
import signal

import pytest

from tests.airtable import double
from tests.airtable.conftest import make_campaigns, waiting
from tests.airtable.double import Airtable
from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import finish, launch, pg_drip, refused, role, succeeded

Environment = dict[str, str]


def sync(database: Database, environment: Environment, *arguments: str) -> dict[str, object]:
    """A sync that does all it should, as JSON."""
    told = json.loads(succeeded(pg_drip(database, "airtable", "sync", "--json", *arguments, **environment)))
    assert isinstance(told, dict)
    return told


def names(airtable: Airtable) -> list[str]:
    return sorted((str(fields["Name"]) for fields in airtable.records.values()), key=lambda name: (len(name), name))


# ---------------------------------------------------------------- what arrives


def test_campaigns_arrive_in_batches_of_ten_with_every_field(
    database: Database, airtable: Airtable, environment: Environment
) -> None:
    with database.connect() as db:
        campaigns = make_campaigns(db, 23)
        db.execute(
            "update drip.campaigns set name = 'Webinar', form_id = 'kajabi_1', campaign_type = 'webinar', "
            "webinar_datetime = '2099-05-04 12:00+00', zoom_link = 'https://zoom.us/j/1', resource_name = 'Guide', "
            "resource_link = 'https://example.com/g', auto_discovered = true, is_paused = true, "
            "reenroll_outcomes = '{completed}', reenroll_after_days = 7 where id = %s",
            (campaigns[0],),
        )
        told = sync(database, environment)
        assert {name: told[name] for name in ("sent", "created", "refused", "requests", "error")} == {
            "sent": 23, "created": 23, "refused": [], "requests": 3, "error": None,
        }  # fmt: skip
        assert [len(one.campaigns) for one in airtable.seen] == [10, 10, 3]
        assert waiting(db) == []
        fields = airtable.by_id()[str(campaigns[0])]
        row = data.rows(db, "select * from drip.campaigns where id = %s", campaigns[0])[0]
    assert json.loads(fields.pop("Messages")) == row["messages"]
    assert {fields.pop(name)[:10] for name in ("Created At", "Updated At")} == {f"{row['updated_at']:%Y-%m-%d}"}
    assert fields == {
        "Campaign ID": str(row["id"]), "Client ID": str(row["client_id"]), "Name": "Webinar", "Form ID": "kajabi_1",
        "Type": "webinar", "Message Count": 3, "Paused": True, "Active": True, "Auto Discovered": True,
        "Webinar Date": "2099-05-04T12:00:00.000Z", "Zoom Link": "https://zoom.us/j/1", "Resource Name": "Guide",
        "Resource Link": "https://example.com/g", "Re-enroll Outcomes": "completed", "Re-enroll After Days": 7,
    }  # fmt: skip


def test_changes_update_the_record_that_is_there(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    first, second = make_campaigns(db15, 2)
    sync(database15, environment)
    for paused in (True, False, True):
        db15.execute("update drip.campaigns set is_paused = %s where id = %s", (paused, first))
    db15.execute("delete from drip.campaigns where id = %s", (second,))
    told = sync(database15, environment)
    assert (told["sent"], told["created"], told["requests"]) == (2, 0, 1)
    records = airtable.by_id()
    assert (records[str(first)]["Paused"], records[str(first)].get("Deleted")) == (True, None)
    assert (records[str(second)].get("Active"), records[str(second)]["Deleted"]) == (None, True)
    assert (sync(database15, environment)["requests"], waiting(db15)) == (0, [])


def test_what_changes_while_it_is_sent_is_sent_again(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    [campaign] = make_campaigns(db15, 1)
    airtable.hold()
    process = launch(database15, ["airtable", "sync"], environment)
    try:
        assert airtable.arrived.wait(30)
        db15.execute("update drip.campaigns set name = 'Newer' where id = %s", (campaign,))
    finally:
        airtable.held.set()
        done = finish(process)
    assert succeeded(done).startswith("2 campaigns sent, 1 of them new in Airtable, 0 refused, in 2 requests")
    assert (names(airtable), len(airtable.records)) == (["Newer"], 1)


def test_an_ordinary_role_of_the_api_may_sync(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 1)
    with role(database15.server, "drip_api") as name:
        assert sync(database15, environment | {"PGUSER": name})["sent"] == 1


def test_one_clients_campaigns_alone(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    [theirs] = make_campaigns(db15, 1)
    client = data.make_client(db15, "Other")
    data.make_campaign(db15, client, "Ours")
    assert sync(database15, environment, "--client", str(client))["sent"] == 1
    assert names(airtable) == ["Ours"]
    assert waiting(db15) == [theirs]


def test_everything_can_be_queued_again(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 2)
    sync(database15, environment)
    airtable.records.clear()
    assert succeeded(pg_drip(database15, "airtable", "queue")) == "2 campaigns queued.\n"
    assert sync(database15, environment)["created"] == 2


# ---------------------------------------------------------------- what Airtable does to it


def test_five_requests_a_second_are_kept(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 120)
    assert sync(database15, environment)["requests"] == 12
    assert airtable.statuses() == [200] * 12
    assert len(airtable.records) == 120


def test_after_a_429_the_penalty_is_waited_out(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 11)
    airtable.planned.extend([200, 429, 429])
    assert sync(database15, environment)["sent"] == 11
    assert airtable.statuses() == [200, 429, 429, 200]
    assert airtable.in_penalty == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_errors_of_the_server_are_tried_again(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment, status: int
) -> None:
    make_campaigns(db15, 3)
    airtable.planned.append(status)
    assert sync(database15, environment)["sent"] == 3
    assert airtable.statuses() == [status, 200]


def test_an_outage_ends_the_sync_and_loses_nothing(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    campaigns = make_campaigns(db15, 12)
    airtable.planned.extend([200] + [500] * 4)
    done = pg_drip(database15, "airtable", "sync", "--json", **environment)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["sent"], told["refused"], told["error"]) == (
        10,
        [],
        "Airtable answered 500: SERVER_ERROR: Something went wrong",
    )
    assert done.stderr.startswith("Error: Airtable answered 500")
    assert waiting(db15) == campaigns[10:]
    assert data.column(db15, "select distinct last_error from drip.airtable_outbox") == [told["error"]]
    # Nobody is to blame, so nobody pauses.
    assert sync(database15, environment)["sent"] == 2


def test_an_airtable_that_is_away_is_an_outage(
    database15: Database, db15: Connection, environment: Environment
) -> None:
    make_campaigns(db15, 1)
    with double.serving(Airtable()) as gone:
        pass
    done = pg_drip(database15, "airtable", "sync", **environment | {"AIRTABLE_ENDPOINT_URL": gone.url})
    assert done.returncode == 1
    assert "Error: Airtable cannot be reached (ConnectionError). What was not sent waits" in done.stderr
    assert len(waiting(db15)) == 1


def test_a_refused_record_holds_nobody_back(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    campaigns = make_campaigns(db15, 15)
    airtable.refused_names = {"4", "12"}
    done = pg_drip(database15, "airtable", "sync", "--json", **environment)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["sent"] == 13
    bad = {str(campaigns[3]), str(campaigns[11])}
    message = 'Airtable answered 422: INVALID_VALUE_FOR_COLUMN: Field "Name" cannot accept the provided value'
    assert {one["campaignId"]: one["message"] for one in told["refused"]} == dict.fromkeys(bad, message)
    assert {str(campaign) for campaign in waiting(db15)} == bad
    assert len(airtable.records) == 13

    # Then they pause,
    requests = len(airtable.seen)
    assert sync(database15, environment)["requests"] == 0
    status = pg_drip(database15, "airtable", "status")
    assert (status.returncode, "2 campaigns waiting." in status.stdout) == (1, True)
    shown = pg_drip(database15, "airtable", "status", "--json")
    assert {(one["campaignName"], one["attempts"]) for one in json.loads(shown.stdout)} == {("4", 2), ("12", 2)}
    # until somebody mends one.
    db15.execute("update drip.campaigns set name = 'Four' where id = %s", (campaigns[3],))
    assert sync(database15, environment)["sent"] == 1
    assert len(airtable.seen) == requests + 1
    assert succeeded(pg_drip(database15, "airtable", "queue")).startswith("15 ")


@pytest.mark.parametrize(
    ("setting", "value", "status", "hint"),
    [
        ("AIRTABLE_API_KEY", "patWRONG.1", 401, "Check AIRTABLE_API_KEY"),
        ("AIRTABLE_TABLE", "Leads", 403, "data.records:write"),
        ("AIRTABLE_BASE_ID", "appOTHER", 404, "Check AIRTABLE_BASE_ID and AIRTABLE_TABLE."),
    ],
)
def test_a_wrong_setting_is_said_once_and_loses_nothing(
    database15: Database,
    db15: Connection,
    airtable: Airtable,
    environment: Environment,
    setting: str,
    value: str,
    status: int,
    hint: str,
) -> None:
    campaigns = make_campaigns(db15, 12)
    for arguments in (["airtable", "sync", "--json"], ["airtable", "sync", "--watch"]):
        line = refused(pg_drip(database15, *arguments, **environment | {setting: value}))
        assert f"Airtable answered {status}" in line
        assert hint in line
        assert value not in line
    assert airtable.statuses() == [status] * 2
    assert waiting(db15) == campaigns
    assert sync(database15, environment)["sent"] == 12


def test_a_missing_column_is_named(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 2)
    airtable.columns.remove("Zoom Link")
    line = refused(pg_drip(database15, "airtable", "sync", **environment))
    assert 'Unknown field name: "Zoom Link". Add this field to the table; docs/airtable.md lists all.' in line
    airtable.columns.add("Zoom Link")
    assert sync(database15, environment)["requests"] == 1


def test_bad_settings_are_refused(database15: Database, environment: Environment) -> None:
    def line_with(exit_code: int = 1, **changed: str) -> str:
        return refused(pg_drip(database15, "airtable", "sync", **environment | changed), exit_code)

    assert line_with(AIRTABLE_API_KEY="", AIRTABLE_BASE_ID="") == (
        "Error: AIRTABLE_API_KEY and AIRTABLE_BASE_ID are not set. "
        "Airtable needs AIRTABLE_API_KEY (a personal access token), AIRTABLE_BASE_ID and AIRTABLE_TABLE."
    )
    assert "AIRTABLE_API_KEY is not set" in line_with(AIRTABLE_API_KEY=" ")
    assert "has characters that no token has" in line_with(AIRTABLE_API_KEY="pat one")
    for url in ("http://api.airtable.example", "ftp://127.0.0.1", "airtable", "https://"):
        assert "Airtable's endpoint is no https address" in line_with(AIRTABLE_ENDPOINT_URL=url)
    done = pg_drip(database15, "airtable", "sync", "--watch", "--interval", "301", **environment)
    assert "301" in refused(done, 2)


def test_the_token_is_nowhere_to_be_read(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 1)
    airtable.planned.extend([500] * 4)
    failed = pg_drip(database15, "airtable", "sync", **environment)
    done = pg_drip(database15, "airtable", "sync", **environment)
    secret = double.TOKEN.split(".")[1]
    stored = str(data.rows(db15, "select * from drip.airtable_outbox"))
    assert secret not in failed.stdout + failed.stderr + done.stdout + done.stderr + stored


# ---------------------------------------------------------------- kills


def test_a_killed_sync_loses_nothing(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    campaigns = make_campaigns(db15, 15)
    airtable.hold()
    process = launch(database15, ["airtable", "sync"], environment)
    assert airtable.arrived.wait(30)
    process.kill()
    finish(process)
    # Whether the ten had arrived, nobody can know; they come again when the lease has passed.
    airtable.held.set()
    assert sync(database15, environment)["sent"] == 5
    assert waiting(db15) == campaigns[:10]
    db15.execute("update drip.airtable_outbox set claimed_until = now()")
    assert sync(database15, environment)["sent"] == 10
    assert (len(airtable.by_id()), waiting(db15)) == (15, [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_sync_gives_back_what_it_holds(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment, number: signal.Signals
) -> None:
    make_campaigns(db15, 15)
    airtable.hold()
    process = launch(database15, ["airtable", "sync"], environment)
    assert airtable.arrived.wait(30)
    process.send_signal(number)
    done = finish(process)
    assert (done.returncode, done.stdout) == (130, "")
    airtable.held.set()
    assert sync(database15, environment)["sent"] == 15


# ---------------------------------------------------------------- --watch


def test_watch_sends_what_changes_and_ends_cleanly(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    [campaign] = make_campaigns(db15, 1)
    process = launch(database15, ["airtable", "sync", "--watch", "--interval", "0.05", "--json"], environment)
    lines = process.stdout
    assert lines is not None

    def next_drain() -> int:
        return int(json.loads(data.in_background(lines.readline).result(60))["sent"])

    try:
        assert (next_drain(), names(airtable)) == (1, ["1"])
        db15.execute("update drip.campaigns set name = 'Two' where id = %s", (campaign,))
        assert (next_drain(), names(airtable)) == (1, ["Two"])
        # The database goes away and comes back.
        db15.execute(
            "select pg_terminate_backend(a.pid) from pg_stat_activity as a "
            "where a.application_name = 'pg-drip' and a.datname = current_database()"
        )
        db15.execute("update drip.campaigns set name = 'Three' where id = %s", (campaign,))
        assert (next_drain(), names(airtable)) == (1, ["Three"])
        assert waiting(db15) == []
    finally:
        process.send_signal(signal.SIGTERM)
        done = finish(process)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


def test_watch_outlives_an_outage(
    database15: Database, db15: Connection, airtable: Airtable, environment: Environment
) -> None:
    make_campaigns(db15, 1)
    airtable.planned.extend([503] * 4)
    process = launch(database15, ["airtable", "sync", "--watch", "--interval", "0.05"], environment)
    try:
        data.wait_until(lambda: names(airtable) == ["1"], "the campaign arrives after the outage")
        data.wait_until(lambda: waiting(db15) == [], "it is completed")
    finally:
        process.send_signal(signal.SIGTERM)
        done = finish(process)
    assert done.returncode == 0
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: Airtable answered 503")


# ---------------------------------------------------------------- several workers


def test_workers_share_and_never_wait(database: Database) -> None:
    with database.connect() as first, database.connect() as second:
        second.execute(data.IMPATIENT)
        campaigns = make_campaigns(first, 5)

        def claim(db: Connection, limit: int) -> list[object]:
            return data.column(db, "select campaign_id from drip.claim_airtable_changes(null, %s)", limit)

        with first.transaction():
            assert claim(first, 2) == campaigns[:2]
            # A change that comes while the claim is not committed belongs to a campaign that is taken.
            second.execute("update drip.campaigns set is_paused = true where id = any (%s)", (campaigns[:3],))
            assert claim(second, 10) == campaigns[2:]
        assert claim(second, 10) == []
        completed = data.value(
            first,
            "select drip.complete_airtable_changes(claim_id) from drip.airtable_outbox "
            "where campaign_id = %s and claim_id is not null",
            campaigns[0],
        )
        assert completed == 2
        assert claim(second, 10) == campaigns[:2]


def test_a_rolled_back_change_is_never_sent(db: Connection) -> None:
    [campaign] = make_campaigns(db, 1)
    db.execute("delete from drip.airtable_outbox")
    with data.taken_back(db):
        db.execute("update drip.campaigns set is_paused = true where id = %s", (campaign,))
        assert len(waiting(db)) == 1
    assert waiting(db) == []


def test_many_workers_and_writers_leave_the_newest_state(database15: Database, db15: Connection) -> None:
    """Four workers, two writers, a leaky worker: every campaign's last delivery is its last state, in order."""
    campaigns = make_campaigns(db15, 6)
    delivered: list[tuple[str, str]] = []

    def write(offset: int) -> None:
        with database15.connect() as own:
            for turn in range(60):
                campaign = campaigns[(turn + offset) % 6]
                own.execute(
                    "update drip.campaigns set zoom_link = %s where id = %s", (f"https://z.us/{turn:03}", campaign)
                )

    def work(is_leaky: bool, stop: list[bool]) -> None:
        with database15.connect() as own:
            turn = 0
            while True:
                is_last = bool(stop)
                batch = own.execute(
                    "select claim_id, campaign_id::text, record ->> 'Updated At', record ->> 'Zoom Link' "
                    "from drip.claim_airtable_changes(null, 2)"
                ).fetchall()
                if not batch and is_last:
                    return
                turn += 1
                if batch and is_leaky and turn % 3 == 0 and not is_last:
                    own.execute("select drip.fail_airtable_changes(%s, 'dropped')", (batch[0][0],))
                    continue
                delivered.extend((row[1], row[3]) for row in batch)
                if batch:
                    own.execute("select drip.complete_airtable_changes(%s)", (batch[0][0],))

    stop: list[bool] = []
    workers = [data.in_background(lambda leaky=leaky: work(leaky, stop)) for leaky in (False, False, False, True)]  # type: ignore[misc]
    writers = [data.in_background(lambda offset=offset: write(offset)) for offset in (0, 3)]  # type: ignore[misc]
    for writer in writers:
        writer.result(60)
    stop.append(True)
    for worker in workers:
        worker.result(60)
    # A worker that ended may have passed over what another still held.
    work(False, stop)
    assert waiting(db15) == []
    last = dict(delivered)
    truth: dict[str, str] = dict(db15.execute("select id::text, zoom_link from drip.campaigns").fetchall())
    assert last == truth


def test_what_waits_survives_a_rollback(database: Database) -> None:
    with database.connect() as db:
        campaigns = make_campaigns(db, 3)
        db.execute(
            "select drip.fail_airtable_changes(a.claim_id, 'bad', 422) from drip.claim_airtable_changes(null, 1) as a"
        )
        db.execute("delete from drip.campaigns where id = %s", (campaigns[1],))
        kept = "select o.campaign_id, o.deleted_record, o.attempts, o.retry_at, o.last_error from drip.airtable_outbox as o order by o.id"
        before = db.execute(kept).fetchall()
        assert len(before) == 4
        succeeded(pg_drip(database, "rollback", "--to", "0025"))
        assert data.value(db, "select to_regclass('drip.airtable_outbox')") is None
        succeeded(pg_drip(database, "deploy"))
        assert db.execute(kept).fetchall() == before
        assert data.value(db, "select to_regclass('drip_internal.archive_0026_airtable_outbox')") is None
