"""Phone numbers as the database stores them, E.164: the library phonenumbers decides what is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    parse,
)

_E164 = re.compile(r"\+([1-9][0-9]{1,14})")
_LETTER = re.compile(r"[^\W\d_]")
_REASONS = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone lacks its area code",
    ValidationResult.TOO_SHORT: "phone has too few digits",
    ValidationResult.TOO_LONG: "phone has too many digits",
    ValidationResult.INVALID_LENGTH: "phone has a wrong number of digits",
    ValidationResult.INVALID_COUNTRY_CODE: "phone has a country code that does not exist",
}


class InvalidPhoneError(ValueError):
    """The text is no phone number; why not, without quoting it."""


def is_region(region: str) -> bool:
    """Whether national numbers of this region (`US`, in capital letters) can be read."""
    return region in SUPPORTED_REGIONS


def normalise_phone(text: str, region: str | None = None) -> str:
    """The number in E.164 form, as +12025550142.

    Args:
        text: as people write it: with a plus sign and country code, or national if there is a region.
        region: where national numbers belong, in capital letters, as `US`.

    Raises:
        InvalidPhoneError: it is no possible number, or has letters or an extension.
    """
    return text if _is_plain(text) else normalise_by_library(text, region)


def normalise_by_library(text: str, region: str | None = None) -> str:
    """The same without the short cut for numbers that are in E.164 form already."""
    if _LETTER.search(text):
        raise InvalidPhoneError("phone has letters")
    try:
        number = parse(text, region)
    except NumberParseException as error:
        if error.error_type != NumberParseException.INVALID_COUNTRY_CODE:
            raise InvalidPhoneError("phone is no phone number") from None
        if text.lstrip().startswith(("+", "\N{FULLWIDTH PLUS SIGN}")):
            raise InvalidPhoneError(_REASONS[ValidationResult.INVALID_COUNTRY_CODE]) from None
        raise InvalidPhoneError("phone has no country code: give --region, as --region US") from None
    if number.extension:
        raise InvalidPhoneError("phone has an extension")
    verdict = is_possible_number_with_reason(number)
    if verdict != ValidationResult.IS_POSSIBLE:
        raise InvalidPhoneError(_REASONS[verdict])
    normal = format_number(number, PhoneNumberFormat.E164)
    # Some countries' numbers may be longer than E.164 and the database allow.
    if not _E164.fullmatch(normal):
        raise InvalidPhoneError(_REASONS[ValidationResult.TOO_LONG])
    return normal


class _Country(NamedTuple):
    lengths: frozenset[int]
    starts_with_prefix: Callable[[str], object]


def _is_plain(text: str) -> bool:
    """Whether the library, which takes 14 µs a number, would leave this text as it is and find it possible.

    It would when the national part has a possible length and begins with nothing that might be taken off as a national
    prefix. Decided by the library's own figures; everything else is left to the library.
    """
    match = _E164.fullmatch(text)
    if match is None:
        return False
    digits = match[1]
    for length in (1, 2, 3):
        country = _country(digits[:length])
        if country is not None:
            national = digits[length:]
            return len(national) in country.lengths and not country.starts_with_prefix(national)
    return False


@cache
def _country(code: str) -> _Country | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    metadata = regions and PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    if not metadata or not metadata.general_desc:
        return None
    # A leading zero is a prefix nearly everywhere, and part of the number in Italy.
    prefix = re.compile(f"0|{metadata.national_prefix_for_parsing or '0'}")
    return _Country(frozenset(metadata.general_desc.possible_length), prefix.match)
