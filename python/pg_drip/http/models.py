"""Bodies that come in and go out, for checking the former and for /openapi.json. Rules are the database's."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from phonenumbers import SUPPORTED_REGIONS
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pg_drip.imports.phones import is_region

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
_EXAMPLE_CLIENT = "11111111-1111-4111-8111-111111111111"
_EXAMPLE_CAMPAIGN = "22222222-2222-4222-8222-222222222222"
_EXAMPLE_LEAD = "33333333-3333-4333-8333-333333333333"


def _check_uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise PydanticCustomError("uuid", "Input should be a UUID, as 11111111-1111-4111-8111-111111111111")
    return text.lower()


def _check_moment(text: str) -> str:
    try:
        if _MOMENT.fullmatch(text):
            datetime.fromisoformat(text.upper())
            return text
    except ValueError:
        pass
    raise PydanticCustomError("moment", "Input should be a moment with its offset, as 2026-01-31T09:30:00Z")


def _check_region(text: str) -> str:
    if not is_region(text):
        raise PydanticCustomError("region", "Input should be a country, as US")
    return text


Uuid = Annotated[str, AfterValidator(_check_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
Moment = Annotated[str, AfterValidator(_check_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
# As drip.auto_create_campaign has it: an identity, so what sanitizing would alter is refused.
FormId = Annotated[str, StringConstraints(min_length=1, max_length=255)]
# Told to readers of /openapi.json only: the database names all bad fields of a campaign together.
Name = Annotated[str, Field(json_schema_extra={"minLength": 1})]
CampaignFormId = Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 255})]
Link = Annotated[
    str,
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://[a-z0-9.-]+[a-z0-9](/[!-~]*)?$"}),
]
Region = Annotated[
    str,
    AfterValidator(_check_region),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$", "enum": sorted(SUPPORTED_REGIONS)}),
]
BatchSize = Annotated[int, Field(ge=1, le=10_000)]


class Input(BaseModel):
    """A body that comes in. Unknown fields are refused, types are taken as they are."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    api_key: Annotated[
        str | None,
        Field(description="The API key, where no header can be set. Taken out before the body is looked at."),
    ] = None


class AutoCreateInput(Input):
    """The guide's request."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "clientId": _EXAMPLE_CLIENT,
                    "formId": "kajabi_form_123",
                    "formName": "Lead Magnet Registration",
                }
            ]
        }
    )

    client_id: Uuid
    form_id: FormId
    form_name: str | None = None


class MessageInput(BaseModel):
    """One message of a sequence."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    step: Annotated[int, Field(ge=1, le=50)]
    delay_minutes: Annotated[int, Field(ge=0, le=525_600)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1600)]
    type: Literal["sms", "email"]


class CampaignSettings(Input):
    """What can be set of a campaign; null clears what can be without."""

    form_id: CampaignFormId | None = None
    # Cannot be null, only left out; what is left out is told by the body itself.
    campaign_type: Literal["standard", "webinar"] = "standard"
    messages: Annotated[list[MessageInput], Field(max_length=50)] = []
    is_paused: bool = False
    is_active: Annotated[bool, Field(description="False retires the campaign, finally.")] = True
    auto_discovered: bool = False
    webinar_datetime: Moment | None = None
    zoom_link: Link | None = None
    resource_name: str | None = None
    resource_link: Link | None = None
    reenroll_outcomes: (
        Annotated[
            list[Literal["completed", "booked", "opted_out", "abandoned", "campaign_deleted"]], Field(min_length=1)
        ]
        | None
    ) = None
    reenroll_after_days: Annotated[int, Field(ge=0, le=36_500)] | None = None


class CampaignInput(CampaignSettings):
    """A new campaign."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"clientId": _EXAMPLE_CLIENT, "name": "Welcome", "formId": "kajabi_form_7"}]}
    )

    client_id: Annotated[Uuid | None, Field(description="May be left out with a client's own key.")] = None
    name: Name


class CampaignPatch(CampaignSettings):
    """Changes; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Updated Campaign Name",
                    "isPaused": False,
                    "webinarDatetime": "2031-01-15T10:00:00Z",
                    "zoomLink": "https://zoom.us/j/123456",
                }
            ]
        }
    )

    name: Name = ""


