"""Reading a request's JSON within limits, so that no input becomes a 500."""

import json
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema

from shared.errors import BadRequest, FieldError, Invalid
from shared.i18n import gettext as _
from shared.web.fields import NOT_AN_OBJECT

LARGEST = 256 * 1024
DEEPEST = 32


def read_json(request: Request) -> Any:
    """The body's JSON value; `{}` when there is no body. Raises BadRequest with 415, 413 or 400."""
    if not request.content_length and not request.headers.get("Transfer-Encoding"):
        return {}
    if request.mimetype != "application/json":
        raise BadRequest(_("Send JSON with Content-Type: application/json."), status=415)
    if (request.content_length or 0) > LARGEST:
        raise BadRequest(_("At most %(n)s KiB, please.", n=LARGEST // 1024), status=413)
    raw = request.get_data(cache=True)
    if len(raw) > LARGEST:
        raise BadRequest(_("At most %(n)s KiB, please.", n=LARGEST // 1024), status=413)
    try:
        value = json.loads(raw.decode(), parse_constant=_no_constant, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise BadRequest(_("The body is not JSON.")) from None
    if _deeper_than(value, DEEPEST):
        raise BadRequest(_("The body is nested too deeply."))
    return value


def load(schema: Schema, value: Any) -> dict[str, Any]:
    """The checked body. Raises Invalid or marshmallow's ValidationError (both 422)."""
    if not isinstance(value, dict):
        raise Invalid([FieldError("", str(NOT_AN_OBJECT))])
    loaded: dict[str, Any] = schema.load(value)
    return loaded


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a name given twice may each believe another one: it is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name was given twice")
    return found


def _deeper_than(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (levels == 0 or any(_deeper_than(item, levels - 1) for item in inner))
