"""Bodies made from the schemas that check them: right ones, and every way to be wrong, field by field."""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields

from shared.database import new_id
from shared.web.fields import Amount, Code, Day, Flag, Id, Language, Many, Moment, Part, Text, Whole

Wrong = Callable[[fields.Field[Any]], Any]
NOT_WRONG = object()
"""What a way to be wrong answers for a field to which it does not apply."""


def valid(schema: Schema, *, every_field: bool = False) -> dict[str, Any]:
    """A body that the schema takes: what is required, or all of it."""
    return {name: value_of(one) for name, one in schema.fields.items() if every_field or one.required}


def value_of(one: fields.Field[Any]) -> Any:
    if isinstance(one, Part):
        return valid(one.schema, every_field=True)
    if isinstance(one, Many):
        return [value_of(one.inner)] if one.inner else []
    if isinstance(one, Whole):
        return one.least
    return _simple(one)


def _simple(one: fields.Field[Any]) -> Any:
    if isinstance(one, Code):
        return next(iter(one.codes))
    for kind, value in ((Id, new_id()), (Language, "pl"), (Amount, "10.00"), (Day, "2026-03-02")):
        if isinstance(one, kind):
            return value
    for kind, value in ((Moment, "2026-03-02T12:00:00Z"), (Flag, True), (Text, "something")):
        if isinstance(one, kind):
            return value
    raise AssertionError(f"say here what a {type(one).__name__} takes")


def _number(one: fields.Field[Any]) -> Any:
    return NOT_WRONG if isinstance(one, Whole) else 7


def _text(one: fields.Field[Any]) -> Any:
    """A number as text, a list as text; where text is right, text that means nothing."""
    is_any_text = isinstance(one, Text) and not isinstance(one, Code | Id | Language | Amount)
    return NOT_WRONG if is_any_text else "7 things"


def _nothing(one: fields.Field[Any]) -> Any:
    return NOT_WRONG if one.allow_none else None


def _nested(one: fields.Field[Any]) -> Any:
    return {"no_such_field": {"deeper": 1}}


def _list(one: fields.Field[Any]) -> Any:
    return [{"deeper": []}]


def _switch(one: fields.Field[Any]) -> Any:
    return NOT_WRONG if isinstance(one, Flag) else True


def _fraction(one: fields.Field[Any]) -> Any:
    return 1.5


def _too_small(one: fields.Field[Any]) -> Any:
    return one.least - 1 if isinstance(one, Whole) else NOT_WRONG


def _too_large(one: fields.Field[Any]) -> Any:
    if isinstance(one, Whole):
        return one.most + 1
    if isinstance(one, Many):
        return [value_of(one.inner)] * (one.most + 1)
    return "x" * (one.longest + 1) if isinstance(one, Text) else NOT_WRONG


def _with(character: str) -> Wrong:
    return lambda one: f"so{character}so" if isinstance(one, Text) else NOT_WRONG


def _no_such_day(one: fields.Field[Any]) -> Any:
    return {Day: "2026-02-30", Moment: "2026-02-30T25:00:00Z"}.get(type(one), NOT_WRONG)


def _far_away(one: fields.Field[Any]) -> Any:
    """A moment that no database can keep."""
    return {Day: "0000-01-01", Moment: "0001-01-01T00:00:00+23:59"}.get(type(one), NOT_WRONG)


WAYS: dict[str, Wrong] = {
    "a number": _number, "text": _text, "null": _nothing, "an object": _nested, "a list": _list, "true": _switch,
    "a fraction": _fraction, "too small": _too_small, "too large": _too_large, "a NUL": _with("\x00"),
    "half a character": _with("\ud800"), "no such day": _no_such_day, "a day far away": _far_away,
}  # fmt: skip


def wrong(schema: Schema, way: Wrong) -> dict[str, Any]:
    """Every field of the schema that can be wrong in this way, wrong."""
    made = {name: way(one) for name, one in schema.fields.items()}
    return {name: value for name, value in made.items() if value is not NOT_WRONG}
