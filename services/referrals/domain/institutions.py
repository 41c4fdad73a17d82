"""Institutions and what they offer: identifiers as the law numbers them, what can be searched, what can be done."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from stdnum.pl import nip, regon

from shared.statemachine import Move

KRS = re.compile(r"[0-9]{10}", re.ASCII)
PADDED_REGON = re.compile(r"([0-9]{9})00000", re.ASCII)

SERVICE_MOVES: Mapping[tuple[str, str, str], Move] = MappingProxyType(
    {
        ("active", "owner", "withdraw"): Move("inactive", "withdrawn"),
        ("inactive", "owner", "publish"): Move("active", "published"),
    }
)
INSTITUTION_MOVES: Mapping[tuple[str, str, str], Move] = MappingProxyType(
    {
        ("active", "administrator", "close"): Move("closed", "closed"),
    }
)


def tax_number(text: str) -> str | None:
    """A NIP as ten digits, or None. All zeros pass the checksum and belong to nobody."""
    number = nip.compact(text)
    return number if nip.is_valid(number) and number.strip("0") else None


def statistical_number(text: str) -> str | None:
    """A REGON of 9 or 14 digits, or None. Registers pad the short one with zeros; all zeros pass the checksum."""
    number = regon.compact(text)
    padded = PADDED_REGON.fullmatch(number)
    number = padded[1] if padded else number
    return number if regon.is_valid(number) and number.strip("0") else None


def court_number(text: str) -> str | None:
    """A KRS number as ten digits, or None. It has no checksum."""
    number = text.replace(" ", "")
    return number if KRS.fullmatch(number) and number.strip("0") else None


def searchable(*texts: str) -> str:
    """Texts as they are searched: lower case, without marks above and below letters."""
    plain = unicodedata.normalize("NFKD", " ".join(texts).lower().replace("ł", "l"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
