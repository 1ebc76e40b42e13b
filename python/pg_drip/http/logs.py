"""Log lines: one JSON object each, on stderr, without keys, phone numbers or e-mail addresses.

Nobody logs those on purpose. A last processor blanks what looks like one all the same, in whatever text came along.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any, TextIO

import orjson
import psycopg
import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

Logger = structlog.typing.FilteringBoundLogger

LEVELS = ("debug", "info", "warning", "error")
_PERSONAL = re.compile(
    r"[^\s@\"'<>()]+@[^\s@\"'<>()]+|\+\d(?:[ ().-]?\d){5,}|drip_[0-9A-Za-z]+_[\w-]{8,}|token=[^\s&]+"
)
_BLANK = "[redacted]"


def make_logger(level: str, master_key: str | None = None, stream: TextIO | None = None) -> Logger:
    """A logger that writes JSON lines.

    Args:
        level: debug, info, warning or error.
        master_key: a secret that must not be written, whatever it looks like.
        stream: where to; None: stderr.
    """
    logger: Logger = structlog.wrap_logger(
        structlog.PrintLogger(stream or sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _make_redactor(master_key),
            structlog.processors.JSONRenderer(serializer=_dump),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    return logger


def describe_error(error: BaseException) -> dict[str, Any]:
    """An unexpected error as fields of a log line: its kind and where it arose; not its text, which can quote data."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    fields: dict[str, Any] = {
        "error": type(error).__name__,
        "where": [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, psycopg.Error):
        fields["sqlstate"] = error.sqlstate
    return fields


class Forwarder(logging.Handler):
    """Sends what uvicorn and the pool log through the same logger."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        fields = describe_error(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        self._logger.log(record.levelno, record.name, message=" ".join(record.getMessage().split()), **fields)


def forward_libraries(logger: Logger, level: str) -> None:
    """Let uvicorn and psycopg log through `logger`; uvicorn's access log stays off."""
    for name in ("uvicorn.error", "psycopg.pool"):
        library = logging.getLogger(name)
        library.handlers = [Forwarder(logger)]
        library.propagate = False
        library.setLevel(logging.INFO if level == "debug" and name.startswith("uvicorn") else logging.WARNING)


def _dump(fields: Any, **_: Any) -> str:
    return orjson.dumps(fields, default=str).decode()


def _make_redactor(
    master_key: str | None,
) -> Callable[[Any, str, MutableMapping[str, Any]], MutableMapping[str, Any]]:
    def blank(value: Any) -> Any:
        if isinstance(value, str):
            if master_key and master_key in value:
                value = value.replace(master_key, _BLANK)
            # Each alternative of the pattern has one of these, and most texts have none.
            if "@" in value or "+" in value or "drip_" in value or "token=" in value:
                return _PERSONAL.sub(_BLANK, value)
            return value
        if isinstance(value, list):
            return [blank(one) for one in value]
        return value

    def redact(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in fields.items():
            if name != "time":
                fields[name] = blank(value)
        return fields

    return redact
