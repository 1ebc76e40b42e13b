"""pg-drip leads import: what is loaded, what is rejected, what breaks off, and that a second time changes nothing."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.support import data
from tests.support.clusters import Connection, Database, Server
from tests.support.command_line import NOBODY, Done, finish, invoke, launch, pg_drip, refused, role, succeeded

HEADER = "first_name,last_name,phone,email\n"


@pytest.fixture
def client(db15: Connection) -> UUID:
    return data.make_client(db15)


@pytest.fixture
def campaign(db15: Connection, client: UUID) -> UUID:
    made = data.make_campaign(db15, client)
    db15.execute("update drip.campaigns set form_id = 'spring' where id = %s", (made,))
    return made


@pytest.fixture
def load(database15: Database, client: UUID, campaign: UUID, tmp_path: Path) -> Callable[..., Done]:
    """Import this text as a file, in this process."""

    def load(content: str | bytes, *arguments: str, name: str = "leads.csv") -> Done:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return invoke(database15, command(path, client, campaign, *arguments), {})

    return load


def command(path: Path | str, client: UUID, campaign: UUID, *arguments: str) -> list[str]:
    return ["leads", "import", str(path), "--client", str(client), "--campaign", str(campaign), *arguments]


def numbered(count: int, first: int = 0) -> str:
    """So many rows of people."""
    return "".join(f"First {n},Last {n},+1{2_020_000_000 + n},n{n}@example.com\n" for n in range(first, first + count))


def summary(done: Done, exit_code: int = 0) -> dict[str, Any]:
    """What --json printed, whose figures add up."""
    assert done.returncode == exit_code, done
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["success"] is (exit_code == 0)
    assert result["read"] == sum(result["byResult"].values()) + result["duplicates"] + result["rejected"]
    return result


def everything(db: Connection) -> dict[str, tuple[object, ...]]:
    """A digest of all that an import could change, and nothing staged."""
    assert data.value(db, "select count(*) from drip_internal.staged_leads") == 0
    return data.contents(db)


# ---------------------------------------------------------------- good files


def test_a_file_is_loaded_and_a_second_time_changes_nothing(database: Database, tmp_path: Path) -> None:
    """More than one batch, on each server, as a process."""
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + numbered(12_000))
    with database.connect() as db:
        client = data.make_client(db)
        campaign = data.make_campaign(db, client)
        text = succeeded(pg_drip(database, *command(path, client, campaign)))
        figures = dict(re.findall(r"^  ([a-z ]+?) +([\d,]+)$", text, re.MULTILINE))
        assert figures == {"read": "12,000", "enrolled": "12,000", "duplicates": "0", "rejected": "0"}
        assert re.search(r"^12,000 rows in [\d.]+ s, [\d,]+ rows/s\.$", text, re.MULTILINE)
        # No progress bar: this is a pipe.
        assert len(text.splitlines()) == 5
        stored = (
            "select first_name, last_name, phone, email, campaign_link_id, is_active from drip.leads where phone = %s"
        )
        assert db.execute(stored, ("+12020011999",)).fetchall() == [
            ("First 11999", "Last 11999", "+12020011999", "n11999@example.com", campaign, True)
        ]
        assert data.active(db) == 12_000
        data.assert_statistics_are_exact(db)
        before = everything(db)

        again = summary(pg_drip(database, *command(path, client, campaign, "--json")))
        assert again["byResult"]["already_enrolled"] == again["read"] == 12_000
        assert everything(db) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["leads.csv"]


def test_every_field_arrives(db15: Connection, load: Callable[..., Done], campaign: UUID) -> None:
    header = (
        "firstName,Last Name,Mobile,E-Mail,Time Zone,current-message-position,booked_at,OPTED_OUT,enrolled_at,notes\r\n"
    )
    rows = (
        '"Zoë\nMaria",O\'Hara,(202) 555-0101,Zoe@Example.com,america/new_york,2,2026-01-31T09:30:00-05:00,no,2025-12-24,x\r\n'
        "Bob,,(202) 555-0102,,,,yes,,,\r\n"
        "Cay,,,cay@example.com,,,no,yes,,\r\n"
    )
    done = load(b"\xef\xbb\xbf" + (header + rows).encode(), "--map", "Mobile=phone", "--region", "US", "--json")
    result = summary(done)
    assert (result["byResult"]["enrolled"], result["ignoredColumns"]) == (3, ["notes"])
    zoe, bob, cay = data.rows(db15, "select * from drip.leads order by phone nulls last")
    assert zoe["first_name"] == "Zoë Maria"
    assert (zoe["last_name"], zoe["phone"], zoe["email"]) == ("O'Hara", "+12025550101", "Zoe@Example.com")
    assert (zoe["timezone"], zoe["current_message_position"], zoe["opted_out"]) == ("America/New_York", 2, False)
    assert zoe["booked_at"] == datetime(2026, 1, 31, 14, 30, tzinfo=UTC)
    assert zoe["enrolled_at"] == datetime(2025, 12, 24, tzinfo=UTC)
    assert (bob["last_name"], bob["email"], bob["current_message_position"]) == (None, None, 0)
    # Booked at the import's moment, which is that of the enrollment as well.
    assert bob["booked_at"] == bob["enrolled_at"] == cay["enrolled_at"]
    assert (cay["phone"], cay["booked_at"], cay["opted_out"]) == (None, None, True)
    before = everything(db15)
    again = summary(
        load(b"\xef\xbb\xbf" + (header + rows).encode(), "--map", "Mobile=phone", "--region", "US", "--json")
    )
    assert (again["byResult"]["already_enrolled"], again["byResult"]["opted_out"]) == (2, 1)
    assert everything(db15) == before


def test_refusals_and_duplicates_are_ordinary(
    db15: Connection, load: Callable[..., Done], client: UUID, campaign: UUID
) -> None:
    other = data.make_campaign(db15, client, "Other")
    load(HEADER + numbered(2) + numbered(1, first=3))
    db15.execute("select drip.enroll_leads(%s, %s, %s)", (client, other, '[{"phone": "+12020000002"}]'))
    ids = data.column(db15, "select id from drip.leads order by phone")
    db15.execute("select drip.de_enroll_lead(%s, %s)", (client, ids[0]))
    db15.execute("select drip.opt_out(%s, %s)", (client, ids[1]))
    counted = data.column(db15, "select refused_already_enrolled_count from drip.campaign_statistics order by id")

    content = HEADER + numbered(5) + "Again,,+12020000004,\n" + "Again,,,N4@EXAMPLE.com\n"
    text = succeeded(load(content))
    figures = dict(re.findall(r"^  ([a-z ]+?) +([\d,]+)$", text, re.MULTILINE))
    assert figures == {
        "read": "7",
        "enrolled": "1",
        "already enrolled": "1",
        "already completed": "1",
        "opted out": "1",
        "in another campaign": "1",
        "duplicates": "2",
        "rejected": "0",
    }
    # The first row of a person is the one that counts.
    assert data.column(db15, "select first_name from drip.leads where phone = '+12020000004'") == ["First 4"]
    # Otherwise a file imported again would change something.
    assert (
        data.column(db15, "select refused_already_enrolled_count from drip.campaign_statistics order by id") == counted
    )
    moved = summary(load(content, "--transfer", "--json"))
    assert (moved["byResult"]["enrolled"], moved["byResult"]["in_another_campaign"]) == (1, 0)
    assert data.column(db15, "select campaign_link_id from drip.leads where id = %s", ids[2]) == [campaign]
    data.assert_statistics_are_exact(db15)


def test_a_campaign_by_its_form(
    database15: Database, db15: Connection, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(HEADER + numbered(1))
    arguments = ["leads", "import", str(tmp_path / "a.csv"), "--client", str(client), "--form", "spring"]
    succeeded(invoke(database15, arguments, {}))
    assert data.column(db15, "select campaign_link_id from drip.leads") == [campaign]


def test_other_delimiters(db15: Connection, load: Callable[..., Done]) -> None:
    succeeded(load("phone;first_name\n+12025550101;A,B\n", "--delimiter", ";"))
    succeeded(load("phone\tfirst_name\n+12025550102\tC;D\n", "--delimiter", "tab"))
    assert data.column(db15, "select first_name from drip.leads order by phone") == ["A,B", "C;D"]


def test_a_terminal_sees_progress(database15: Database, client: UUID, campaign: UUID, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + numbered(6000))
    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pg_drip", *command(path, client, campaign)],
        stdin=subprocess.DEVNULL,
        stdout=there,
        stderr=there,
        env=database15.environment() | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(there)
    seen = b""
    # Linux ends the reading of a terminal that nobody has open any more with an error.
    with suppress(OSError):
        while some := os.read(here, 65536):
            seen += some
    os.close(here)
    assert process.wait() == 0
    text = seen.decode()
    assert "Reading" in text
    assert re.search(r"Enrolling .*5,000 of 6,000 leads", text)
    assert re.search(r"6,000 rows in [\d.]+ s", text)


@pytest.mark.parametrize("how", ["pipe", "file"])
def test_standard_input(
    how: str, database15: Database, db15: Connection, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    content = HEADER + numbered(3) + "Bad,,nine,\n"
    path = tmp_path / "leads.csv"
    path.write_text(content)
    with path.open() as file:
        done = subprocess.run(
            [sys.executable, "-m", "pg_drip", *command("-", client, campaign)],
            **({"input": content} if how == "pipe" else {"stdin": file}),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=database15.environment(),
            check=False,
        )
    assert done.returncode == 1
    assert data.active(db15) == 3
    assert (tmp_path / "stdin.rejects.csv").read_text().splitlines()[1] == "5,phone has letters,Bad,,nine,"


# ---------------------------------------------------------------- rejects


def test_bad_rows_are_rejected_and_mended(db15: Connection, load: Callable[..., Done], tmp_path: Path) -> None:
    header = "first_name,phone,email,timezone,current_message_position,booked_at,opted_out\n"
    content = (
        header
        + "Ann,+12025550101,,,,,\n"
        + "Bad,555-0101,,,,,\n"
        + '"Two\nlines",,,,,,\n'
        + "Few,+12025550102\n"
        + "Many,+12025550103,,,,,,,\n"
        + "Mail,,nobody,,,,\n"
        + "Zone,+12025550104,,Mars/Olympus,,,\n"
        + "Position,+12025550105,,,-1,,\n"
        + "Booked,+12025550106,,,,tomorrow,\n"
        + "Out,+12025550107,,,,,perhaps\n"
        + "Nul\0,+12025550108,,,,,\n"
        + "Zed,+12025550109,,,,,\n"
    )
    done = load(content, "--json")
    result = summary(done, 1)
    assert (result["read"], result["byResult"]["enrolled"], result["rejected"]) == (12, 2, 10)
    reasons = {reject["line"]: reject["reason"] for reject in result["rejects"]}
    assert list(reasons) == [3, 4, 6, 7, 8, 9, 10, 11, 12, 13]
    assert "give --region" in reasons[3]
    assert reasons[4] == "it has neither phone nor email"
    assert (reasons[6], reasons[7]) == ("it has 2 fields, the header has 7", "it has 9 fields, the header has 7")
    fields = ["email", "timezone", "current_message_position", "booked_at", "opted_out", "first_name"]
    assert [reasons[line].split()[0] for line in range(8, 14)] == fields
    rejects = tmp_path / "leads.rejects.csv"
    assert result["rejectsFile"] == str(rejects)
    assert [line.split(": ")[1] for line in done.stderr.splitlines()[:-1]] == [f"line {line}" for line in reasons]
    assert done.stderr.splitlines()[-1] == f"Error: 10 rows were rejected. See {rejects}; mend it, and import it."
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    with rejects.open(newline="") as file:
        written = list(csv.reader(file))
    lines = (2, 3, 4, *range(6, 15))
    original = dict(zip(lines, csv.reader(content.splitlines(keepends=True)[1:]), strict=True))
    assert written[0] == ["line", "reason", *header.strip().split(",")]
    assert written[1:] == [[str(line), reason, *original[line]] for line, reason in reasons.items()]

    # Mended, it is imported as it is; what is still wrong goes on to the next.
    mended = rejects.read_text().replace("555-0101", "+12025550110").replace("nobody", "somebody@example.com")
    result = summary(load(mended, "--json", name="leads.rejects.csv"), 1)
    assert (result["byResult"]["enrolled"], result["rejected"], result["ignoredColumns"]) == (2, 8, [])
    assert (tmp_path / "leads.rejects.rejects.csv").read_text().startswith(f"line,reason,{header}")
    assert data.active(db15) == 4


def test_a_national_number_needs_a_region(db15: Connection, load: Callable[..., Done], tmp_path: Path) -> None:
    content = "phone\n(202) 555-0101\n"
    assert "give --region" in load(content).stderr
    assert (tmp_path / "leads.rejects.csv").exists()
    succeeded(load(content, "--region", "US"))
    # None is left from before.
    assert not (tmp_path / "leads.rejects.csv").exists()
    assert data.column(db15, "select phone from drip.leads") == ["+12025550101"]


def test_the_rejects_file_has_the_name_that_one_gives(load: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("old\n")
    load("phone\nbad\n", "--rejects", str(tmp_path / "bad.csv"))
    assert (tmp_path / "bad.csv").read_text() == "line,reason,phone\n2,phone has letters,bad\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "leads.csv"]


def test_only_the_first_rejects_are_printed(load: Callable[..., Done], tmp_path: Path) -> None:
    done = load("phone\n" + "bad\n" * 1000)
    assert len(done.stderr.splitlines()) == 22
    assert "and 980 more" in done.stderr
    assert len((tmp_path / "leads.rejects.csv").read_text().splitlines()) == 1001


def test_what_only_the_database_refuses_is_rejected_as_well(
    db15: Connection, load: Callable[..., Done], tmp_path: Path
) -> None:
    # The server has a file for it, but it is a rule and no place.
    content = "phone,timezone\n+12025550101,EST5EDT\n+12025550102,UTC\nbad,UTC\n"
    result = summary(load(content, "--json"), 1)
    assert (result["byResult"]["enrolled"], result["rejected"]) == (1, 2)
    rejects = (tmp_path / "leads.rejects.csv").read_text()
    assert re.search(r"^2,.*timezone is no IANA name.*,\+12025550101,EST5EDT$", rejects, re.MULTILINE)
    assert everything(db15)
    assert data.column(db15, "select phone from drip.leads") == ["+12025550102"]


# ---------------------------------------------------------------- dry run


def test_a_dry_run_says_the_same_and_changes_nothing(
    db15: Connection, load: Callable[..., Done], client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    load(HEADER + numbered(5))
    before = everything(db15)
    content = HEADER + numbered(20) + numbered(3) + "Bad,,nine,\n"
    dry = summary(load(content, "--dry-run", "--json"), 1)
    assert (dry["dryRun"], dry["rejectsFile"]) == (True, None)
    assert everything(db15) == before
    assert [path.name for path in tmp_path.iterdir()] == ["leads.csv"]
    text = load(content, "--dry-run", "--rejects", str(tmp_path / "r.csv")).stdout
    assert "Nothing was changed." in text
    assert (tmp_path / "r.csv").exists()
    assert everything(db15) == before
    wet = summary(load(content, "--json"), 1)
    for name in ("read", "byResult", "duplicates", "rejected", "rejects"):
        assert wet[name] == dry[name]


# ---------------------------------------------------------------- what changes nothing

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "not UTF-8": (HEADER.encode() + numbered(9000).encode() + b"Ren\xe9,,+12025550101,\n", "line 9,002 is not UTF-8"),
    "UTF-16": ((HEADER + numbered(5)).encode("utf-16"), "UTF-16"),
    "quote": ((HEADER + numbered(9000) + '"Ann,,+12025550101,\n' + numbered(5)).encode(), "line 9,002"),
    "columns": (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n", "10,000 columns"),
    "semicolons": (b"phone;email\n+12025550101;a@x.org\n", "--delimiter ';'"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_breaks_off_enrolls_nothing(
    kind: str, db15: Connection, load: Callable[..., Done], tmp_path: Path
) -> None:
    content, message = BROKEN[kind]
    before = everything(db15)
    line = refused(load(content))
    assert message in line
    assert line.count(".") >= 2
    assert everything(db15) == before
    assert [path.name for path in tmp_path.iterdir()] == ["leads.csv"]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("name\nAnn\n", [], "no column is phone or email; there are 'name'"),
        (
            HEADER,
            ["--map", "Mobile=phone"],
            "no column 'Mobile'; there are 'first_name', 'last_name', 'phone', 'email'",
        ),
        (HEADER, ["--map", "phone=mobile"], "no field 'mobile'"),
        (HEADER, ["--map", "phone"], "'phone' is no column=field"),
        ("phone,Phone\n1,2\n", [], "two columns are phone"),
        (HEADER, ["--region", "ZZ"], "'ZZ' is no region"),
        (HEADER, ["--delimiter", ";;"], "';;' separates no columns"),
        (HEADER, ["--form", "spring"], "either --campaign ID or --form FORM"),
    ],
)
def test_bad_usage(
    content: str, arguments: Sequence[str], message: str, db15: Connection, load: Callable[..., Done]
) -> None:
    before = everything(db15)
    assert message in refused(load(content, *arguments), 2)
    assert everything(db15) == before


def test_a_file_that_is_none(
    database15: Database, load: Callable[..., Done], client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    assert "does not exist" in refused(invoke(database15, command("missing.csv", client, campaign), {}), 2)
    assert "is a directory" in refused(invoke(database15, command(tmp_path, client, campaign), {}), 2)
    content = HEADER + numbered(1)
    assert "--rejects is the file" in refused(load(content, "--rejects", str(tmp_path / "leads.csv")), 2)
    assert "no file for rejects" in refused(load(content, "--rejects", "/dev/null"))
    assert (tmp_path / "leads.csv").read_text() == content


def test_an_unknown_client_or_campaign(
    database15: Database, db15: Connection, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(HEADER + numbered(1))
    nobody = UUID(NOBODY)
    for whose, which, message in (
        (nobody, campaign, f"client {NOBODY} is not known"),
        (client, nobody, "has no campaign"),
    ):
        assert message in refused(invoke(database15, command(tmp_path / "a.csv", whose, which), {}))
    assert data.value(db15, "select count(*) from drip.leads") == 0


def test_a_header_alone_imports_nobody(load: Callable[..., Done]) -> None:
    assert summary(load(HEADER, "--json"))["read"] == 0


# ---------------------------------------------------------------- what breaks it


def test_a_lead_that_the_database_cannot_take_ends_it_and_the_same_again_completes_it(
    db15: Connection, load: Callable[..., Done]
) -> None:
    trigger = data.raise_for(db15, "drip.leads", "insert", "new.phone = '+12020006000'")
    content = HEADER + numbered(7000)
    line = refused(load(content))
    assert "poisoned" in line
    assert "5,000 rows were done before; run the same import again" in line
    assert data.active(db15) == 5000
    assert everything(db15)
    data.assert_statistics_are_exact(db15)
    data.drop_trigger(db15, trigger)
    again = summary(load(content, "--json"))
    assert (again["byResult"]["enrolled"], again["byResult"]["already_enrolled"]) == (2000, 5000)


@pytest.mark.parametrize("how", ["interrupted", "connection lost", "killed"])
def test_an_import_that_ends_in_the_middle_is_completed_by_the_same_again(
    how: str, database15: Database, db15: Connection, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + numbered(7000))
    db15.execute(
        "create function public.wait_for_test() returns trigger language plpgsql as "
        f"$$ begin perform pg_catalog.pg_advisory_xact_lock_shared({data.TEST_LOCK}, 2); return new; end $$"
    )
    db15.execute(
        "create trigger wait_for_test before insert on drip.leads for each row when (new.phone = '+12020006000') "
        "execute function public.wait_for_test()"
    )
    db15.execute("select pg_advisory_lock(%s, 2)", (data.TEST_LOCK,))
    process = launch(database15, command(path, client, campaign))
    try:
        waiting = "select pid from pg_locks where locktype = 'advisory' and not granted and classid = %s"
        data.wait_until(lambda: data.column(db15, waiting, data.TEST_LOCK), "the import is in its second batch")
        [pid] = data.column(db15, waiting, data.TEST_LOCK)
        if how == "interrupted":
            process.send_signal(signal.SIGINT)
            done = finish(process)
            assert (done.returncode, done.stderr) == (130, "Interrupted.\n")
        elif how == "connection lost":
            db15.execute("select pg_terminate_backend(%s)", (pid,))
            assert "run the same import again" in refused(finish(process))
        else:
            process.kill()
            process.communicate()
            db15.execute("select pg_terminate_backend(%s)", (pid,))
        data.wait_until_gone(db15, pid)
    finally:
        process.kill()
        db15.execute("select pg_advisory_unlock_all()")
    assert data.active(db15) == 5000
    staged = data.value(db15, "select count(*) from drip_internal.staged_leads")
    # Only who is killed leaves something, and that is in nobody's way.
    assert staged == (2000 if how == "killed" else 0)
    again = summary(pg_drip(database15, *command(path, client, campaign, "--json")))
    assert (again["byResult"]["enrolled"], again["byResult"]["already_enrolled"]) == (2000, 5000)
    assert data.active(db15) == 7000
    data.assert_statistics_are_exact(db15)
    assert [entry.name for entry in tmp_path.iterdir()] == ["leads.csv"]


def test_two_imports_of_one_file_at_once_enroll_everybody_once(
    database15: Database, db15: Connection, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + numbered(8000))
    reverse = tmp_path / "reverse.csv"
    reverse.write_text(HEADER + "".join(reversed(numbered(8000).splitlines(keepends=True))))
    processes = [launch(database15, command(file, client, campaign, "--json")) for file in (path, reverse)]
    results = [summary(finish(process)) for process in processes]
    assert sum(result["byResult"]["enrolled"] for result in results) == 8000
    assert sum(result["byResult"]["already_enrolled"] for result in results) == 8000
    assert data.active(db15) == 8000
    data.assert_statistics_are_exact(db15)


# ---------------------------------------------------------------- rights and encodings


def test_a_member_of_drip_api_imports_without_rights_on_tables(
    server15: Server, database15: Database, db15: Connection, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("phone,timezone\n+12025550101,UTC\n+12025550102,EST5EDT\n")
    with role(server15, "drip_api") as user:
        result = summary(
            invoke(database15, command(tmp_path / "a.csv", client, campaign, "--json"), {"PGUSER": user}), 1
        )
        assert (result["byResult"]["enrolled"], result["rejected"]) == (1, 1)
        with database15.connect(user=user) as member, pytest.raises(psycopg.errors.InsufficientPrivilege):
            member.execute("select * from drip_internal.staged_leads")
    assert everything(db15)


def test_who_may_not_is_told_so(
    server15: Server, database15: Database, client: UUID, campaign: UUID, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(HEADER + numbered(1))
    with role(server15, "drip_readonly") as user:
        done = invoke(database15, command(tmp_path / "a.csv", client, campaign), {"PGUSER": user})
        assert "permission denied" in refused(done)
