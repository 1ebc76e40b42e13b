"""A bundled sample: two clients, four campaigns and 2,000 leads in every state, the same for the same seed.

The people are made up: telephone numbers are of the range 555-0100 to 555-0199 that belongs to nobody, addresses are of
domains that are reserved for examples.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from pg_drip.errors import from_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.rows import TupleRow

SEED = 2025
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pg-drip.example/sample")

# Twenty area codes with a hundred numbers each.
_AREA_CODES = (
    *("205", "212", "303", "305", "312", "404", "415", "503", "512", "602"),
    *("615", "617", "702", "713", "801", "808", "901", "907", "919", "951"),
)
_FIRST_NAMES = (
    *("Ada", "Alan", "Anita", "Barbara", "Carlos", "Chen", "Dorothy", "Edgar", "Elena", "Fatima", "Frances", "Grace"),
    *("Hedy", "Ines", "Jamal", "Jean", "Karen", "Kofi", "Leila", "Margaret", "Mei", "Niklaus", "Omar", "Priya"),
    *("Radia", "Ravi", "Rosa", "Sofia", "Tim", "Tomas", "Wangari", "Yuki"),
)
_LAST_NAMES = (
    *("Abbott", "Alvarez", "Baker", "Berg", "Castillo", "Chandra", "Dubois", "Eze", "Fischer", "Garcia", "Haddad"),
    *("Hopper", "Ito", "Jensen", "Kaplan", "Kim", "Lopez", "Lovelace", "Mbeki", "Murphy", "Nakamura", "Novak"),
    *("Okafor", "Patel", "Perlman", "Quinn", "Rossi", "Santos", "Tanaka", "Turner", "Walsh", "Zhang"),
)

# State → how many leads are in it. A sweep takes out finished to no_campaign; failing waits for its pause to end.
STATES = {
    "in_progress": 500,
    "in_paused_campaign": 400,
    "re_enrolled": 149,
    "journey": 1,
    "finished": 260,
    "over_position": 40,
    "opted_out_active": 90,
    "booked_active": 80,
    "in_retired_campaign": 60,
    "no_campaign": 30,
    "failing": 1,
    "in_empty_campaign": 40,
    "left_completed": 150,
    "left_booked": 60,
    "left_opted_out": 60,
    "left_abandoned": 30,
    "left_campaign_deleted": 20,
    "never_enrolled": 29,
}
_DUE = {"finished", "over_position", "opted_out_active", "booked_active", "journey", "failing"}


@dataclass(frozen=True)
class SampleClient:
    """A client to be loaded."""

    id: uuid.UUID
    name: str
    timezone: str


@dataclass(frozen=True)
class SampleCampaign:
    """A campaign to be loaded; `messages` are (delay in minutes, type, text)."""

    id: uuid.UUID
    client_id: uuid.UUID
    name: str
    form_id: str
    messages: tuple[tuple[int, str, str], ...]
    campaign_type: str = "standard"
    is_paused: bool = False
    is_active: bool = True


@dataclass(frozen=True)
class SampleLead:
    """A lead to be loaded; its first fields are columns of `drip.leads`, `state` is a key of STATES."""

    id: uuid.UUID
    client_id: uuid.UUID
    campaign_link_id: uuid.UUID | None
    first_name: str
    last_name: str
    phone: str
    email: str | None
    current_message_position: int
    is_active: bool
    opted_out: bool
    booked_at: datetime | None
    enrolled_at: datetime
    completed_at: datetime | None
    campaign_history: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime
    state: str


@dataclass(frozen=True)
class Sample:
    """All of it."""

    now: datetime
    clients: tuple[SampleClient, ...]
    campaigns: tuple[SampleCampaign, ...]
    leads: tuple[SampleLead, ...]


def _id(name: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, name)


DENTAL = SampleClient(_id("dental"), "Bright Smile Dental", "America/New_York")
FITNESS = SampleClient(_id("fitness"), "Northside Fitness", "America/Chicago")
CLIENTS = (DENTAL, FITNESS)

WELCOME = SampleCampaign(
    _id("welcome"),
    DENTAL.id,
    "New patient welcome",
    "dental-new-patient",
    (
        (0, "sms", "Hi {{firstName}}, thanks for your interest in Bright Smile! Reply YES to book your first visit."),
        (1440, "sms", "Hi {{firstName}}, we still have openings this week. Which day suits you?"),
        (4320, "sms", "Last call, {{firstName}}: your free check-up is reserved until Friday."),
    ),
)
WEBINAR = SampleCampaign(
    _id("webinar"),
    DENTAL.id,
    "Whitening webinar",
    "dental-whitening-webinar",
    (
        (0, "email", "You are in, {{firstName}}! The webinar is on Thursday, here is your link."),
        (60, "sms", "We start in an hour, {{firstName}}."),
        (1440, "email", "Here is the recording, {{firstName}}."),
        (2880, "sms", "Any questions, {{firstName}}? Just reply."),
    ),
    campaign_type="webinar",
    is_active=False,
)
TRIAL = SampleCampaign(
    _id("trial"),
    FITNESS.id,
    "Free trial week",
    "fitness-trial",
    (
        (0, "sms", "Welcome to Northside, {{firstName}}! Your free week starts when you do."),
        (60, "email", "Your free week, {{firstName}}: classes, opening hours, how to find us."),
        (1440, "sms", "How was your first day, {{firstName}}?"),
        (4320, "email", "Halfway through, {{firstName}}. Here is what members say."),
        (4320, "sms", "Your week ends tomorrow, {{firstName}}. Join today and save the fee."),
    ),
    is_paused=True,
)
DRAFT = SampleCampaign(_id("draft"), FITNESS.id, "Summer plan (empty)", "fitness-summer", ())
CAMPAIGNS = (WELCOME, WEBINAR, TRIAL, DRAFT)

JOURNEY_LEAD_ID = _id("lead journey 0")


def generate(seed: int = SEED, now: datetime | None = None) -> Sample:
    """Make the sample.

    Args:
        seed: the same seed and the same `now` make the same sample; ids are the same for any.
        now: all times lie before it; the default is the present.
    """
    rng = random.Random(seed)
    now = now or datetime.now(UTC)
    numbers = [f"+1{code}55501{line:02}" for code in _AREA_CODES for line in range(100)]
    rng.shuffle(numbers)
    leads = [
        _make_lead(rng, state, ordinal, phone, now) for (state, ordinal), phone in zip(_places(), numbers, strict=True)
    ]
    rng.shuffle(leads)
    return Sample(now, CLIENTS, CAMPAIGNS, tuple(leads))


def _places() -> Iterator[tuple[str, int]]:
    for state, how_many in STATES.items():
        for ordinal in range(how_many):
            yield state, ordinal


def _campaign_of(rng: random.Random, state: str) -> SampleCampaign | None:
    if state in ("no_campaign", "never_enrolled"):
        return None
    if state in ("in_retired_campaign", "left_campaign_deleted"):
        return WEBINAR
    if state == "in_empty_campaign":
        return DRAFT
    if state == "in_paused_campaign":
        return TRIAL
    if state in ("in_progress", "re_enrolled", "journey"):
        return WELCOME
    return rng.choice((WELCOME, TRIAL))


def _position_of(rng: random.Random, state: str, campaign: SampleCampaign | None) -> int:
    length = len(campaign.messages) if campaign else 0
    if length == 0:
        return 0
    if state in ("finished", "journey", "failing", "left_completed"):
        return length
    if state == "over_position":
        return length + rng.randint(1, 3)
    return rng.randrange(length)


def _make_lead(rng: random.Random, state: str, ordinal: int, phone: str, now: datetime) -> SampleLead:
    campaign = _campaign_of(rng, state)
    position = _position_of(rng, state, campaign)
    outcome = state.removeprefix("left_") if state.startswith("left_") else None
    client_id = campaign.client_id if campaign else rng.choice(CLIENTS).id
    first_name, last_name = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)
    enrolled_at = now - timedelta(days=rng.randint(8, 40), seconds=rng.randrange(86400))
    changed_at = enrolled_at + timedelta(days=position, seconds=rng.randrange(86400))
    if state in _DUE:
        # What came in since the last sweep.
        changed_at = now - timedelta(seconds=rng.randrange(60, 900))
    elif state == "left_campaign_deleted":
        changed_at = now - timedelta(hours=1)
    history = []
    created_at = enrolled_at
    if state in ("re_enrolled", "journey"):
        created_at = enrolled_at - timedelta(days=rng.randint(20, 60))
        left_at = created_at + timedelta(days=7)
        earlier = "completed" if state == "journey" else rng.choice(("completed", "abandoned"))
        received = len(WEBINAR.messages) if earlier == "completed" else rng.randrange(len(WEBINAR.messages))
        history.append(_entry(WEBINAR, created_at, left_at, received, earlier))
    if campaign and outcome:
        value = rng.choice((120, 180, 249.5, 400)) if outcome == "booked" else None
        history.append(_entry(campaign, enrolled_at, changed_at, position, outcome, value))
    is_booked = state == "booked_active" or outcome == "booked"
    return SampleLead(
        id=_id(f"lead {state} {ordinal}"),
        client_id=client_id,
        campaign_link_id=campaign.id if campaign else None,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        email=None if rng.random() < 0.1 else f"{first_name}.{last_name}.{phone[2:5]}{phone[-2:]}@example.com".lower(),
        current_message_position=position,
        is_active=outcome is None and state != "never_enrolled",
        opted_out=state == "opted_out_active" or outcome == "opted_out",
        booked_at=changed_at if is_booked else None,
        enrolled_at=enrolled_at,
        completed_at=datetime.fromisoformat(history[-1]["completedAt"]) if history else None,
        campaign_history=history,
        created_at=created_at,
        updated_at=changed_at,
        state=state,
    )


def _entry(
    campaign: SampleCampaign,
    enrolled_at: datetime,
    completed_at: datetime,
    received: int,
    outcome: str,
    value: float | None = None,
) -> dict[str, Any]:
    entry = {
        "campaignId": str(campaign.id),
        "campaignName": campaign.name,
        "enrolledAt": _iso(enrolled_at),
        "completedAt": _iso(completed_at),
        "messagesReceived": received,
        "outcome": outcome,
    }
    return entry if value is None else entry | {"value": value}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_LEAD_COLUMNS = tuple(name for name in SampleLead.__dataclass_fields__ if name != "state")
_COPY_LEADS = "copy drip.leads ({}) from stdin"


def load(connection: psycopg.Connection[TupleRow], sample: Sample) -> None:
    """Put the sample into a database, in one transaction: its clients' rows are deleted and loaded anew.

    Rows of other clients are not touched.

    Raises:
        PgDripError: the database refused; nothing has changed then.
    """
    client_ids = [client.id for client in sample.clients]
    try:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("delete from drip.leads as l where l.client_id = any (%s)", [client_ids])
            cursor.execute("delete from drip.campaigns as c where c.client_id = any (%s)", [client_ids])
            cursor.execute("delete from drip.clients as c where c.id = any (%s)", [client_ids])
            cursor.executemany(
                "insert into drip.clients (id, name, timezone) values (%s, %s, %s)",
                [(client.id, client.name, client.timezone) for client in sample.clients],
            )
            cursor.executemany(
                "insert into drip.campaigns (id, client_id, name, form_id, campaign_type, messages, is_paused, "
                "is_active, deactivated_at, webinar_datetime, zoom_link, created_at) "
                "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [_campaign_row(campaign, sample.now) for campaign in sample.campaigns],
            )
            with cursor.copy(_COPY_LEADS.format(", ".join(_LEAD_COLUMNS))) as copy:
                for lead in sample.leads:
                    copy.write_row([_as_jsonb(getattr(lead, name)) for name in _LEAD_COLUMNS])
            # One that could not leave, with the pause after a first failure: a sweep a few minutes later takes it out.
            cursor.executemany(
                "insert into drip.de_enrollment_errors (client_id, lead_id, sqlstate, message, failed_at, retry_at) "
                "values (%s, %s, '55P03', 'canceling statement due to lock timeout', %s, %s)",
                [
                    (lead.client_id, lead.id, sample.now - timedelta(minutes=1), sample.now + timedelta(minutes=4))
                    for lead in sample.leads
                    if lead.state == "failing"
                ],
            )
    except psycopg.Error as error:
        raise from_database(error) from None


def _campaign_row(campaign: SampleCampaign, now: datetime) -> tuple[Any, ...]:
    messages = [
        {"step": step, "delayMinutes": delay, "text": text, "type": kind}
        for step, (delay, kind, text) in enumerate(campaign.messages, 1)
    ]
    is_webinar = campaign.campaign_type == "webinar"
    return (
        campaign.id,
        campaign.client_id,
        campaign.name,
        campaign.form_id,
        campaign.campaign_type,
        Jsonb(messages),
        campaign.is_paused,
        campaign.is_active,
        None if campaign.is_active else now - timedelta(hours=2),
        now - timedelta(days=7) if is_webinar else None,
        "https://zoom.us/j/5550100" if is_webinar else None,
        now - timedelta(days=120),
    )


def _as_jsonb(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, list) else value
