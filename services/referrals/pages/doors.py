"""What all pages here are listed in, and how they read an address."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema, ValidationError

from shared import paging
from shared.web import forms
from shared.web.pages import PageCall, Pages

pages = Pages("referrals")
LENGTH = 30


def filters(schema: Schema) -> dict[str, Any]:
    """What the address asks for; what cannot be understood is left out, as if it were not asked."""
    given = forms.as_body(schema, request.args)
    try:
        found: dict[str, Any] = schema.load(given)
    except ValidationError as refusal:
        found = schema.load({name: value for name, value in given.items() if name not in refusal.messages_dict})
    return {name: value or None for name, value in found.items() if name not in ("limit", "cursor")}


def filter_form(schema: Schema, *, action: str, choices: forms.Choices) -> dict[str, Any]:
    """A form that only looks, with what was asked for."""
    fields = forms.form_fields(schema, values=forms.typed(schema, request.args), choices=choices)
    shown = [one for one in fields if one.name not in ("limit", "cursor")]
    return {"action": action, "fields": shown, "clear_href": action if request.args else ""}


def paged(call: PageCall, found: Any, *, by: Any, newest_first: bool = False) -> tuple[paging.Page, dict[str, str]]:
    """One page of a list, and the links to the next and to the first."""
    page = paging.page(
        call.tx, found, by=by, limit=LENGTH, cursor=request.args.get("cursor"), newest_first=newest_first
    )
    links = {"first_href": request.path} if request.args.get("cursor") else {}
    if page.next:
        links["next_href"] = _with_cursor(page.next)
    return page, links


def _with_cursor(cursor: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.path}?{urlencode([*kept, ('cursor', cursor)])}"
