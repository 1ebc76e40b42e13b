"""Reading a request's body: within a time and a size, and as JSON that means one thing to everybody who reads it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from pg_drip.http.problems import ProblemError

if TYPE_CHECKING:
    from starlette.requests import Request

DEEPEST = 32
LONGEST_NUMBER = 40
_LARGEST_INTEGER = 2**63 - 1
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_JSON_TYPE = re.compile(r"application/(?:json|[\w.+-]+\+json)", re.IGNORECASE)
_CHARSET = re.compile(r'charset="?([^";\s]+)', re.IGNORECASE)


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The body's bytes; empty where there is none.

    Args:
        request: the request, its body not read yet.
        limit: the most bytes it may have.
        seconds: within which all of it has to be here.

    Raises:
        ProblemError: it is too large, too slow, or not declared as JSON.
    """
    headers = request.headers
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return b""
    if length is not None and int(length) > limit:
        raise _too_large(limit)
    if length != "0":
        _require_json_type(headers.get("content-type", ""), headers.get("content-encoding"))
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise ProblemError(408, headers={"Connection": "close"}) from None
    return b"".join(chunks)


def _too_large(limit: int) -> ProblemError:
    return ProblemError(413, f"The body is larger than {limit} bytes.")


def _require_json_type(content_type: str, encoding: str | None) -> None:
    media_type = content_type.split(";", 1)[0].strip()
    charset = _CHARSET.search(content_type)
    if not _JSON_TYPE.fullmatch(media_type) or (charset and charset[1].lower() not in ("utf-8", "utf8")):
        raise ProblemError(415)
    if encoding and encoding.lower() != "identity":
        raise ProblemError(415, f"The body cannot be read with Content-Encoding {encoding[:20]!r}: send it plain.")


def parse_json(body: bytes) -> Any:
    """A JSON text, read more strictly than by `json` alone; whole numbers come back as `int` however they are written.

    Raises:
        ProblemError: it is no JSON, or has duplicate keys, NaN, NUL, lone surrogates, huge numbers or is too deep.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    if text.count("{") + text.count("[") > DEEPEST:
        _require_depth(text)
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_parse_integer,
            parse_float=_parse_float,
        )
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at character {error.pos + 1}") from None
    # Only an escape can bring these into a string.
    if "\\u" in text:
        _require_characters(parsed)
    return parsed


def _malformed(reason: str) -> ProblemError:
    return ProblemError(400, f"The body is no valid JSON: {reason}.")


def _require_depth(text: str) -> None:
    depth = 0
    for character in re.sub(r"[^\[\]{}]", "", _STRING.sub("", text)):
        depth += 1 if character in "[{" else -1
        if depth > DEEPEST:
            raise _malformed(f"it is nested more than {DEEPEST} deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _malformed("an object has a key twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is no JSON")


def _parse_integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER or abs(number := int(text)) > _LARGEST_INTEGER:
        raise _malformed("a number is too large")
    return number


def _parse_float(text: str) -> int | float:
    if len(text) > LONGEST_NUMBER:
        raise _malformed("a number has too many digits")
    number = float(text)
    if abs(number) > _LARGEST_INTEGER:
        raise _malformed("a number is too large")
    return int(number) if number.is_integer() else number


def _require_characters(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise _malformed("a text has the character NUL")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _malformed("a text has half of a surrogate pair") from None
    elif isinstance(value, dict):
        for key, inner in value.items():
            _require_characters(key)
            _require_characters(inner)
    elif isinstance(value, list):
        for inner in value:
            _require_characters(inner)
