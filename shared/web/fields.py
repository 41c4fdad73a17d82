"""The kinds of field that bodies and forms are made of. Each says, in the reader's language, what would be right.

Strict on purpose: a number sent as text is an error in JSON; forms convert before (forms.py).
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields

from shared.dates import isoformat_z, parse_instant
from shared.i18n import gettext as _
from shared.i18n import lazy

Messages = dict[str, Any]
"""marshmallow declares plain text; ours is translated when it is shown."""
REQUIRED: Messages = {"required": lazy("This is needed."), "null": lazy("This may not be empty.")}
UNKNOWN = lazy("There is no such field here.")
NOT_AN_OBJECT = lazy("Expected an object with fields.")
MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", re.ASCII)
"""The part of BCP 47 that the contracts know: language, script, region."""


class Body(Schema):
    """A request's body: unknown fields are refused."""

    class Meta:
        unknown = RAISE

    error_messages: Messages = {"unknown": UNKNOWN, "type": NOT_AN_OBJECT}


class Out(Schema):
    """A response's shape: only what is declared goes out."""

    class Meta:
        unknown = EXCLUDE


class Text(fields.String):
    """Text that every part of the system can keep: no NUL, no half characters; blank counts as missing."""

    default_error_messages: Messages = {**REQUIRED, "invalid": lazy("Expected text.")}

    def __init__(self, *, longest: int = 200, blank: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest, self.blank = longest, blank
        self.metadata = {"maxLength": longest, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = value.strip()
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise ValidationError(_("This text has characters that cannot be kept. Type it again."))
        if not text and not self.blank:
            raise self.make_error("required")
        if len(text) > self.longest:
            raise ValidationError(_("At most %(n)s characters, please.", n=self.longest))
        return text


class Id(Text):
    """A UUID as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return str(UUID(text))
        except ValueError:
            raise ValidationError(
                _("Expected an id such as %(id)s.", id="0190b5a2-7c3e-7d4f-8a1b-2c3d4e5f6a7b")
            ) from None


class Code(Text):
    """One of a list of codes; `codes` may be a function, for lists that change with the law."""

    def __init__(self, codes: Collection[str] | Callable[[], Collection[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._codes = codes
        if not callable(codes):
            self.metadata = {**self.metadata, "enum": list(codes)}

    @property
    def codes(self) -> Collection[str]:
        return self._codes() if callable(self._codes) else self._codes

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.codes:
            raise ValidationError(_("Expected one of: %(codes)s.", codes=", ".join(self.codes)))
        return text


class Many(fields.List[Any]):
    """A list without repetitions, of limited length."""

    default_error_messages: Messages = {**REQUIRED, "invalid": lazy("Expected a list.")}

    def __init__(self, inner: fields.Field[Any], *, most: int = 50, least: int = 0, **kwargs: Any) -> None:
        super().__init__(inner, **kwargs)
        self.most, self.least = most, least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise ValidationError(_("At most %(n)s, please.", n=self.most))
        items = super()._deserialize(value, attr, data, **kwargs)
        if len(items) < self.least:
            raise ValidationError(_("At least %(n)s, please.", n=self.least))
        kept: list[Any] = []
        for item in items:
            if item not in kept:
                kept.append(item)
        return kept


class Whole(fields.Integer):
    default_error_messages: Messages = {**REQUIRED, "invalid": lazy("Expected a whole number.")}

    def __init__(self, *, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)
        self.least, self.most = least, most
        self.metadata = {**self.metadata, "minimum": least, "maximum": most}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise ValidationError(_("Expected a number from %(least)s to %(most)s.", least=self.least, most=self.most))
        return value


class Flag(fields.Boolean):
    default_error_messages: Messages = {**REQUIRED, "invalid": lazy("Expected true or false.")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Day(fields.Date):
    """A date as ISO text, in and out; kept as text so that it sorts and needs no time zone."""

    default_error_messages: Messages = {**REQUIRED, "invalid": lazy("Expected a date such as 2026-03-31.")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            if not isinstance(value, str) or len(value) != len("2026-03-31"):
                raise ValueError
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise self.make_error("invalid") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class Moment(fields.DateTime):
    """A moment: RFC 3339 with an offset in, UTC with Z out."""

    default_error_messages: Messages = {
        **REQUIRED,
        "invalid": lazy("Expected a date and time with its offset, such as 2026-03-31T09:00:00Z."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return parse_instant(value) if isinstance(value, str) else self._refuse()
        except ValueError:
            raise self.make_error("invalid") from None

    def _refuse(self) -> datetime:
        raise self.make_error("invalid")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return isoformat_z(value.astimezone(UTC)) if isinstance(value, datetime) else value


class Language(Text):
    """A BCP 47 language tag."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not LANGUAGE.fullmatch(text):
            raise ValidationError(_("Expected a language code such as pl or uk."))
        return text


class Amount(Text):
    """An amount of money as text with at most two decimals."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            if not MONEY.fullmatch(text):
                raise InvalidOperation
            return str(Decimal(text).quantize(Decimal("0.01")))
        except InvalidOperation:
            raise ValidationError(_("Expected an amount such as 69419.00.")) from None


class Money(Body):
    amount = Amount(required=True)
    currency = Code(("PLN", "EUR"), required=True)


class Part(fields.Nested):
    """An object within the body."""

    default_error_messages: Messages = {**REQUIRED, "type": NOT_AN_OBJECT, "invalid": NOT_AN_OBJECT}


def as_pointers(messages: Any, at: str = "") -> list[tuple[str, str]]:
    """marshmallow's nested messages as (JSON pointer, sentence) pairs."""
    if isinstance(messages, Mapping):
        found = []
        for name, inner in messages.items():
            step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            found += as_pointers(inner, at + step)
        return found
    if isinstance(messages, list | tuple):
        return [pair for inner in messages for pair in as_pointers(inner, at)]
    return [(at, str(messages))]
