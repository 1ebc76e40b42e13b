"""How routes answer, and how they say so in /openapi.json."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

if TYPE_CHECKING:
    from pydantic import BaseModel


def answer(content: Any, status: int = 200) -> Response:
    """A JSON response."""
    body = orjson.dumps(content, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
    return Response(body, status, media_type="application/json")


def _plain(value: Any) -> Any:
    # What the database answers beyond JSON.
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(type(value).__name__)


def answers(model: type[BaseModel], description: str, status: int = 200) -> dict[int | str, Any]:
    """A route's `responses` for one status."""
    return {status: {"model": model, "description": description}}
