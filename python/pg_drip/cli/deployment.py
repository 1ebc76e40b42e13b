"""`pg-drip deploy | status | verify | rollback | history`. The deployer is slow to load, so it is imported late."""

from __future__ import annotations

import click

from pg_drip.cli.output import count, make_console, make_table, print_json


@click.command(epilog="\b\nExample:\n  PGHOST=db.example.com PGDATABASE=drip pg-drip deploy")
@click.option(
    "--applied-by-hand",
    metavar="MIGRATION",
    help="Record the migrations up to this one (0021) as applied: somebody ran their files with psql.",
)
@click.pass_obj
def deploy(dsn: str, applied_by_hand: str | None) -> None:
    """Bring the database to this release.

    Applies pending migrations, replays views, routines and grants that differ, and recounts where needed. A second
    deploy finds nothing to do.
    """
    from pg_drip.deploy import Deployer

    with Deployer(dsn) as deployer:
        result = deployer.deploy(click.echo, applied_by_hand=applied_by_hand)
    if not (result.applied or result.replayed or result.dropped):
        click.echo("Nothing to do: the database is current.")
        return
    if result.repaired_counters:
        click.echo(f"corrected {count(result.repaired_counters, 'counter')}")
    click.echo(
        f"Deployed: {count(len(result.applied), 'migration')} applied, "
        f"{count(len(result.replayed), 'source')} replayed, {len(result.dropped)} dropped."
    )


@click.command(epilog="\b\nExample:\n  pg-drip status --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(dsn: str, as_json: bool) -> None:
    """Say whether the database is current.

    Lists what is applied and what a deploy would do. Changes nothing.
    """
    from pg_drip.deploy import Deployer

    with Deployer(dsn) as deployer:
        state = deployer.status()
    if as_json:
        print_json(
            {
                "serverVersion": state.server_version,
                "isCurrent": state.is_current,
                "applied": state.applied,
                "pending": state.pending,
                "changed": state.changed,
            }
        )
        return
    click.echo(f"PostgreSQL {state.server_version}")
    for migration in state.applied:
        click.echo(f"applied  {migration}")
    for migration in state.pending:
        click.echo(f"pending  {migration}")
    if state.applied:
        # A pending migration has everything replayed, which says nothing about any one file.
        for source in [] if state.pending else state.changed:
            click.echo(f"changed  {source}")
    if state.is_current:
        click.echo("Current.")
    elif not state.applied:
        click.echo("Not deployed yet: run pg-drip deploy.")
    else:
        pending, changed = count(len(state.pending), "migration"), count(len(state.changed), "source")
        click.echo(f"Pending: {pending}, {changed} to replay. Run pg-drip deploy.")


@click.command(epilog="\b\nExample:\n  pg-drip verify || pg-drip deploy")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Find what differs from the last deploy.

    Compares the live database with what the last deploy left, lists each object that differs, and exits with 1
    when there is one. The view drip.object_drift says the same.
    """
    from pg_drip.deploy import Deployer

    with Deployer(ctx.obj) as deployer:
        drifts = deployer.verify()
    if as_json:
        print_json(drifts)
    elif not drifts:
        click.echo("Every object is as deployed.")
    else:
        table = make_table("drift", "kind", "object", "what to do")
        for drift in drifts:
            table.add_row(drift.drift, drift.kind, drift.identity, drift.advice)
        make_console().print(table)
        click.echo(f"{count(len(drifts), 'object')} not as deployed.")
    ctx.exit(1 if drifts else 0)


@click.command(epilog="\b\nExample:\n  pg-drip rollback --to 0020")
@click.option("--to", "target", required=True, metavar="MIGRATION", help="The last migration to keep: number or id.")
@click.pass_obj
def rollback(dsn: str, target: str) -> None:
    """Undo the migrations after a given one.

    The latest first; 0000 undoes all. What would be lost is archived, and a later deploy brings it back. Views
    and routines stay away until then.
    """
    from pg_drip.deploy import Deployer

    with Deployer(dsn) as deployer:
        undone = deployer.rollback(target, click.echo)
    click.echo(f"Rolled back: {count(len(undone), 'migration')}." if undone else "Nothing to roll back.")


@click.command(epilog="\b\nExample:\n  pg-drip history --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def history(dsn: str, as_json: bool) -> None:
    """List the migrations applied and rolled back.

    The oldest first, with the database role that did it.
    """
    from pg_drip.deploy import Deployer

    with Deployer(dsn) as deployer:
        entries = deployer.history()
    if as_json:
        print_json(entries)
    elif not entries:
        click.echo("Nothing was deployed here.")
    else:
        table = make_table("at (UTC)", "operation", "migration", "by")
        for entry in entries:
            table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.operation, entry.migration, entry.username or "")
        make_console().print(table)
