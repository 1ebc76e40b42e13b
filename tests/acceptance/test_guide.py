"""What the guide (campaign-manager-upgrade-v2.md) names for Phase 1 and V2 exists under its name, and does what it says."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.support import data
from tests.support.clusters import DEBIAN_BINARIES, ROOT, Connection, Database
from tests.support.data import NOON, NOON_IN_HISTORY, minutes

SHARED = ROOT.parent / "shared"
GUIDE = SHARED / "reference" / "campaign-manager-upgrade-v2.md"
CONTACTS = SHARED / "data" / "bank-full.csv"

# Word for word.
FIND_STUCK_LEADS = """\
WITH campaign_message_counts AS (
  SELECT
    id,
    COALESCE(jsonb_array_length(messages), 0) as message_count
  FROM campaigns
  WHERE messages IS NOT NULL
)
SELECT
  l.id,
  l.first_name,
  l.last_name,
  l.current_message_position,
  c.message_count,
  c.name as campaign_name
FROM leads l
JOIN campaign_message_counts c ON l.campaign_link_id = c.id
WHERE
  l.is_active = true
  AND l.opted_out = false
  AND l.current_message_position >= c.message_count
  AND c.message_count > 0;
"""
VIEW_CAMPAIGN_STATISTICS = """\
SELECT
  id,
  name,
  campaign_type,
  is_active,
  is_paused,
  auto_discovered,
  active_leads_count,
  completed_leads_count,
  opted_out_count,
  booked_count,
  last_enrollment_at,
  deactivated_at
FROM campaigns
ORDER BY created_at DESC;
"""
VIEW_LEAD_JOURNEY = """\
SELECT
  id,
  first_name,
  last_name,
  campaign_history
FROM leads
WHERE id = 'lead-uuid-here';
"""
HEALTH = "SELECT * FROM de_enrollment_health;"


@pytest.fixture
def db(database: Database) -> Iterator[Connection]:
    """As the guide's reader connects: names without a schema."""
    with database.connect(options="-c search_path=drip") as connection:
        yield connection


# ---------------------------------------------------------------- the appendix's queries


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is not beside the checkout")
def test_the_queries_are_the_guides() -> None:
    guide = GUIDE.read_text(errors="replace")
    for query in (FIND_STUCK_LEADS, VIEW_CAMPAIGN_STATISTICS, VIEW_LEAD_JOURNEY, HEALTH):
        assert query in guide


def test_find_stuck_leads(db: Connection) -> None:
    client = data.make_client(db)
    campaign = data.make_campaign(db, client, "Welcome")
    finished = data.make_lead(db, client, campaign, position=4, name="Ann")
    data.make_lead(db, client, campaign, position=2)
    data.make_lead(db, client, campaign, position=3, opted_out=True)
    data.make_lead(db, client, data.make_campaign(db, client, "Empty", steps=0), position=0)

    # As printed, the query names a column that its CTE does not have: c.name. So it has never run as it stands.
    with pytest.raises(psycopg.errors.UndefinedColumn):
        db.execute(FIND_STUCK_LEADS)
    mended = FIND_STUCK_LEADS.replace("    id,\n", "    id,\n    name,\n", 1)
    (row,) = data.rows(db, mended)
    assert (row["id"], row["current_message_position"], row["message_count"]) == (finished, 4, 3)
    assert (row["first_name"].split()[0], row["campaign_name"]) == ("Ann", "Welcome")

    data.sweep_all(db)
    assert data.rows(db, mended) == []


