"""Leads: enrollment, exits, and one lead's journey."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pg_drip.http.answers import answer, answers
from pg_drip.http.models import (
    BookingInput,
    ClientInput,
    EnrollInput,
    EnrollmentReport,
    Exit,
    Journey,
    LeadInput,
)
from pg_drip.http.problems import ProblemError
from pg_drip.http.routing import GuardedRoute, caller_of, requires, services_of
from pg_drip.imports.phones import InvalidPhoneError, normalise_phone

router = APIRouter(tags=["leads"], route_class=GuardedRoute)

_ENROLL = (
    "select e.lead_id, e.result, e.problem "
    "  from drip.enroll_leads(%s, %s, %s, p_form_id => %s, p_transfer => %s) as e order by e.ordinal"
)
ENROLLED = "enrolled"
INVALID = "invalid"


@router.post(
    "/api/leads",
    summary="Enroll leads in a campaign",
    responses=answers(EnrollmentReport, "What became of each lead. A refusal is a result, not an error."),
)
@requires("leads")
async def enroll(body: EnrollInput, request: Request) -> Response:
    """One lead or up to 1,000. A single one that is no lead is a 400; of several it is a result, `invalid`."""
    client_id = caller_of(request).client(body.client_id)
    services = services_of(request)
    region = body.region or services.settings.region
    given = body.leads if body.lead is None else [body.lead]
    leads: list[dict[str, Any]] = []
    problems: dict[int, str] = {}
    for index, lead in enumerate(given or []):
        try:
            leads.append(_plain(lead, region))
        except InvalidPhoneError as error:
            # What follows the colon is advice for the command line.
            problems[index] = str(error).partition(":")[0]
            # Keeps its place; without phone and e-mail it is no lead for the database either.
            leads.append({})
    rows = await services.database.rows(
        _ENROLL, [client_id, body.campaign_id, json.dumps(leads), body.form_id, body.transfer]
    )
    for index, problem in problems.items():
        rows[index]["problem"] = problem
    if body.lead is not None and rows[0]["result"] == INVALID:
        raise ProblemError(
            400,
            f"This is no lead: {rows[0]['problem']}.",
            code="DR013",
            fields=[{"field": "lead", "message": rows[0]["problem"]}],  # type: ignore[list-item]
        )
    results = [{"leadId": row["lead_id"], "result": row["result"], "problem": row["problem"]} for row in rows]
    return answer({"results": results, **count_results(results)})


def count_results(results: list[dict[str, Any]]) -> dict[str, int]:
    """How many were enrolled, and how many were not."""
    enrolled = sum(one["result"] == ENROLLED for one in results)
    return {"enrolled": enrolled, "refused": len(results) - enrolled}


def _plain(lead: LeadInput, region: str | None) -> dict[str, Any]:
    fields = lead.model_dump(by_alias=True, exclude_none=True)
    if phone := (lead.phone or "").strip():
        fields["phone"] = normalise_phone(phone, region)
    return fields


@router.post(
    "/api/leads/{id:uuid}/opt-out",
    summary="A lead wants no more messages",
    responses=answers(Exit, "The lead is out, and no campaign enrolls it again."),
)
@requires("leads")
async def opt_out(id: UUID, request: Request, body: ClientInput | None = None) -> Response:  # noqa: A002
    """Takes the lead out of its campaign at once."""
    return await _take_out(request, id, body, "opted_out", "select drip.opt_out(%s, %s)", [])


@router.post(
    "/api/leads/{id:uuid}/booked",
    summary="A lead booked",
    responses=answers(Exit, "The lead is out; the value is in the history entry of the campaign that it left, if any."),
)
@requires("leads")
async def record_booking(id: UUID, request: Request, body: BookingInput | None = None) -> Response:  # noqa: A002
    """Takes the lead out of its campaign at once. One that is in none is marked as booked, and keeps no value."""
    value = body.value if body else None
    return await _take_out(request, id, body, "booked", "select drip.record_booking(%s, %s, %s::numeric)", [value])


@router.post(
    "/api/leads/{id:uuid}/remove",
    summary="Take a lead out by hand",
    responses=answers(Exit, "The lead is out, as abandoned unless something stronger is known of it."),
)
@requires("leads")
async def remove(id: UUID, request: Request, body: ClientInput | None = None) -> Response:  # noqa: A002
    """Takes the lead out of its campaign at once; the campaign does not take it back by itself."""
    return await _take_out(request, id, body, "abandoned", "select drip.de_enroll_lead(%s, %s)", [])


async def _take_out(
    request: Request, lead_id: UUID, body: ClientInput | None, outcome: str | None, query: Any, arguments: list[Any]
) -> Response:
    services = services_of(request)
    wanted = caller_of(request).client_or_all(body.client_id if body else None)
    client_id, was_in_campaign = await services.database.row(
        "select g, exists (select from drip.get_lead_journey(%(lead)s, g) as j where j.outcome = 'in_progress') "
        "  from drip.get_lead_client(%(lead)s, %(client)s) as g",
        {"lead": lead_id, "client": wanted},  # type: ignore[arg-type]
    )
    changed, *_ = await services.database.row(query, [client_id, lead_id, *arguments])
    if was_in_campaign or outcome == "abandoned":
        # What the database recorded: something stronger than what was asked for may have been known of the lead.
        [outcome] = await services.database.row(
            "select j.outcome from drip.get_lead_journey(%s, %s) as j order by j.stay desc limit 1",
            [lead_id, client_id],
        ) or (None,)
    if changed:
        services.logger.debug("de_enrolled", client_id=str(client_id), lead_id=str(lead_id), outcome=outcome)
    return answer({"leadId": lead_id, "clientId": client_id, "outcome": outcome, "changed": changed})


@router.get(
    "/api/admin/leads/{id:uuid}/journey",
    summary="What a lead went through",
    responses=answers(Journey, "One entry a stay in a campaign, the present one last."),
)
@requires("read")
async def show_journey(id: UUID, request: Request) -> Response:  # noqa: A002
    """The view drip.lead_journey."""
    rows = await services_of(request).database.rows(
        'select j.id, j.client_id as "clientId", j.first_name as "firstName", j.last_name as "lastName", j.stay, '
        '       j.campaign_id as "campaignId", j.campaign_name as "campaignName", j.enrolled_at as "enrolledAt", '
        '       j.completed_at as "completedAt", j.messages_received as "messagesReceived", j.outcome, j.value '
        "  from drip.get_lead_journey(%s, %s) as j",
        [id, caller_of(request).client_id],
    )
    return answer({"leadId": id, "journey": rows})
