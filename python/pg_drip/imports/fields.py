"""The fields of a lead that a file can give, and how each one's text is read. The database checks them once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pg_drip.imports.phones import InvalidPhoneError, normalise_phone

FIELDS = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "timezone",
    "current_message_position",
    "booked_at",
    "opted_out",
    "enrolled_at",
)
HIGHEST_POSITION = 2**31 - 1

Reader = Callable[[str], str | None]

_EMAIL_PART = r'[^\s\x00-\x1f\x7f-\x9f@<>"(),:;\\]+'
_EMAIL = re.compile(f"{_EMAIL_PART}@{_EMAIL_PART}")
_LONGEST_EMAIL = 320
_DIGITS = re.compile(r"[0-9]+")
_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}


class InvalidValueError(ValueError):
    """A text that its field cannot hold; why, without quoting it, since it is personal data."""


def make_readers(now: datetime, region: str | None, time_zones: Mapping[str, str]) -> dict[str, Reader]:
    """For each field, the function that turns its text into what is copied into the database; empty is None.

    Each raises InvalidValueError.

    Args:
        now: the moment of a booking of which only `yes` is known.
        region: where national phone numbers belong, in capital letters, as `US`.
        time_zones: the names that the database knows, by their lower-case form.
    """

    def read_phone(text: str) -> str | None:
        if not (text := text.strip()):
            return None
        try:
            return normalise_phone(text, region)
        except InvalidPhoneError as error:
            raise InvalidValueError(str(error)) from None

    def read_time_zone(text: str) -> str | None:
        if not (text := text.strip()):
            return None
        try:
            return time_zones[text.lower()]
        except KeyError:
            raise InvalidValueError("timezone is no IANA name, as America/New_York") from None

    def read_booking(text: str) -> str | None:
        match _BOOLEANS.get(text.strip().lower()):
            case None:
                return _read_moment(text, "booked_at")
            case is_booked:
                return now.isoformat() if is_booked else None

    return {
        "first_name": lambda text: _read_text(text, "first_name"),
        "last_name": lambda text: _read_text(text, "last_name"),
        "phone": read_phone,
        "email": _read_email,
        "timezone": read_time_zone,
        "current_message_position": _read_position,
        "booked_at": read_booking,
        "opted_out": _read_opted_out,
        "enrolled_at": lambda text: _read_moment(text, "enrolled_at"),
    }


def _read_text(text: str, field: str) -> str | None:
    if "\0" in text:
        raise InvalidValueError(f"{field} has a NUL character")
    return text.strip() or None


def _read_email(text: str) -> str | None:
    if not (text := text.strip()):
        return None
    if len(text) > _LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        raise InvalidValueError("email is no e-mail address")
    return text


def _read_position(text: str) -> str | None:
    if not (text := text.strip()):
        return None
    # The first test keeps int() from a number of a thousand digits.
    if not _DIGITS.fullmatch(text) or len(text) > 100 or int(text) > HIGHEST_POSITION:
        raise InvalidValueError(f"current_message_position is no whole number from 0 to {HIGHEST_POSITION:,}")
    return text


def _read_opted_out(text: str) -> str | None:
    if not (text := text.strip().lower()):
        return None
    if text not in _BOOLEANS:
        raise InvalidValueError("opted_out is neither yes nor no")
    return "t" if _BOOLEANS[text] else "f"


def _read_moment(text: str, field: str) -> str | None:
    if not (text := text.strip()):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        example = "as 2026-01-31 or 2026-01-31T09:30:00Z" + (", nor yes or no" if field == "booked_at" else "")
        raise InvalidValueError(f"{field} is no point in time, {example}") from None
    return moment.isoformat()
