"""Sweeps on demand, and how sweeping does."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from typing import Any

import psycopg
from fastapi import APIRouter
from psycopg.rows import class_row
from starlette.requests import Request
from starlette.responses import Response

from pg_drip.http.answers import answer, answers
from pg_drip.http.database import AsyncConnection
from pg_drip.http.models import HealthReport, SweepInput, SweepReport
from pg_drip.http.problems import ProblemError
from pg_drip.http.routing import GuardedRoute, Services, caller_of, requires, services_of
from pg_drip.models import Run

router = APIRouter(tags=["de-enrollment"], route_class=GuardedRoute)

_RUN_COLUMNS = (
    "r.id, r.client_id, r.status, r.leads_found, r.leads_processed, r.leads_completed, r.leads_booked, "
    "r.leads_opted_out, r.leads_campaign_deleted, r.leads_failed, r.error_message"
)
_WORST = ("ok", "warning", "critical")


@router.post(
    "/api/admin/scripts/de-enroll",
    summary="Sweep: who is done leaves the campaign",
    responses=answers(
        SweepReport,
        "What the sweep did. `success` is false when a run failed; a lead that could not leave counts in `failed`.",
    ),
)
@requires("admin")
async def de_enroll(request: Request, body: SweepInput | None = None) -> Response:
    """One client, or all. 409 while a run of the same client, or for all clients another of that kind, is open."""
    body = body or SweepInput()
    client_id = caller_of(request).client_or_all(body.client_id)
    services = services_of(request)
    started = time.perf_counter()
    if body.dry_run:
        report = await _count_due(services, client_id)
    else:
        connection = await services.database.connect()
        try:
            report = await _sweep(services, connection, client_id, body.batch_size)
        finally:
            with suppress(psycopg.Error):
                await connection.close()
    seconds = time.perf_counter() - started
    report["seconds"] = round(seconds, 3)
    services.logger.info("complete", milliseconds=round(seconds * 1000))
    services.logger.info(
        "summary",
        client_id=client_id,
        dry_run=body.dry_run,
        success=report["success"],
        found=report["found"],
        processed=report["processed"],
        failed=report["failed"],
        **report["byOutcome"],
    )
    return answer({key: report[key] for key in SweepReport.model_json_schema()["properties"]})


async def _count_due(services: Services, client_id: str | None) -> dict[str, Any]:
    rows = await services.database.rows("select d.outcome, d.leads from drip.count_due_leads(%s) as d", [client_id])
    by_outcome = {"completed": 0, "booked": 0, "opted_out": 0, "campaign_deleted": 0}
    by_outcome |= {row["outcome"]: row["leads"] for row in rows}
    return {
        "success": True,
        "found": sum(by_outcome.values()),
        "processed": 0,
        "byOutcome": by_outcome,
        "failed": 0,
        "runs": [],
    }


async def _sweep(
    services: Services, connection: AsyncConnection, client_id: str | None, batch_size: int
) -> dict[str, Any]:
    cursor = await connection.execute("select drip.claim_sweep(%s), clock_timestamp()", [client_id])
    claimed, since = await cursor.fetchone() or (False, None)
    if not claimed:
        raise ProblemError(409, "A sweep is running already. Try again when it has ended.")
    # A procedure that commits has to be alone in its transaction, so it is called in autocommit.
    if client_id is None:
        cursor = await connection.execute("call drip.de_enroll_all_clients(%s::integer)", [batch_size])
    else:
        cursor = await connection.execute("call drip.de_enroll_client(%s, %s::integer)", [client_id, batch_size])
    [run_id] = await cursor.fetchone() or (None,)
    runs: list[Run] = []
    if run_id is not None:
        async with connection.cursor(row_factory=class_row(Run)) as reader:
            await reader.execute(f"select {_RUN_COLUMNS} from drip.get_de_enrollment_runs(%s) as r", [[run_id]])
            runs = await reader.fetchall()
    if services.settings.log_level == "debug":
        await _log_exits(services, connection, since, client_id)
    return _summarise(runs)


async def _log_exits(services: Services, connection: AsyncConnection, since: Any, client_id: str | None) -> None:
    cursor = await connection.execute(
        "select e.client_id, e.lead_id, e.campaign_id, e.outcome from drip.get_recent_exits(%s, %s) as e",
        [since, client_id],
    )
    for of_client, lead_id, campaign_id, outcome in await cursor.fetchall():
        services.logger.debug(
            "de_enrolled", client_id=str(of_client), lead_id=str(lead_id), campaign_id=campaign_id, outcome=outcome
        )


def _summarise(runs: list[Run]) -> dict[str, Any]:
    of_clients = [run for run in runs if run.client_id is not None]
    by_outcome: Counter[str] = Counter(completed=0, booked=0, opted_out=0, campaign_deleted=0)
    for run in of_clients:
        by_outcome.update(run.by_outcome)
    processed = sum(run.leads_processed for run in of_clients)
    failed = sum(run.leads_failed for run in of_clients)
    return {
        "success": all(run.status in ("succeeded", "partial") for run in runs),
        "found": max(sum(run.leads_found for run in of_clients), processed + failed),
        "processed": processed,
        "byOutcome": dict(by_outcome),
        "failed": failed,
        "runs": [run.id for run in runs],
    }


@router.get(
    "/api/admin/de-enrollment/health",
    summary="How sweeping does",
    responses=answers(HealthReport, "One entry a check, of all clients together."),
)
@requires("read")
async def show_health(request: Request) -> Response:
    """The view drip.de_enrollment_health. It is about all clients, so a client's key is refused."""
    if caller_of(request).client_id is not None:
        raise ProblemError(403, "This is about all clients, and the key is of one.")
    rows = await services_of(request).database.rows("select h.* from drip.get_de_enrollment_health() as h")
    worst = max((row["status"] for row in rows), key=_WORST.index, default="ok")
    return answer({"status": worst, "checks": rows})
