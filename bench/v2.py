"""A peer: what the guide's `scripts/de-enroll-completed-leads-v2.ts` does, client by client and row by row.

Each batch of 100 leads is a transaction: locked by FOR UPDATE SKIP LOCKED behind a cursor, then for each lead an UPDATE
of its row and one of its campaign's counters, then the run's row.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH = 100
_FIRST = UUID(int=0)

_OPEN_RUN = "insert into drip.de_enrollment_runs (client_id, batch_size, driver) values (%s, %s, 'caller') returning id"
_LOCK_BATCH = """
select l.id, l.campaign_link_id, l.current_message_position, l.opted_out, l.booked_at, l.enrolled_at,
       l.campaign_history, c.name as campaign_name
  from drip.leads as l
  join drip.campaigns as c on c.id = l.campaign_link_id and c.client_id = l.client_id
 where l.client_id = %s and l.id > %s and l.is_active
   and (l.opted_out or l.booked_at is not null
        or (c.message_count > 0 and l.current_message_position >= c.message_count))
 order by l.id
 limit %s
   for update of l skip locked
"""
_UPDATE_LEAD = """
update drip.leads set is_active = false, completed_at = %s, updated_at = %s, campaign_history = %s
 where id = %s and client_id = %s
"""
_COUNTERS = {"completed": "completed_leads_count", "booked": "booked_count", "opted_out": "opted_out_count"}
_UPDATE_CAMPAIGN = {
    outcome: f"update drip.campaigns set {counter} = {counter} + 1, active_leads_count = active_leads_count - 1 "
    "where id = %s and client_id = %s"
    for outcome, counter in _COUNTERS.items()
}
_UPDATE_RUN = """
update drip.de_enrollment_runs
   set leads_found = leads_found + %(leads)s, leads_processed = leads_processed + %(leads)s, batches = batches + 1,
       last_processed_id = %(last)s, heartbeat_at = now()
 where id = %(run)s
"""
_CLOSE_RUN = "update drip.de_enrollment_runs set status = 'succeeded', finished_at = now() where id = %s"


def de_enroll_all_clients(dsn: str, most: int) -> int:
    """Sweep every client, stopping after `most` leads; returns how many left."""
    left = 0
    with psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as connection:
        clients = connection.execute("select id from drip.clients order by id").fetchall()
        for client in clients:
            left += _de_enroll_client(connection, client["id"], most - left)
    return left


def _de_enroll_client(connection: psycopg.Connection[dict[str, Any]], client_id: UUID, most: int) -> int:
    run = connection.execute(_OPEN_RUN, [client_id, BATCH]).fetchone()
    assert run is not None
    left, last = 0, _FIRST
    while left < most:
        with connection.transaction():
            leads = connection.execute(_LOCK_BATCH, [client_id, last, min(BATCH, most - left)]).fetchall()
            if not leads:
                break
            for lead in leads:
                _de_enroll(connection, client_id, lead)
            last = leads[-1]["id"]
            left += len(leads)
            connection.execute(_UPDATE_RUN, {"leads": len(leads), "last": last, "run": run["id"]})
    connection.execute(_CLOSE_RUN, [run["id"]])
    return left


def _de_enroll(connection: psycopg.Connection[dict[str, Any]], client_id: UUID, lead: Mapping[str, Any]) -> None:
    now = datetime.now(UTC)
    outcome = "opted_out" if lead["opted_out"] else "booked" if lead["booked_at"] else "completed"
    entry = {
        "campaignId": str(lead["campaign_link_id"]),
        "campaignName": lead["campaign_name"],
        "enrolledAt": _iso(lead["enrolled_at"]),
        "completedAt": _iso(now),
        "messagesReceived": lead["current_message_position"],
        "outcome": outcome,
    }
    history = Jsonb([*lead["campaign_history"], entry])
    connection.execute(_UPDATE_LEAD, [now, now, history, lead["id"], client_id])
    connection.execute(_UPDATE_CAMPAIGN[outcome], [lead["campaign_link_id"], client_id])


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
