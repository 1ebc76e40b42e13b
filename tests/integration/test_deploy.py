"""pg-drip deploy, status, verify, rollback and history."""

from __future__ import annotations

from tests.support.clusters import Database

from pg_drip.deploy import Deployer


def test_a_second_deploy_finds_nothing_to_do(empty_database: Database) -> None:
    with Deployer(empty_database.dsn) as deployer:
        first = deployer.deploy()
        second = deployer.deploy()
        assert first.applied == [
            "0018_baseline",
            "0019_add_campaign_completion_tracking",
            "0020_unify_campaign_model",
            "0021_add_de_enrollment_monitoring",
        ]
        assert (second.applied, second.replayed, second.dropped) == ([], [], [])
        assert deployer.verify() == []
        assert deployer.status().is_current
