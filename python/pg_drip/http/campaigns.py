"""Campaigns: /api/admin/campaigns."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

import psycopg
from fastapi import APIRouter, Query
from psycopg_pool import PoolTimeout, TooManyRequests
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response

from pg_drip.errors import InvalidInputError
from pg_drip.errors import from_database as translate
from pg_drip.http.answers import answer, answers
from pg_drip.http.database import AsyncConnection
from pg_drip.http.models import (
    AutoCreated,
    AutoCreateHealth,
    AutoCreateInput,
    CampaignChanged,
    CampaignInput,
    CampaignList,
    CampaignPatch,
    CampaignShown,
    Uuid,
)
from pg_drip.http.problems import FieldError, from_database
from pg_drip.http.routing import GuardedRoute, Services, body_of, caller_of, requires, services_of

_SYNC = "Changes will sync to Airtable within 5 minutes."
# One round trip where the campaign exists. The statement that makes one cannot see it yet.
AUTO_CREATE = (
    "select a.campaign_id, a.created, "
    "       case when not a.created then drip.describe_campaign(%(client)s, a.campaign_id) end "
    "  from drip.auto_create_campaign(%(client)s, %(form)s, %(name)s) as a"
)
_DESCRIBE = "select drip.describe_campaign(%s, %s)"

public = APIRouter(tags=["campaigns"])
router = APIRouter(tags=["campaigns"], route_class=GuardedRoute)


@public.get(
    "/api/admin/campaigns/auto-create",
    summary="Health check for n8n",
    responses=answers(AutoCreateHealth, "The endpoint is there."),
)
async def auto_create_health(request: Request) -> Response:
    """Asks for no key. `database` says whether the database answers now, `keyConfigured` whether a key is set."""
    services = services_of(request)
    return answer(
        {
            "status": "ok",
            "endpoint": "auto-create",
            "message": "Campaign auto-creation endpoint is active",
            "keyConfigured": services.keys.is_key_configured,
            "database": "ok" if await services.observer.is_database_up() else "unavailable",
        }
    )


@router.post(
    "/api/admin/campaigns/auto-create",
    summary="The campaign of a form, created where there is none",
    responses=answers(AutoCreated, "The campaign existed.")
    | answers(AutoCreated, "The campaign was created, paused for review.", 201),
)
@requires("admin")
async def auto_create(body: AutoCreateInput, request: Request) -> Response:
    """Any number of concurrent calls for a form create one campaign. A retired one comes back with isActive false."""
    client_id = caller_of(request).client(body.client_id)
    services = services_of(request)
    try:
        async with services.database.connection() as connection:
            campaign_id, created, campaign = await auto_create_campaign(
                connection, services, client_id, body.form_id, body.form_name
            )
            if campaign is None:
                campaign = await _describe(connection, client_id, campaign_id)
    except (PoolTimeout, TooManyRequests):
        services.metrics.count_auto_creation("failed")
        raise
    except psycopg.Error as error:
        problem = from_database(error)
        if problem is not None and problem.code == "DR016":
            problem.fields = [FieldError("formId", problem.detail)]
            raise problem from None
        raise
    message = "Campaign auto-created successfully (paused for review)" if created else "Campaign already exists"
    return answer({"campaign": campaign, "message": message, "created": created}, 201 if created else 200)


async def auto_create_campaign(
    connection: AsyncConnection, services: Services, client_id: str, form_id: str, form_name: str | None
) -> tuple[UUID | None, bool, Any]:
    """`drip.auto_create_campaign`: the id, whether it is new, and the campaign where it was there already.

    Args:
        connection: a connection in autocommit.
        services: the server's, for log and metrics.
        client_id: the client.
        form_id: the form.
        form_name: its name, for the new campaign's.
    """
    try:
        cursor = await connection.execute(AUTO_CREATE, {"client": client_id, "form": form_id, "name": form_name})
    except Exception:
        services.metrics.count_auto_creation("failed")
        raise
    campaign_id, created, campaign = await cursor.fetchone() or (None, False, None)
    services.metrics.count_auto_creation("created" if created else "exists")
    services.logger.info(
        "auto_created" if created else "already_exists",
        client_id=client_id,
        form_id=form_id,
        campaign_id=str(campaign_id),
    )
    return campaign_id, created, campaign


class _Filters(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    client_id: Annotated[Uuid | None, Field(description="Only this client's.")] = None
    active: Annotated[Literal["true", "false"] | None, Field(description="Only active, or only retired ones.")] = None
    paused: Annotated[Literal["true", "false"] | None, Field(description="Only paused ones, or only others.")] = None
    auto_discovered: Annotated[
        Literal["true", "false"] | None, Field(description="Only those that await review, or only others.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Campaigns on a page.")] = 50
    cursor: Annotated[str | None, Field(pattern=r"^[0-9a-f]{46}$", description="nextCursor of the page before.")] = None


@router.get("/api/admin/campaigns", summary="List campaigns", responses=answers(CampaignList, "A page of campaigns."))
@requires("read")
async def list_campaigns(filters: Annotated[_Filters, Query()], request: Request) -> Response:
    """Newest first, page by page; a campaign that is created meanwhile does not shift the pages."""
    client_id = caller_of(request).client_or_all(filters.client_id)
    rows = await services_of(request).database.rows(
        "select l.campaign, l.next_cursor from drip.list_campaigns(%s, %s, %s, %s, %s, %s) as l",
        [client_id, filters.cursor, filters.limit, filters.active, filters.paused, filters.auto_discovered],
    )
    # Each row has the cursor of what follows it.
    cursor = rows[-1]["next_cursor"] if rows else None
    return answer({"campaigns": [row["campaign"] for row in rows], "nextCursor": cursor})


@router.post(
    "/api/admin/campaigns",
    status_code=201,
    summary="Create a campaign",
    responses=answers(CampaignChanged, "The campaign was created.", 201),
)
@requires("admin")
async def create_campaign(body: CampaignInput, request: Request) -> Response:
    """Texts are made plain; links have to be http or https. A webinar needs a future webinarDatetime and a zoomLink."""
    client_id = caller_of(request).client(body.client_id)
    fields = {name: value for name, value in body_of(request).items() if name != "clientId"}
    async with services_of(request).database.connection() as connection:
        try:
            cursor = await connection.execute("select drip.create_campaign(%s, %s)", [client_id, json.dumps(fields)])
        except Exception as error:
            raise await _explain(connection, error, client_id, None, fields) from error
        [campaign] = await cursor.fetchone() or (None,)
    return answer({"campaign": campaign, "message": f"Campaign created successfully. {_SYNC}"}, 201)


@router.get(
    "/api/admin/campaigns/{id:uuid}",
    summary="Show a campaign",
    responses=answers(CampaignShown, "The campaign, with its statistics."),
)
@requires("read")
async def show_campaign(id: UUID, request: Request) -> Response:  # noqa: A002
    """With exact statistics."""
    async with services_of(request).database.connection() as connection:
        return answer({"campaign": await _describe(connection, caller_of(request).client_id, id)})


@router.patch(
    "/api/admin/campaigns/{id:uuid}",
    summary="Change a campaign",
    responses=answers(CampaignChanged, "The campaign after the change."),
)
@requires("admin")
async def update_campaign(id: UUID, body: CampaignPatch, request: Request) -> Response:  # noqa: A002
    """What is left out stays, null clears. `isActive: false` retires the campaign, finally."""
    fields = body_of(request)
    async with services_of(request).database.connection() as connection:
        client_id = (await _describe(connection, caller_of(request).client_id, id))["clientId"]
        try:
            cursor = await connection.execute(
                "select drip.update_campaign(%s, %s, %s)", [client_id, id, json.dumps(fields)]
            )
        except Exception as error:
            raise await _explain(connection, error, client_id, id, fields) from error
        [campaign] = await cursor.fetchone() or (None,)
    return answer({"campaign": campaign, "message": f"Campaign updated successfully. {_SYNC}"})


@router.delete(
    "/api/admin/campaigns/{id:uuid}",
    summary="Pause a campaign",
    responses=answers(CampaignChanged, "The campaign, paused now."),
)
@requires("admin")
async def delete_campaign(id: UUID, request: Request) -> Response:  # noqa: A002
    """Only pauses it, as the guide says: PATCH with `isActive: false` retires it."""
    async with services_of(request).database.connection() as connection:
        client_id = (await _describe(connection, caller_of(request).client_id, id))["clientId"]
        await connection.execute("select drip.pause_campaign(%s, %s)", [client_id, id])
        campaign = await _describe(connection, client_id, id)
    return answer({"campaign": campaign, "message": f"Campaign deactivated successfully. {_SYNC}"})


async def _describe(connection: AsyncConnection, client_id: str | None, campaign_id: UUID | None) -> Any:
    cursor = await connection.execute(_DESCRIBE, [client_id, campaign_id])
    row = await cursor.fetchone()
    return row[0] if row else None


async def _explain(
    connection: AsyncConnection, error: Exception, client_id: str, campaign_id: UUID | None, fields: dict[str, Any]
) -> Exception:
    """The problem with its invalid fields, for what the database refused; anything else as it came."""
    problem = from_database(error)
    if problem is None or problem.status != 400 or not isinstance(translate(error), InvalidInputError):  # type: ignore[arg-type]
        return problem or error
    cursor = await connection.execute(
        "select p.field, p.problem from drip_internal.find_campaign_problems(%s, %s, %s) as p",
        [client_id, campaign_id, json.dumps(fields)],
    )
    problem.fields = [FieldError(field, text) for field, text in await cursor.fetchall()]
    return problem
