"""The bundled sample: the same for the same seed, and every state in it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from pg_drip import sample

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
MADE = sample.generate(now=NOW)
BY_ID = {campaign.id: campaign for campaign in sample.CAMPAIGNS}


def test_same_seed_same_sample() -> None:
    assert sample.generate(sample.SEED, NOW) == MADE


def test_another_seed_makes_other_people_with_the_same_ids() -> None:
    other = sample.generate(sample.SEED + 1, NOW)
    assert other != MADE
    assert {lead.id for lead in other.leads} == {lead.id for lead in MADE.leads}


def test_its_size() -> None:
    assert len(MADE.clients) == 2
    assert len(MADE.campaigns) == 4
    assert len(MADE.leads) == 2000
    assert len({lead.id for lead in MADE.leads}) == 2000


def test_every_state_is_there() -> None:
    assert Counter(lead.state for lead in MADE.leads) == sample.STATES


def test_campaigns_are_of_every_kind() -> None:
    assert sorted(len(campaign.messages) for campaign in MADE.campaigns) == [0, 3, 4, 5]
    assert {kind for _, kind, _ in sample.WELCOME.messages} == {"sms"}
    assert {kind for _, kind, _ in sample.TRIAL.messages} == {"sms", "email"}
    assert any(campaign.is_paused for campaign in MADE.campaigns)
    assert any(not campaign.is_active for campaign in MADE.campaigns)
    assert any(campaign.campaign_type == "webinar" for campaign in MADE.campaigns)


def reason_of(lead: sample.SampleLead) -> str | None:
    """The rule of drip_internal.lead_exits, said again: what the database will say of this lead."""
    campaign = BY_ID[lead.campaign_link_id] if lead.campaign_link_id else None
    if not lead.is_active:
        return None
    if lead.state == "failing":
        return "failing"
    if lead.opted_out:
        return "opted_out_active"
    if lead.booked_at:
        return "booked_active"
    if campaign is None:
        return "campaign_missing"
    if not campaign.is_active:
        return "campaign_inactive"
    if not campaign.messages:
        return "empty_campaign"
    return "completed_sequence" if lead.current_message_position >= len(campaign.messages) else None


def test_every_stuck_reason_is_there() -> None:
    assert Counter(map(reason_of, MADE.leads)) == {
        None: 500 + 400 + 149 + 320 + 29,
        "completed_sequence": 260 + 40 + 1,
        "opted_out_active": 90,
        "booked_active": 80,
        "campaign_inactive": 60,
        "campaign_missing": 30,
        "empty_campaign": 40,
        "failing": 1,
    }


def test_every_outcome_is_in_some_history() -> None:
    outcomes = {entry["outcome"] for lead in MADE.leads for entry in lead.campaign_history}
    assert outcomes == {"completed", "booked", "opted_out", "abandoned", "campaign_deleted"}


def test_histories_are_as_the_database_writes_them() -> None:
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    for lead in MADE.leads:
        for entry in lead.campaign_history:
            keys = set(entry) - {"value"}
            assert keys == {"campaignId", "campaignName", "enrolledAt", "completedAt", "messagesReceived", "outcome"}
            assert moment.fullmatch(entry["enrolledAt"])
            assert moment.fullmatch(entry["completedAt"])
            assert "value" not in entry or entry["outcome"] == "booked"


def test_numbers_are_unique_fictional_and_e164() -> None:
    phones = {lead.phone for lead in MADE.leads}
    assert len(phones) == 2000
    assert all(re.fullmatch(r"\+1[2-9]\d\d55501\d\d", phone) for phone in phones)
    emails = [lead.email for lead in MADE.leads if lead.email]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@example.com") for email in emails)


def test_links_stay_within_the_client() -> None:
    for lead in MADE.leads:
        if lead.campaign_link_id:
            assert BY_ID[lead.campaign_link_id].client_id == lead.client_id


@pytest.mark.parametrize("name", ["created_at", "enrolled_at", "updated_at", "booked_at", "completed_at"])
def test_everything_has_happened(name: str) -> None:
    assert all((getattr(lead, name) or NOW) <= NOW for lead in MADE.leads)


def test_the_lead_of_the_journey_has_been_in_a_campaign_before() -> None:
    lead = next(lead for lead in MADE.leads if lead.id == sample.JOURNEY_LEAD_ID)
    assert len(lead.campaign_history) == 1
    assert reason_of(lead) == "completed_sequence"