class SweepInput(Input):
    """A sweep of one client, or of all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"clientId": _EXAMPLE_CLIENT, "dryRun": True}]})

    client_id: Annotated[
        Uuid | None, Field(description="One client; left out: all, or with a client's key that client.")
    ] = None
    batch_size: Annotated[BatchSize, Field(description="Leads per transaction.")] = 1000
    dry_run: Annotated[bool, Field(description="Count who would leave, and change nothing.")] = False


class LeadInput(BaseModel):
    """One person: at least phone or email."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    first_name: str | None = None
    last_name: str | None = None
    phone: Annotated[
        str | None, Field(description="With country code, as +12025550142, or national with `region`.")
    ] = None
    email: str | None = None
    timezone: Annotated[str | None, Field(description="An IANA name, as America/New_York.")] = None
    current_message_position: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    booked_at: Moment | None = None
    opted_out: bool | None = None
    enrolled_at: Moment | None = None


class EnrollInput(Input):
    """One lead, or up to 1,000, for one campaign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "clientId": _EXAMPLE_CLIENT,
                    "campaignId": _EXAMPLE_CAMPAIGN,
                    "lead": {"firstName": "Ada", "phone": "+12025550142"},
                },
                {
                    "clientId": _EXAMPLE_CLIENT,
                    "formId": "kajabi_form_123",
                    "leads": [{"phone": "+12025550142"}, {"email": "ada@example.com"}],
                },
            ],
            # A string, so that both are given or none is a fault of the schema, as it is one of the request.
            "allOf": [
                {
                    "oneOf": [
                        {"required": ["campaignId"], "properties": {"campaignId": {"type": "string"}}},
                        {"required": ["formId"], "properties": {"formId": {"type": "string"}}},
                    ]
                },
                {
                    "oneOf": [
                        {"required": ["lead"], "properties": {"lead": {"type": "object"}}},
                        {"required": ["leads"], "properties": {"leads": {"type": "array"}}},
                    ]
                },
            ],
        }
    )

    client_id: Annotated[Uuid | None, Field(description="May be left out with a client's own key.")] = None
    campaign_id: Uuid | None = None
    form_id: FormId | None = None
    lead: LeadInput | None = None
    leads: Annotated[list[LeadInput], Field(min_length=1, max_length=1000)] | None = None
    transfer: Annotated[bool, Field(description="Take leads out of another campaign.")] = False
    region: Annotated[Region, Field(description="Where national numbers belong, as US.")] | None = None

    @model_validator(mode="after")
    def _name_each_once(self) -> EnrollInput:
        if (self.campaign_id is None) == (self.form_id is None):
            raise PydanticCustomError("campaign", "Give either campaignId or formId")
        if (self.lead is None) == (self.leads is None):
            raise PydanticCustomError("leads", "Give either lead or leads")
        return self


class ClientInput(Input):
    """Nothing but, if wanted, the client."""

    client_id: Annotated[Uuid | None, Field(description="Only a lead of this client.")] = None


class BookingInput(ClientInput):
    """A booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"value": 1200}]})

    value: Annotated[
        Annotated[float, Field(ge=0, le=1_000_000_000_000)] | None,
        Field(description="What it is worth, in the client's currency."),
    ] = None


class KajabiInput(BaseModel):
    """What Kajabi's webhook sends: resources of JSON:API. Whatever else is in it is passed over."""

    model_config = ConfigDict(strict=True)

    event: str | None = None
    payload: Annotated[
        list[dict[str, Any]] | dict[str, Any],
        Field(description="form_submissions, and the forms to which they refer; or one submission."),
    ]


# ---------------------------------------------------------------- out


class Output(BaseModel):
    """A body that goes out."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class ProblemField(Output):
    """One invalid field."""

    field: str
    message: str


class Problem(Output):
    """What went wrong: RFC 9457."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(pattern=r"^DR[0-9A-Z]{3}$")]
    hint: str | None = Field(default=None, description="What to do.")
    errors: list[ProblemField] | None = Field(default=None)
    requestId: str | None = Field(default=None)  # noqa: N815


class Message(Output):
    """One message of a sequence."""

    step: int
    delay_minutes: int
    text: str
    type: Literal["sms", "email"]


class Refused(Output):
    """Enrollments refused ever, by reason."""

    already_enrolled: int
    already_completed: int
    opted_out: int
    campaign_inactive: int
    in_another_campaign: int