def test_view_campaign_statistics(db: Connection) -> None:
    client = data.make_client(db)
    older = data.make_campaign(db, client, "Older")
    data.make_campaign(db, client, "Newer", is_paused=True)
    data.make_leads(db, client, older, 3)
    data.make_leads(db, client, older, 2, position=1)
    data.make_leads(db, client, older, 1, opted_out=True)
    data.make_leads(db, client, older, 4, booked_at=NOON)
    data.sweep_all(db)
    newer, older_row = data.rows(db, VIEW_CAMPAIGN_STATISTICS)
    assert (newer["name"], newer["is_paused"], newer["last_enrollment_at"]) == ("Newer", True, None)
    assert newer["active_leads_count"] == 0
    assert {name: older_row[name] for name in older_row if name.endswith("_count")} == {
        "active_leads_count": 2,
        "completed_leads_count": 3,
        "opted_out_count": 1,
        "booked_count": 4,
    }
    assert (older_row["is_active"], older_row["auto_discovered"], older_row["deactivated_at"]) == (True, False, None)
    assert older_row["last_enrollment_at"] is not None


def test_view_lead_journey(db: Connection) -> None:
    client = data.make_client(db)
    lead = data.make_lead(db, client, data.make_campaign(db, client), name="Ann")
    data.sweep_all(db)
    (row,) = data.rows(db, VIEW_LEAD_JOURNEY.replace("lead-uuid-here", str(lead)))
    assert row["id"] == lead
    assert [entry["outcome"] for entry in row["campaign_history"]] == ["completed"]


def test_health(db: Connection) -> None:
    client = data.make_client(db)
    data.make_leads(db, client, data.make_campaign(db, client), 3)

    def status(name: str) -> str:
        return str({row["name"]: row["status"] for row in data.rows(db, HEALTH)}[name])

    assert status("last_sweep") == "critical"
    data.sweep_all(db)
    assert {row["status"] for row in data.rows(db, HEALTH)} == {"ok"}
    values = {row["name"]: row["value"] for row in data.rows(db, HEALTH)}
    assert (values["de_enrolled"], values["stuck_leads"], values["due_leads"]) == (3, 0, 0)
    # "De-enrollment script failing (no logs for >1 hour)"
    db.execute(
        "update de_enrollment_runs set started_at = started_at - interval '61 minutes', "
        "finished_at = finished_at - interval '61 minutes'"
    )
    assert status("last_sweep") == "critical"


# ---------------------------------------------------------------- schema changes


def test_the_columns_have_the_guides_names_types_and_defaults(db: Connection) -> None:
    expected = {
        ("leads", "completed_at"): ("timestamp with time zone", None),
        ("leads", "campaign_history"): ("jsonb", "'[]'::jsonb"),
        ("campaigns", "is_active"): ("boolean", "true"),
        ("campaigns", "active_leads_count"): ("integer", "0"),
        ("campaigns", "completed_leads_count"): ("integer", "0"),
        ("campaigns", "opted_out_count"): ("integer", "0"),
        ("campaigns", "booked_count"): ("integer", "0"),
        ("campaigns", "deactivated_at"): ("timestamp with time zone", None),
        ("campaigns", "last_enrollment_at"): ("timestamp with time zone", None),
        ("campaigns", "auto_discovered"): ("boolean", "false"),
    }
    found = {
        (table, name): (kind, default)
        for table, name, kind, default in db.execute(
            "select table_name, column_name, data_type, column_default from information_schema.columns "
            "where table_schema = 'drip'"
        ).fetchall()
    }
    assert {column: found.get(column) for column in expected} == expected
    # What the guide's texts and payloads name, besides.
    for table, names in {
        "leads": "id first_name last_name current_message_position campaign_link_id is_active opted_out booked_at",
        "campaigns": "id client_id name form_id campaign_type messages message_template is_paused webinar_datetime "
        "zoom_link resource_name resource_link created_at",
    }.items():
        assert [name for name in names.split() if (table, name) not in found] == []


