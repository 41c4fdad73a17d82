"""Rules of referrals, agreements and the directory: no input, no output, no clock, no chance."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[Any, Any]
"""A row as it was read, or as it is about to be written: values by column name."""
