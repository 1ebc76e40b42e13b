"""What machines look at: liveness, readiness, metrics."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pg_drip.http.answers import answer, answers
from pg_drip.http.metrics import CONTENT_TYPE
from pg_drip.http.models import Liveness, Readiness
from pg_drip.http.routing import services_of

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Liveness", responses=answers(Liveness, "The process answers."))
async def show_liveness() -> Response:
    """Says nothing of the database: a restart of this process would not mend that."""
    return answer({"status": "ok"})


@router.get(
    "/readyz",
    summary="Readiness",
    responses=answers(Readiness, "The database answers and holds this release, unchanged.")
    | answers(Readiness, "The database is away, or does not hold this release unchanged.", 503),
)
async def show_readiness(request: Request) -> Response:
    """Asks the database at most every two seconds, however many ask."""
    state = await services_of(request).observer.readiness.get()
    return answer(state, 200 if state["status"] == "ready" else 503)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    responses={
        200: {"description": "Prometheus's text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    },
    response_class=Response,
)
async def show_metrics(request: Request) -> Response:
    """Figures of the health view are at most five seconds old, and left out while the database is away."""
    services = services_of(request)
    health = await services.observer.health.get()
    content = services.metrics.render(health, services.database.pool.get_stats())
    return Response(content, headers={"Content-Type": CONTENT_TYPE})