def test_the_indexes_have_the_guides_names_and_purposes(db: Connection) -> None:
    definitions = {
        row["indexname"]: row["indexdef"] for row in data.rows(db, "select * from pg_indexes where schemaname = 'drip'")
    }
    for name, parts in {
        "idx_leads_campaign_history": ("drip.leads USING gin (campaign_history",),
        "idx_leads_completed_at": ("drip.leads USING btree (completed_at)", "WHERE (completed_at IS NOT NULL)"),
        "idx_campaigns_is_active": ("drip.campaigns USING btree (is_active)", "WHERE (is_active = true)"),
        "idx_campaigns_auto_discovered": (
            "drip.campaigns USING btree (auto_discovered)",
            "WHERE (auto_discovered = true)",
        ),
        "idx_campaigns_last_enrollment": ("drip.campaigns USING btree (last_enrollment_at DESC)",),
    }.items():
        for part in parts:
            assert part in definitions[name]


def test_the_history_index_answers_who_was_in_a_campaign(db: Connection) -> None:
    client = data.make_client(db)
    campaign = data.make_campaign(db, client)
    data.make_leads(db, client, campaign, 5)
    data.sweep_all(db)
    question = (
        "select id from leads where campaign_history @> jsonb_build_array(jsonb_build_object('campaignId', %s::uuid))"
    )
    assert len(data.column(db, question, campaign)) == 5
    db.execute("set enable_seqscan = off")
    plan = data.column(db, 'explain select id from leads where campaign_history @> \'[{"campaignId": "7"}]\'::jsonb')
    assert "idx_leads_campaign_history" in "\n".join(plan)


def test_a_client_has_one_campaign_per_form(db: Connection) -> None:
    one, other = data.make_client(db, "One"), data.make_client(db, "Other")
    insert = "insert into campaigns (client_id, name, form_id) values (%s, 'Form', %s)"
    db.execute(insert, (one, "kajabi_form_123"))
    db.execute(insert, (other, "kajabi_form_123"))
    db.execute(insert, (one, None))
    db.execute(insert, (one, None))
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute(insert, (one, "kajabi_form_123"))
    assert "UNIQUE (client_id, form_id)" in data.column(
        db,
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'drip.campaigns'::regclass",
    )


