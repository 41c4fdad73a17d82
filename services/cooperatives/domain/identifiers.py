"""Numbers of public registers, always as text: KRS, NIP, REGON, and PKD codes with their version."""

import re
from collections.abc import Sequence

DIGITS = re.compile(r"[0-9]+", re.ASCII)
SEPARATORS = re.compile(r"[\s-]+")
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)
REGON_LONG_WEIGHTS = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
PADDING = "00000"
"""What the register of national economy adds to nine digits."""
PKD = re.compile(r"[0-9]{2}\.[0-9]{2}\.[A-Z]", re.ASCII)
OLD_PKD_UNTIL = "2026-12-31"
"""Regulation of the Council of Ministers of 18 December 2024 on PKD, § 2: codes of 2007 may be used until then."""
NAME = "spółdzielnia socjalna"
"""What its name has to contain (Act of 27 April 2006 on social cooperatives, article 3)."""


class NotValid(ValueError):
    """The text is no such number."""


def krs(text: str) -> str:
    """Ten digits. It has no check digit."""
    return _digits(text, lengths=(10,))


def nip(text: str) -> str:
    """Ten digits with their check digit."""
    number = _digits(text.upper().removeprefix("PL"), lengths=(10,))
    if _checked(number[:9], NIP_WEIGHTS) != number[9:]:
        raise NotValid
    return number


def regon(text: str) -> str:
    """Nine or fourteen digits with their check digits; nine that were padded to fourteen come back as nine."""
    number = _digits(text, lengths=(9, 14))
    if _checked(number[:8], REGON_WEIGHTS, ten="0") != number[8]:
        raise NotValid
    if len(number) == 14 and number.endswith(PADDING):
        return number[:9]
    if len(number) == 14 and _checked(number[:13], REGON_LONG_WEIGHTS, ten="0") != number[13]:
        raise NotValid
    return number


def pkd_version_holds(version: str, *, today: str) -> bool:
    """Whether codes of this version may be given today (ISO dates as text)."""
    return version == "2025" or (version == "2007" and today <= OLD_PKD_UNTIL)


def is_name(text: str) -> bool:
    return NAME in " ".join(text.split()).casefold()


def _digits(text: str, *, lengths: Sequence[int]) -> str:
    number = SEPARATORS.sub("", text)
    if not DIGITS.fullmatch(number) or len(number) not in lengths or not number.strip("0"):
        raise NotValid
    return number


def _checked(number: str, weights: Sequence[int], *, ten: str = "") -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11
    return ten if rest == 10 else str(rest)
