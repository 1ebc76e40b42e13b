"""The plans of the statements that decide the figures, as auto_explain sees them inside the routines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.fleet import Fleet, prepare
from bench.sweeps import ONE_STATEMENT, UNTRIGGERED

if TYPE_CHECKING:
    import psycopg

    from bench.figures import Bench
    from bench.server import Connection

# Output lists are long and say nothing about the cost; planning happens once a session.
_LONGEST_LINE = 160
_IDS = re.compile(r"'\{[0-9a-f-]{36}(,[0-9a-f-]{36})*\}'")
_NOISE = re.compile(r"^ *(Output|Query Identifier|Planning|Settings)\b")
_OBSERVE = """
load 'auto_explain';
set auto_explain.log_min_duration = 0;
set auto_explain.log_analyze = on;
set auto_explain.log_buffers = on;
set auto_explain.log_timing = on;
set auto_explain.log_nested_statements = on;
set auto_explain.log_level = notice;
"""


@dataclass(frozen=True)
class Plan:
    """One statement's plan, with what it explains."""

    title: str
    text: str


def explain(bench: Bench) -> list[Plan]:
    """Run each hot statement once, observed."""
    template = prepare(bench, Fleet(bench.size.leads))
    bench.say("plans of the hot statements")
    with bench.server.copy(template) as database, database.connect() as connection:
        seen = _observe(connection)
        connection.execute("call drip.de_enroll_client(md5('client 0')::uuid)")
        plans = [
            _pick("Finding a client's due leads: index probes per campaign", seen, "row_number() over"),
            # The last of a sweep's batches is short, the first pays for filling the caches.
            _pick("One batch of a sweep: judged again and updated by id", seen, "with verdicts as", place=1),
            _pick("The statistics trigger after that batch", seen, "insert into drip_internal.campaign_stat", place=3),
        ]
        seen.clear()
        connection.execute("call drip.de_enroll_client(md5('client 0')::uuid)")
        plans.append(_pick("A client with nobody due", seen, "drip_internal.due_leads"))
    with bench.server.copy(template, UNTRIGGERED) as database, database.connect() as connection:
        seen = _observe(connection)
        connection.execute("set enable_nestloop = off")
        connection.execute(ONE_STATEMENT.replace("%(now)s", "timestamptz '2025-12-01Z'").encode())
        plans.append(_pick("The one UPDATE that a sweep is measured against", seen, "update drip.leads"))
    return plans


def _observe(connection: Connection) -> list[str]:
    seen: list[str] = []

    def note(diagnostic: psycopg.errors.Diagnostic) -> None:
        if (diagnostic.message_primary or "").startswith("duration:"):
            seen.append(diagnostic.message_primary or "")

    connection.execute(_OBSERVE)
    connection.add_notice_handler(note)
    return seen


def _pick(title: str, seen: list[str], statement: str, place: int = 0) -> Plan:
    """The plan of a statement that holds this text, the so-manieth of them where there are as many."""
    texts = [text for text in seen if statement in text]
    if not texts:
        return Plan(title, "(not run)")
    return Plan(title, _plan_of(texts[min(place, len(texts) - 1)]))


def _plan_of(message: str) -> str:
    # The statement comes first, indented like its source; its plan begins at the first line with a cost.
    lines = message.splitlines()
    start = next(number for number, line in enumerate(lines) if "(cost=" in line)
    kept = [_IDS.sub("'{…}'", line) for line in lines[start:] if not _NOISE.match(line)]
    return "\n".join(line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…" for line in kept)
