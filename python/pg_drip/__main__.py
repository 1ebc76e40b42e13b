"""`python -m pg_drip` is `pg-drip`."""

from pg_drip.cli import main

main()
