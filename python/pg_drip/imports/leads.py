"""An import: check the file while it is copied into staging, drop duplicates, enroll what is staged in batches.

A file that breaks off enrolls nothing. An import that is interrupted later has enrolled whole batches; run again, it
does the rest, since rows that are enrolled already change nothing.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from pg_drip.database import connect
from pg_drip.errors import PgDripError, from_database
from pg_drip.imports.fields import FIELDS, InvalidValueError, Reader, make_readers
from pg_drip.imports.header import Columns, match_columns
from pg_drip.imports.reader import CsvFile, open_csv
from pg_drip.imports.rejects import RejectsFile
from pg_drip.models import ImportResult, fetch_value

Connection = psycopg.Connection[TupleRow]

BATCH_SIZE = 5000
RESULTS = (
    "enrolled",
    "already_enrolled",
    "already_completed",
    "opted_out",
    "campaign_inactive",
    "in_another_campaign",
)
_ROWS_PER_REPORT = 1000
_COPY = f"copy drip_internal.staged_leads (import_id, line, {', '.join(FIELDS)}) from stdin"


class Progress(NamedTuple):
    """Where an import is: the file is being read (`done` of `total` bytes), or its leads enrolled (rows)."""

    is_reading: bool
    done: int
    total: int


Watcher = Callable[[Progress], None]


def import_leads(
    client_id: UUID,
    path: Path,
    dsn: str = "",
    *,
    campaign_id: UUID | None = None,
    form_id: str | None = None,
    mapping: Iterable[tuple[str, str]] = (),
    region: str | None = None,
    delimiter: str = ",",
    transfer: bool = False,
    dry_run: bool = False,
    rejects_path: Path | None = None,
    watcher: Watcher | None = None,
) -> ImportResult:
    """Import a CSV file: COPY into `drip_internal.staged_leads`, then `drip_internal.enroll_staged_leads`.

    Args:
        client_id: the client.
        path: the file, in UTF-8; `-` is standard input.
        dsn: a connection string; empty means libpq's environment.
        campaign_id: the campaign, or
        form_id: the form of the campaign.
        mapping: (column, field) pairs, for columns that are not named like their field.
        region: where national phone numbers belong, in capital letters, as `US`.
        delimiter: what is between two fields.
        transfer: take leads out of another campaign that they are in.
        dry_run: do it all in one transaction and roll that back.
        rejects_path: where rows that are no lead go; None: they are only counted.
        watcher: called with the progress.

    Raises:
        BrokenFileError: the file cannot be read to its end; nothing was enrolled.
        MappingError: its columns cannot be matched with fields.
        NotFoundError: there is no such client (DR001), campaign or form (DR002).
        InvalidInputError: both or neither of campaign and form are given (DR012).
        PgDripError: the database refused something else; batches before it are enrolled.
    """
    started = time.perf_counter()
    with open_csv(path, delimiter) as file, RejectsFile(rejects_path, file.header, delimiter) as rejects:
        columns = match_columns(file.header, mapping)
        # Whatever the database's own encoding is, the server converts, or says what it cannot.
        with connect(dsn, client_encoding="UTF8") as connection:
            campaign_id = fetch_value(
                connection, "select drip_internal.find_campaign(%s, %s, %s)", [client_id, campaign_id, form_id]
            )
            leads = _Import(connection, file, columns, rejects, region, watcher)
            try:
                with connection.transaction(force_rollback=True) if dry_run else nullcontext():
                    leads.stage()
                    leads.drop_duplicates(client_id)
                    leads.enroll(client_id, campaign_id, transfer=transfer)
            except BaseException as error:
                leads.discard(dsn)
                if isinstance(error, psycopg.Error):
                    raise leads.failure(error, dry_run=dry_run) from None
                raise
        leads.reject_refused_rows()
        rejects_file = rejects.save()
    seconds = time.perf_counter() - started
    return ImportResult(
        success=rejects.count == 0,
        dry_run=dry_run,
        read=leads.read,
        by_result={result: leads.results[result] for result in RESULTS},
        duplicates=leads.duplicates,
        rejected=rejects.count,
        rejects=rejects.shown,
        rejects_file=rejects_file,
        ignored_columns=columns.ignored,
        seconds=round(seconds, 3),
        rows_per_second=round(leads.read / seconds),
    )


class _Import:
    """One import at work."""

    def __init__(
        self,
        connection: Connection,
        file: CsvFile,
        columns: Columns,
        rejects: RejectsFile,
        region: str | None,
        watcher: Watcher | None,
    ) -> None:
        self.id = uuid.uuid4()
        self.read = 0
        self.staged = 0
        self.duplicates = 0
        self.results: Counter[str] = Counter()
        self._refused: dict[int, str] = {}
        self._connection = connection
        self._file = file
        self._columns = columns
        self._rejects = rejects
        self._watcher = watcher
        # The server's clock, which everything else goes by, and one moment for the whole file.
        self._now: datetime = fetch_value(connection, "select now()")
        time_zones: dict[str, str] = {}
        if "timezone" in columns.places:
            names = connection.execute("select lower(z.name), z.name from pg_timezone_names as z").fetchall()
            time_zones = dict(names)
        self._readers = make_readers(self._now, region, time_zones)

    def stage(self) -> None:
        """Copy rows as they are read, so that neither the file nor its leads are ever in memory as a whole."""
        width = len(self._file.header)
        fields = [self._column(field) for field in FIELDS]
        phone, email = 2 + FIELDS.index("phone"), 2 + FIELDS.index("email")
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            for line, row in self._file.rows():
                self.read += 1
                if self.read % _ROWS_PER_REPORT == 0:
                    self._report(is_reading=True, done=self._file.bytes_read, total=self._file.size)
                if len(row) != width:
                    self._rejects.add(line, f"it has {len(row):,} fields, the header has {width:,}", row)
                    continue
                try:
                    lead = [self.id, line, *[read(row[place]) if read else None for place, read in fields]]
                except InvalidValueError as error:
                    self._rejects.add(line, str(error), row)
                    continue
                if lead[phone] is None and lead[email] is None:
                    self._rejects.add(line, "it has neither phone nor email", row)
                    continue
                copy.write_row(lead)
                self.staged += 1

    def _column(self, field: str) -> tuple[int, Reader | None]:
        place = self._columns.places.get(field)
        return (0, None) if place is None else (place, self._readers[field])

    def drop_duplicates(self, client_id: UUID) -> None:
        """Drop rows for a person whom an earlier row names: `drip_internal.drop_duplicate_staged_leads`."""
        query = "select count(*) from drip_internal.drop_duplicate_staged_leads(%s, %s) as d"
        self.duplicates = fetch_value(self._connection, query, [client_id, self.id])

    def enroll(self, client_id: UUID, campaign_id: UUID, *, transfer: bool) -> None:
        """Enroll what is staged, a transaction per batch: `drip_internal.enroll_staged_leads`."""
        query = (
            "select e.result, e.problem, count(*), array_agg(e.line) filter (where e.result = 'invalid') "
            "  from drip_internal.enroll_staged_leads(%s, %s, %s, %s, %s, %s) as e group by e.result, e.problem"
        )
        parameters = [client_id, campaign_id, self.id, BATCH_SIZE, transfer, self._now]
        total = self.staged - self.duplicates
        done = 0
        while done < total:
            self._report(is_reading=False, done=done, total=total)
            with self._connection.transaction():
                rows = self._connection.execute(query, parameters).fetchall()
            if not rows:
                break
            for result, problem, leads, lines in rows:
                done += leads
                if lines is None:
                    self.results[result] += leads
                else:
                    self._refused.update(dict.fromkeys(lines, problem))
        if done != total:
            raise PgDripError(f"of {total:,} staged leads, {done:,} were left.", "Run the same import again.")

    def reject_refused_rows(self) -> None:
        """Read the file once more for the rows that only the database found wrong."""
        if self._refused:
            for line, row in self._file.rows():
                if line in self._refused:
                    self._rejects.add(line, self._refused[line], row)

    def discard(self, dsn: str) -> None:
        """Leave nothing staged; by a connection of its own, since the other one may be what broke."""
        self._connection.close()
        with suppress(psycopg.Error, PgDripError), connect(dsn) as connection:
            connection.execute("select drip_internal.discard_staged_leads(%s)", [self.id])

    def failure(self, error: psycopg.Error, *, dry_run: bool) -> PgDripError:
        """The database's error, and what has been done before it."""
        failure = from_database(error)
        enrolled = self.results.total()
        if enrolled and not dry_run:
            hint = f"{enrolled:,} rows were done before; run the same import again for the rest."
            failure.hint = f"{failure.hint} {hint}" if failure.hint else hint
        return failure

    def _report(self, *, is_reading: bool, done: int, total: int) -> None:
        if self._watcher:
            self._watcher(Progress(is_reading, done, total))