class Statistics(Output):
    """Exact at every instant."""

    active_leads: int
    completed: int
    booked: int
    opted_out: int
    abandoned: int
    campaign_deleted: int
    completion_rate: float | None
    refused: Refused


class Campaign(Output):
    """A campaign, with the guide's six fields first."""

    id: UUID
    name: str
    form_id: str | None
    is_paused: bool
    auto_discovered: bool
    messages: list[Message] | None
    client_id: UUID
    campaign_type: Literal["standard", "webinar"]
    is_active: bool
    deactivated_at: datetime | None
    webinar_datetime: datetime | None
    zoom_link: str | None
    resource_name: str | None
    resource_link: str | None
    statistics: Statistics
    created_at: datetime
    updated_at: datetime
    last_enrollment_at: datetime | None
    reenroll_outcomes: list[str] | None
    reenroll_after_days: int | None


class AutoCreated(Output):
    """The guide's answer."""

    campaign: Campaign
    message: str
    created: bool


class AutoCreateHealth(Output):
    """The guide's health body, and whether a key is set and the database answers."""

    status: Literal["ok"]
    endpoint: Literal["auto-create"]
    message: str
    key_configured: bool
    database: Literal["ok", "unavailable"]


class CampaignShown(Output):
    """One campaign."""

    campaign: Campaign


class CampaignChanged(Output):
    """One campaign after a change."""

    campaign: Campaign
    message: str


class CampaignList(Output):
    """Campaigns, newest first. `nextCursor`: give it as `cursor` for the next page; null on the last one."""

    campaigns: list[Campaign]
    next_cursor: str | None


class SweepReport(Output):
    """What a sweep did; of a dry run, what it would have done."""

    success: bool
    found: int
    processed: int
    by_outcome: dict[str, int]
    failed: int
    seconds: float
    runs: list[UUID]


class Check(Output):
    """A row of drip.de_enrollment_health."""

    name: str
    status: Literal["ok", "warning", "critical"]
    value: float | None
    unit: str
    meaning: str


class HealthReport(Output):
    """The view drip.de_enrollment_health; `status` is its worst."""

    status: Literal["ok", "warning", "critical"]
    checks: list[Check]


class JourneyStay(Output):
    """A row of drip.lead_journey."""

    id: UUID
    client_id: UUID
    first_name: str | None
    last_name: str | None
    stay: int
    campaign_id: str | None
    campaign_name: str | None
    enrolled_at: datetime | None
    completed_at: datetime | None
    messages_received: int | None
    outcome: str | None
    value: float | None


class Journey(Output):
    """What a lead went through, the present stay last."""

    lead_id: UUID
    journey: list[JourneyStay]


Result = Literal[
    "enrolled",
    "already_enrolled",
    "already_completed",
    "opted_out",
    "campaign_inactive",
    "in_another_campaign",
    "invalid",
]


class Enrollment(Output):
    """What became of one lead; `problem` says what is wrong with an invalid one."""

    lead_id: UUID | None
    result: Result
    problem: str | None


class EnrollmentReport(Output):
    """One entry a lead, in their order."""

    results: list[Enrollment]
    enrolled: int
    refused: int


class Exit(Output):
    """A lead after it was taken out; `changed` is false when it had been before.

    `outcome` is what its history has: an opt-out, a booking, a retired campaign or a finished sequence counts before
    `abandoned`, in this order. Null: it was never in a campaign.
    """

    lead_id: UUID
    client_id: UUID
    outcome: Literal["completed", "booked", "opted_out", "abandoned", "campaign_deleted"] | None
    changed: bool


class SubmissionResult(Output):
    """What became of one submission."""

    submission_id: str | None
    form_id: str | None
    campaign_id: UUID | None
    campaign_created: bool
    lead_id: UUID | None
    result: Result
    problem: str | None
    notes: list[str]


class SubmissionReport(Output):
    """One entry a submission, in their order."""

    results: list[SubmissionResult]
    enrolled: int
    refused: int


class Liveness(Output):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Output):
    """Whether the database answers, and holds this release unchanged."""

    status: Literal["ready", "unavailable"]
    database: Literal["ok", "unavailable"]
    schema_: Annotated[str, Field(alias="schema")]
