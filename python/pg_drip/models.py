"""What the database answers, typed. The fields are its columns; as JSON their names are in camel case."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, class_row
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from pg_drip.errors import from_database

Parameters = Sequence[Any] | Mapping[str, Any] | None


class Model(BaseModel):
    """A row, or a result made of rows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Client(Model):
    """A row of `drip.clients`."""

    id: UUID
    name: str
    timezone: str
    is_active: bool
    created_at: datetime


class Refusals(Model):
    """Enrollments that a campaign refused ever, by reason."""

    already_enrolled: int
    already_completed: int
    opted_out: int
    campaign_inactive: int
    in_another_campaign: int


class CampaignCounts(Model):
    """Leads in a campaign now, exits ever by outcome, and the percentage of these that completed it."""

    active_leads: int
    completed: int
    booked: int
    opted_out: int
    abandoned: int
    campaign_deleted: int
    completion_rate: float | None
    refused: Refusals


class Campaign(Model):
    """What `drip.describe_campaign()` returns, its keys in the same order; timestamps as text, as it writes them."""

    id: UUID
    name: str
    form_id: str | None
    is_paused: bool
    auto_discovered: bool
    messages: list[dict[str, Any]]
    client_id: UUID
    campaign_type: str
    is_active: bool
    deactivated_at: str | None
    webinar_datetime: str | None
    zoom_link: str | None
    resource_name: str | None
    resource_link: str | None
    statistics: CampaignCounts
    created_at: str | None
    updated_at: str | None
    last_enrollment_at: str | None
    reenroll_outcomes: list[str] | None
    reenroll_after_days: int | None


class CampaignPage(Model):
    """A page of `drip.list_campaigns()`; `next_cursor` is None on the last one."""

    campaigns: list[Campaign]
    next_cursor: str | None


class ApiKey(Model):
    """A row of `drip.list_api_keys()`: never the key itself. `client_id` is None for a key of all clients."""

    id: UUID
    prefix: str
    client_id: UUID | None
    name: str | None
    scopes: list[str]
    status: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewApiKey(Model):
    """What `drip.create_api_key()` and `drip.rotate_api_key()` return: the key, shown this once."""

    id: UUID
    key: str


class CampaignStatistics(Model):
    """A row of `drip.campaign_statistics`: active leads now, and exits ever by outcome."""

    id: UUID
    client_id: UUID
    name: str
    is_active: bool
    is_paused: bool
    active_leads_count: int
    completed_leads_count: int
    booked_count: int
    opted_out_count: int
    abandoned_count: int
    campaign_deleted_count: int


class Stay(Model):
    """A row of `drip.lead_journey`: one stay of a lead in a campaign."""

    id: UUID
    first_name: str | None
    last_name: str | None
    stay: int
    campaign_name: str | None
    enrolled_at: datetime | None
    completed_at: datetime | None
    messages_received: int | None
    outcome: str | None
    value: Decimal | None


class HealthCheck(Model):
    """A row of `drip.de_enrollment_health`; `status` is ok, warning or critical."""

    name: str
    status: str
    value: int | float | None
    unit: str
    meaning: str


class StuckReport(Model):
    """A row of `drip.fix_stuck_leads()`: one client's stuck leads of one reason; `outcome` is None where they stay."""

    client_id: UUID
    reason: str
    outcome: str | None
    leads: int
    fixed: int
    advice: str


class Run(Model):
    """A row of `drip.de_enrollment_runs`; `client_id` is None for the run of a fleet."""

    id: UUID
    client_id: UUID | None
    status: str
    leads_found: int
    leads_processed: int
    leads_completed: int
    leads_booked: int
    leads_opted_out: int
    leads_campaign_deleted: int
    leads_failed: int
    error_message: str | None

    @property
    def by_outcome(self) -> dict[str, int]:
        """Leads that left, by outcome."""
        return {
            "completed": self.leads_completed,
            "booked": self.leads_booked,
            "opted_out": self.leads_opted_out,
            "campaign_deleted": self.leads_campaign_deleted,
        }


class SweepError(Model):
    """What kept a sweep from all its work: of one client, or (None) of the whole."""

    client_id: UUID | None
    message: str


class SweepResult(Model):
    """A sweep's summary: found = processed + failed + skipped, in leads; `skipped` were left to others at work."""

    success: bool
    found: int
    processed: int
    by_outcome: dict[str, int]
    failed: int
    skipped: int
    seconds: float
    leads_per_second: int
    runs: list[UUID]
    errors: list[SweepError]


class Enrollment(Model):
    """What `drip.enroll_lead()` answers: `enrolled`, or why not."""

    lead_id: UUID | None
    result: str


class RejectedRow(Model):
    """A row of a file that is no lead: the line where it begins, and why."""

    line: int
    reason: str


class ImportResult(Model):
    """An import's summary, in rows: read = enrolled and refused (`by_result`) + duplicates + rejected.

    `duplicates` are rows for a person whom an earlier row of the file names. `rejects` are the first rows that were
    rejected, `rejects_file` has all of them with their data.
    """

    success: bool
    dry_run: bool
    read: int
    by_result: dict[str, int]
    duplicates: int
    rejected: int
    rejects: list[RejectedRow]
    rejects_file: Path | None
    ignored_columns: list[str]
    seconds: float
    rows_per_second: int


Row = TypeVar("Row", bound=Model)


def fetch(
    connection: psycopg.Connection[TupleRow], model: type[Row], query: LiteralString, parameters: Parameters = None
) -> list[Row]:
    """The rows of a query as models.

    Raises:
        PgDripError: what the database refused.
    """
    try:
        with connection.cursor(row_factory=class_row(model)) as cursor:
            return cursor.execute(query, parameters).fetchall()
    except psycopg.Error as error:
        raise from_database(error) from None


def fetch_rows(
    connection: psycopg.Connection[TupleRow], query: LiteralString, parameters: Parameters = None
) -> list[TupleRow]:
    """The rows of a query as they come.

    Raises:
        PgDripError: what the database refused.
    """
    try:
        return connection.execute(query, parameters).fetchall()
    except psycopg.Error as error:
        raise from_database(error) from None


def fetch_values(
    connection: psycopg.Connection[TupleRow], query: LiteralString, parameters: Parameters = None
) -> list[Any]:
    """The first column of every row.

    Raises:
        PgDripError: what the database refused.
    """
    try:
        return [row[0] for row in connection.execute(query, parameters)]
    except psycopg.Error as error:
        raise from_database(error) from None


def fetch_value(connection: psycopg.Connection[TupleRow], query: LiteralString, parameters: Parameters = None) -> Any:
    """The first column of the first row, or None where there is no row.

    Raises:
        PgDripError: what the database refused.
    """
    return next(iter(fetch_values(connection, query, parameters)), None)
