"""Airtable's upsert on loopback: its limits, its penalty after a 429, its refusals, and whatever a test plans to go wrong."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "patTEST.0123456789abcdef"
BASE = "appTESTbase"
TABLE = "Campaigns"

_TEXTS = (
    "Campaign ID", "Client ID", "Name", "Form ID", "Type", "Messages", "Zoom Link", "Resource Name", "Resource Link",
    "Re-enroll Outcomes",
)  # fmt: skip
_NUMBERS = ("Message Count", "Re-enroll After Days")
_CHECKBOXES = ("Paused", "Active", "Auto Discovered", "Deleted")
_MOMENTS = ("Deactivated At", "Webinar Date", "Created At", "Updated At")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass
class Seen:
    """A request: its campaigns' ids and what it was answered."""

    campaigns: list[str]
    status: int


@dataclass
class Airtable:
    """One base with one table."""

    penalty_seconds: float = 0.5
    requests_a_second: int = 5
    columns: set[str] = field(default_factory=lambda: {*_TEXTS, *_NUMBERS, *_CHECKBOXES, *_MOMENTS})
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused_names: set[str] = field(default_factory=set)
    planned: deque[int] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    in_penalty: int = 0
    held: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _recent: deque[float] = field(default_factory=deque)
    _penalty_until: float = 0.0

    def __post_init__(self) -> None:
        self.held.set()

    def hold(self) -> None:
        """From now on, every request arrives and is not answered before `held` is set."""
        self.arrived.clear()
        self.held.clear()

    def statuses(self) -> list[int]:
        """What was answered, in order."""
        return [one.status for one in self.seen]

    def by_id(self) -> dict[str, dict[str, Any]]:
        """The records by campaign id, of which each has one."""
        found = {fields["Campaign ID"]: fields for fields in self.records.values()}
        assert len(found) == len(self.records)
        return found

    def answer(self, path: str, token: str | None, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What Airtable would."""
        self.arrived.set()
        assert self.held.wait(60)
        with self._lock:
            status, answered = self._decide(path, token, body)
            campaigns = [record.get("fields", {}).get("Campaign ID", "") for record in body.get("records", [])]
            self.seen.append(Seen(campaigns, status))
            return status, answered

    def _decide(self, path: str, token: str | None, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        now = time.monotonic()
        if now < self._penalty_until:
            self.in_penalty += 1
            return 429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]}
        self._recent.append(now)
        while self._recent[0] < now - 1:
            self._recent.popleft()
        planned = self.planned.popleft() if self.planned else 200
        if len(self._recent) > self.requests_a_second or planned == 429:
            self._penalty_until = now + self.penalty_seconds
            return 429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]}
        if planned != 200:
            return planned, {"error": {"type": "SERVER_ERROR", "message": "Something went wrong"}}
        if token != f"Bearer {TOKEN}":
            return 401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "Authentication required"}}
        match path.strip("/").split("/"):
            case ["v0", base, table] if base == BASE and table == TABLE:
                return self._upsert(body)
            case ["v0", base, _] if base == BASE:
                return 403, {
                    "error": {"type": "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", "message": "Invalid permissions"}
                }
            case _:
                return 404, {"error": "NOT_FOUND"}

    def _upsert(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        records = body["records"]
        if (
            len(records) > 10
            or body.get("performUpsert") != {"fieldsToMergeOn": ["Campaign ID"]}
            or not body.get("typecast")
        ):
            return 422, {"error": {"type": "INVALID_REQUEST_BODY", "message": "Not an upsert of at most 10 records"}}
        for record in records:
            if problem := self._problem(record["fields"]):
                return 422, {"error": {"type": problem[0], "message": problem[1]}}
        created: list[str] = []
        updated: list[str] = []
        answered = []
        for record in records:
            fields = record["fields"]
            found = [name for name, row in self.records.items() if row["Campaign ID"] == fields["Campaign ID"]]
            name = found[0] if found else f"rec{len(self.records):014}"
            (updated if found else created).append(name)
            row = self.records.setdefault(name, {})
            row.update(fields)
            for column in [column for column, value in row.items() if value in (None, False, "")]:
                del row[column]
            answered.append({"id": name, "createdTime": "2026-01-01T00:00:00.000Z", "fields": dict(row)})
        return 200, {"records": answered, "createdRecords": created, "updatedRecords": updated}

    def _problem(self, fields: dict[str, Any]) -> tuple[str, str] | None:
        for column, value in fields.items():
            if column not in self.columns:
                return "UNKNOWN_FIELD_NAME", f'Unknown field name: "{column}"'
            is_good = value is None or (
                (column in _TEXTS and isinstance(value, str) and len(value) <= 100_000)
                or (column in _NUMBERS and isinstance(value, int) and not isinstance(value, bool))
                or (column in _CHECKBOXES and isinstance(value, bool))
                or (column in _MOMENTS and isinstance(value, str) and _MOMENT.fullmatch(value))
            )
            if not is_good or (column == "Name" and value in self.refused_names):
                return "INVALID_VALUE_FOR_COLUMN", f'Field "{column}" cannot accept the provided value'
        return None


@contextmanager
def serving(airtable: Airtable) -> Iterator[Airtable]:
    """On a free port of loopback, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PATCH(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answered = airtable.answer(self.path, self.headers["Authorization"], body)
            data = json.dumps(answered).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except ConnectionError:
                self.close_connection = True  # the client was killed

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    airtable.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield airtable
    finally:
        airtable.held.set()
        server.shutdown()
        thread.join()
        server.server_close()
