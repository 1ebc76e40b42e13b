"""The command line without a server: help, usage errors, and errors in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import psycopg
import pytest
from click.testing import CliRunner

from pg_drip import __version__
from pg_drip.cli import cli
from pg_drip.cli.failures import FailureError, one_line, one_line_errors
from pg_drip.errors import NotFoundError, PgDripError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

CLIENT = "00000000-0000-0000-0000-000000000001"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), prog_name="pg-drip")


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output
    examples = [line.strip() for line in result.output.split("Example", 1)[1].splitlines()[1:] if line.strip()]
    assert examples
    assert all("pg-drip" in line for line in examples)
    assert any(f"{' '.join(path)}" in line for line in examples)
    assert max(map(len, result.output.splitlines())) <= 100


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_no_short_help_is_cut_off(path: tuple[str, ...]) -> None:
    assert "..." not in run(*path, "--help").output.split("Commands:")[-1]


def test_a_script_can_read_every_report() -> None:
    for path in ("status", "verify", "history", "de-enroll", "stuck-leads", "health"):
        assert "--json" in run(path, "--help").output
    assert "--json" in run("clients", "list", "--help").output
    for name in ("enroll", "journey", "import"):
        assert "--json" in run("leads", name, "--help").output
    assert "--json" in run("schedule", "list", "--help").output
    for name in ("list", "show", "create", "update", "clone"):
        assert "--json" in run("campaigns", name, "--help").output
    for name in ("create", "list", "rotate"):
        assert "--json" in run("keys", name, "--help").output
    for name in ("sync", "status"):
        assert "--json" in run("airtable", name, "--help").output


def test_version() -> None:
    assert run("--version").output == f"pg-drip {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["frobnicate"], "frobnicate"),
        (["--frobnicate"], "--frobnicate"),
        (["rollback"], "--to"),
        (["clients", "create"], "NAME"),
        (["de-enroll"], "either --all-clients or --client"),
        (["de-enroll", "--all-clients", "--client", CLIENT], "either --all-clients or --client"),
        (["de-enroll", "--client", "42"], "not a valid UUID"),
        (["de-enroll", "--all-clients", "--batch-size", "0"], "1<=x<=10000"),
        (["de-enroll", "--all-clients", "--batch-size", "10001"], "1<=x<=10000"),
        (["de-enroll", "--all-clients", "--batch-size", "many"], "not a valid integer"),
        (["de-enroll", "--all-clients", "--jobs", "0"], "1<=x<=64"),
        (["stuck-leads", "--client", "42"], "not a valid UUID"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_is_one_line_and_exit_code_2(arguments: list[str], expected: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert expected in result.stderr
    assert "--help" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["deploy"],
        ["status"],
        ["verify"],
        ["rollback", "--to", "0020"],
        ["history"],
        ["de-enroll", "--all-clients"],
        ["de-enroll", "--client", CLIENT, "--dry-run"],
        ["stuck-leads"],
        ["health"],
        ["clients", "list"],
        ["schedule", "list"],
        ["schedule", "install"],
        ["schedule", "run"],
        ["clients", "create", "Acme"],
    ],
    ids=" ".join,
)
def test_a_server_that_is_not_there_is_one_line_and_exit_code_1(arguments: list[str]) -> None:
    result = run("--dsn", "host=/nonexistent port=1", *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: cannot connect: ")
    assert "--dsn" in result.stderr


def test_a_broken_dsn_is_one_line() -> None:
    result = run("--dsn", "no dsn", "status")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_python_m_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pg_drip", "de-enroll"], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: Give either")
    assert "pg-drip de-enroll --help" in done.stderr


def test_message_and_hint_are_one_line() -> None:
    assert one_line(NotFoundError("client 7 is not known", "Create it.")) == "client 7 is not known. Create it."
    assert one_line(PgDripError("two\n  lines.")) == "two lines."
    assert one_line(PgDripError("is it running?.", "Look.")) == "is it running? Look."


@pytest.mark.parametrize(
    ("error", "line", "exit_code"),
    [
        (PgDripError("it failed", "Mend it."), "Error: it failed. Mend it.", 1),
        (psycopg.OperationalError("server closed\nthe connection"), "Error: the connection broke: ", 1),
        (FileNotFoundError(2, "No such file or directory", "/x"), "Error: No such file or directory: /x", 1),
        (click.UsageError("wrong"), "Error: wrong", 2),
        (KeyboardInterrupt(), "Interrupted.", 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, line: str, exit_code: int) -> None:
    with pytest.raises(FailureError) as failure, one_line_errors():
        raise error
    assert failure.value.message.startswith(line)
    assert "\n" not in failure.value.message
    assert failure.value.exit_code == exit_code
    # Not even a traceback that is printed by others shows the original, which may carry a DETAIL.
    assert failure.value.__suppress_context__
