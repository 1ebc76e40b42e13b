"""The copy of campaigns in Airtable: drains `drip.airtable_outbox` in batches, as upserts by campaign id.

What is claimed, in which order, and when a failure is tried again is the database's business. Here are the requests.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import requests
from pyairtable import Api
from urllib3.util.retry import Retry

from pg_drip.errors import PgDripError
from pg_drip.models import Model, fetch, fetch_value

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow
    from pyairtable import Table
    from urllib3.response import BaseHTTPResponse

    Connection = psycopg.Connection[TupleRow]

ENDPOINT = "https://api.airtable.com"
KEY_FIELD = "Campaign ID"
BATCH_SIZE = Api.MAX_RECORDS_PER_REQUEST
# After a 429, Airtable refuses every request of that base for so long.
PENALTY_SECONDS = 30.0
# Tries, time-outs and waits together stay below a claim's lease of five minutes.
_LONGEST_WAIT_SECONDS = 45.0
_RETRIES = 3
_RETRIED = (429, 500, 502, 503, 504)
_TIMEOUTS = (5, 20)
_REFUSED = (400, 413, 422)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class AirtableSetupError(PgDripError):
    """Airtable answers, and will not take anything until a setting, a permission or its table is mended."""


class AirtableChange(Model):
    """A row of `drip.claim_airtable_changes()`: a campaign's newest state, as the fields of its record."""

    claim_id: UUID
    client_id: UUID
    campaign_id: UUID
    attempts: int
    record: dict[str, Any]


class RefusedRecord(Model):
    """A campaign whose record Airtable refused when it came alone; the outbox tries it again, later."""

    campaign_id: UUID
    message: str


class AirtableSync(Model):
    """What one drain did, in campaigns; `error` says why it ended before the outbox was empty."""

    sent: int
    created: int
    refused: list[RefusedRecord]
    requests: int
    seconds: float
    error: str | None

    @property
    def success(self) -> bool:
        """Everything that could be claimed is in Airtable."""
        return not self.refused and self.error is None


@dataclass(frozen=True)
class AirtableSettings:
    """Where campaigns are copied to.

    Attributes:
        api_key: a personal access token with data.records:write for the base.
        base_id: `app…`.
        table: the table's name or id (`tbl…`).
        endpoint_url: Airtable's address, https; http only on loopback, for tests.
        penalty_seconds: how long to be quiet after a 429.
    """

    api_key: str = field(repr=False)
    base_id: str
    table: str
    endpoint_url: str = ENDPOINT
    penalty_seconds: float = PENALTY_SECONDS

    def __post_init__(self) -> None:
        try:
            address = urlsplit(self.endpoint_url)
            host = address.hostname
        except ValueError:
            host = None
        if not host or not (address.scheme == "https" or (address.scheme == "http" and host in _LOOPBACK)):
            raise AirtableSetupError(
                "Airtable's endpoint is no https address.", "Unset AIRTABLE_ENDPOINT_URL, or correct it."
            )
        if not (self.api_key.isascii() and self.api_key.isprintable() and " " not in self.api_key):
            raise AirtableSetupError(
                "AIRTABLE_API_KEY has characters that no token has.", "Copy the personal access token again."
            )


class AirtableClient:
    """Upserts into one table, at most five requests a second, with waits and repeats where Airtable asks for them."""

    def __init__(self, settings: AirtableSettings) -> None:
        self.requests = 0
        self._quiet_until = 0.0
        api = Api(
            settings.api_key,
            timeout=_TIMEOUTS,
            retry_strategy=_PatientRetry.with_penalty(settings.penalty_seconds),
            endpoint_url=settings.endpoint_url,
        )
        self._session = api.session
        self._table: Table = api.table(settings.base_id, settings.table)

    def upsert(self, records: list[dict[str, Any]]) -> int:
        """Write these records, at most ten, each by its campaign id; returns how many are new there.

        Raises:
            requests.RequestException: Airtable refused them or was not to be had, also after the repeats.
            ValueError: what answered is not Airtable.
        """
        time.sleep(max(0.0, self._quiet_until - time.monotonic()))
        self.requests += 1
        try:
            result = self._table.batch_upsert(
                [{"fields": record} for record in records], key_fields=[KEY_FIELD], typecast=True
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"the answer has no {error}") from None
        finally:
            self._quiet_until = time.monotonic() + Api.API_LIMIT
        return len(result["createdRecords"])

    def close(self) -> None:
        """Close its connections."""
        self._session.close()


