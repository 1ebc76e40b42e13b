"""The data: agencies' clients with campaigns of five messages, and leads in every state, the same at each run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.figures import Bench
    from bench.server import Connection

MESSAGES = 5

_CLIENTS = """
insert into drip.clients (id, name, timezone)
select md5('client ' || n)::uuid, 'Client ' || n, 'America/New_York' from generate_series(0, %(clients)s - 1) as n
"""

_CAMPAIGNS = """
insert into drip.campaigns (id, client_id, name, form_id, messages)
select md5('campaign ' || n)::uuid, md5('client ' || n %% %(clients)s)::uuid, 'Campaign ' || n, 'form_' || n,
       (select jsonb_agg(jsonb_build_object(
                   'step', s, 'delayMinutes', 1440, 'type', 'sms',
                   'text', 'Hi {{firstName}}, this is message ' || s || ' of 5: reply YES to book your first visit.')
                   order by s)
          from generate_series(1, %(messages)s) as s)
  from generate_series(0, %(campaigns)s - 1) as n
"""

# Which state a lead is in follows from a hash of its number, so due leads lie scattered over the table, as they do
# where leads of many campaigns come in side by side. Of 100 due leads 80 finished, 10 opted out and 10 booked; a tenth
# of all leads has been in another campaign before.
_LEADS = """
insert into drip.leads (
       id, client_id, campaign_link_id, first_name, last_name, phone, email, timezone, current_message_position,
       opted_out, booked_at, enrolled_at, created_at, updated_at, campaign_history)
select md5('lead ' || n)::uuid, md5('client ' || k.campaign %% %(clients)s)::uuid,
       md5('campaign ' || k.campaign)::uuid,
       'First' || n %% 1000, 'Last' || n %% 977, '+1' || 2000000000 + n, 'lead' || n || '@example.com',
       'America/New_York',
       case when h.due and h.kind < 80 then %(messages)s else h.step end,
       h.due and h.kind between 80 and 89,
       case when h.due and h.kind >= 90 then timestamptz '2025-11-20 12:00Z' end,
       e.enrolled_at, e.enrolled_at, e.enrolled_at + interval '1 day',
       case when h.past = 0
            then jsonb_build_array(jsonb_build_object(
                     'campaignId', md5('campaign ' || (k.campaign + %(clients)s) %% %(campaigns)s)::uuid,
                     'campaignName', 'Campaign ' || (k.campaign + %(clients)s) %% %(campaigns)s,
                     'enrolledAt', '2025-08-01T09:00:00.000Z', 'completedAt', '2025-08-06T09:00:00.000Z',
                     'messagesReceived', %(messages)s, 'outcome', 'completed'))
            else '[]' end
  from generate_series(0, %(leads)s - 1) as n
 cross join lateral (select n %% %(campaigns)s as campaign) as k
 cross join lateral (
       select abs(hashint4extended(n, 1)) %% 1000 < %(due_permille)s as due,
              abs(hashint4extended(n, 2)) %% 100 as kind,
              (abs(hashint4extended(n, 3)) %% %(messages)s)::integer as step,
              abs(hashint4extended(n, 4)) %% 10 as past) as h
 cross join lateral (select timestamptz '2025-11-01 00:00Z' + n %% 1000000 * interval '1 second' as enrolled_at) as e
"""


@dataclass(frozen=True)
class Fleet:
    """How much of everything there is; `due_permille` of the leads are to leave."""

    leads: int
    due_permille: int = 100
    clients: int = 10
    campaigns: int = 200

    @property
    def name(self) -> str:
        """The template database that holds it."""
        return f"fleet_{self.leads}_{self.due_permille}_{self.clients}_{self.campaigns}"


def prepare(bench: Bench, fleet: Fleet) -> str:
    """Make the template database of a fleet where there is none yet, and return its name."""
    if not bench.server.has(fleet.name):
        bench.say(f"data: {fleet.leads:,} leads, {fleet.clients} clients, {fleet.due_permille / 10:g} % due")
        database = bench.server.keep(fleet.name)
        with database.connect() as connection:
            _load(connection, fleet)
        database.settle()
    return fleet.name


def _load(connection: Connection, fleet: Fleet) -> None:
    size = {
        "leads": fleet.leads,
        "due_permille": fleet.due_permille,
        "clients": fleet.clients,
        "campaigns": fleet.campaigns,
        "messages": MESSAGES,
    }
    with connection.transaction():
        connection.execute(_CLIENTS, size)
        connection.execute(_CAMPAIGNS, size)
        # Neither counted nor checked row by row; what was not counted is recounted. The indexes grow with the rows, as
        # they do in production: built afterwards, they would be fuller, and every update would split their pages.
        connection.execute("set local session_replication_role = replica")
        connection.execute(_LEADS, size)
    connection.execute("select drip_internal.repair_campaign_stats()")
    connection.execute("create schema bench")
