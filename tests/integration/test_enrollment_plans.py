"""A plan made while the table was empty is kept while an import fills it, and must not read all of it for each batch."""

from __future__ import annotations

from tests.support import data
from tests.support.clusters import Connection, Database

BATCHES, SIZE = 40, 500
ENROLL = """
select e.result, count(*)
  from drip.enroll_leads(%(client)s, %(campaign)s, (
       select jsonb_agg(jsonb_build_object('phone', '+1202' || (1000000 + n), 'email', 'p' || n || '@example.com'))
         from generate_series(%(first)s, %(first)s + 499) as n)) as e
 group by e.result
"""


def read(connection: Connection) -> tuple[int, int]:
    """Rows of drip.leads read by sequential scans, and fetched by indexes, so far."""
    connection.execute("select pg_stat_force_next_flush()")
    query = "select seq_tup_read, idx_tup_fetch from pg_stat_user_tables where relid = 'drip.leads'::regclass"
    [row] = connection.execute(query).fetchall()
    return row[0], row[1]


def test_filling_an_empty_table_probes_it(database: Database) -> None:
    with database.connect() as connection:
        client = data.make_client(connection)
        campaign = data.make_campaign(connection, client)
        before = read(connection)
        # In this one session, a transaction each, as an import does; and the same again, when all are known.
        for expected in ("enrolled", "already_enrolled"):
            for batch in range(BATCHES):
                told = {"client": client, "campaign": campaign, "first": batch * SIZE}
                assert connection.execute(ENROLL, told).fetchall() == [(expected, SIZE)]
        sequential, fetched = (after - was for after, was in zip(read(connection), before, strict=True))
        assert sequential == 0
        # A few for each lead, not all for each batch.
        assert BATCHES * SIZE < fetched < 20 * BATCHES * SIZE
        assert data.value(connection, "select active_leads_count from drip.campaign_statistics") == BATCHES * SIZE
