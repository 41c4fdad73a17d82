"""Words for people: texts in five languages, dates and amounts the way each language writes them.

A text is its English sentence, `_("Send the referral")`. A code is shown by `term("referral-status", "accepted")`: its
text is kept under `referral-status:accepted`, so that nobody ever reads a code. A literal % is written %% in both.
What is missing in Ukrainian, Russian or Belarusian is shown in Polish.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations
from jinja2 import Environment

from shared.dates import WARSAW, local

LANGUAGES = {"pl": "polski", "uk": "українська", "ru": "русский", "be": "беларуская", "en": "English"}
DEFAULT = "pl"
SOURCE = "en"
PSEUDO = "xx"
"""A language for tests: every text that goes through a catalogue stands in brackets."""

ROOT = Path(__file__).parents[2]
LOCALES = {"en": "en_GB", PSEUDO: "pl"}
RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")

missing_terms: set[str] = set()
"""`language/kind:code` of each term that had to be shown as its code; tests expect it to be empty."""


class Catalogue:
    """The texts of one service over those of shared."""

    def __init__(self, service: str = "", *, root: Path = ROOT) -> None:
        self._folders = [root / "shared" / "translations"]
        if service:
            self._folders.append(root / "services" / service / "translations")
        self._loaded: dict[str, Translations] = {}

    def translations(self, language: str) -> Translations:
        if language not in self._loaded:
            self._loaded[language] = self._load(language)
        return self._loaded[language]

    def term(self, language: str, kind: str, code: str) -> str:
        if language == PSEUDO:
            return f"⟦{self.term(DEFAULT, kind, code)}⟧"
        message = f"{kind}:{code}"
        for spoken in (language, DEFAULT):
            if (text := self.translations(spoken).gettext(message)) != message:
                return str(text)
        missing_terms.add(f"{language}/{message}")
        return code

    def _load(self, language: str) -> Translations:
        if language == PSEUDO:
            return _Bracketed(self.translations(DEFAULT))
        found = [_read(folder, language) for folder in self._folders]
        merged, *over = [texts for texts in found if texts is not None] or [Translations()]
        for texts in over:
            merged.merge(texts)
        if language not in (DEFAULT, SOURCE):
            merged.add_fallback(self.translations(DEFAULT))
        return merged


class _Bracketed(Translations):
    def __init__(self, inner: Translations) -> None:
        super().__init__()
        self._inner = inner

    def gettext(self, message: str) -> str:
        return f"⟦{self._inner.gettext(message)}⟧"

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return f"⟦{self._inner.ngettext(singular, plural, n)}⟧"


_language: ContextVar[str] = ContextVar("language", default=DEFAULT)
_catalogue: ContextVar[Catalogue | None] = ContextVar("catalogue", default=None)
_shared = Catalogue()


@contextmanager
def use_language(language: str, catalogue: Catalogue | None = None) -> Iterator[None]:
    """Inside, texts come in this language and, where given, from this service's catalogue."""
    if language not in LANGUAGES and language != PSEUDO:
        raise ValueError("not a language of ours")
    spoken = _language.set(language)
    read = _catalogue.set(catalogue or _catalogue.get())
    try:
        yield
    finally:
        _catalogue.reset(read)
        _language.reset(spoken)


def current_language() -> str:
    return _language.get()


def negotiate(accept_language: str | None, stored: str | None = None) -> str:
    """The language she chose; else the best of ours that her browser asks for; else Polish."""
    if stored in LANGUAGES:
        return str(stored)
    wishes = [match for part in (accept_language or "")[:500].split(",") if (match := RANGE.fullmatch(part))]
    weighed = [(float(wish[2] or 1), wish[1].lower()) for wish in wishes]
    ours = [(weight, language) for weight, language in weighed if weight > 0 and language in LANGUAGES]
    return max(ours, key=lambda wish: wish[0])[1] if ours else DEFAULT


def gettext(message: str, **values: Any) -> str:
    return _raw_gettext(message) % values


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """`n` is also a value: `ngettext("%(n)s place", "%(n)s places", n)`."""
    return _raw_ngettext(singular, plural, n) % {"n": n, "num": n, **values}


def term(kind: str, code: str) -> str:
    """What a code is called, such as the status of a referral."""
    return _texts().term(_language.get(), kind, str(code))


@dataclass(frozen=True)
class lazy:  # noqa: N801 - used like the function gettext
    """A text of a module or a class: translated when it is shown, not when it is imported."""

    message: str

    def __str__(self) -> str:
        return gettext(self.message)


def format_date(day: date) -> str:
    """`5 marca 2026`; of an instant, its day in Warsaw."""
    day = local(day).date() if isinstance(day, datetime) else day
    return babel_date(day, "d MMMM y", locale=_locale())


def format_instant(moment: datetime) -> str:
    """`5 marca 2026, 14:30`, on Warsaw's clock."""
    return babel_datetime(local(moment), "d MMMM y, HH:mm", tzinfo=WARSAW, locale=_locale())


def format_number(number: float | Decimal) -> str:
    return format_decimal(number, locale=_locale())


def format_money(amount: str | Decimal, currency: str) -> str:
    return format_currency(Decimal(amount), currency, locale=_locale())


def install(environment: Environment) -> None:
    """Gives templates `_`, `ngettext`, `{% trans %}`, `term(kind, code)`, `current_language()` and `languages`, and the
    filters `date`, `instant`, `number` and `money(currency)`.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension puts it there
        _raw_gettext, _raw_ngettext, newstyle=True
    )
    environment.globals.update(term=term, current_language=current_language, languages=LANGUAGES)
    environment.filters.update(date=format_date, instant=format_instant, number=format_number, money=format_money)


def _raw_gettext(message: str) -> str:
    return str(_texts().translations(_language.get()).gettext(message))


def _raw_ngettext(singular: str, plural: str, n: int) -> str:
    return str(_texts().translations(_language.get()).ngettext(singular, plural, n))


def _texts() -> Catalogue:
    return _catalogue.get() or _shared


def _locale() -> str:
    language = _language.get()
    return LOCALES.get(language, language)


def _read(folder: Path, language: str) -> Translations | None:
    """The compiled catalogue where it is as new as its source; else the source itself."""
    po = folder / language / "LC_MESSAGES" / "messages.po"
    mo = po.with_suffix(".mo")
    if mo.exists() and not (po.exists() and po.stat().st_mtime > mo.stat().st_mtime):
        return Translations(BytesIO(mo.read_bytes()))
    if not po.exists():
        return None
    compiled = BytesIO()
    with po.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    return Translations(BytesIO(compiled.getvalue()))
