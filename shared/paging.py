"""Lists by cursor: stable while others write, because the cursor is the last key seen and keys are never reused."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select

from shared.database import Transaction
from shared.errors import Invalid
from shared.i18n import gettext as _

LARGEST = 200
USUAL = 50


@dataclass(frozen=True)
class Page:
    items: Sequence[Any]
    """Mappings: rows, or what `map` made of them."""
    next: str | None

    def map(self, change: Any) -> "Page":
        return Page([change(item) for item in self.items], self.next)


def page(
    tx: Transaction,
    statement: Select[Any],
    *,
    by: Column[Any],
    limit: int = USUAL,
    cursor: str | None = None,
    newest_first: bool = False,
) -> Page:
    """One page of the rows, ordered by a unique column (UUIDv7 ids sort by time)."""
    if cursor:
        last = _decode(cursor)
        statement = statement.where(by < last if newest_first else by > last)
    rows = tx.all(statement.order_by(by.desc() if newest_first else by).limit(limit + 1))
    more = len(rows) > limit
    return Page(rows[:limit], _encode(rows[limit - 1][by.name]) if more else None)


def _encode(key: str) -> str:
    return urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _decode(cursor: str) -> str:
    try:
        key = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        if not key or not key.isprintable():  # PostgreSQL takes no NUL
            raise ValueError
        return key
    except (Base64Error, ValueError):
        raise Invalid.at("/cursor", _("This cursor was not made here: start again without one.")) from None
