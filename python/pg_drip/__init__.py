"""pg_drip: a drip-campaign engine that lives inside PostgreSQL."""

from importlib.metadata import version

__version__ = version("pg-drip")
