"""`pg-drip serve`. What it needs is imported where it is used: only the extra `http` installs it."""

from __future__ import annotations

import click

from pg_drip.errors import PgDripError


@click.command(
    epilog="\b\nExample:\n  N8N_API_KEY=$(openssl rand -hex 32) pg-drip serve --host 0.0.0.0 --port 3000",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=3000, show_default=True, metavar="N", help="0: any free one."
)
@click.option("--no-auth", is_flag=True, help="Ask nobody for a key. On a loopback address only.")
@click.option(
    "--requests-per-key",
    type=click.IntRange(1),
    default=600,
    show_default=True,
    metavar="N",
    help="In a minute.",
)
@click.option(
    "--requests-per-address",
    type=click.IntRange(1),
    default=600,
    show_default=True,
    metavar="N",
    help="In a minute.",
)
@click.option(
    "--body-limit", type=click.IntRange(1), default=64, show_default=True, metavar="KIB", help="The largest body."
)
@click.option(
    "--read-timeout",
    type=click.FloatRange(0.1, 300),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="For a request's head to arrive, and again for its body.",
)
@click.option(
    "--pool-size",
    type=click.IntRange(1, 500),
    default=10,
    show_default=True,
    metavar="N",
    help="Connections to the database.",
)
@click.option(
    "--statement-timeout",
    type=click.FloatRange(0.1, 3600),
    default=15,
    show_default=True,
    metavar="SECONDS",
    help="For the database to answer; sweeps are exempt.",
)
@click.option("--region", metavar="CC", help="Where phone numbers without a country code belong, as US.")
@click.option("--trust-proxy", default="", metavar="ADDRESSES", help="Proxies whose X-Forwarded-For is believed.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="debug: also each lead that leaves.",
)
@click.pass_obj
def serve(
    dsn: str,
    host: str,
    port: int,
    no_auth: bool,
    requests_per_key: int,
    requests_per_address: int,
    body_limit: int,
    read_timeout: float,
    pool_size: int,
    statement_timeout: float,
    region: str | None,
    trust_proxy: str,
    log_level: str,
) -> None:
    """Serve the API over HTTP, for n8n, Kajabi and scripts.

    The key is N8N_API_KEY from the environment, else AUTOMATION_API_KEY; besides it, those of pg-drip keys create.
    Log lines are JSON, on stderr. SIGTERM and Ctrl-C finish what is in flight. Connect as a role that is a member of
    drip_api: it needs no rights on tables.
    """
    try:
        from pg_drip.http.server import serve as run
        from pg_drip.http.settings import Settings, read_master_key
        from pg_drip.imports.phones import is_region
    except ImportError as error:
        raise PgDripError(f"{error.name} is not installed.", "Run pip install 'pg-drip[http]'.") from None
    if region is not None and not is_region(region):
        raise click.BadParameter(f"{region!r} is no country, as US.", param_hint="--region")
    settings = Settings(
        dsn=dsn,
        master_key=read_master_key(),
        without_keys=no_auth,
        host=host,
        port=port,
        requests_per_key=requests_per_key,
        requests_per_address=requests_per_address,
        body_limit=body_limit * 1024,
        read_seconds=read_timeout,
        pool_size=pool_size,
        statement_seconds=statement_timeout,
        region=region,
        proxies=trust_proxy,
        log_level=log_level,
    )
    run(settings, lambda address: click.echo(f"Listening on {address}"))