def drain(connection: Connection, client: AirtableClient, client_id: UUID | None = None) -> AirtableSync:
    """Send what waits in the outbox until nothing can be claimed, or Airtable is not to be had.

    Each batch is claimed, sent and completed on its own (`drip.claim_airtable_changes`, `complete_airtable_changes`,
    `fail_airtable_changes`), so a kill leaves at most one batch to be sent again when its lease has passed.

    Args:
        connection: a connection in autocommit.
        client: the table to write to.
        client_id: one client's campaigns; None: all.

    Raises:
        AirtableSetupError: key, base, table or a column of it are wrong; nothing is lost.
        NotFoundError: there is no such client (DR001).
        PgDripError: the database refused something else.
    """
    started, requests_before = time.perf_counter(), client.requests
    sent = created = 0
    refused: list[RefusedRecord] = []
    failure: str | None = None
    while failure is None and (changes := _claim(connection, client_id)):
        claim_id = changes[0].claim_id
        try:
            created += client.upsert([change.record for change in changes])
        except (requests.RequestException, ValueError) as error:
            status, kind, text = _understand(error)
            is_refusal = status in _REFUSED and kind != "UNKNOWN_FIELD_NAME"
            _fail(connection, claim_id, text, status if is_refusal else None)
            if hint := _setup_hint(status, kind):
                raise AirtableSetupError(f"{text}.", hint) from None
            if not is_refusal:
                failure = text
            elif len(changes) == 1:
                refused.append(RefusedRecord(campaign_id=changes[0].campaign_id, message=text))
        except BaseException:
            with suppress(PgDripError):
                _fail(connection, claim_id, None, None)
            raise
        else:
            fetch_value(connection, "select drip.complete_airtable_changes(%s)", [claim_id])
            sent += len(changes)
    return AirtableSync(
        sent=sent,
        created=created,
        refused=refused,
        requests=client.requests - requests_before,
        seconds=round(time.perf_counter() - started, 3),
        error=failure,
    )


def _claim(connection: Connection, client_id: UUID | None) -> list[AirtableChange]:
    return fetch(
        connection,
        AirtableChange,
        "select a.claim_id, a.client_id, a.campaign_id, a.attempts, a.record "
        "from drip.claim_airtable_changes(%s, %s::integer) as a",
        [client_id, BATCH_SIZE],
    )


def _fail(connection: Connection, claim_id: UUID, text: str | None, status: int | None) -> None:
    fetch_value(connection, "select drip.fail_airtable_changes(%s, %s, %s::integer)", [claim_id, text, status])


def _understand(error: Exception) -> tuple[int | None, str, str]:
    # Airtable says {"error": {"type": …, "message": …}}, or {"error": "NOT_FOUND"}.
    if not isinstance(error, requests.RequestException) or isinstance(error, ValueError):
        return None, "", "what answered is not Airtable"
    if error.response is None:
        what = "did not answer in time" if isinstance(error, requests.Timeout) else "cannot be reached"
        return None, "", f"Airtable {what} ({type(error).__name__})"
    try:
        told = error.response.json()["error"]
    except (ValueError, KeyError, TypeError):
        told = {}
    if isinstance(told, str):
        told = {"type": told}
    elif not isinstance(told, dict):
        told = {}
    kind = str(told.get("type", ""))
    status = error.response.status_code
    parts = (f"Airtable answered {status}", kind, " ".join(str(told.get("message", "")).split()).rstrip("."))
    return status, kind, ": ".join(part for part in parts if part)[:1000]


def _setup_hint(status: int | None, kind: str) -> str | None:
    if status == requests.codes.unauthorized:
        return "Check AIRTABLE_API_KEY: a personal access token that is not revoked."
    if status == requests.codes.forbidden:
        return "Check AIRTABLE_BASE_ID and AIRTABLE_TABLE, and that the token has data.records:write for that base."
    if status == requests.codes.not_found:
        return "Check AIRTABLE_BASE_ID and AIRTABLE_TABLE."
    if kind == "UNKNOWN_FIELD_NAME":
        return "Add this field to the table; docs/airtable.md lists all."
    return None


class _PatientRetry(Retry):
    """Repeats what may go well the next time, and after a 429 waits as long as Airtable then refuses everything."""

    penalty_seconds = PENALTY_SECONDS

    @classmethod
    def with_penalty(cls, seconds: float) -> Self:
        """A strategy that is quiet for so long after a 429."""
        made = cls(
            total=_RETRIES,
            # An upsert may be repeated, whatever became of the one before.
            allowed_methods=None,
            status_forcelist=_RETRIED,
            backoff_factor=0.5,
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        made.penalty_seconds = seconds
        return made

    def new(self, **arguments: Any) -> Self:
        """The strategy for the repeat."""
        made = super().new(**arguments)
        made.penalty_seconds = self.penalty_seconds
        return made

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait before the repeat, never less than the pace allows."""
        wait = max(self.get_backoff_time(), Api.API_LIMIT)
        if response is not None and response.status == requests.codes.too_many_requests:
            asked = response.headers.get("Retry-After", "")
            wait = max(self.penalty_seconds, float(asked) if asked.isdecimal() else 0.0)
        time.sleep(min(wait, _LONGEST_WAIT_SECONDS))
