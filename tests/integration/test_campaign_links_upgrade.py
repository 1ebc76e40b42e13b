"""0024 over links that the old system let in: what can be mended is, the rest is named, and the deploy can be repeated."""

from __future__ import annotations

import pytest

from pg_drip.deploy import Deployer
from pg_drip.errors import PgDripError
from pg_drip.migrations import read
from tests.support import data
from tests.support.clusters import ROOT, Connection, Database

LAST_BEFORE = [migration.id for migration in read(ROOT / "sql" / "migrations") if migration.id < "0024"][-1]
CLIENT = "c0000000-0000-4000-8000-000000000001"
CONSTRAINTS = "select count(*) from pg_constraint where conname in ('zoom_link_is_a_url', 'resource_link_is_a_url')"
INDEXES = (
    "select count(*) from pg_index where indisvalid and indexrelid in "
    "(to_regclass('drip.campaigns_newest_idx'), to_regclass('drip.campaigns_client_newest_idx'))"
)


def insert(connection: Connection, name: str, zoom_link: str | None, resource_link: str | None = None) -> None:
    connection.execute(
        "insert into drip.campaigns (client_id, name, zoom_link, resource_link) values (%s, %s, %s, %s)",
        (CLIENT, name, zoom_link, resource_link),
    )


def links(connection: Connection) -> list[dict[str, object]]:
    return data.rows(connection, "select name, zoom_link, resource_link from drip.campaigns order by name")


def test_bad_links_are_named_and_the_rest_is_mended(empty_database: Database) -> None:
    with Deployer(empty_database.dsn) as deployer, empty_database.connect() as db:
        deployer.deploy(upto=LAST_BEFORE)
        db.execute("insert into drip.clients (id, name) values (%s, 'Acme')", (CLIENT,))
        insert(db, "Blank", "", " \t")
        insert(db, "Good", "https://zoom.us/j/1", " http://example.com/book\n")
        insert(db, "None", None)
        insert(db, "Script", "javascript:alert(1)", "https://me:secret@example.com")
        insert(db, "Words", "ask Bob")

        with pytest.raises(PgDripError) as caught:
            deployer.deploy()
        assert caught.value.sqlstate == "DR016"
        for named in ("zoom_link of Script (", "resource_link of Script (", "zoom_link of Words ("):
            assert named in caught.value.message
        for unnamed in ("Blank", "Good", "None", "secret", "Bob"):
            assert unnamed not in caught.value.message
        assert caught.value.hint is not None
        assert "drip.campaigns" in caught.value.hint

        db.execute("update drip.campaigns set zoom_link = null, resource_link = null where name in ('Script', 'Words')")
        assert deployer.deploy().applied[0] == "0024_add_campaign_management"
        assert links(db) == [
            {"name": "Blank", "zoom_link": None, "resource_link": None},
            {"name": "Good", "zoom_link": "https://zoom.us/j/1", "resource_link": "http://example.com/book"},
            {"name": "None", "zoom_link": None, "resource_link": None},
            {"name": "Script", "zoom_link": None, "resource_link": None},
            {"name": "Words", "zoom_link": None, "resource_link": None},
        ]
        assert data.value(db, CONSTRAINTS + " and convalidated") == 2
        assert data.value(db, INDEXES) == 2
        assert deployer.verify() == []


def test_a_bad_link_that_comes_later_is_refused(database15: Database, db15: Connection) -> None:
    """By the CHECK too, when somebody has switched the trigger off."""
    db15.execute("insert into drip.clients (id, name) values (%s, 'Acme')", (CLIENT,))
    db15.execute("alter table drip.campaigns disable trigger campaigns_prepare")
    for column in ("zoom_link", "resource_link"):
        error = data.error_of(
            lambda column=column: db15.execute(  # type: ignore[misc]
                f"insert into drip.campaigns (client_id, name, {column}) values ('{CLIENT}', 'A', 'javascript:alert(1)')"
            )
        )
        assert (error.sqlstate, error.diag.constraint_name) == ("23514", f"{column}_is_a_url")


def test_an_invalid_index_that_a_kill_left_is_built_again(empty_database: Database) -> None:
    with Deployer(empty_database.dsn) as deployer, empty_database.connect() as db:
        deployer.deploy(upto=LAST_BEFORE)
        db.execute("create index campaigns_newest_idx on drip.campaigns (created_at desc, id desc)")
        db.execute("update pg_index set indisvalid = false where indexrelid = 'drip.campaigns_newest_idx'::regclass")
        deployer.deploy()
        assert data.value(db, INDEXES) == 2


def test_keys_and_events_survive_a_rollback(database: Database) -> None:
    keys = "select k.* from drip_internal.api_keys as k order by k.name"
    events = "select e.* from drip.api_events as e"
    with database.connect() as db:
        client, gone = data.make_client(db), data.make_client(db, "Gone")
        [(first, _)] = db.execute("select * from drip.create_api_key(%s, p_name => 'a')", (client,)).fetchall()
        db.execute("select drip.rotate_api_key(%s)", (first,))
        db.execute("select drip.create_api_key(%s, p_name => 'c')", (gone,))
        db.execute("select drip.record_api_event('invalid_key', '/api/leads', 3)")
        before = (data.rows(db, keys)[:2], data.rows(db, events))
        with Deployer(database.dsn) as deployer:
            deployer.rollback("0024")
            assert data.value(db, "select to_regclass('drip_internal.api_keys')") is None
            db.execute("delete from drip.clients where id = %s", (gone,))
            deployer.deploy()
            assert (data.rows(db, keys), data.rows(db, events)) == before
            assert data.value(db, "select to_regclass('drip_internal.archive_0025_api_keys')") is None
            assert deployer.verify() == []
