"""Forms made from the same schemas that check the API's bodies: one rule book, two doors.

A field says how it is asked in its metadata: `label`, `hint`, `kind`, `term` (kind of its codes), `autocomplete`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from marshmallow import Schema, fields

from shared.dates import WARSAW
from shared.i18n import term
from shared.web.fields import Amount, Code, Day, Flag, Many, Moment, Part, Text, Whole

RADIOS_AT_MOST = 6
LONG_TEXT = 300
Choices = Mapping[str, Sequence[tuple[str, str]]]
"""Options of a field by its name: (value, text) pairs, for what only the database knows."""


class MultiDict(Protocol):
    def get(self, key: str, /) -> Any: ...
    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True)
class FormField:
    """What templates/macros/form.html shows."""

    name: str
    kind: str
    label: str = ""
    hint: str = ""
    value: Any = ""
    options: Sequence[Mapping[str, str]] = ()
    error: str = ""
    autocomplete: str | None = None
    required: bool = False
    lang: str | None = None
    width: int | None = None


@dataclass(frozen=True)
class Form:
    action: str
    submit_label: str
    fields: Sequence[FormField]
    csrf: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    method: str = "post"
    cancel_href: str = ""
    clear_href: str = ""


@dataclass(frozen=True)
class Asked:
    """A field of the schema with its name in the form: `capacity.available` for a part's field."""

    name: str
    field: fields.Field[Any]
    required: bool


def asked(schema: Schema, prefix: str = "", *, required: bool = True) -> Iterator[Asked]:
    for name, one in schema.fields.items():
        if one.metadata.get("kind") == "absent":
            continue
        needed = required and one.required
        if isinstance(one, Part):
            yield from asked(one.schema, f"{prefix}{name}.", required=needed)
        else:
            yield Asked(prefix + name, one, needed)


def form_fields(
    schema: Schema,
    *,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    choices: Choices | None = None,
) -> list[FormField]:
    """The fields as they are shown, with what was typed or is known already (`values` by form name)."""
    return [_form_field(one, values, errors or {}, (choices or {}).get(one.name)) for one in asked(schema)]


def _form_field(
    one: Asked, values: Mapping[str, Any], errors: Mapping[str, str], options: Sequence[tuple[str, str]] | None
) -> FormField:
    metadata = one.field.metadata
    if options is None:
        options = _options_from_codes(one.field)
    return FormField(
        name=one.name,
        kind=str(metadata.get("kind") or _kind(one.field, options)),
        label=str(metadata.get("label", "")),
        hint=str(metadata.get("hint", "")),
        value=_shown(values.get(one.name, "")),
        options=[{"value": value, "text": text} for value, text in options],
        error=errors.get(one.name, ""),
        autocomplete=metadata.get("autocomplete"),
        required=one.required,
        lang=metadata.get("lang"),
        width=metadata.get("width"),
    )


def _options_from_codes(one: fields.Field[Any]) -> list[tuple[str, str]]:
    inner = one.inner if isinstance(one, Many) else one
    if not isinstance(inner, Code):
        return []
    kind = one.metadata.get("term") or inner.metadata.get("term", "code")
    return [(code, term(str(kind), code)) for code in inner.codes]


def _kind(one: fields.Field[Any], options: Sequence[Any]) -> str:
    if isinstance(one, Many):
        return "checkboxes"
    if isinstance(one, Flag):
        return "checkbox"
    if options:
        return "radios" if len(options) <= RADIOS_AT_MOST else "select"
    kinds = {Day: "date", Moment: "datetime", Whole: "number", Amount: "money"}
    for kind_of_field, kind in kinds.items():
        if isinstance(one, kind_of_field):
            return kind
    return "textarea" if isinstance(one, Text) and one.longest > LONG_TEXT else "text"


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(WARSAW).strftime("%Y-%m-%dT%H:%M")
    return list(value) if isinstance(value, list | tuple | set | frozenset) else value


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under the names they have in a form."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def typed(schema: Schema, form: MultiDict) -> dict[str, Any]:
    """What was typed, by form name, as it is shown again."""
    return {
        one.name: form.getlist(one.name) if isinstance(one.field, Many) else form.get(one.name) or ""
        for one in asked(schema)
    }


def as_body(schema: Schema, form: MultiDict) -> dict[str, Any]:
    """The form as the body that the API would get: nested, converted, empty fields left out."""
    body: dict[str, Any] = {}
    for one in asked(schema):
        value = _converted(one.field, form, one.name)
        if value is None or value == []:
            continue
        *parts, last = one.name.split(".")
        place = body
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = value
    return body


def _converted(one: fields.Field[Any], form: MultiDict, name: str) -> Any:
    if isinstance(one, Many):
        return [value for value in form.getlist(name) if value]
    text = (form.get(name) or "").strip()
    if isinstance(one, Flag):
        return text in ("true", "on", "1")
    if not text:
        return None
    if isinstance(one, Whole):
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    if isinstance(one, Moment):
        return _with_offset(text)
    return text.replace(",", ".").replace(" ", "") if isinstance(one, Amount) else text


def _with_offset(text: str) -> str:
    """What a datetime-local field sends is Warsaw's time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=WARSAW)).isoformat()


def errors_by_field(schema: Schema, pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """(pointer, sentence) pairs as sentences by field name, and the lines of the error summary, each with its field."""
    labels = {one.name: str(one.field.metadata.get("label", "")) for one in asked(schema)}
    by_field: dict[str, str] = {}
    summary: list[dict[str, str]] = []
    for pointer, detail in pairs:
        name = _nearest(pointer, set(labels))
        if name:
            by_field.setdefault(name, detail)
        said = f"{labels[name]}: {detail}" if labels.get(name) else detail
        summary.append({"href": f"#{name}" if name else "#main", "text": said})
    order = [f"#{name}" for name in labels]
    return by_field, sorted(summary, key=lambda line: order.index(line["href"]) if line["href"] in order else -1)


def _nearest(pointer: str, names: set[str]) -> str:
    parts = pointer.strip("/").split("/")
    while parts:
        if (name := ".".join(parts)) in names:
            return name
        parts.pop()
    inside = pointer.strip("/").replace("/", ".") + "."
    return next((name for name in sorted(names) if inside != "." and name.startswith(inside)), "")


@dataclass(frozen=True)
class Errors:
    """What is wrong with a form: for each field, and for the summary above it."""

    by_field: Mapping[str, str] = field(default_factory=dict)
    summary: Sequence[Mapping[str, str]] = ()
