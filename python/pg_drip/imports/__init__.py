"""Imports: a CSV file of leads, checked row by row, copied into a staging table, and enrolled from there in sets."""

from pg_drip.imports.header import MappingError
from pg_drip.imports.leads import Progress, Watcher, import_leads
from pg_drip.imports.reader import BrokenFileError

__all__ = ["BrokenFileError", "MappingError", "Progress", "Watcher", "import_leads"]
