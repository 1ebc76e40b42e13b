"""Every error becomes one line on stderr and an exit code: 1 failed, 2 bad usage, 130 interrupted. No traceback."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
import psycopg

from pg_drip.errors import PgDripError, from_database

if TYPE_CHECKING:
    from collections.abc import Iterator


class FailureError(click.ClickException):
    """Ends the command with this line, and exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the line to stderr."""
        click.echo(self.message, file=file, err=file is None)


class BadUsageError(FailureError):
    """Ends the command with exit code 2."""

    exit_code = 2


class InterruptedByUserError(FailureError):
    """Ends the command with exit code 130."""

    exit_code = 130


def one_line(error: PgDripError) -> str:
    """The error's message and its hint, in one line."""
    message = " ".join(error.message.split()).rstrip(".")
    if not message.endswith(("?", "!")):
        message += "."
    return f"{message} {' '.join(error.hint.split())}" if error.hint else message


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what a command raises into a FailureError."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        where = f" See {error.ctx.command_path} --help." if error.ctx else ""
        line = " ".join(error.format_message().split())
        raise BadUsageError(f"Error: {line}{where}") from None
    except psycopg.Error as error:
        raise FailureError(f"Error: {one_line(from_database(error))}") from None
    except PgDripError as error:
        raise FailureError(f"Error: {one_line(error)}") from None
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise FailureError(f"Error: {error.strerror or error}: {error.filename or ''}".rstrip(": ")) from None
    except KeyboardInterrupt:
        # After the ^C that the terminal echoes.
        start = "\n" if sys.stderr.isatty() else ""
        raise InterruptedByUserError(f"{start}Interrupted.") from None


class CommandGroup(click.Group):
    """A group whose commands, and their parsing, fail with one line."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the group's own options."""
        with one_line_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Parse and run a command."""
        with one_line_errors():
            return super().invoke(ctx)
