"""Writes sql/catalog.txt from a fresh deploy on PostgreSQL 15."""

from __future__ import annotations

from pg_drip.deploy import Deployer
from tests.support import clusters


def main() -> None:
    """Deploy into an empty database and write what is there then."""
    try:
        with clusters.running(15).database(template="template0") as database, Deployer(database.dsn) as deployer:
            deployer.deploy()
            (clusters.ROOT / "sql" / "catalog.txt").write_text(deployer.catalog())
    finally:
        clusters.stop_all()


if __name__ == "__main__":
    main()
