"""Which column of a file is which field of a lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pg_drip.errors import InvalidInputError
from pg_drip.imports.fields import FIELDS

# What a rejects file has before the columns of the file that it came from.
REJECT_COLUMNS = ["line", "reason"]

_SHOWN_COLUMNS = 30


class MappingError(InvalidInputError):
    """The columns cannot be matched with the fields."""


class Columns(NamedTuple):
    """Field → place of its column, from 0; `ignored` are the names of columns that are no field."""

    places: dict[str, int]
    ignored: list[str]


def match_columns(header: Sequence[str], mapping: Iterable[tuple[str, str]] = ()) -> Columns:
    """Find the columns.

    A column is a field when it is named like it, in any case, with spaces, dashes or nothing between the words
    (`First Name`, `first-name` and `firstName` are first_name, `E-Mail` is email); `mapping` goes first.

    Args:
        header: the names in the file's first row.
        mapping: (column, field) pairs.

    Raises:
        MappingError: an unknown field, a column that is not there or is there twice, two columns for a field, or none
            for both phone and email.
    """
    places: dict[str, int] = {}
    for column, wanted in mapping:
        field = _BY_KEY.get(_key(wanted))
        if field is None:
            raise MappingError(f"there is no field {wanted!r} to map {column!r} to.", f"Fields: {', '.join(FIELDS)}.")
        if field in places:
            raise MappingError(f"two columns are mapped to {field}.", "Map one.")
        places[field] = _find(header, column)
    mapped = set(places.values())
    chosen = frozenset(places)
    for place, name in enumerate(header):
        field = _BY_KEY.get(_key(name))
        if place in mapped or field is None or field in chosen:
            continue
        if field in places:
            raise MappingError(
                f"two columns are {field}: {header[places[field]]!r} and {name!r}.",
                f"Rename one, or say which by --map COLUMN={field}.",
            )
        places[field] = place
    if "phone" not in places and "email" not in places:
        raise MappingError(
            f"no column is phone or email; there are {_listed(header)}.",
            "Say which is, as --map 'Mobile number=phone'; the file's first row must be its header.",
        )
    used = set(places.values())
    own = len(REJECT_COLUMNS) if is_rejects_header(header) else 0
    ignored = [
        name.strip() or f"(column {place + 1})"
        for place, name in enumerate(header)
        if place >= own and place not in used
    ]
    return Columns(places, ignored)


def is_rejects_header(header: Sequence[str]) -> bool:
    """Whether the file is a rejects file, mended and imported again."""
    return list(header[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS


def _key(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


_BY_KEY = {_key(field): field for field in FIELDS}


def _find(header: Sequence[str], column: str) -> int:
    found = [place for place, name in enumerate(header) if name.strip() == column.strip()] or [
        place for place, name in enumerate(header) if _key(name) == _key(column)
    ]
    if not found:
        raise MappingError(f"there is no column {column!r}; there are {_listed(header)}.", "Correct --map.")
    if len(found) > 1:
        raise MappingError(f"there are {len(found)} columns named {column!r}.", "Rename all but one.")
    return found[0]


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(name.strip()) for name in header[:_SHOWN_COLUMNS])
    return shown if len(header) <= _SHOWN_COLUMNS else f"{shown} and {len(header) - _SHOWN_COLUMNS:,} more"
