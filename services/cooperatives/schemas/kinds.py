"""Kinds of field that only a register of cooperatives has."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from services.cooperatives.domain import identifiers
from shared import contracts
from shared.i18n import gettext as _
from shared.web.fields import Code, Text

Field = fields.Field[Any]
LABELS = "county"
"""The kind of term that names a county; its name is Polish in every language."""


class County(Code):
    """TERYT code of a county of the region."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(contracts.codes("counties"), **kwargs)


class Number(Text):
    """A number of a public register, kept as text without spaces."""

    def __init__(self, read: Callable[[str], str], wanted: str, **kwargs: Any) -> None:
        super().__init__(longest=30, **kwargs)
        self._read, self._wanted = read, wanted

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return self._read(text)
        except identifiers.NotValid:
            raise ValidationError(_("This is not a valid number: expected %(wanted)s.", wanted=self._wanted)) from None


def krs_field(**kwargs: Any) -> Number:
    return Number(identifiers.krs, "0000123456", **kwargs)


def nip_field(**kwargs: Any) -> Number:
    return Number(identifiers.nip, "5260250274", **kwargs)


def regon_field(**kwargs: Any) -> Number:
    return Number(identifiers.regon, "000331501", **kwargs)


class Pkd(Text):
    """A code of activity such as 13.92.Z."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).upper()
        if not identifiers.PKD.fullmatch(text):
            raise ValidationError(_("Expected a PKD code such as 13.92.Z."))
        return text


class Website(Text):
    """An address of the open web: it is shown to everyone as a link."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            parts = urlsplit(text)
            fits = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
        except ValueError:
            fits = False
        if not fits or any(c.isspace() or c in "\"'<>" for c in text):
            raise ValidationError(_("Expected an address such as https://nitka.example.org."))
        return text