def test_schema_updates_are_seen_in_psql(database15: Database) -> None:
    """The checklist's \\d leads and \\d campaigns."""
    for table, column in (("leads", "campaign_history"), ("campaigns", "auto_discovered")):
        shown = subprocess.run(
            [str(DEBIAN_BINARIES / "psql"), "-X", "-c", f"\\d {table}"],
            env=database15.environment() | {"PGOPTIONS": "-c search_path=drip"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert column in shown.stdout


# ---------------------------------------------------------------- functions


def test_functions_by_the_guides_call_shape(db: Connection) -> None:
    client = data.make_client(db)
    leads = data.make_leads(db, client, data.make_campaign(db, client), 5)
    run = data.value(db, "select start_de_enrollment_run(%s)", client)
    with db.transaction():
        batch = data.column(db, "select id from get_leads_for_de_enrollment(%s, %s, %s)", client, 3, None)
        assert batch == leads[:3]
        (result,) = data.rows(db, "select * from process_de_enrollment_batch(%s, %s)", run, batch)
    assert (result["processed"], result["completed"], result["failed"]) == (3, 3, 0)
    with db.transaction():
        batch = data.column(db, "select id from get_leads_for_de_enrollment(%s, %s, %s)", client, 3, batch[-1])
        assert batch == leads[3:]
        db.execute("select process_de_enrollment_batch(%s, %s)", (run, batch))
    assert data.value(db, "select finish_de_enrollment_run(%s)", run) == "succeeded"
    assert data.entries(db) == {1: 5}


def test_batches_of_a_hundred_with_a_checkpoint(db: Connection) -> None:
    client = data.make_client(db)
    leads = data.make_leads(db, client, data.make_campaign(db, client), 250)
    run = data.sweep(db, client, p_batch_size=100)
    row = data.run(db, run)
    assert (row["batches"], row["leads_processed"], row["last_processed_id"]) == (3, 250, leads[-1])


def test_the_schedule_is_every_fifteen_minutes() -> None:
    schedule = (ROOT / "pg_cron" / "de-enroll.sql").read_text()
    assert "*/15 * * * *" in schedule
    assert "call drip.de_enroll_on_schedule('de-enroll');" in schedule


# ---------------------------------------------------------------- the guide's tests


def test_the_manual_test(db: Connection) -> None:
    # Create test campaign with 1 message; enroll test lead; set lead.currentMessagePosition = 1
    client = data.make_client(db)
    campaign = data.make_campaign(db, client, "Test", steps=1)
    lead: UUID = data.value(
        db,
        "insert into leads (client_id, campaign_link_id, phone) values (%s, %s, '+15550100') returning id",
        client,
        campaign,
    )
    db.execute("update leads set current_message_position = 1 where id = %s", (lead,))
    before = data.value(db, "select completed_leads_count from campaigns where id = %s", campaign)
    # Run de-enrollment script
    db.execute("call de_enroll_all_clients()")
    # Verify
    row = data.lead(db, lead)
    assert row["is_active"] is False
    assert row["completed_at"] is not None
    assert len(row["campaign_history"]) == 1
    assert data.value(db, "select completed_leads_count from campaigns where id = %s", campaign) == before + 1


def test_each_outcome_is_tracked_and_the_history_entry_has_the_guides_shape(db: Connection) -> None:
    client = data.make_client(db)
    going, deleted = data.make_campaign(db, client, "Going"), data.make_campaign(db, client, "Deleted")
    leads = {
        "completed": data.make_lead(db, client, going),
        "booked": data.make_lead(db, client, going, position=1, booked_at=NOON),
        "opted_out": data.make_lead(db, client, going, position=2, opted_out=True),
        "abandoned": data.make_lead(db, client, going, position=0),
        "campaign_deleted": data.make_lead(db, client, deleted, position=0),
    }
    db.execute("update campaigns set is_active = false where id = %s", (deleted,))
    db.execute("select de_enroll_lead(%s, %s, 'abandoned', %s)", (client, leads["abandoned"], NOON))
    data.sweep_all(db, p_now=NOON)
    for outcome, lead in leads.items():
        row = data.lead(db, lead)
        (entry,) = row["campaign_history"]
        assert set(entry) == {
            "campaignId",
            "campaignName",
            "enrolledAt",
            "completedAt",
            "messagesReceived",
            "outcome",
        }
        assert (entry["outcome"], entry["campaignId"], entry["completedAt"]) == (
            outcome,
            str(deleted if outcome == "campaign_deleted" else going),
            NOON_IN_HISTORY,
        )
        assert entry["messagesReceived"] == row["current_message_position"]
        # As toISOString() writes it: always UTC, always milliseconds.
        enrolled = datetime.strptime(entry["enrolledAt"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        assert abs(enrolled - row["enrolled_at"]).total_seconds() < 0.001
        assert len(entry["enrolledAt"]) == len("2025-01-15T10:00:00.000Z")
        assert row["completed_at"] == NOON


def test_leads_still_in_progress_and_empty_campaigns_stay(db: Connection) -> None:
    client = data.make_client(db)
    data.make_leads(db, client, data.make_campaign(db, client, "Three"), 2, position=2)
    data.make_leads(db, client, data.make_campaign(db, client, "Empty", steps=0), 2, position=5)
    before = data.rows(db, "select * from leads order by id")
    data.sweep_all(db)
    assert data.rows(db, "select * from leads order by id") == before
    assert set(data.column(db, "select reason from stuck_leads")) == {"empty_campaign"}


def test_over_position_leaves_with_what_it_received(db: Connection) -> None:
    client = data.make_client(db)
    lead = data.make_lead(db, client, data.make_campaign(db, client), position=63)
    data.sweep_all(db)
    (entry,) = data.lead(db, lead)["campaign_history"]
    assert (entry["outcome"], entry["messagesReceived"]) == ("completed", 63)


# ---------------------------------------------------------------- architecture decisions


def test_pause_goes_on_enrolling_and_deactivate_is_final(db: Connection) -> None:
    client = data.make_client(db)
    campaign = data.make_campaign(db, client)
    db.execute("update campaigns set is_paused = true where id = %s", (campaign,))
    data.make_lead(db, client, campaign, position=1)
    db.execute("update campaigns set is_paused = false where id = %s", (campaign,))
    assert data.value(db, "select deactivated_at from campaigns where id = %s", campaign) is None
    data.sweep_all(db)
    assert data.active(db) == 1

    db.execute("update campaigns set is_active = false where id = %s", (campaign,))
    assert data.value(db, "select deactivated_at from campaigns where id = %s", campaign) is not None
    data.sweep_all(db)
    assert data.active(db) == 0
    error = data.error_of(lambda: db.execute("update campaigns set is_active = true where id = %s", (campaign,)))
    assert (error.sqlstate, bool(error.diag.message_hint)) == ("DR008", True)


def test_a_message_template_becomes_an_array_of_one(db: Connection) -> None:
    client = data.make_client(db)
    campaign = data.value(
        db,
        "insert into campaigns (client_id, name, message_template) values (%s, 'Old', 'Hi!') returning id",
        client,
    )
    assert data.value(db, "select messages from campaigns where id = %s", campaign) == [
        {"step": 1, "delayMinutes": 0, "text": "Hi!", "type": "sms"}
    ]
    data.make_lead(db, client, campaign, position=1)
    data.sweep_all(db)
    assert data.active(db) == 0


def test_clients_are_kept_apart(db: Connection) -> None:
    one, other = data.make_client(db, "One"), data.make_client(db, "Other")
    data.make_leads(db, one, data.make_campaign(db, one), 2)
    strangers = data.make_leads(db, other, data.make_campaign(db, other), 2)
    run = data.value(db, "select start_de_enrollment_run(%s)", one)
    (result,) = data.rows(db, "select * from process_de_enrollment_batch(%s, %s)", run, strangers)
    assert (result["processed"], result["skipped"]) == (0, 2)
    assert data.column(db, "select id from get_leads_for_de_enrollment(%s, 100, null)", other) == strangers


def test_the_stuck_leads_migration_reports_by_category(db: Connection) -> None:
    client = data.make_client(db)
    going, retired = data.make_campaign(db, client, "Going"), data.make_campaign(db, client, "Retired")
    data.make_leads(db, client, going, 4)
    data.make_leads(db, client, going, 3, position=1, opted_out=True)
    data.make_leads(db, client, going, 2, position=1, booked_at=NOON)
    data.make_leads(db, client, retired, 1, position=1)
    db.execute("update campaigns set is_active = false where id = %s", (retired,))
    expected = [
        ("completed_sequence", "completed", 4),
        ("opted_out_active", "opted_out", 3),
        ("booked_active", "booked", 2),
        ("campaign_inactive", "campaign_deleted", 1),
    ]

    def report(dry_run: bool) -> list[tuple[str, str, int, int]]:
        return [
            (row["reason"], row["outcome"], row["leads"], row["fixed"])
            for row in data.rows(db, "select * from fix_stuck_leads(%s, %s)", client, dry_run)
        ]

    assert report(dry_run=True) == [(*row, 0) for row in expected]
    assert data.active(db) == 10
    assert report(dry_run=False) == [(*row, row[2]) for row in expected]
    assert data.active(db) == 0
    assert report(dry_run=False) == []
    assert data.rows(db, "select * from stuck_leads") == []
    data.assert_statistics_are_folded(db)


def test_completion_rate_is_the_share_of_exits(db: Connection) -> None:
    client = data.make_client(db)
    campaign = data.make_campaign(db, client)
    data.make_leads(db, client, campaign, 3)
    data.make_leads(db, client, campaign, 1, opted_out=True)
    data.make_leads(db, client, campaign, 6, position=0)
    data.sweep_all(db)
    assert data.value(db, "select completion_rate from campaign_statistics") == 75


# ---------------------------------------------------------------- end to end, with real data


@pytest.mark.skipif(not CONTACTS.exists(), reason="the contacts are not beside the checkout")
def test_real_contacts(database15: Database) -> None:
    with CONTACTS.open(newline="") as file:
        contacts = list(csv.DictReader(file))
    assert len(contacts) == 45_211
    booked = sum(contact["y"] == "yes" for contact in contacts)
    completed = sum(contact["y"] != "yes" and int(contact["campaign"]) >= 5 for contact in contacts)
    before = sum(contact["poutcome"] == "failure" and int(contact["previous"]) > 0 for contact in contacts)
    assert booked == 5_289

    with database15.connect() as db:
        client = data.make_client(db, "Bank")
        campaign = data.make_campaign(db, client, "Term deposit", steps=5)
        earlier = data.make_campaign(db, client, "Earlier", steps=5)
        load(db, CONTACTS, client, campaign, earlier)
        assert data.entries(db) == {0: 45_211 - before, 1: before}
        data.assert_statistics_are_exact(db)

        fleet = data.sweep_all(db, p_now=NOON)

        assert data.figures(db, fleet) == {
            "found": booked + completed,
            "processed": booked + completed,
            "booked": booked,
            "completed": completed,
            "batches": -(-(booked + completed) // 1000),
        }
        found = {
            (row["is_active"], row["outcome"]): row["leads"]
            for row in data.rows(
                db,
                "select l.is_active, case when not l.is_active then l.campaign_history -> -1 ->> 'outcome' end as outcome, "
                "count(*) as leads from drip.leads as l group by 1, 2",
            )
        }
        assert found == {
            (False, "booked"): booked,
            (False, "completed"): completed,
            (True, None): 45_211 - booked - completed,
        }
        assert data.value(
            db,
            "select bool_and(l.is_active = (l.booked_at is null and l.current_message_position < 5)) "
            "from drip.leads as l",
        )
        # The history of the earlier campaign is still each history's beginning.
        assert (
            data.value(
                db, "select count(*) from drip.leads where campaign_history -> 0 ->> 'campaignId' = %s", str(earlier)
            )
            == before
        )
        row = data.rows(db, "select * from drip.campaigns where id = %s", campaign)[0]
        assert (row["active_leads_count"], row["booked_count"], row["completed_leads_count"]) == (
            45_211 - booked - completed,
            booked,
            completed,
        )
        assert data.value(db, "select completed_leads_count from drip.campaigns where id = %s", earlier) == before
        data.assert_statistics_are_folded(db)
        assert data.rows(db, "select * from drip.stuck_leads") == []
        assert data.sweep(db, client, p_now=NOON + minutes(15)) is None


def load(db: Connection, path: Path, client: UUID, campaign: UUID, earlier: UUID) -> None:
    """The contacts as leads: a phone made up from the row's number, `campaign` as position, y = yes as booked."""
    with path.open() as file:
        header = file.readline().strip().split(",")
        columns = ", ".join(f'"{name}" text' for name in header)
        db.execute(f"create temporary table contacts (row_number bigint generated always as identity, {columns})")
        names = ", ".join(f'"{name}"' for name in header)
        with db.cursor().copy(f"copy contacts ({names}) from stdin with (format csv)") as copy:
            copy.write(file.read())
    db.execute(
        """
        insert into drip.leads (client_id, campaign_link_id, first_name, phone, current_message_position, booked_at,
                                campaign_history)
        select %(client)s, %(campaign)s, initcap(c.job), '+1' || (2000000000 + c.row_number), c.campaign::integer,
               case c.y when 'yes' then now() end,
               case when c.poutcome = 'failure' and c.previous::integer > 0
                    then jsonb_build_array(jsonb_build_object(
                             'campaignId', %(earlier)s::uuid, 'campaignName', 'Earlier',
                             'enrolledAt', '2008-05-05T00:00:00.000Z', 'completedAt', '2008-06-05T00:00:00.000Z',
                             'messagesReceived', c.previous::integer, 'outcome', 'completed'))
                    else '[]' end
          from contacts as c
        """,
        {"client": client, "campaign": campaign, "earlier": earlier},
    )
