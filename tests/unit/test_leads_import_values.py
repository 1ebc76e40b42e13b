"""Each field's text: what is taken, as what, and what is refused; and that the short cut for phones is the library's."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime

import phonenumbers
import pytest

from pg_drip.imports import phones
from pg_drip.imports.fields import FIELDS, InvalidValueError, Reader, make_readers
from pg_drip.imports.phones import InvalidPhoneError, normalise_by_library, normalise_phone

NOW = datetime(2031, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
ZONES = {"america/new_york": "America/New_York", "utc": "UTC"}


@pytest.fixture(scope="module")
def readers() -> dict[str, Reader]:
    return make_readers(NOW, None, ZONES)


# ---------------------------------------------------------------- phones


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("+12025550142", None, "+12025550142"),
        ("+1 (202) 555-0142", None, "+12025550142"),
        ("+1.202.555.0142", None, "+12025550142"),
        ("(202) 555-0142", "US", "+12025550142"),
        ("1-202-555-0142", "US", "+12025550142"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
        # A plus sign goes before the region.
        ("+442079460018", "US", "+442079460018"),
        # The zero belongs to the number in Italy.
        ("+39 06 1234567", None, "+39061234567"),
        ("06 1234567", "IT", "+39061234567"),
        ("'+12025550142", None, "+12025550142"),
        ("＋１２０２５５５０１４２", None, "+12025550142"),
        # Kajabi's own sample number: possible, not valid.
        ("+1 919 555 5555", None, "+19195555555"),
    ],
)
def test_a_phone_becomes_e164(text: str, region: str | None, normal: str) -> None:
    assert normalise_phone(text, region) == normal


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("2025550142", None, "no country code: give --region"),
        ("12025550142", None, "no country code: give --region"),
        ("0049 30 123456", None, "no country code: give --region"),
        ("555-0142", "US", "lacks its area code"),
        ("+1 555 0142", None, "lacks its area code"),
        ("911", "US", "too few digits"),
        ("+1 202 555 014", None, "digits"),
        ("+1 202 555 01423", None, "too many digits"),
        ("+999 123456789", None, "country code that does not exist"),
        ("+0123456789", None, "country code that does not exist"),
        ("+1 202 555 0142 ext. 5", None, "letters"),
        ("+12025550142#5", None, "extension"),
        ("1-800-FLOWERS", "US", "letters"),
        ("1.20256E+10", "US", "letters"),
        ("+12025550101/+12025550102", None, "no phone number"),
        ("n/a", "US", "letters"),
        ("-", "US", "no phone number"),
        ("+", None, "no phone number"),
        ("+1202555\x000142", None, ""),
        ("+" + "1" * 300, None, ""),
        ("1" * 100_000, "US", ""),
    ],
)
def test_what_is_no_phone_is_refused_without_quoting_it(text: str, region: str | None, reason: str) -> None:
    with pytest.raises(InvalidPhoneError) as error:
        normalise_phone(text, region)
    assert reason in str(error.value)
    assert not re.search(r"\d{3}", str(error.value))


def decided(text: str, region: str | None) -> str | None:
    try:
        return normalise_by_library(text, region)
    except InvalidPhoneError:
        return None


def test_the_short_cut_takes_what_the_library_leaves_as_it_is() -> None:
    """Every country code, every length, every first digits: the short cut never says yes to another number."""
    rng = random.Random(2025)
    taken = 0
    codes = [*phonenumbers.COUNTRY_CODE_TO_REGION_CODE, 0, 19, 210, 999]
    for code in codes:
        for length in range(1, 16 - len(str(code))):
            starts = [f"{first:02}" for first in range(100)] if length > 1 else [str(first) for first in range(10)]
            for start in starts:
                text = f"+{code}{start}" + "".join(rng.choices("0123456789", k=length - len(start)))
                if phones._is_plain(text):
                    taken += 1
                    assert decided(text, rng.choice((None, "US", "GB"))) == text
    # It is worth having: most of what the library calls possible goes that way.
    assert taken > 50_000


@pytest.mark.parametrize("region", ["US", "GB", "DE", "FR", "BR", "IN", "AU", "MX", "NG", "JP"])
def test_the_short_cut_takes_an_ordinary_mobile_number(region: str) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert phones._is_plain(text)
    assert normalise_phone(text) == text


def test_regions() -> None:
    assert phones.is_region("US")
    assert not phones.is_region("us")
    assert not phones.is_region("XX")


# ---------------------------------------------------------------- the other fields

BOOKED, OPTED_OUT = "booked_at", "opted_out"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("empty", ["", " ", "\t \u00a0"])
def test_empty_is_none(readers: dict[str, Reader], field: str, empty: str) -> None:
    assert readers[field](empty) is None


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("first_name", "  Zoë  ", "Zoë"),
        ("last_name", "O'Brien\nthe second", "O'Brien\nthe second"),
        ("phone", " +12025550142 ", "+12025550142"),
        ("email", " Ada@Example.com ", "Ada@Example.com"),
        ("email", "a" * 308 + "@example.com", "a" * 308 + "@example.com"),
        ("timezone", "america/new_york", "America/New_York"),
        ("current_message_position", "0", "0"),
        ("current_message_position", "007", "007"),
        ("current_message_position", "2147483647", "2147483647"),
        *[("booked_at", text, NOW.isoformat()) for text in ("yes", "YES", "y", "true", "t", "1")],
        *[("booked_at", text, None) for text in ("no", "No", "n", "false", "f", "0")],
        *[("opted_out", text, "t") for text in ("yes", "Y", "TRUE", "t", "1")],
        *[("opted_out", text, "f") for text in ("no", "N", "false", "F", "0")],
        ("booked_at", "2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("booked_at", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00+00:00"),
        ("enrolled_at", "2026-01-31 09:30", "2026-01-31T09:30:00+00:00"),
        ("enrolled_at", "2026-01-31T09:30:00.5-05:00", "2026-01-31T14:30:00.500000+00:00"),
    ],
)
def test_what_a_field_takes(readers: dict[str, Reader], field: str, text: str, value: str | None) -> None:
    assert readers[field](text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("first_name", "A\0da"),
        *[
            ("email", text)
            for text in ("ada", "ada@", "@x", "a@b@c", "a b@x.org", "a\0@x.org", "<ada@x.org>", "a;b@x.org")
        ],
        ("email", "a" * 309 + "@example.com"),
        *[("timezone", text) for text in ("Mars/Olympus", "EST5EDT,M3.2.0", "+05:00")],
        *[
            ("current_message_position", text)
            for text in ("-1", "+1", "1.0", "1e3", "1_000", "２", "2147483648", "9" * 5000)
        ],
        *[("opted_out", text) for text in ("maybe", "2", "nope", "on")],
        *[("booked_at", text) for text in ("maybe", "31.01.2026", "2026-02-30", "01/31/2026", "infinity", "now", "2")],
        *[("enrolled_at", text) for text in ("yes", "1", "0001-01-01T00:00:00+14:00", "2026-01-31T25:00:00Z")],
    ],
)
def test_what_a_field_refuses_without_quoting_it(readers: dict[str, Reader], field: str, text: str) -> None:
    with pytest.raises(InvalidValueError) as error:
        readers[field](text)
    assert str(error.value).startswith(field)
    assert len(str(error.value)) < 100
    assert len(text) < 6 or text not in str(error.value)
