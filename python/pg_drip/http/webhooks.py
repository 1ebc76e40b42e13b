"""Kajabi's webhook, straight: form submissions become campaigns and leads."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pg_drip.http.answers import answer, answers
from pg_drip.http.campaigns import auto_create_campaign
from pg_drip.http.database import AsyncConnection
from pg_drip.http.leads import ENROLLED, INVALID, count_results
from pg_drip.http.models import KajabiInput, SubmissionReport
from pg_drip.http.problems import from_database
from pg_drip.http.routing import GuardedRoute, Services, caller_of, requires, services_of
from pg_drip.imports.phones import InvalidPhoneError, normalise_phone

router = APIRouter(tags=["webhooks"], route_class=GuardedRoute)

_PHONES = ("phone_number", "mobile_phone_number", "business_number")
_BAD_EMAIL = "email is no"


@router.post(
    "/api/webhooks/kajabi/{clientId:uuid}",
    summary="Form submissions as Kajabi sends them",
    responses=answers(SubmissionReport, "What became of each submission. A refusal is a result, not an error."),
)
@requires("webhook", with_token=True)
async def receive_submissions(clientId: UUID, body: KajabiInput, request: Request) -> Response:  # noqa: N803
    """Creates each form's campaign where there is none, and enrolls who submitted it. The same again changes nothing.

    Kajabi can set no header, so the key may come as `?token=`: make one with the scope `webhook` alone.
    """
    client_id = caller_of(request).client(str(clientId))
    services = services_of(request)
    resources = _resources(body.payload)
    titles = {_text(one.get("id")): _title(one) for one in resources if _is(one, "forms")}
    submissions = [_Submission(one, services.settings.region) for one in resources if _is(one, "form_submissions")]
    async with services.database.connection() as connection:
        for form_id in dict.fromkeys(one.form_id for one in submissions):
            of_form = [one for one in submissions if one.form_id == form_id]
            if form_id is None:
                for one in of_form:
                    one.problem = "it names no form"
                continue
            await _enroll(connection, services, client_id, form_id, titles.get(form_id), of_form)
        if not submissions:
            services.logger.warning("no_submission", client_id=client_id, event_name=body.event)
            # Says whether the client exists, as every other request does.
            await connection.execute("select from drip.list_campaigns(%s, p_limit => 1)", [client_id])
    results = [one.result() for one in submissions]
    return answer({"results": results, **count_results(results)})


async def _enroll(
    connection: AsyncConnection,
    services: Services,
    client_id: str,
    form_id: str,
    title: str | None,
    submissions: list[_Submission],
) -> None:
    try:
        campaign_id, created, _ = await auto_create_campaign(connection, services, client_id, form_id, title)
    except psycopg.Error as error:
        problem = from_database(error)
        if problem is None or problem.status != 400 or problem.code == "DR001":
            raise
        for one in submissions:
            one.problem = problem.detail
        return
    for index, one in enumerate(submissions):
        one.campaign_id, one.created = campaign_id, created and index == 0
    await _enroll_leads(connection, client_id, campaign_id, submissions)
    again = [one for one in submissions if one.drop_bad_email()]
    if again:
        await _enroll_leads(connection, client_id, campaign_id, again)


async def _enroll_leads(
    connection: AsyncConnection, client_id: str, campaign_id: UUID | None, submissions: list[_Submission]
) -> None:
    cursor = await connection.execute(
        "select e.lead_id, e.result, e.problem from drip.enroll_leads(%s, %s, %s) as e order by e.ordinal",
        [client_id, campaign_id, json.dumps([one.lead for one in submissions])],
    )
    for one, (lead_id, result, problem) in zip(submissions, await cursor.fetchall(), strict=True):
        one.lead_id, one.outcome, one.problem = lead_id, result, problem


class _Submission:
    """One submission: the lead that it describes, and what became of it."""

    def __init__(self, resource: dict[str, Any], region: str | None) -> None:
        attributes = _attributes(resource)
        self.id = _text(resource.get("id"))
        self.form_id = _text(_related(resource, "form"))
        self.notes: list[str] = []
        self.campaign_id: UUID | None = None
        self.created = False
        self.lead_id: Any = None
        self.outcome = INVALID
        self.problem: str | None = None
        first, _, last = (_text(attributes.get("name")) or "").partition(" ")
        email = _text(attributes.get("email"))
        phone, bad_phone = _first_phone(attributes, region)
        if bad_phone and phone is None:
            self.notes.append(f"phone dropped: {bad_phone}")
        known = {"firstName": first, "lastName": last.strip(), "email": email, "phone": phone}
        self.lead = {name: value for name, value in known.items() if value}

    def drop_bad_email(self) -> bool:
        """Whether only the e-mail address kept it out; it is dropped then."""
        if self.outcome != INVALID or "phone" not in self.lead or not (self.problem or "").startswith(_BAD_EMAIL):
            return False
        del self.lead["email"]
        self.notes.append(f"email dropped: {self.problem}")
        return True

    def result(self) -> dict[str, Any]:
        """What the answer says of it."""
        return {
            "submissionId": self.id,
            "formId": self.form_id,
            "campaignId": self.campaign_id,
            "campaignCreated": self.created,
            "leadId": self.lead_id,
            "result": self.outcome,
            "problem": self.problem if self.outcome != ENROLLED else None,
            "notes": self.notes,
        }


def _first_phone(attributes: dict[str, Any], region: str | None) -> tuple[str | None, str | None]:
    """The first of a submission's numbers that is one, or why the first of them is none."""
    problem: str | None = None
    for name in _PHONES:
        if text := _text(attributes.get(name)):
            try:
                return normalise_phone(text, region), None
            except InvalidPhoneError as error:
                problem = problem or str(error).partition(":")[0]
    return None, problem


def _resources(payload: Any) -> list[dict[str, Any]]:
    """JSON:API's resources: one or several, bare or in `data` with others in `included`."""
    if isinstance(payload, list):
        return [one for one in payload if isinstance(one, dict)]
    if "type" in payload or "data" not in payload:
        return [payload]
    return [one for name in ("data", "included") for one in _listed(payload.get(name))]


def _listed(found: Any) -> list[dict[str, Any]]:
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _is(resource: dict[str, Any], kind: str) -> bool:
    return resource.get("type") == kind


def _title(form: dict[str, Any]) -> str | None:
    title = _attributes(form).get("title")
    return title if isinstance(title, str) else None


def _attributes(resource: dict[str, Any]) -> dict[str, Any]:
    found = resource.get("attributes")
    return found if isinstance(found, dict) else {}


def _related(resource: dict[str, Any], name: str) -> Any:
    found: Any = resource
    for key in ("relationships", name, "data", "id"):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _text(value: Any) -> str | None:
    """A text or a whole number as text; None for a blank one and for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None
