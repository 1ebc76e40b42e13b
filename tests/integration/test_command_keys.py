"""pg-drip keys as a process: the key is printed once and stored nowhere."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import NOBODY, Done, invoke, pg_drip, pg_drip_each, refused, succeeded

KEY = re.compile(r"drip_([0-9a-f]{10})_[0-9A-Za-z_-]{43}")
ONCE = "This is shown only now: keep it safe. What is stored is its hash.\n"


def run(database: Database, *arguments: str) -> Done:
    return invoke(database, ["keys", *arguments], {})


def key_of(done: Done) -> str:
    """The key that a command printed, alone on stdout."""
    assert (done.returncode, done.stderr) == (0, ONCE), done
    printed = done.stdout.removesuffix("\n")
    assert KEY.fullmatch(printed)
    return printed


def prefix_of(key: str) -> str:
    found = KEY.fullmatch(key)
    assert found
    return found[1]


def live(db: Connection, key: str) -> list[dict[str, Any]]:
    digest = hashlib.sha256(key.encode()).digest()
    return data.rows(db, "select a.* from drip.authenticate_api_key(%s) as a", digest)


def listed(database: Database, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(succeeded(run(database, "list", "--json", *options)))
    return found


def test_create_prints_the_key_once(database: Database) -> None:
    key = key_of(pg_drip(database, "keys", "create"))
    with database.connect() as db:
        [caller] = live(db, key)
        assert (caller["client_id"], caller["scopes"], caller["expires_at"]) == (None, ["admin"], None)
        assert caller["prefix"] == prefix_of(key)
    for text in (succeeded(run(database, "list")), succeeded(run(database, "list", "--json"))):
        assert prefix_of(key) in text
        assert key[-43:] not in text
        assert hashlib.sha256(key.encode()).hexdigest() not in text


def test_create_takes_client_scopes_end_and_name(database15: Database, db15: Connection) -> None:
    client = data.make_client(db15)
    done = run(
        database15,
        *f"create --client {client} --scope webhook --scope leads --expires 2099-01-31 --name Kajabi --json".split(),
    )
    assert (done.returncode, done.stderr) == (0, ONCE)
    made = json.loads(done.stdout)
    assert set(made) == {"id", "key"}
    [caller] = live(db15, made["key"])
    assert (str(caller["id"]), caller["client_id"], caller["name"]) == (made["id"], client, "Kajabi")
    assert caller["scopes"] == ["leads", "webhook"]
    assert caller["expires_at"] == datetime(2099, 1, 31, tzinfo=UTC)

    key = key_of(run(database15, "create", "--expires", "90d"))
    left = live(db15, key)[0]["expires_at"] - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
    key = key_of(run(database15, "create", "--expires", "2099-01-31T18:00:00+02:00"))
    assert live(db15, key)[0]["expires_at"] == datetime(2099, 1, 31, 16, tzinfo=UTC)


def test_what_create_refuses_makes_no_key(database15: Database) -> None:
    expected = {
        "keys create --scope root": (2, "root"),
        "keys create --client 42": (2, "not a valid UUID"),
        "keys create --expires soon": (2, "as 2030-01-31T18:00:00Z"),
        "keys create --expires 9999999d": (2, "as 90d"),
        "keys create --expires 0d": (1, "a key cannot expire"),
        "keys create --expires 2020-01-01": (1, "a key cannot expire"),
        f"keys create --client {NOBODY}": (1, f"client {NOBODY} is not known"),
        f"keys create --name {'x' * 256}": (1, "at most 255 characters"),
    }
    for command, done in pg_drip_each(database15, *expected).items():
        exit_code, text = expected[command]
        assert text in refused(done, exit_code), command
    assert listed(database15) == []
    assert "There is no key." in succeeded(run(database15, "list"))


def test_list_tells_keys_apart(database15: Database, db15: Connection) -> None:
    client, other = data.make_client(db15), data.make_client(db15, "Other")
    of_client = key_of(run(database15, "create", "--client", str(client), "--scope", "read", "--name", "n8n"))
    of_all = key_of(run(database15, "create"))
    live(db15, of_all)
    assert {(row["prefix"], row["clientId"], row["status"]) for row in listed(database15)} == {
        (prefix_of(of_client), str(client), "live"),
        (prefix_of(of_all), None, "live"),
    }
    assert [row["prefix"] for row in listed(database15, "--client", str(client))] == [prefix_of(of_client)]
    assert listed(database15, "--client", str(other)) == []
    used = {row["prefix"]: row["lastUsedAt"] for row in listed(database15)}
    assert used[prefix_of(of_client)] is None
    assert used[prefix_of(of_all)] is not None
    text = succeeded(run(database15, "list"))
    assert "n8n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_revoke_ends_a_key(database15: Database, db15: Connection) -> None:
    by_prefix, by_id, by_key = (key_of(run(database15, "create")) for _ in range(3))
    ids = {row["prefix"]: row["id"] for row in listed(database15)}
    assert succeeded(run(database15, "revoke", prefix_of(by_prefix))) == "Revoked.\n"
    assert succeeded(run(database15, "revoke", prefix_of(by_prefix))) == "It was revoked already.\n"
    assert succeeded(run(database15, "revoke", ids[prefix_of(by_id)])) == "Revoked.\n"
    assert succeeded(run(database15, "revoke", by_key)) == "Revoked.\n"
    for key in (by_prefix, by_id, by_key):
        assert live(db15, key) == []
    assert {row["status"] for row in listed(database15)} == {"revoked"}
    assert f"key {NOBODY} is not known" in refused(run(database15, "revoke", NOBODY))
    line = refused(run(database15, "revoke", "drip_0000000000_" + "x" * 43))
    assert "there is no key with this id or prefix" in line
    assert "xxx" not in line


def test_rotate_makes_a_second_key(database15: Database, db15: Connection) -> None:
    old = key_of(run(database15, "create", "--scope", "leads", "--name", "n8n"))
    new = key_of(run(database15, "rotate", prefix_of(old), "--overlap-days", "2"))
    assert new != old
    [caller] = live(db15, new)
    assert (caller["scopes"], caller["name"], caller["expires_at"]) == (["leads"], "n8n", None)
    left = live(db15, old)[0]["expires_at"] - datetime.now(UTC)
    assert timedelta(days=1, hours=23) < left <= timedelta(days=2)
    for key in (old, new):
        assert "two keys of its chain are live" in refused(run(database15, "rotate", prefix_of(key)))

    succeeded(run(database15, "revoke", prefix_of(old)))
    done = run(database15, "rotate", prefix_of(new), "--keep-old", "--expires", "30d", "--json")
    assert (done.returncode, done.stderr) == (0, ONCE)
    third = json.loads(done.stdout)["key"]
    assert live(db15, new)[0]["expires_at"] is None
    assert live(db15, third)[0]["expires_at"] is not None
    assert "is revoked or has expired" in refused(run(database15, "rotate", prefix_of(old)))
    assert "3650" in refused(run(database15, "rotate", prefix_of(third), "--overlap-days", "4000"), 2)


def test_a_server_that_is_not_there_is_one_line(database15: Database) -> None:
    commands = ["keys create", "keys list", f"keys revoke {NOBODY}", f"keys rotate {NOBODY}"]
    for command, done in pg_drip_each(database15, *commands, PGPORT="1").items():
        assert "cannot connect" in refused(done), command
